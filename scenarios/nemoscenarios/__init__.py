"""Stories of edge cases as data: one YAML file per scenario, and the loader that reads them strictly."""

from __future__ import annotations

from .loader import ScenarioError, Shelf, parse
from .model import Given, Incident, Scenario

__all__ = ["Given", "Incident", "Scenario", "ScenarioError", "Shelf", "parse"]
