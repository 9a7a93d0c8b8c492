"""Chat events to stream bytes: the typed dialect, and the choice between dialects (SSE-2, SSE-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from nemofake.engine.turns import Empty, Event, Heartbeat, Text, ToolCall, ToolResult

from .adk import EMPTY_FRAME, HEARTBEAT_FRAME, AdkEncoder, AdkVersion, error_frame
from .encoding import json_text, utf8

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from .profile import Profile

__all__ = [
    "EMPTY_FRAME",
    "HEARTBEAT_FRAME",
    "AdkVersion",
    "Encoder",
    "TypedEncoder",
    "encoder",
    "error_frame",
]


class Encoder(Protocol):
    """Turns the events of one stream into frames, in order; one encoder serves one stream."""

    def frames(self, event: Event) -> Sequence[bytes]:
        """Return the frames of one event: none, one or several, each ended by a blank line."""
        ...


def encoder(
    profile: Profile,
    *,
    invocation_id: str,
    author: str = "nemo_agent",
    version: AdkVersion = "v2",
    streaming: bool = True,
) -> Encoder:
    """Return a fresh encoder for one stream in the profile's dialect.

    ``invocation_id`` (a UUID), ``author``, ``version`` and ``streaming`` show in the ``adk`` dialect
    only; ``streaming`` False leaves out its partial pieces, as ADK does for ``"streaming": false``.
    """
    if profile.events == "adk":
        return AdkEncoder(invocation_id, author, version, streaming)
    return TypedEncoder()


class TypedEncoder:
    """The default dialect: one flat JSON object per event, with its ``type`` (SSE-3)."""

    __slots__ = ()

    def frames(self, event: Event) -> Sequence[bytes]:
        """Return the event's frame; a text piece without text, which only closes a reply, gives none."""
        body = event.body
        frame = _TYPED[type(body)](body)
        return (utf8(frame),) if frame else ()


def _text(body: Text) -> str:
    return f'data: {{"type":"text","content":{json_text(body.content)}}}\n\n' if body.content else ""


def _tool_call(body: ToolCall) -> str:
    name, args = json_text(body.name), json_text(body.args)
    return f'data: {{"type":"tool_call","name":{name},"args":{args}}}\n\n'


def _tool_result(body: ToolResult) -> str:
    name, result = json_text(body.name), json_text(body.result)
    return f'data: {{"type":"tool_result","name":{name},"result":{result}}}\n\n'


_HEARTBEAT, _EMPTY = HEARTBEAT_FRAME.decode(), EMPTY_FRAME.decode()
_TYPED: dict[type, Callable[[Any], str]] = {
    Text: _text,
    ToolCall: _tool_call,
    ToolResult: _tool_result,
    Heartbeat: lambda _: _HEARTBEAT,
    Empty: lambda _: _EMPTY,
}
