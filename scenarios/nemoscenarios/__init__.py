"""Scenarios of edge cases as data: one YAML file per scenario, and the loader that reads them strictly."""

from __future__ import annotations

from .loader import PACKAGED, ScenarioError, ScenarioStore, parse, schema_text
from .model import (
    AgentBehavior,
    Credits,
    Expect,
    ExpectedFile,
    FaultRule,
    File,
    Given,
    Request,
    Scenario,
    Send,
    Timeline,
    Trigger,
    UserStep,
)
from .terms import within
from .validation import pattern

__all__ = [
    "PACKAGED",
    "AgentBehavior",
    "Credits",
    "Expect",
    "ExpectedFile",
    "FaultRule",
    "File",
    "Given",
    "Request",
    "Scenario",
    "ScenarioError",
    "ScenarioStore",
    "Send",
    "Timeline",
    "Trigger",
    "UserStep",
    "parse",
    "pattern",
    "schema_text",
    "within",
]
