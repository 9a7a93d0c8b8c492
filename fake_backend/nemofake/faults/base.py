"""What can be done on the connection that an answer goes out on; faults turn actions into other actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..engine.scenario import OPERATIONS

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Head:
    """Send status and headers; header names are lower-case."""

    status: int
    headers: Headers

    def get(self, name: bytes) -> bytes | None:
        """Return the first header of this name."""
        return next((value for key, value in self.headers if key == name), None)

    def with_(self, **changes: bytes | None) -> Head:
        """Return a head with headers replaced (``content_type=…``), or left out where None."""
        named = {name.replace("_", "-").encode(): value for name, value in changes.items()}
        kept = tuple(pair for pair in self.headers if pair[0] not in named)
        return Head(self.status, kept + tuple((k, v) for k, v in named.items() if v is not None))

    @property
    def kind(self) -> bytes:
        """The content type as it stands there, empty where there is none."""
        return self.get(b"content-type") or b""

    @property
    def streams(self) -> bool:
        """Whether an event stream follows: one whose length nobody knows."""
        return self.kind.startswith(b"text/event-stream") and self.get(b"content-length") is None


@dataclass(frozen=True, slots=True)
class Data:
    """Send one chunk of the body; of a stream, the frames of an event, due at ``at_ms`` engine time."""

    body: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class End:
    """End the answer as HTTP has it: the final chunk, or the last byte that was announced."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Let engine time pass."""

    ms: int


@dataclass(frozen=True, slots=True)
class Hang:
    """Send nothing more, and keep the connection open."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Close the connection with a FIN, whatever was still announced."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Close the connection with a RST."""


@dataclass(frozen=True, slots=True)
class TimerTick:
    """Engine time has reached ``at_ms``, and there is nothing to send; for faults that strike by time."""

    at_ms: int


Break = Hang | Cut | Reset
Action = Head | Data | End | Wait | TimerTick | Break
Transform = Callable[[Action], Iterable[Action]]


def events_of(body: bytes) -> list[bytes]:
    """Return the frames in a stream's chunk, each with the blank line that ends it."""
    frames = [frame + b"\n\n" for frame in body.split(b"\n\n")]
    rest = frames.pop()[:-2]
    return [*frames, rest] if rest else frames


# What a strike can be aimed at: the engine's operations, and the media paths.
TARGETS = (*OPERATIONS, "cdn.media", "cdn.generated", "cdn.render")
FILMS = frozenset({"cdn.media", "cdn.generated", "cdn.render", "render.download"})
JSON_TARGETS = frozenset(TARGETS) - FILMS
STREAMS = frozenset({"chat"})

_YEAR_MS = 366 * 24 * 3_600_000
Count = Annotated[int, Field(ge=0, le=1 << 53)]
Ordinal = Annotated[int, Field(ge=1, le=1 << 53)]
Milliseconds = Annotated[int, Field(ge=0, le=_YEAR_MS)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=4096)]
Line = Annotated[str, Field(max_length=4096, pattern=r"^[^\r\n\x00]*$")]
HeaderText = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^[!-~]([ -~]*[!-~])?$")]

_MOST_TOLD = 60


@dataclass(frozen=True, slots=True)
class FaultContext:
    """What a fault is told of the answer it bends: when its head is due, engine ms, and the world's profile.

    ``strict_errors`` is profile ``http-status``: each error code has an HTTP status of its own (ENV-3).
    """

    start_ms: int
    strict_errors: bool = False


class Fault:
    """A fault of the infrastructure. Subclasses are frozen dataclasses with a ``name`` and a ``begin``.

    ``suits`` are the operations whose answers it can bend at all.
    """

    name: ClassVar[str]
    applies_to: ClassVar[frozenset[str]] = frozenset(TARGETS)
    __slots__ = ()

    @property
    def skips_backend(self) -> bool:
        """Whether the request never reaches the backend."""
        return False

    @property
    def told(self) -> str:
        """What it does, for the journal: its name, and its fields where there are any."""
        unsaid = (None, False, ())
        given = [(k, v) for k, v in self.settings.items() if not any(v is one for one in unsaid)]
        told = ", ".join(name if value is True else f"{name} {_short(value)}" for name, value in given)
        return f"{self.name} ({told})" if told else self.name

    @property
    def settings(self) -> dict[str, Any]:
        """Its fields by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    def begin(self, context: FaultContext) -> Transform:
        """Return what bends one answer."""
        raise NotImplementedError

    def fires_at_ms(self, start_ms: int) -> int | None:  # noqa: ARG002 - subclasses use it
        """Return when the fault strikes by itself, engine ms, or None where it waits for the answer."""
        return None


def _short(value: Any) -> str:
    told = value if isinstance(value, str) else repr(list(value) if isinstance(value, tuple) else value)
    return told if len(told) <= _MOST_TOLD else f"{told[: _MOST_TOLD - 1]}…"
