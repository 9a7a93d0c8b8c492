"""Faults that rewrite an answer's JSON as a whole; streams and films pass."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

from .actions import Action, Bend, Cut, Data, End, Head, Reset, Stall
from .fault import JSON_TARGETS, Fault, Scene

_FILMS = (b"video/", b"audio/", b"image/")


class Whole(Fault):
    """A fault that rewrites a JSON answer's body as a whole."""

    suits: ClassVar[frozenset[str]] = JSON_TARGETS
    __slots__ = ()

    def begin(self, scene: Scene) -> Bend:  # noqa: ARG002
        """Collect the answer, then send it rewritten; one that breaks off goes out as it is."""
        held: list[Head | Data] = []

        def bend(action: Action) -> Iterable[Action]:
            if isinstance(action, Head) and not action.streams and not action.kind.startswith(_FILMS):
                held.append(action)
                return ()
            if held and isinstance(action, Data):
                held.append(action)
                return ()
            if held and isinstance(action, End):
                return self._sent(held)
            if held and isinstance(action, Stall | Cut | Reset):
                return (*held, action)
            return (action,)

        return bend

    def _sent(self, held: list[Head | Data]) -> Iterator[Action]:
        parts = [action for action in held if isinstance(action, Data)]
        head, body = self.rewrite(held[0], b"".join(part.body for part in parts))  # type: ignore[arg-type]  # heads come first
        yield head.with_(content_length=b"%d" % len(body), transfer_encoding=None)
        yield Data(body, parts[-1].at_ms if parts else 0)
        yield End()

    def rewrite(self, head: Head, body: bytes) -> tuple[Head, bytes]:
        """Return head and body as the fault leaves them; the length is set afterwards."""
        raise NotImplementedError


def rewritten_json(body: bytes, change: Callable[[Any], Any]) -> bytes:
    """Return a JSON body after ``change(value)``; anything that is no JSON stays as it is."""
    try:
        value = json.loads(body)
    except ValueError:
        return body
    told = json.dumps(change(value), ensure_ascii=False, separators=(",", ":"))
    return told.encode("utf-8", "backslashreplace")  # a lone surrogate stays an escape
