"""The shape of a JSON value: its keys, its types, and how its texts are spelled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

_SPELLINGS: Final = (
    ("a time in UTC, ISO 8601", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)"),
    ("a time, ISO 8601, not in UTC", r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:[+-]\d\d:?\d\d)?"),
    ("19 digits", r"\d{19}"),
    ("a token nmv_usr_…", r"nmv_usr_.+"),
    ("a token clm_…", r"clm_.+"),
    ("an id anon_…", r"anon_.+"),
    ("an id render_…", r"render_.+"),
    ("an address", r"https?://\S+"),
    ("a UUID", r"(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"),
    ("hexadecimal digits", r"[0-9a-f]{12,}"),
)
_PATTERNS: Final = tuple((label, re.compile(pattern)) for label, pattern in _SPELLINGS)


def label(value: Any) -> str:
    """Return a value's type, for texts of a known spelling that spelling."""
    if isinstance(value, str):
        return next((known for known, pattern in _PATTERNS if pattern.fullmatch(value)), "a text")
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "null" if value is None else "a list" if isinstance(value, list) else "an object"


def shape(value: Any, path: str = "") -> dict[str, str]:
    """Return the label of every place in a value; the items of a list count as one, ``path[]``.

    Where items differ in type their labels are joined. A key is there if any item has it.
    """
    found: dict[str, set[str]] = {}
    for place, told in _walk(value, path):
        found.setdefault(place, set()).add(told)
    return {place: " or ".join(sorted(told)) for place, told in found.items()}


def _walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
    yield path, label(value)
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, f"{path}[]")
