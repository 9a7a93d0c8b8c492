"""Values to compact JSON in UTF-8, fast, and whole even where Python text is not valid Unicode."""

from __future__ import annotations

from collections.abc import Mapping
from json import JSONEncoder
from typing import Any


def _plain(value: object) -> dict[Any, Any]:
    """Give read-only mappings, which engine values use, the one form json knows."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


# Built once: the three arguments that cost time are looked up at import, not at each answer.
_ENCODER = JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"), default=_plain
)

json_text = _ENCODER.encode


def utf8(text: str) -> bytes:
    r"""Return JSON text as bytes; a lone surrogate becomes its ``\udXXX`` escape, which JSON allows."""
    return text.encode("utf-8", "backslashreplace")


def json_bytes(value: Any) -> bytes:
    """Return ``value`` as compact JSON bytes; ValueError for NaN and infinities, which JSON lacks."""
    return utf8(json_text(value))
