"""The fixed cases a server is tried with, one module a family of clauses."""

from __future__ import annotations

import importlib
import pkgutil

from nemocontract.probing.case import CASES, Case


def load() -> tuple[Case, ...]:
    """Import every family and return all cases, in the order of their modules' names."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    return tuple(sorted(CASES, key=lambda one: one.name.partition(".")[0]))
