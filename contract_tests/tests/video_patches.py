"""The fake patched so that one clause about streams, states or exports does not hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from nemofake.engine.backend import Backend
from nemofake.engine.errors import BackendError
from nemofake.engine.renders import RenderJob, check_export_right, check_ready
from nemofake.engine.state import BackendState
from nemofake.engine.timeline import to_draft
from nemofake.engine.turns import ToolCall, ToolResult, Turn
from nemofake.http import media_service as http_films
from nemofake.http.routes import chat
from nemofake.http.streaming import TurnStream
from nemofake.wire import sse

Json = dict[str, Any]


def table(where: Any, key: Any, value: Any) -> Callable[[pytest.MonkeyPatch], None]:
    """Return a patch of one row of a table."""
    return lambda monkeypatch: monkeypatch.setitem(where, key, value)


def both(*patches: Callable[[pytest.MonkeyPatch], None]) -> Callable[[pytest.MonkeyPatch], None]:
    """Return several patches as one."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        for one in patches:
            one(monkeypatch)

    return patch


_message_text = chat.message_text
_follow = TurnStream._follow
_serve = TurnStream.__call__
_do = Turn.do
_start_turn = Backend.start_turn
_submit_render = Backend.submit_render
_check_right = check_export_right
_job_film = http_films.job_video
_to_draft = to_draft
_tool_call, _tool_result, _text = sse._tool_call, sse._tool_result, sse._text


def no_streaming_flag(body: Any, limit: int) -> str:
    if not body.streaming:
        raise BackendError(400, "field streaming: unknown")
    return _message_text(body, limit)


def latin_only(body: Any, limit: int) -> str:
    if not (text := _message_text(body, limit)).isascii():
        raise BackendError(400, "field new_message.parts.0.text: Latin letters only")
    return text


def app_name_needed(body: Any, limit: int) -> str:
    if body.app_name is None:
        raise BackendError(400, "field app_name: missing")
    return _message_text(body, limit)


def with_last_word(frame: bytes) -> Any:
    async def follow(self: TurnStream, send: Any, waiter: Any) -> bool:
        closed = await _follow(self, send, waiter)
        if closed:
            await send({"type": "http.response.body", "body": frame, "more_body": True})
        return closed

    return follow


async def dies_with_its_client(self: TurnStream, scope: Any, receive: Any, send: Any) -> None:
    await _serve(self, scope, receive, send)
    if self._backend.now_ms < self._turn.closes_at_ms:
        self._turn.state = "failed"


def silent_and_idle(self: Turn, stage: Any, at_ms: int) -> None:
    if not (self.outcome.silent and stage.weight):
        _do(self, stage, at_ms)
        return
    self.emit(ToolResult(stage.preview.tool, stage.preview.result, self._call_id(stage)), at_ms)


def all_at_once(stages: Any, start_ms: int, length_ms: int) -> list[tuple[int, int]]:
    return [(start_ms, start_ms + length_ms // 2)] * len(stages)


def sent_once(self: Backend, token: Any, user: str, session_id: str, message: str) -> Turn:
    held: dict[Any, Turn] = self.__dict__.setdefault("_sent", {})
    if (session_id, message) not in held:
        held[session_id, message] = _start_turn(self, token, user, session_id, message)
    return held[session_id, message]


def renamed_call(body: ToolCall) -> str:
    return _tool_call(replace(body, name=body.name.replace("edit_multitrack", "edit_timeline")))


def renamed_result(body: ToolResult) -> str:
    return _tool_result(replace(body, name=body.name.replace("edit_multitrack", "edit_timeline")))


def retyped(timeline: Any) -> Json:
    draft = _to_draft(timeline)
    for track in draft.get("t", ()):
        track["tt"] = {7: 2}.get(track["tt"], track["tt"])
    return draft


def ready_with_video(draft: Any, rules: Any) -> None:
    check_ready(draft, rules)
    if not any(track.get("tt") == 0 and track.get("sg") for track in draft["t"]):
        raise BackendError(400, "draft: needs a picture")


def blocked_passes(account: Any, rules: Any, *, attributed: bool) -> None:
    if not account.export_blocked or not attributed:
        _check_right(account, rules, attributed=attributed)


def paid_needs_headers(account: Any, rules: Any, *, attributed: bool) -> None:
    _check_right(account, rules, attributed=attributed)
    if not attributed:
        raise BackendError(402, "the headers are needed")


def ids_for_all(self: Backend, token: Any, render_id: str, *args: Any, **named: Any) -> RenderJob:
    if any(known == render_id for _, known in self.data.renders):
        raise BackendError(409, f"render id {render_id!r} was used before")
    return _submit_render(self, token, render_id, *args, **named)


def ids_by_status(self: Backend, token: Any, render_id: str, *args: Any, **named: Any) -> RenderJob:
    job = self.data.renders.get((token.value, render_id))
    if job is not None and not job.unfinished(self.now_ms):
        del self.data.renders[token.value, render_id]
    return _submit_render(self, token, render_id, *args, **named)


def anybodys(self: BackendState, render_id: str, token: Any) -> RenderJob:
    for (_, known), job in self.renders.items():
        if known == render_id:
            job.advance(self.now_ms)
            return job
    raise BackendError(404, f"no render job {render_id!r}")


def forbidden(self: BackendState, render_id: str, token: Any) -> RenderJob:
    job = anybodys(self, render_id, token)
    if job.owner != token.value:
        raise BackendError(403, f"render job {render_id!r} is somebody else's")
    return job


def not_stopped(self: RenderJob, now_ms: int) -> None:
    if self.state in ("completed", "failed", "cancelled"):
        raise BackendError(409, "it has ended")


def stopped_any_time(self: RenderJob, now_ms: int) -> None:
    self.state, self.ended_at_ms = "cancelled", now_ms


def beyond_the_box(job: Any) -> Any:
    video = _job_film(job)
    return replace(video, width=video.width + 8, height=video.height + 8)


def half_a_second_more(job: RenderJob) -> Any:
    longer = {"d": job.length_ms + 500, "t": job.draft["t"]}
    return _job_film(replace(job, draft=longer))


def mpeg4(container: Any, width: int, height: int, keyframe_every: int) -> Any:
    stream = container.add_stream("mpeg4", rate=30)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    return stream


def no_older_routes(_request: Any) -> None:
    raise BackendError(404, "no such route")
