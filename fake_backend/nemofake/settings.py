"""The settings of a server as one value: command-line options, then environment, then these defaults."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from typing import Any

from .engine.parameters import Parameters
from .wire.profile import Profile

# Engine time of a new world under `auto` and `manual`: 2026-01-01T00:00:00Z. A fixed instant, so that
# the same requests give the same bytes on any day.
DEFAULT_START_MS = 1_767_225_600_000
_MAX_WORKERS = 64
_MAX_VALUE = 10**15  # of any parameter: 30,000 years in milliseconds, and still exact as a float


class SettingError(ValueError):
    """A setting has an invalid value; the message is one sentence for the user."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a server; ``start_ms`` None means the default, or today under a running clock."""

    host: str = "127.0.0.1"
    port: int = 8787
    clock: str = "auto"
    seed: int = 42
    scenario: str = "happy-path"
    profile: str = ""
    control: bool = True  # whether there is a control API
    admin_token: str | None = field(default=None, repr=False)
    allowed_hosts: frozenset[str] = frozenset()  # Host names of the control API besides loopback
    cors_origins: frozenset[str] = frozenset()  # origins of browser clients; "*" is any
    public_url: str | None = None  # base URL of media paths; default: the address that the client used
    start_ms: int | None = None
    parameters: Parameters = field(default_factory=Parameters)
    fetch_hosts: frozenset[str] = frozenset()  # UPL-6: hosts that a URL upload may really fetch from
    fetch_timeout_s: float = 30.0  # for all URLs of one upload together
    auto_poll_ms: int = 30_000  # the wait that a poll of unfinished work stands for, under `auto`
    max_json_bytes: int = 8 * 1024 * 1024
    max_drain_bytes: int = 64 * 1024 * 1024  # read of a refused body before the answer, and for how long
    max_drain_s: float = 10.0
    max_videos: int = 64  # rendered videos on disk, shared by all worlds
    media_workers: int = 0  # processes that read and render media; 0: this process does
    max_journal_entries: int = 10_000
    max_journal_body_bytes: int = 64 * 1024  # of a request's body; a longer one has its length and hash
    max_journal_bytes: int = 256 * 1024 * 1024  # of bodies and events, per world
    max_worlds: int = 10_000  # with accounts; the longest unused goes when there are more
    same_ids: bool = False  # whether all worlds of one seed draw the same ids and numbers
    db: str | None = None  # database file that keeps the worlds; None: they end with the server

    def __post_init__(self) -> None:
        Profile.parse(self.profile)
        if not 0 <= self.port <= 65_535:
            raise SettingError(f"port {self.port} is not between 0 and 65535")
        _check_admin_token(self.admin_token)
        if self.max_worlds < 1:
            raise SettingError(f"max worlds must be 1 or more, got {self.max_worlds}")
        if not 0 <= self.media_workers <= _MAX_WORKERS:
            raise SettingError(
                f"media workers must be between 0 and {_MAX_WORKERS}, got {self.media_workers}"
            )

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    def check_exposure(self) -> None:
        """Raise SettingError if other machines could reach a control API that needs no token."""
        if self.control and not self.on_loopback and not self.admin_token:
            raise SettingError(f"host {self.host} is not loopback: set --admin-token for the control API")


def _check_admin_token(token: str | None) -> None:
    """Raise SettingError, which never shows the token, if no header could carry it."""
    if token is None:
        return
    if not token.strip():
        raise SettingError("the admin token is empty: give one, or leave out --admin-token")
    if token != token.strip() or not (token.isascii() and token.isprintable()):
        raise SettingError("the admin token must be printable ASCII without spaces around it")


def is_loopback(host: str) -> bool:
    """Return whether a host name or address always means this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def with_parameters(base: Parameters, changes: Mapping[str, Any]) -> Parameters:
    """Return ``base`` with fields replaced; raise SettingError naming an unknown one or a wrong value.

    Ranges are pairs ``[low, high]``; text like ``"0.5"``, ``"true"``, ``"100,200"`` is converted as needed.
    """
    known = {f.name: getattr(base, f.name) for f in fields(base)}
    values = dict(known)
    for name, value in changes.items():
        if name not in known:
            close = " or ".join(get_close_matches(name, known)) or ", ".join(sorted(known))
            raise SettingError(f"unknown parameter {name[:80]!r}; did you mean {close}?")
        values[name] = _converted(name, value, known[name])
    return Parameters(**values)


def _converted(name: str, value: Any, default: Any) -> Any:
    try:
        converted = _CONVERTERS[type(default)](value)
    except (TypeError, ValueError, OverflowError):
        shape = "low,high" if isinstance(default, tuple) else type(default).__name__
        raise SettingError(f"parameter {name} must be {shape}, got {repr(value)[:80]}") from None
    _check_bounds(name, converted)
    return converted


def _check_bounds(name: str, value: Any) -> None:
    if isinstance(value, str | bool):
        return
    low, high = value if isinstance(value, tuple) else (0, value)
    limit = 1 if name.endswith("_share") else _MAX_VALUE
    if not 0 <= low <= high <= limit:
        order = " and low must not exceed high" if isinstance(value, tuple) else ""
        raise SettingError(f"parameter {name} must be between 0 and {limit}{order}, got {repr(value)[:80]}")


def _bool(value: Any) -> bool:
    words = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}
    return words[str(value).lower()] if str(value).lower() in words else _reject()


def _int(value: Any) -> int:
    return _reject() if isinstance(value, bool | float) else int(value)


def _float(value: Any) -> float:
    return _reject() if isinstance(value, bool) else float(value)


def _pair(value: Any) -> tuple[int, int]:
    low, high = value.split(",") if isinstance(value, str) else value
    return _int(low), _int(high)


def _str(value: Any) -> str:
    return value if isinstance(value, str) else _reject()


def _reject() -> Any:
    raise ValueError


_CONVERTERS: dict[type, Callable[[Any], Any]] = {
    bool: _bool, int: _int, float: _float, str: _str, tuple: _pair,
}  # fmt: skip
