"""Reads JSON that may hold anything: what is not as expected is nothing, and no value raises."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

_DECODER = json.JSONDecoder(parse_constant=lambda _: None)  # NaN and Infinity are no JSON


def parse_json(source: bytes | str) -> Any:
    """Return the value, or None for anything that is not JSON, however hostile it is."""
    try:
        return _DECODER.decode(source if isinstance(source, str) else _decoded(source))
    except (ValueError, RecursionError):  # deep nesting is no reason to fail
        return None


def _decoded(source: bytes) -> str:
    return source.decode(json.detect_encoding(source), "surrogatepass")


def mapping(value: Any) -> Mapping[str, Any]:
    """Return the value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def objects_in(value: Any) -> list[Mapping[str, Any]]:
    """Return the objects of a JSON array, or of an object's values; else none."""
    found = value.values() if isinstance(value, dict) else value
    return [row for row in found if isinstance(row, dict)] if isinstance(value, dict | list) else []


def printable_text(value: Any) -> str:
    """Return a string as it can be shown: no control characters, no half characters; else nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    text = str(value)
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    whole = text.encode("utf-8", "replace").decode()
    return "".join(sign for sign in whole if sign.isprintable() or sign in "\n\t")


def number(value: Any) -> float | None:
    """Return a finite number, or None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e15 and math.isfinite(value) else None
