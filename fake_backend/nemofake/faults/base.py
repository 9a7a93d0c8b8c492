"""What every fault is, and the actions on a connection that faults transform into other actions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..engine.scenario import OPERATIONS

Headers = tuple[tuple[bytes, bytes], ...]

# What a rule can match: the engine's operations, and the media paths.
TARGETS = (*OPERATIONS, "cdn.media", "cdn.generated", "cdn.render")
VIDEO_TARGETS = frozenset({"cdn.media", "cdn.generated", "cdn.render", "render.download"})
JSON_TARGETS = frozenset(TARGETS) - VIDEO_TARGETS
STREAMS = frozenset({"chat"})

_YEAR_MS = 366 * 24 * 3_600_000
Count = Annotated[int, Field(ge=0, le=1 << 53)]
Ordinal = Annotated[int, Field(ge=1, le=1 << 53)]
Milliseconds = Annotated[int, Field(ge=0, le=_YEAR_MS)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=4096)]
Line = Annotated[str, Field(max_length=4096, pattern=r"^[^\r\n\x00]*$")]
HeaderText = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^[!-~]([ -~]*[!-~])?$")]


@dataclass(frozen=True, slots=True)
class Head:
    """Send status and headers; header names are lower-case."""

    status: int
    headers: Headers

    def get(self, name: bytes) -> bytes | None:
        """Return the first header of this name."""
        return next((value for key, value in self.headers if key == name), None)

    def with_(self, **changes: bytes | None) -> Head:
        """Return a head with headers replaced (``content_type=…``), or removed if None."""
        named = {name.replace("_", "-").encode(): value for name, value in changes.items()}
        others = tuple(pair for pair in self.headers if pair[0] not in named)
        return Head(self.status, others + tuple((k, v) for k, v in named.items() if v is not None))

    @property
    def content_type(self) -> bytes:
        """The content type, empty if there is none."""
        return self.get(b"content-type") or b""

    @property
    def is_stream(self) -> bool:
        """Whether an event stream follows: a body of unknown length."""
        return self.content_type.startswith(b"text/event-stream") and self.get(b"content-length") is None


@dataclass(frozen=True, slots=True)
class Data:
    """Send one chunk of the body; of a stream, the frames of an event, due at ``at_ms`` engine time."""

    body: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class End:
    """End the response properly: the final chunk, or the last byte that was announced."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Let engine time pass."""

    ms: int


@dataclass(frozen=True, slots=True)
class Hang:
    """Send nothing more, and keep the connection open."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Close the connection with a FIN, even if more was announced."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Close the connection with a RST."""


@dataclass(frozen=True, slots=True)
class TimerTick:
    """Engine time has reached ``at_ms`` and there is nothing to send; for faults that apply at a time."""

    at_ms: int


Break = Hang | Cut | Reset
Action = Head | Data | End | Wait | TimerTick | Break
Transform = Callable[[Action], Iterable[Action]]


@dataclass(frozen=True, slots=True)
class FaultContext:
    """The response that a fault transforms: when its head is due, engine ms, and the world's profile.

    ``strict_errors`` is profile ``http-status``: each error code has its own HTTP status (ENV-3).
    """

    start_ms: int
    strict_errors: bool = False


class Fault:
    """A fault of the infrastructure. Subclasses are frozen dataclasses with a ``name`` and a ``start``.

    ``applies_to`` are the operations whose responses it can change.
    """

    name: ClassVar[str]
    applies_to: ClassVar[frozenset[str]] = frozenset(TARGETS)
    __slots__ = ()

    @property
    def skips_backend(self) -> bool:
        """Whether the request never reaches the backend."""
        return False

    @property
    def description(self) -> str:
        """What it does, for the journal: its name, and its fields if any are set."""
        given = [
            (k, v) for k, v in self.settings.items() if not any(v is unset for unset in (None, False, ()))
        ]
        text = ", ".join(name if value is True else f"{name} {_short(value)}" for name, value in given)
        return f"{self.name} ({text})" if text else self.name

    @property
    def settings(self) -> dict[str, Any]:
        """Its fields by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    def start(self, context: FaultContext) -> Transform:
        """Return what transforms one response, action by action."""
        raise NotImplementedError

    def fires_at_ms(self, start_ms: int) -> int | None:  # noqa: ARG002 - subclasses use it
        """Return when the fault applies by itself, engine ms, or None if it waits for the response."""
        return None


def _short(value: Any, limit: int = 60) -> str:
    text = value if isinstance(value, str) else repr(list(value) if isinstance(value, tuple) else value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def events_of(body: bytes) -> list[bytes]:
    """Return the frames in a stream's chunk, each with the blank line that ends it."""
    frames = [frame + b"\n\n" for frame in body.split(b"\n\n")]
    rest = frames.pop()[:-2]
    return [*frames, rest] if rest else frames


def rewritten_json(body: bytes, change: Callable[[Any], Any]) -> bytes:
    """Return a JSON body after ``change(value)``; a body that is not JSON stays unchanged."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    text = json.dumps(change(value), ensure_ascii=False, separators=(",", ":"))
    return utf8(text)


def with_unknown_fields(value: Any) -> Any:
    """Return a JSON value with an unknown field in every object."""
    if isinstance(value, list):
        return [with_unknown_fields(item) for item in value]
    if isinstance(value, dict):
        fields_ = {key: with_unknown_fields(item) for key, item in value.items()}
        return fields_ | {"x_unknown": {"nested": [1, None, "x"]}}
    return value


def utf8(text: str) -> bytes:
    """Return text as UTF-8; a lone surrogate stays an escape."""
    return text.encode("utf-8", "backslashreplace")
