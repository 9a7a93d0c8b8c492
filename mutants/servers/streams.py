"""Event streams and their spelling, broken (SSE-1 to SSE-4, SSE-9, SSE-10, SSE-13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import ConfigDict
from starlette.responses import Response

from nemofake.engine.errors import BackendError
from nemofake.engine.turns import Text, ToolCall
from nemofake.http.request_models import ChatBody
from nemofake.wire.encoding import json_text

from ..patching import Mutant, around, entry, instead

_TYPED = "nemofake.wire.sse:_TYPED"
_FOLLOW = "nemofake.http.streaming:TurnStream._follow"
_SPEAK = "nemofake.engine.turns:Turn.speak"
_MESSAGE = "nemofake.http.routes.chat:message_text"


class _ClosedBody(ChatBody):
    model_config = ConfigDict(extra="forbid")


def _silence_is_text(real: Any, body: Any, limit: int) -> str:
    try:
        return str(real(body, limit))
    except BackendError:
        return "hello"


def _needs_app_name(real: Any, body: Any, limit: int) -> str:
    if body.app_name is None:
        raise BackendError(400, "field app_name: Field required")
    return str(real(body, limit))


async def _refusal_as_stream(real: Any, request: Any, error: Any) -> Any:
    if not request.url.path.endswith("/run_sse"):
        return await real(request, error)
    frame = f'data: {{"type":"error","code":{error.code},"message":{json_text(error.message)}}}\n\n'
    return Response(frame.encode(), 200, media_type="text/event-stream")


def _call(body: ToolCall) -> str:
    return f'data: {{"type":"toolCall","name":{json_text(body.name)},"args":{json_text(body.args)}}}\n\n'


def _adk_text(body: Text) -> str:
    return f'data: {{"content":{{"parts":[{{"text":{json_text(body.content)}}}],"role":"model"}}}}\n\n'


def _snake_case(real: Any, self: Any, event: Any) -> list[bytes]:
    return [frame.replace(b'"functionCall"', b'"function_call"') for frame in real(self, event)]


def _ended_by(frame: bytes) -> Any:
    async def follow(real: Any, self: Any, send: Any, waiter: Any) -> bool:
        closed = bool(await real(self, send, waiter))
        if closed:
            await send({"type": "http.response.body", "body": frame, "more_body": True})
        return closed

    return follow


def _noise_first(real: Any, self: Any, schedule: Any, at_ms: int) -> None:
    if self.outcome.issue and not self.outcome.silent:
        self.emit(Text(self.outcome.issue, last=True), at_ms)
        self.outcome = replace(self.outcome, issue="")
    real(self, schedule, at_ms)


def _noise_alone(real: Any, self: Any, schedule: Any, at_ms: int) -> None:
    if self.outcome.issue and not self.outcome.silent:
        self.emit(Text(self.outcome.issue, last=True), at_ms)
    else:
        real(self, schedule, at_ms)


def _noise_is_reworded(real: Any, self: Any, schedule: Any, at_ms: int) -> None:
    if self.outcome.issue:
        self.outcome = replace(self.outcome, issue="The server is busy. Come back later.")
    real(self, schedule, at_ms)


MUTANTS = (
    Mutant("extra-fields-refused", "SSE-1", "A message with a field that nobody knows is refused.",
           instead("nemofake.http.routes.chat:ChatBody", _ClosedBody)),
    Mutant("text-not-needed", "SSE-1", "A message without text is taken as a greeting.",
           around(_MESSAGE, _silence_is_text)),
    Mutant("app-name-needed", "SSE-1", "A message without `app_name` is refused.",
           around(_MESSAGE, _needs_app_name)),
    Mutant("stream-as-plain-text", "SSE-2", "A stream says that it is text/plain.",
           entry("nemofake.http.streaming:_HEAD", "headers", [(b"content-type", b"text/plain")])),
    Mutant("refusal-as-stream", "SSE-2", "A message that is refused gets a stream with an error in it.",
           around("nemofake.http.app:_backend_error", _refusal_as_stream)),
    Mutant("type-in-camel-case", "SSE-3", "The type of a tool call is `toolCall`.",
           entry(_TYPED, ToolCall, _call)),
    Mutant("dialects-mixed", "SSE-3", "Texts come in the other dialect.", entry(_TYPED, Text, _adk_text)),
    Mutant("adk-in-snake-case", "SSE-3", "ADK's `functionCall` is spelled `function_call`.",
           around("nemofake.wire.adk:AdkEncoder.frames", _snake_case)),
    Mutant("done-at-the-end", "SSE-4", "A stream ends with `data: [DONE]`.",
           around(_FOLLOW, _ended_by(b"data: [DONE]\n\n"))),
    Mutant("end-event", "SSE-4", "A stream ends with an event of type `end`.",
           around(_FOLLOW, _ended_by(b'data: {"type":"end"}\n\n'))),
    Mutant("no-talk-of-buttons", "SSE-9", "Replies speak of no buttons and panels.",
           around("nemofake.engine.agent.replies.render:_panels", lambda real, *args: [])),
    Mutant("always-english", "SSE-9", "Replies are in English whatever the session's language.",
           around("nemofake.engine.agent.replies.formatting:language_pack",
                  lambda real, language: real("en"))),
    Mutant("noise-first", "SSE-10", "The temporary issue comes before the reply.",
           around(_SPEAK, _noise_first)),
    Mutant("noise-alone", "SSE-10", "The temporary issue comes in place of the reply.",
           around(_SPEAK, _noise_alone)),
    Mutant("noise-in-other-words", "SSE-10", "The temporary issue has other words.",
           around(_SPEAK, _noise_is_reworded)),
    Mutant("editor-renamed", "SSE-13", "The editing tool is called `edit_timeline`.",
           instead("nemofake.engine.agent.edits.context:EDITOR", "edit_timeline")),
    Mutant("generator-renamed", "SSE-13", "The generating tool is called `generate_video`.",
           instead("nemofake.engine.agent.edits.clips:GENERATOR", "generate_video")),
)  # fmt: skip
