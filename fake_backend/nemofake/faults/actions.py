"""What can be done on the connection that an answer goes out on; faults turn actions into other actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

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
class Stall:
    """Send nothing more, and keep the connection open."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Close the connection with a FIN, whatever was still announced."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Close the connection with a RST."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Engine time has reached ``at_ms``, and there is nothing to send; for faults that strike by time."""

    at_ms: int


Break = Stall | Cut | Reset
Action = Head | Data | End | Wait | Tick | Break
Bend = Callable[[Action], Iterable[Action]]


def events_of(body: bytes) -> list[bytes]:
    """Return the frames in a stream's chunk, each with the blank line that ends it."""
    frames = [frame + b"\n\n" for frame in body.split(b"\n\n")]
    rest = frames.pop()[:-2]
    return [*frames, rest] if rest else frames
