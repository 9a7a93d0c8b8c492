"""A client under test by its name, ``module:Class`` or ``file.py:Class``."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from nemocontract.client_adapter import ClientAdapter

_METHODS = ("open", "say", "close")


def load_subject(name: str) -> Callable[[], ClientAdapter]:
    """Return what makes a client under test; raise ValueError, in one sentence, for what cannot be one."""
    place, colon, attribute = name.rpartition(":")
    if not colon or not place or not attribute:
        raise ValueError(f"{name!r} is not of the form module:Class")
    module = _from_file(Path(place)) if place.endswith(".py") else _from_path(place)
    made = getattr(module, attribute, None)
    if not callable(made):
        raise ValueError(f"{place} has no class {attribute}")
    lacking = [method for method in _METHODS if not callable(getattr(made, method, None))]
    if lacking:
        raise ValueError(
            f"{name} is no subject: it has no {', '.join(lacking)}; see nemocontract.client_adapter"
        )
    return made  # type: ignore[no-any-return]  # its methods were looked for


def _from_path(place: str) -> ModuleType:
    if (here := str(Path.cwd())) not in sys.path:
        sys.path.insert(0, here)
    try:
        return importlib.import_module(place)
    except ImportError as error:
        raise ValueError(f"module {place} cannot be imported: {error}") from None


def _from_file(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise ValueError(f"there is no file {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001  whatever it is, the module is somebody else's
        raise ValueError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from None
    return module
