"""What a server can be told, as one value: flags, then environment, then these defaults."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from .engine.parameters import Parameters
from .wire.profile import Profile

# Engine time of a new world under `auto` and `manual`: 2026-01-01T00:00:00Z. A fixed instant, so that
# the same requests give the same bytes on any day.
DEFAULT_START_MS = 1_767_225_600_000
_MOST = 10**15  # of any rule: 30,000 years in milliseconds, and still exact as a float


class SettingError(ValueError):
    """A setting has a value it cannot have; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a server; ``start_ms`` None means the default, or today under a running clock."""

    host: str = "127.0.0.1"
    port: int = 8787
    clock: str = "auto"
    seed: int = 42
    scenario: str = "happy-path"
    profile: str = ""
    control: bool = True  # whether there is a control API; without it a fake looks like any server
    admin_token: str | None = None
    public_url: str | None = None  # in front of media paths; default: the address the client used
    start_ms: int | None = None
    rules: Parameters = field(default_factory=Parameters)
    fetch_hosts: frozenset[str] = frozenset()  # UPL-6: hosts a URL upload may really fetch from
    auto_poll_ms: int = 30_000  # what a poll of unfinished work counts as, under `auto`
    max_json_bytes: int = 8 * 1024 * 1024
    max_films: int = 64  # rendered films kept on disk, shared by all worlds
    max_journal_entries: int = 10_000
    max_worlds: int = 10_000

    def __post_init__(self) -> None:
        Profile.parse(self.profile)
        if not 0 <= self.port <= 65_535:
            raise SettingError(f"port {self.port} is not between 0 and 65535")

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def check_exposure(self) -> None:
        """Raise SettingError where others could reach a control API that demands no token."""
        if self.control and not self.on_loopback and not self.admin_token:
            raise SettingError(f"host {self.host} is not loopback: set --admin-token for the control API")


def with_parameters(base: Parameters, changes: Mapping[str, Any]) -> Parameters:
    """Return ``base`` with fields replaced; raise SettingError naming an unknown rule or a mistyped value.

    Ranges are pairs ``[low, high]``; text like ``"0.5"``, ``"true"``, ``"100,200"`` is read as needed.
    """
    known = {f.name: getattr(base, f.name) for f in fields(base)}
    values = dict(known)
    for name, value in changes.items():
        if name not in known:
            raise SettingError(f"unknown rule {name[:80]!r}; rules are {', '.join(sorted(known))}")
        values[name] = _converted(name, value, known[name])
    return Parameters(**values)


def _converted(name: str, value: Any, like: Any) -> Any:
    try:
        read = _READERS[type(like)](value)
    except (TypeError, ValueError, OverflowError):
        shape = "low,high" if isinstance(like, tuple) else type(like).__name__
        raise SettingError(f"rule {name} takes {shape}, not {repr(value)[:80]}") from None
    _check_bounds(name, read)
    return read


def _check_bounds(name: str, value: Any) -> None:
    low, high = value if isinstance(value, tuple) else (0, value)
    if isinstance(value, str | bool):
        return
    if not 0 <= low <= high <= _MOST or (name.endswith("_share") and value > 1):
        raise SettingError(f"rule {name} is out of bounds: {repr(value)[:80]}")


def _bool(value: Any) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    return words[str(value).lower()] if str(value).lower() in words else _refuse()


def _int(value: Any) -> int:
    return _refuse() if isinstance(value, bool | float) else int(value)


def _float(value: Any) -> float:
    return _refuse() if isinstance(value, bool) else float(value)


def _pair(value: Any) -> tuple[int, int]:
    low, high = value.split(",") if isinstance(value, str) else value
    return _int(low), _int(high)


def _str(value: Any) -> str:
    return value if isinstance(value, str) else _refuse()


def _refuse() -> Any:
    raise ValueError


_READERS: dict[type, Callable[[Any], Any]] = {bool: _bool, int: _int, float: _float, str: _str, tuple: _pair}
