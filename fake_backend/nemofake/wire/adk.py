"""Chat events as Google ADK's API server spells them, measured on 1.16.0 (v1) and 2.13.0 (v2) (SSE-3).

One event is ``data: `` and one line of compact JSON in the order of ADK's model, nulls left out. A
reply streams as ``partial`` pieces and is then sent once more in full, in an event without
``partial``: a client that joins every text shows it twice. In v2 pieces and full text share one id; in v1 all
ids differ. Events carry what an ``LlmAgent``'s do, but for ``usageMetadata``: the fake counts no tokens.
"""

from __future__ import annotations

import json
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from uuid import UUID

from nemofake.engine.turns import Empty, Event, Heartbeat, Text, ToolCall, ToolResult

from .encoding import json_text, utf8

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

AdkVersion = Literal["v1", "v2"]

# ADK sends nothing while an agent works. The layer that adds heartbeats is the vendor's own, and the typed
# spelling is the only one any document shows, so both dialects use it: a comment would vanish in every SSE
# parser, and a client could not tell a working backend from a dead one (SSE-6).
HEARTBEAT_FRAME = b'data: {"type":"heartbeat"}\n\n'
EMPTY_FRAME = b"data:\n\n"

_ACTIONS = '{"stateDelta":{},"artifactDelta":{},"requestedAuthConfigs":{},"requestedToolConfirmations":{}}'
_PARTIAL = ',"partial":true'
_FINISHED = ',"finishReason":"STOP"'


class AdkEncoder:
    """Encodes one invocation; it stores the pieces of the reply until the full text is due."""

    __slots__ = ("_actor", "_pieces", "_reply_id", "_streaming", "_v2")

    def __init__(self, invocation_id: str, author: str, version: AdkVersion, streaming: bool) -> None:
        invocation = json_text("e-" + invocation_id.removeprefix("e-"))
        self._actor = f'"invocationId":{invocation},"author":{json_text(author)},"actions":{_ACTIONS}'
        self._v2 = version == "v2"
        if self._v2:
            self._actor += f',"nodeInfo":{{"path":{json_text(author + "@1")}}}'
        self._streaming = streaming
        self._pieces: list[str] = []
        self._reply_id = ""

    def frames(self, event: Event) -> Sequence[bytes]:
        """Return the event's frames: a reply's last piece is followed by the full reply."""
        return [utf8(f) for f in self._by_kind[type(event.body)](self, event, event.body) if f]

    def _text(self, event: Event, body: Text) -> Iterator[str]:
        if body.content and (piece := self._piece(event, body.content)):
            yield piece
        if body.last and self._pieces:
            yield self._whole(event)

    def _piece(self, event: Event, content: str) -> str:
        if not self._pieces:
            self._reply_id = event.event_id
        self._pieces.append(content)
        if not self._streaming:
            return ""
        event_id = self._reply_id if self._v2 else event.event_id
        return self._frame(event, _text_part(content), _PARTIAL, event_id)

    def _whole(self, event: Event) -> str:
        if self._v2:
            event_id = self._reply_id
        else:  # an id of its own, but the last piece has already used this event's
            event_id = _another_id(event.event_id) if self._streaming else event.event_id
        return self._frame(event, self._take_text(), _FINISHED, event_id)

    def _call(self, event: Event, body: ToolCall) -> Iterator[str]:
        # Words not yet closed end here: ADK's model turn holds text and call in one event.
        event_id = self._reply_id if self._v2 and self._pieces else event.event_id
        text = self._take_text() + "," if self._pieces else ""
        part = f'{{"functionCall":{{"id":{_call_id(body)},"args":{json_text(body.args)},"name":'
        parts = f"{text}{part}{json_text(body.name)}}}}}"
        yield self._frame(event, parts, _FINISHED, event_id, after=',"longRunningToolIds":[]')

    def _result(self, event: Event, body: ToolResult) -> Iterator[str]:
        part = f'{{"functionResponse":{{"id":{_call_id(body)},"name":{json_text(body.name)},"response":'
        yield self._frame(event, f"{part}{json_text(body.result)}}}}}", "", event.event_id, role="user")

    def _take_text(self) -> str:
        text = "".join(self._pieces)
        self._pieces.clear()
        return _text_part(text)

    def _frame(
        self, event: Event, parts: str, flags: str, event_id: str, *, role: str = "model", after: str = ""
    ) -> str:
        return (
            f'data: {{"content":{{"parts":[{parts}],"role":"{role}"}}{flags},{self._actor}{after},'
            f'"id":{json_text(event_id)},"timestamp":{event.at_ms / 1000!r}}}\n\n'
        )

    _by_kind: ClassVar[dict[type, Callable[[AdkEncoder, Event, Any], Iterable[str]]]] = {
        Text: _text,
        ToolCall: _call,
        ToolResult: _result,
        Heartbeat: lambda *_: (HEARTBEAT_FRAME.decode(),),
        Empty: lambda *_: (EMPTY_FRAME.decode(),),
    }


def _text_part(content: str) -> str:
    return f'{{"text":{json_text(content)}}}'


def _call_id(body: ToolCall | ToolResult) -> str:
    return json_text("adk-" + body.call_id.removeprefix("adk-"))


def _another_id(event_id: str) -> str:
    """Return a second UUID of version 4 that follows from the first alone: same seed, same bytes."""
    digest = blake2b(event_id.encode("utf-8", "surrogatepass"), digest_size=16, person=b"adk-aggregate")
    return str(UUID(bytes=digest.digest(), version=4))


def error_frame(kind: str, message: str, at_ms: int, *, version: AdkVersion = "v2") -> bytes:
    """Return ADK's frame for an agent that raised midway; the stream then ends as if all were well.

    ``kind`` is the exception's class name, shown by v2 only. v1 pastes the message unescaped, so that
    a quote makes invalid JSON and a line feed breaks the frame, as measured.
    """
    if version == "v1":
        return utf8(f'data: {{"error": "{message}"}}\n\n')
    details = {"error_type": kind, "error_message": message, "timestamp": at_ms / 1000}
    # Spaces after colons and escapes beyond ASCII: json's defaults, unlike event frames.
    return utf8("data: " + json.dumps({"error": f"{kind}: {message}", "error_details": details}) + "\n\n")
