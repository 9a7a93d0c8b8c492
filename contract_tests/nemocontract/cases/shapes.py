"""What a value looks like, as predicates over JSON; none raises, whatever it is given."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, TypeGuard

_UTC: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]00:?00)")
_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_ENVELOPE: Final = ("code", "message", "data")


def is_text(value: Any) -> bool:
    """Tell whether it is a text that says something."""
    return isinstance(value, str) and bool(value.strip())


def is_whole(value: Any) -> TypeGuard[int]:
    """Tell whether it is an integer; truth values are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> TypeGuard[float]:
    """Tell whether it is a number; truth values are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_prefixed(value: Any, prefix: str) -> bool:
    """Tell whether it is a text with something after ``prefix``."""
    return isinstance(value, str) and value.startswith(prefix) and len(value) > len(prefix)


def is_digits(value: Any, count: int) -> bool:
    """Tell whether it is a text of exactly so many decimal digits."""
    return isinstance(value, str) and len(value) == count and value.isascii() and value.isdigit()


def is_hex(value: Any) -> bool:
    """Tell whether it is a text of hexadecimal digits."""
    return isinstance(value, str) and bool(_HEX.fullmatch(value))


def utc_ms(value: Any) -> int | None:
    """Return an ISO 8601 time in UTC as milliseconds since 1970, None where it is no such thing."""
    if not isinstance(value, str) or not _UTC.fullmatch(value):
        return None
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        return None
    return round(at.astimezone(UTC).timestamp() * 1000)


def lacking(value: Any, names: Iterable[str]) -> tuple[str, ...]:
    """Return which of these fields an object does not have; all of them where it is no object."""
    return tuple(name for name in names if not isinstance(value, dict) or name not in value)


def is_envelope(answer: Any) -> bool:
    """Tell whether it is code, message and data, whatever they say (ENV-1)."""
    return not lacking(answer, _ENVELOPE) and is_whole(answer["code"]) and isinstance(answer["message"], str)


def is_success(answer: Any) -> bool:
    """Tell whether it is the envelope of a success (ENV-1)."""
    return is_envelope(answer) and answer["code"] == 0 and answer["message"] == "success"


def is_failure(answer: Any) -> bool:
    """Tell whether it is the envelope of a refusal: a code, words for a person, and no data (ENV-2)."""
    return (
        is_envelope(answer) and answer["code"] != 0 and is_text(answer["message"]) and answer["data"] is None
    )
