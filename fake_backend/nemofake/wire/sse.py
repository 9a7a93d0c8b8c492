"""Chat events to stream bytes: the typed dialect, and the choice between dialects (SSE-2, SSE-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from nemofake.engine.turns import Event, Text, ToolCall, ToolResult

from .adk import EMPTY_FRAME, FIXED_FRAMES, HEARTBEAT_FRAME, AdkEncoder, AdkVersion, error_frame
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
        return FIXED_FRAMES.get(type(body)) or _TYPED[type(body)](body)


def _text(body: Text) -> Sequence[bytes]:
    return _frame(f'"text","content":{json_text(body.content)}') if body.content else ()


def _tool_call(body: ToolCall) -> Sequence[bytes]:
    return _frame(f'"tool_call","name":{json_text(body.name)},"args":{json_text(body.args)}')


def _tool_result(body: ToolResult) -> Sequence[bytes]:
    return _frame(f'"tool_result","name":{json_text(body.name)},"result":{json_text(body.result)}')


def _frame(fields: str) -> Sequence[bytes]:
    return (utf8(f'data: {{"type":{fields}}}\n\n'),)


_TYPED: dict[type, Callable[[Any], Sequence[bytes]]] = {
    Text: _text,
    ToolCall: _tool_call,
    ToolResult: _tool_result,
}
