"""What every fault is: a value with a name, which bends one answer at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

from .actions import Action, Bend, Cut, Data, End, Head, Tick


class Fault:
    """A fault of the infrastructure. Subclasses are frozen dataclasses with a ``name`` and a ``begin``."""

    name: ClassVar[str]
    __slots__ = ()

    @property
    def bypass(self) -> bool:
        """Whether the request never reaches the backend."""
        return False

    def begin(self, start_ms: int) -> Bend:
        """Return what bends one answer, whose head is due at ``start_ms`` engine time."""
        raise NotImplementedError

    def deadline_ms(self, start_ms: int) -> int | None:  # noqa: ARG002 - subclasses use it
        """Return when the fault strikes by itself, engine ms, or None where it waits for the answer."""
        return None


class Whole(Fault):
    """A fault that rewrites an answer's body as a whole; event streams pass unless ``streams`` is set."""

    streams: ClassVar[bool] = False
    __slots__ = ()

    def begin(self, start_ms: int) -> Bend:
        """Collect the answer, then send it rewritten."""
        held: list[Any] = []

        def bend(action: Action) -> Iterable[Action]:
            if isinstance(action, Head):
                if action.streams and not self.streams:
                    return (action,)
                held.append(action)
                return ()
            if not held or not isinstance(action, Data | End):
                return (action,)
            held.append(action)
            return self._sent(held) if isinstance(action, End) else ()

        return bend

    def _sent(self, held: list[Any]) -> Iterator[Action]:
        head: Head = held[0]
        parts = [action for action in held if isinstance(action, Data)]
        head, body = self.rewrite(head, b"".join(part.body for part in parts))
        yield head.with_(content_length=str(len(body)).encode(), transfer_encoding=None)
        yield Data(body, parts[-1].at_ms if parts else 0)
        yield End()

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return head and body as the fault leaves them; the length is set afterwards."""
        raise NotImplementedError


class Frames(Fault):
    """A fault that rewrites the events of a stream; other answers pass."""

    __slots__ = ()

    def begin(self, start_ms: int) -> Bend:
        """Rewrite each event's frame as it passes."""
        count, streams = 0, False

        def bend(action: Action) -> Iterable[Action]:
            nonlocal count, streams
            if isinstance(action, Head):
                streams = action.streams
            if not streams or not isinstance(action, Data):
                return self.around(action) if streams else (action,)
            count += 1
            return (Data(body, action.at_ms) for body in self.frames(action.body, count))

        return bend

    def frames(self, frame: bytes, nth: int) -> Iterable[bytes]:
        """Return what is sent for the ``nth`` event, from 1."""
        raise NotImplementedError

    def around(self, action: Action) -> Iterable[Action]:
        """Return what is sent for anything that is no event."""
        return (action,)


@dataclass(frozen=True)
class Spot(Fault):
    """A fault that strikes at a spot and lets nothing follow.

    After ``after_events`` data chunks, after ``after_bytes`` bytes of body, ``at_ms`` engine ms after the
    answer began, or, ``at_end``, in place of its proper end; whichever comes first. With none of them,
    right after the head. An answer that is over before the spot is not struck.
    """

    after_events: int | None = None
    after_bytes: int | None = None
    at_ms: int | None = None
    at_end: bool = False

    last: ClassVar[Action] = Cut()

    def begin(self, start_ms: int) -> Bend:
        """Pass what comes before the spot, then end the answer."""
        return _SpotBend(self, start_ms)

    def deadline_ms(self, start_ms: int) -> int | None:
        """Return when a fault with ``at_ms`` strikes."""
        return None if self.at_ms is None else start_ms + self.at_ms

    @property
    def at_once(self) -> bool:
        """Whether it strikes right after the head."""
        spots = (self.after_events, self.after_bytes, self.at_ms)
        return 0 in spots or (not self.at_end and all(spot is None for spot in spots))


class _SpotBend:
    """One answer on its way to the spot."""

    def __init__(self, fault: Spot, start_ms: int) -> None:
        self._fault = fault
        self._due_ms = fault.deadline_ms(start_ms)
        self._events = self._bytes = 0
        self._struck = False

    def __call__(self, action: Action) -> Iterable[Action]:
        if self._struck:
            return ()
        if isinstance(action, Head):
            return self._strike(action) if self._fault.at_once else (action,)
        if isinstance(action, Tick):
            return self._strike() if self._due_ms is not None and action.at_ms >= self._due_ms else (action,)
        if isinstance(action, Data):
            return self._data(action)
        return self._strike() if isinstance(action, End) and self._fault.at_end else (action,)

    def _data(self, action: Data) -> Iterable[Action]:
        if self._due_ms is not None and action.at_ms >= self._due_ms:
            return self._strike()
        room = None if self._fault.after_bytes is None else self._fault.after_bytes - self._bytes
        if room is not None and len(action.body) >= room:
            return self._strike(Data(action.body[:room], action.at_ms))
        self._events, self._bytes = self._events + 1, self._bytes + len(action.body)
        full = self._fault.after_events is not None and self._events >= self._fault.after_events
        return self._strike(action) if full else (action,)

    def _strike(self, *before: Action) -> Iterable[Action]:
        self._struck = True
        return (*before, self._fault.last)


def rewritten_json(body: bytes, change: Any) -> bytes:
    """Return a JSON body after ``change(value)``; anything that is no JSON stays as it is."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    return json.dumps(change(value), ensure_ascii=False, separators=(",", ":")).encode()
