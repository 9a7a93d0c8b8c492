"""Commands as JSON: an argument that JSON does not have is written as a value, and read by its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ..engine.accounts import Token
from ..engine.backend import Backend, UploadPermit
from ..engine.library import MediaInfo
from ..engine.scenario import ScenarioConfig, Trigger
from ..faults import FaultRule, parse_fault_rule, to_dict


@dataclass(frozen=True, slots=True)
class NumberedPermit(UploadPermit):
    """An upload that may begin; ``number`` is that of the command that opened it."""

    number: int = 0


class UnknownCommandError(ValueError):
    """A command that this version does not have, or whose arguments it cannot read."""


Permits = dict[int, NumberedPermit]  # those that were opened and not completed, by number


def encode(value: Any) -> str:
    """Return a value as JSON; raise TypeError for what no command has."""
    return json.dumps(value, default=_plain, separators=(",", ":"))


def decode(name: str, text: str, backend: Backend, permits: Permits) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments of a command; raise UnknownCommandError."""
    try:
        decoders = _DECODERS[name]
        values, options = json.loads(text)
        for at, read in decoders.items():
            values[at] = read(values[at], backend, permits)
    except (LookupError, TypeError, ValueError) as error:
        raise UnknownCommandError(f"{type(error).__name__}: {error}") from None
    return values, options


def _plain(value: Any) -> Any:
    for kind, plain in _PLAIN.items():
        if isinstance(value, kind):
            return plain(value)
    raise TypeError(f"{type(value).__name__} cannot be written to a log")


_PLAIN: dict[type, Callable[[Any], Any]] = {
    Token: lambda token: token.value,
    NumberedPermit: lambda permit: permit.number,
    MediaInfo: asdict,
    Trigger: asdict,
    FaultRule: to_dict,
    ScenarioConfig: lambda scenario: scenario.name,
    bytes: lambda value: value.decode("latin-1"),
}

_Reader = Callable[[Any, Backend, Permits], Any]


def _token(value: str, backend: Backend, _permits: Permits) -> Token:
    return backend.data.tokens[value]


def _permit(value: int, _backend: Backend, permits: Permits) -> NumberedPermit:
    return permits.pop(value)


def _media(files: list[dict[str, Any]], _backend: Backend, _permits: Permits) -> list[MediaInfo]:
    return [MediaInfo(**{**file, "silences": tuple(map(tuple, file["silences"]))}) for file in files]


def _bearer(value: str | None, _backend: Backend, _permits: Permits) -> bytes | None:
    return None if value is None else value.encode("latin-1")


def _trigger(value: dict[str, Any], _backend: Backend, _permits: Permits) -> Trigger:
    return Trigger(**value)


def _rule(value: dict[str, Any], _backend: Backend, _permits: Permits) -> FaultRule:
    return parse_fault_rule(value)


_PLAIN_COMMANDS = (
    "authenticate",
    "clear",
    "clear_triggers",
    "clock",
    "end_token",
    "issue_token",
    "reach",
    "register_account",
    "set_scenario",
    "update_account",
)
_TOKEN_COMMANDS = (
    "balance",
    "cancel_render",
    "claim_token",
    "create_session",
    "finished_render",
    "open_upload",
    "render_status",
    "start_turn",
    "state",
    "submit_render",
)
# Every command, and how those of its arguments are read that JSON does not have.
_DECODERS: dict[str, dict[int, _Reader]] = {
    **{name: {} for name in _PLAIN_COMMANDS},
    **{name: {0: _token} for name in _TOKEN_COMMANDS},
    "add": {0: _rule},
    "add_files": {0: _permit, 1: _media},
    "add_trigger": {0: _trigger},
    "match": {2: _bearer},
}
