"""What the infrastructure does to a response: each fault is one small value that transforms it."""

from __future__ import annotations

from .base import TARGETS, Fault, FaultContext
from .rules import ANY, FAULTS, FaultRule, FaultRuleSet, parse_fault_rule, to_dict

__all__ = [
    "ANY",
    "FAULTS",
    "TARGETS",
    "Fault",
    "FaultContext",
    "FaultRule",
    "FaultRuleSet",
    "parse_fault_rule",
    "to_dict",
]
