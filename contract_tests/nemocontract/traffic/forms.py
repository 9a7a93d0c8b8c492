"""What a recorded form held: its fields, and the names of its files."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import parse_qsl

_FILE: Final = re.compile(
    r"""content-disposition:[^\r\n]*?\bfilename="((?:[^"\\\r\n]|\\.)*)\"""", re.IGNORECASE
)


def file_names(text: str) -> tuple[str, ...]:
    """Return the names of the files in a multipart body that was recorded as text."""
    return tuple(found[1].replace('\\"', '"') for found in _FILE.finditer(text))


def fields_of(text: str) -> dict[str, Any]:
    """Return the fields of a body of the kind application/x-www-form-urlencoded."""
    return dict(parse_qsl(text, keep_blank_values=True))
