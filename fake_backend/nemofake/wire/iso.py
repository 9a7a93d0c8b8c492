"""Engine milliseconds as the two date spellings of the wire, without reading a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

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
