"""The fixed cases a server is tried with, one module a family of clauses."""

from __future__ import annotations

import importlib
import pkgutil

from nemocontract.http.case import CASES, Case


def load(*, slow: bool = True) -> tuple[Case, ...]:
    """Import every family and return its cases, by the modules' names; without the slow ones if asked."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    wanted = (one for one in CASES if slow or not one.slow)
    return tuple(sorted(wanted, key=lambda one: one.name.partition(".")[0]))
