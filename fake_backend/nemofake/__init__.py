"""A faithful, deterministic stand-in for NemoVideo's backend, in virtual time."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .calls import Call
    from .testing import FakeServer, WorldHandle, running

from ._version import __version__

__all__ = ["Call", "FakeServer", "WorldHandle", "__version__", "running"]


def __getattr__(name: str) -> Any:
    """Load the server only when asked for: importing nemofake does nothing by itself."""
    if name in {"FakeServer", "WorldHandle", "running"}:
        return getattr(import_module("nemofake.testing"), name)
    if name == "Call":
        return import_module("nemofake.calls").Call
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
