"""Runs a scenario with the reference client against a fake, and checks what came of it."""

from __future__ import annotations

from .assertions import AssertionResult
from .runner import Report, ScenarioRunner, scenario_runner

__all__ = ["AssertionResult", "Report", "ScenarioRunner", "scenario_runner"]
