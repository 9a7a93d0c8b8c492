"""Engine milliseconds as the two date spellings of the wire, without reading a clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from json import JSONEncoder
from typing import Any

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MAX_S = 253_402_300_799  # 9999-12-31T23:59:59, the last second a four-digit year can spell
_MIN_S = 0


def _moment(second: int) -> datetime:
    """Return the instant, held inside 1970 to 9999: an absurd clock must not break an answer."""
    return _EPOCH + timedelta(seconds=max(_MIN_S, min(second, _MAX_S)))


@lru_cache(maxsize=1024)
def _iso_second(second: int) -> str:
    return _moment(second).strftime("%Y-%m-%dT%H:%M:%S.")


@lru_cache(maxsize=1024)
def _http_second(second: int) -> bytes:
    return format_datetime(_moment(second), usegmt=True).encode("ascii")


def iso_utc(ms: int) -> str:
    """Return ISO 8601 in UTC with milliseconds, as ``2026-11-22T06:22:20.274Z`` (AUTH-1, REN-7)."""
    second, rest = divmod(ms, 1000)
    return f"{_iso_second(second)}{rest:03d}Z"


def http_date(ms: int) -> bytes:
    """Return the ``Date`` header's value, as ``Sun, 22 Nov 2026 06:22:20 GMT``."""
    return _http_second(ms // 1000)


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
