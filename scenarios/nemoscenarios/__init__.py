"""Stories of edge cases as data: one YAML file per scenario, and the loader that reads them strictly."""

from __future__ import annotations

from .impossible import pattern
from .loader import PACKAGED, ScenarioError, Shelf, parse
from .model import (
    Act,
    Credits,
    Expect,
    File,
    Film,
    Given,
    Incident,
    Mood,
    Request,
    Scenario,
    Send,
    Strike,
    Timeline,
)
from .schema import schema_text
from .vocabulary import within

__all__ = [
    "PACKAGED",
    "Act",
    "Credits",
    "Expect",
    "File",
    "Film",
    "Given",
    "Incident",
    "Mood",
    "Request",
    "Scenario",
    "ScenarioError",
    "Send",
    "Shelf",
    "Strike",
    "Timeline",
    "parse",
    "pattern",
    "schema_text",
    "within",
]
