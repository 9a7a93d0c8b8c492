"""The words that a scenario file may use; the fake and the client have theirs, and tests tie them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, WithJsonSchema

Operation = Literal[
    "token.issue",
    "token.claim",
    "session.create",
    "chat",
    "credits",
    "state",
    "upload",
    "render.submit",
    "render.status",
    "render.cancel",
    "render.download",
]
# What a journal names besides: media by their addresses, and what is no operation at all.
Traffic = Literal[
    "any",
    "token.issue",
    "token.claim",
    "session.create",
    "chat",
    "credits",
    "state",
    "upload",
    "render.submit",
    "render.status",
    "render.cancel",
    "render.download",
    "cdn.media",
    "cdn.generated",
    "cdn.render",
    "unknown",
]
Action = Literal["refuse", "silence", "fail", "hang-render", "expire-token", "revoke-token", "delete-session"]
ErrorCode = Literal[400, 402, 403, 404, 409, 429, 1001, 1002, 2001, 4001, 4002]
Scope = Literal["read", "write", "upload", "render", "*"]

# How a step may come out: well, or with one class of the client's errors.
Outcome = Literal[
    "ok",
    "ServiceUnavailable",
    "ProtocolError",
    "RequestRejected",
    "Forbidden",
    "SessionNotFound",
    "AuthenticationFailed",
    "RateLimited",
    "OutOfCredits",
    "UnsupportedFile",
    "FileTooLarge",
    "LocalFileError",
    "NothingToExport",
    "ExportBlocked",
    "RenderFailed",
    "RenderTimeout",
    "DownloadFailed",
]
# How a chat's stream may come to its end, as the client sees it.
Ending = Literal["complete", "silent", "dropped", "stalled", "timed out", "failed"]
# How an exchange may come to its end, as the journal sees it.
Closing = Literal["complete", "client-gone", "cut"]

Clause = Annotated[str, Field(pattern=r"^(C-)?[A-Z]{2,4}-[1-9][0-9]*$")]
Filename = Annotated[str, Field(pattern=r"^[\w][\w .()-]{0,120}$")]


def _figure(value: Any, *, whole: bool) -> Any:
    """Let through a figure from 0 on, or a range of two."""
    ends = value if isinstance(value, list) else [value, value]
    kinds = (int,) if whole else (int, float)
    if len(ends) != 2 or not all(isinstance(end, kinds) and not isinstance(end, bool) for end in ends):
        raise ValueError(f"must be a {'whole ' if whole else ''}number, or a range [low, high]")
    if not 0 <= ends[0] <= ends[1]:
        raise ValueError("a range is [low, high], from 0 on")
    if whole:
        return value
    return [float(end) for end in ends] if isinstance(value, list) else float(value)


def _schema(kind: str) -> dict[str, Any]:
    number = {"type": kind, "minimum": 0}
    return {"anyOf": [number, {"type": "array", "items": number, "minItems": 2, "maxItems": 2}]}


# An exact figure, or a range with both its ends.
Figure = Annotated[
    float | list[float],
    PlainValidator(lambda value: _figure(value, whole=False)),
    WithJsonSchema(_schema("number")),
]
Count = Annotated[
    int | list[int],
    PlainValidator(lambda value: _figure(value, whole=True)),
    WithJsonSchema(_schema("integer")),
]


def within(seen: float, wanted: float | list[float] | list[int]) -> bool:
    """Tell whether a figure is the one wanted, or within the range."""
    low, high = wanted if isinstance(wanted, list) else (wanted, wanted)
    return low <= seen <= high


class StrictModel(BaseModel):
    """A part of a scenario: no unknown keys, no silent conversions, never changed after loading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def rule_value(value: Any) -> Any:
    """Let through what a rule can be: a number, a word, a truth value, or a range of two whole numbers."""
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list) and len(value) == 2 and all(type(end) is int for end in value):
        return value
    raise ValueError("a rule takes a number, a word, true or false, or a range [low, high]")
