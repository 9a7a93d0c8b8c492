"""Fixed checks of a server, one module per subject."""

from __future__ import annotations

import importlib
import pkgutil

from nemocontract.http.case import CASES, Case


def load(*, slow: bool = True) -> tuple[Case, ...]:
    """Import every module and return all cases by module name, without the slow ones if asked."""
    for module in sorted(found.name for found in pkgutil.iter_modules(__path__)):
        importlib.import_module(f"{__name__}.{module}")
    wanted = (one for one in CASES if slow or not one.slow)
    return tuple(sorted(wanted, key=lambda one: one.name.partition(".")[0]))
