"""What the infrastructure does to an answer: one small value per fault, one file each."""

from __future__ import annotations

from .base import TARGETS, Fault, FaultContext
from .parsing import FAULTS, parse_fault_rule, to_dict
from .rules import ANY, FaultRule, FaultRuleSet

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
