"""The noise text that a stream may end with after a normal reply (SSE-10)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from .actions import Action, Bend, Data, End, Head, events_of
from .fault import STREAMS, Fault, Line, Scene

_ACTOR = frozenset({"invocationId", "author", "actions", "nodeInfo"})


@dataclass(frozen=True)
class TemporaryIssue(Fault):
    """End a stream with the noise text, in the dialect of the events before it."""

    name = "temporary_issue"
    suits: ClassVar[frozenset[str]] = STREAMS
    text: Line = "I encountered a temporary issue. Please try again later."

    def begin(self, scene: Scene) -> Bend:  # noqa: ARG002
        """Watch what passes, and speak before the end."""
        streams = False
        model: dict[str, Any] = {}

        def bend(action: Action) -> Iterable[Action]:
            nonlocal streams, model
            if isinstance(action, Head):
                streams = action.streams
            elif isinstance(action, Data) and streams:
                model = _last_adk_event(action.body) or model
            elif isinstance(action, End) and streams:
                return (Data(self._frame(model), 0), action)
            return (action,)

        return bend

    def _frame(self, model: dict[str, Any]) -> bytes:
        """Return the noise as one event, shaped as an event of the agent's where ADK's are spoken."""
        event = _adk_event(model, self.text) if model else {"type": "text", "content": self.text}
        told = json.dumps(event, ensure_ascii=False, separators=(",", ":"))
        return f"data: {told}\n\n".encode("utf-8", "backslashreplace")


def _last_adk_event(chunk: bytes) -> dict[str, Any]:
    """Return the last ADK event in a chunk, told by its ``content``, which is an object there."""
    for frame in reversed(events_of(chunk)):
        try:
            told = json.loads(frame.removeprefix(b"data:"))
        except ValueError:
            continue
        if isinstance(told, dict) and isinstance(told.get("content"), dict):
            return told
    return {}


def _adk_event(model: dict[str, Any], text: str) -> dict[str, Any]:
    """Return a whole, final text event with the actor, time and order of keys of another one."""
    passed = {key: value for key, value in model.items() if key in _ACTOR}
    event_id = str(model.get("id", ""))[:24] + "f" * 12  # nobody else's: events count up from 1
    said = {"content": {"parts": [{"text": text}], "role": "model"}, "finishReason": "STOP"}
    return {**said, **passed, "id": event_id, "timestamp": model.get("timestamp", 0)}
