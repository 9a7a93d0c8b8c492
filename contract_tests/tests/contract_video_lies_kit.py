"""Breakages of the clauses about streams, states and exports: other figures, falsified answers, patches."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from nemofake.engine import backend, script, sessions, turns
from nemofake.engine.agent import understand
from nemofake.engine.agent.asking import generation
from nemofake.engine.agent.saying import reply
from nemofake.engine.agent.saying.words import words_of
from nemofake.engine.backend import Backend
from nemofake.engine.entropy import Stream
from nemofake.engine.errors import BackendError
from nemofake.engine.events import Text, ToolCall, ToolResult
from nemofake.engine.renders import RenderJob, check_export_right, check_ready
from nemofake.engine.timeline import to_draft
from nemofake.engine.turns import Turn
from nemofake.engine.world import World
from nemofake.http import films as http_films
from nemofake.http import streaming
from nemofake.http.routes import chat, renders
from nemofake.http.streaming import TurnStream
from nemofake.media.films import render as media_render
from nemofake.wire import adk, sse

from .contract_account_lies_kit import Breakage, answering, replaced, saying, with_data
from .contract_cases_kit import Falsify, answer_like

Json = dict[str, Any]
Made = Callable[[], Falsify]
STATE, CHAT, EXPORT = "/api/state/", "/run_sse", "/api/render/proxy"
PENDING = {"code": 0, "id": "job", "status": "pending", "progress": 0, "createdAt": "2026-01-01T00:00:00Z"}


# -- lies ------------------------------------------------------------------------------------------


def of_drafts(change: Callable[[Json], Any]) -> Made:
    """Return a lie about every draft that is not empty; ``change`` returns another, or changes it."""

    def said(told: Json) -> None:
        held = told["data"]["state"]
        if held["draft"]:
            changed = change(held["draft"])
            held["draft"] = held["draft"] if changed is None else changed

    return saying(said, path=STATE)


def of_segments(change: Callable[[Json, int], Any]) -> Made:
    """Return a lie about every segment of every draft; ``change`` is given it and its track's type."""

    def said(draft: Json) -> None:
        for track in draft["t"]:
            for segment in track["sg"]:
                change(segment, track["tt"])

    return of_drafts(said)


def of_jobs(change: Callable[[Json], Any]) -> Made:
    """Return a lie about every job, as it is told flat or nested."""

    def falsify(request: httpx.Request, _response: httpx.Response, told: Any) -> Any:
        if EXPORT not in request.url.path or not isinstance(told, dict) or told.get("data", 1) is None:
            return told
        said = copy.deepcopy(told)
        change(said["data"] if "success" in said else said)
        return said

    return lambda: falsify


def wrapped(change: Callable[[Json], Json]) -> Made:
    """Return a lie about the whole answer that tells of a job."""

    def falsify(request: httpx.Request, _response: httpx.Response, told: Any) -> Any:
        is_job = EXPORT in request.url.path and isinstance(told, dict) and told.get("data", 1) is not None
        return change(told) if is_job else told

    return lambda: falsify


def of_requests(fits: Callable[[httpx.Request], bool], answer: Callable[[httpx.Response], Any]) -> Made:
    """Return a lie that answers some requests otherwise."""

    def falsify(request: httpx.Request, response: httpx.Response, told: Any) -> Any:
        return answer(response) if fits(request) else told

    return lambda: falsify


def charging() -> Falsify:
    """Take a credit for each export."""
    taken = 0

    def falsify(request: httpx.Request, _response: httpx.Response, told: Any) -> Any:
        nonlocal taken
        if request.method == "POST" and request.url.path.endswith("/proxy/lambda"):
            taken += 1
        if "/credits/" not in request.url.path or not taken:
            return told
        return {**told, "data": {**told["data"], "available": told["data"]["available"] - taken}}

    return falsify


def _body(request: httpx.Request) -> Json:
    try:
        held = json.loads(request.content)
    except (ValueError, httpx.RequestNotRead):
        return {}
    return held if isinstance(held, dict) else {}


def _refused(code: int) -> Callable[[httpx.Response], httpx.Response]:
    return lambda response: answer_like(response, {"code": code, "message": "no", "data": None}, code)


def _as_stream(response: httpx.Response) -> httpx.Response:
    kind = {"content-type": "text/event-stream"}
    return httpx.Response(200, headers=kind, content=b'data: {"type":"text","content":"No."}\n\n')


def _submits(request: httpx.Request) -> bool:
    return request.method == "POST" and request.url.path.endswith("/proxy/lambda")


def _gets_film(request: httpx.Request) -> bool:
    return "/cdn/renders/" in request.url.path or request.url.path.endswith("/download")


def _ranged(change: Callable[[httpx.Response], httpx.Response]) -> Made:
    def falsify(request: httpx.Request, response: httpx.Response, told: Any) -> Any:
        return change(response) if response.status_code == 206 and _gets_film(request) else told

    return lambda: falsify


def _part(response: httpx.Response, status: int, data: bytes, **headers: str) -> httpx.Response:
    kept = {k: v for k, v in response.headers.items() if k != "content-length"}
    return httpx.Response(status, headers={**kept, **headers}, content=data)


def _falling(job: Json) -> None:
    if job["status"] == "processing":
        job["progress"] = 99 - job["progress"]


def _seconds(segment: Json, _kind: int) -> None:
    segment["s"], segment["d"] = segment["s"] / 1000, segment["d"] / 1000


def _flattened(segment: Json, _kind: int) -> None:
    segment |= segment.pop("m")


def _soundless(segment: Json, kind: int) -> None:
    if kind == 1:
        segment["m"].pop("volume", None)


# -- patches ---------------------------------------------------------------------------------------


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
_understand = understand
_words_of = words_of
_job_film = http_films._job_film
_to_draft = to_draft
_tool_call, _tool_result, _text = sse._tool_call, sse._tool_result, sse._text


def _no_streaming_flag(body: Any, limit: int) -> str:
    if not body.streaming:
        raise BackendError(400, "field streaming: unknown")
    return _message_text(body, limit)


def _latin_only(body: Any, limit: int) -> str:
    if not (text := _message_text(body, limit)).isascii():
        raise BackendError(400, "field new_message.parts.0.text: Latin letters only")
    return text


def _app_name_needed(body: Any, limit: int) -> str:
    if body.app_name is None:
        raise BackendError(400, "field app_name: missing")
    return _message_text(body, limit)


def _with_last_word(frame: bytes) -> Any:
    async def follow(self: TurnStream, send: Any, sleeper: Any) -> bool:
        closed = await _follow(self, send, sleeper)
        if closed:
            await send({"type": "http.response.body", "body": frame, "more_body": True})
        return closed

    return follow


async def _dies_with_its_client(self: TurnStream, scope: Any, receive: Any, send: Any) -> None:
    await _serve(self, scope, receive, send)
    if self._backend.now_ms < self._turn.closes_at_ms:
        self._turn.state = "failed"


def _silent_and_idle(self: Turn, stage: Any, at_ms: int) -> None:
    if not (self.lot.silent and stage.weight):
        _do(self, stage, at_ms)
        return
    self.emit(ToolResult(stage.foreseen.tool, stage.foreseen.result, self._call_id(stage)), at_ms)


def _all_at_once(stages: Any, start_ms: int, length_ms: int) -> list[tuple[int, int]]:
    return [(start_ms, start_ms + length_ms // 2)] * len(stages)


def _sent_once(self: Backend, token: Any, user: str, session_id: str, message: str) -> Turn:
    held: dict[Any, Turn] = self.__dict__.setdefault("_sent", {})
    if (session_id, message) not in held:
        held[session_id, message] = _start_turn(self, token, user, session_id, message)
    return held[session_id, message]


def _renamed_call(body: ToolCall) -> str:
    return _tool_call(replace(body, name=body.name.replace("edit_multitrack", "edit_timeline")))


def _renamed_result(body: ToolResult) -> str:
    return _tool_result(replace(body, name=body.name.replace("edit_multitrack", "edit_timeline")))


def _retyped(timeline: Any) -> Json:
    draft = _to_draft(timeline)
    for track in draft.get("t", ()):
        track["tt"] = {7: 2}.get(track["tt"], track["tt"])
    return draft


def _ready_with_video(draft: Any, rules: Any) -> None:
    check_ready(draft, rules)
    if not any(track.get("tt") == 0 and track.get("sg") for track in draft["t"]):
        raise BackendError(400, "draft: needs a picture")


def _blocked_passes(account: Any, rules: Any, *, attributed: bool) -> None:
    if not account.export_blocked or not attributed:
        _check_right(account, rules, attributed=attributed)


def _paid_needs_headers(account: Any, rules: Any, *, attributed: bool) -> None:
    _check_right(account, rules, attributed=attributed)
    if not attributed:
        raise BackendError(402, "the headers are needed")


def _ids_for_all(self: Backend, token: Any, render_id: str, *told: Any, **named: Any) -> RenderJob:
    if any(known == render_id for _, known in self.world.renders):
        raise BackendError(409, f"render id {render_id!r} was used before")
    return _submit_render(self, token, render_id, *told, **named)


def _ids_by_status(self: Backend, token: Any, render_id: str, *told: Any, **named: Any) -> RenderJob:
    job = self.world.renders.get((token.value, render_id))
    if job is not None and not job.unfinished(self.now_ms):
        del self.world.renders[token.value, render_id]
    return _submit_render(self, token, render_id, *told, **named)


def _anybodys(self: World, render_id: str, token: Any) -> RenderJob:
    for (_, known), job in self.renders.items():
        if known == render_id:
            job.advance(self.now_ms)
            return job
    raise BackendError(404, f"no render job {render_id!r}")


def _forbidden(self: World, render_id: str, token: Any) -> RenderJob:
    job = _anybodys(self, render_id, token)
    if job.owner != token.value:
        raise BackendError(403, f"render job {render_id!r} is somebody else's")
    return job


def _not_stopped(self: RenderJob, now_ms: int) -> None:
    if self.state in ("completed", "failed", "cancelled"):
        raise BackendError(409, "it has ended")


def _stopped_any_time(self: RenderJob, now_ms: int) -> None:
    self.state, self.ended_at_ms = "cancelled", now_ms


def _half_a_second_more(job: RenderJob) -> Any:
    longer = {"d": job.length_ms + 500, "t": job.draft["t"]}
    return _job_film(replace(job, draft=longer))


def _mpeg4(container: Any, width: int, height: int, keyframe_every: int) -> Any:
    stream = container.add_stream("mpeg4", rate=30)
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    return stream


def _no_older_routes(_request: Any) -> None:
    raise BackendError(404, "no such route")


HTML = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
BREAKAGES = (
    Breakage("SSE-1", "streaming: false refused", patch=replaced(chat, "message_text", _no_streaming_flag)),
    Breakage("SSE-1", "Latin letters only", patch=replaced(chat, "message_text", _latin_only)),
    Breakage("SSE-1", "a message without text taken", lie=answering(200, {"code": 0}, path=CHAT, code=400)),
    Breakage("SSE-1", "app_name needed", patch=replaced(chat, "message_text", _app_name_needed)),
    Breakage("SSE-2", "a stream called text", patch=replaced(streaming, "_HEAD", HTML)),
    Breakage("SSE-2", "a field besides data", patch=table(
        sse._TYPED, Text, lambda b: "event: m\n" + _text(b))),
    Breakage("SSE-2", "JSON over two frames", patch=table(
        sse._TYPED, Text, lambda b: _text(b)[:20] + "\n\n" + _text(b))),
    Breakage("SSE-2", "a refusal in a stream", lie=of_requests(
        lambda r: r.url.path.endswith(CHAT) and _body(r).get("session_id") == "1" * 19, _as_stream)),
    Breakage("SSE-3", "camelCase types", patch=table(
        sse._TYPED, ToolCall, lambda b: _tool_call(b).replace("tool_call", "toolCall"))),
    Breakage("SSE-3", "calls without args", patch=table(
        sse._TYPED, ToolCall, lambda b: _tool_call(b).replace('"args"', '"arguments"'))),
    Breakage("SSE-3", "two dialects in a stream", profile="adk", patch=table(
        adk.AdkEncoder._by_kind, ToolResult, lambda _self, _event, body: _tool_result(body))),
    Breakage("SSE-4", "an event that says done", patch=replaced(
        TurnStream, "_follow", _with_last_word(b'data: {"type":"done"}\n\n'))),
    Breakage("SSE-4", "[DONE]", patch=replaced(TurnStream, "_follow", _with_last_word(b"data: [DONE]\n\n"))),
    Breakage("SSE-5", "none is silent", rules={"silent_share": 0.0}),
    Breakage("SSE-5", "six in ten are silent", rules={"silent_share": 0.6}),
    Breakage("SSE-5", "silent and not done", patch=replaced(Turn, "do", _silent_and_idle)),
    Breakage("SSE-5", "without a seed", patch=replaced(
        Stream, "chance", lambda _self, share: random.random() < share)),
    Breakage("SSE-5", "one wish a message", patch=replaced(
        script, "understand", lambda message: _understand(message)[:1])),
    Breakage("SSE-6", "no signs of life", rules={"heartbeat_interval_ms": 0}),
    Breakage("SSE-6", "one in 20 s", rules={"heartbeat_interval_ms": 20_000}),
    Breakage("SSE-7", "talk too quick", rules={"text_ms": (4_000, 4_999)}),
    Breakage("SSE-7", "talk too slow", rules={"text_ms": (15_001, 16_000)}),
    Breakage("SSE-7", "edits too slow", rules={"edit_ms": (30_001, 32_000)}),
    Breakage("SSE-7", "generations too quick", rules={"generation_ms": (90_000, 99_999)}),
    Breakage("SSE-7", "closed after 14 minutes", rules={"stream_limit_ms": 840_000}),
    Breakage("SSE-7", "closed after 16 minutes", rules={"stream_limit_ms": 960_000}),
    Breakage("SSE-8", "all at once", patch=replaced(turns, "slots", _all_at_once)),
    Breakage("SSE-8", "a bare clip", patch=replaced(generation, "with_defaults", lambda *_: ())),
    Breakage("SSE-9", "no talk of a GUI", patch=replaced(reply, "_panels", lambda *_: [])),
    Breakage("SSE-9", "English only", patch=replaced(reply, "words_of", lambda _l: _words_of("en"))),
    Breakage("SSE-9", "Chinese only", patch=replaced(reply, "words_of", lambda _l: _words_of("zh"))),
    Breakage("SSE-10", "other words", rules={"temporary_issue_text": "Something went wrong."}),
    Breakage("SSE-11", "work ends with its client", patch=replaced(
        TurnStream, "__call__", _dies_with_its_client)),
    Breakage("SSE-12", "the same message is one", patch=replaced(Backend, "start_turn", _sent_once)),
    Breakage("SSE-13", "another tool", patch=both(
        table(sse._TYPED, ToolCall, _renamed_call), table(sse._TYPED, ToolResult, _renamed_result))),
    Breakage("SSE-13", "a result without its call", patch=table(sse._TYPED, ToolCall, lambda _b: "")),
    Breakage("STA-1", "no task_name", lie=with_data(STATE, task_name=None)),
    Breakage("STA-1", "another's user_id", lie=with_data(STATE, user_id="anon_0")),
    Breakage("STA-1", "no canvas", lie=with_data(
        STATE, state=lambda s: {k: v for k, v in s.items() if k != "canvas_config"})),
    Breakage("STA-2", "null before the first edit", lie=with_data(
        STATE, state=lambda s: {**s, "draft": s["draft"] or None})),
    Breakage("STA-2", "tracks before the first edit", lie=with_data(
        STATE, state=lambda s: {**s, "draft": s["draft"] or {"t": []}})),
    Breakage("STA-2", "seconds", lie=of_segments(_seconds)),
    Breakage("STA-2", "all beside m", lie=of_segments(_flattened)),
    Breakage("STA-2", "long names", lie=of_drafts(lambda d: {"tracks": d["t"]})),
    Breakage("STA-2", "titles of type 2", patch=replaced(sessions, "to_draft", _retyped)),
    Breakage("STA-3", "only a picture is ready", patch=replaced(backend, "check_ready", _ready_with_video)),
    Breakage("STA-3", "anything is ready", lie=answering(200, PENDING, path=EXPORT, code=400)),
    Breakage("STA-4", "no volume", lie=of_segments(_soundless)),
    Breakage("STA-4", "no names", lie=of_segments(lambda s, _k: s["m"].pop("name", None))),
    Breakage("REN-1", "session_id will do", lie=of_requests(
        lambda r: _submits(r) and "session_id" in _body(r), lambda r: answer_like(r, PENDING, 200))),
    Breakage("REN-1", "output is needed", lie=of_requests(
        lambda r: _submits(r) and "output" not in _body(r), _refused(400))),
    Breakage("REN-1", "no id is needed", lie=of_requests(
        lambda r: _submits(r) and "id" not in _body(r), lambda r: answer_like(r, PENDING, 200))),
    Breakage("REN-2", "a credit an export", lie=lambda: charging()),
    Breakage("REN-3", "no headers needed", rules={"attribution_required": False}),
    Breakage("REN-3", "two of three will do", patch=replaced(
        renders, "_ATTRIBUTION", renders._ATTRIBUTION[:2])),
    Breakage("REN-3", "blocked and exporting", patch=replaced(
        backend, "check_export_right", _blocked_passes)),
    Breakage("REN-3", "a paid plan needs headers", patch=replaced(
        backend, "check_export_right", _paid_needs_headers)),
    Breakage("REN-3", "403 for 402", lie=answering(403, {"code": 403}, path=EXPORT, code=402)),
    Breakage("REN-4", "an id twice", lie=answering(200, PENDING, path=EXPORT, code=409)),
    Breakage("REN-4", "ids of ended jobs again", patch=replaced(Backend, "submit_render", _ids_by_status)),
    Breakage("REN-4", "ids shared by all", patch=replaced(Backend, "submit_render", _ids_for_all)),
    Breakage("REN-5", "an empty film", lie=answering(200, PENDING, path=EXPORT, code=400)),
    Breakage("REN-5", "409 for 400", lie=answering(409, {"code": 409}, path=EXPORT, code=400)),
    Breakage("REN-6", "a millisecond too soon", rules={"render_ms": (29_999, 29_999)}),
    Breakage("REN-6", "a millisecond too late", rules={"render_ms": (90_001, 90_001)}),
    Breakage("REN-6", "progress that falls", lie=of_jobs(_falling)),
    Breakage("REN-6", "no pending", lie=of_jobs(lambda j: j.update(
        status=j["status"].replace("pending", "processing")))),
    Breakage("REN-6", "another word for done", lie=of_jobs(lambda j: j.update(
        status=j["status"].replace("completed", "done")))),
    Breakage("REN-7", "created_at", lie=of_jobs(lambda j: j.update(created_at=j.pop("createdAt")))),
    Breakage("REN-7", "local time", lie=of_jobs(lambda j: j.update(createdAt=j["createdAt"].rstrip("Z")))),
    Breakage("REN-7", "an envelope", lie=wrapped(lambda t: {"code": 0, "message": "success", "data": t})),
    Breakage("REN-7", "a size that is wrong", lie=of_jobs(
        lambda j: j.get("output", {}).update(size=1) if "output" in j else None)),
    Breakage("REN-7", "milliseconds", lie=of_jobs(
        lambda j: j.get("output", {}).update(duration=1_000) if "output" in j else None)),
    Breakage("REN-7", "nested without success", profile="render-nested", lie=wrapped(
        lambda t: {**t, "success": None} if "success" in t else t)),
    Breakage("REN-7", "no older routes", patch=replaced(renders, "only_nested", _no_older_routes)),
    Breakage("REN-8", "beyond the box", rules={"render_max_width": 1_920}),
    Breakage("REN-8", "too long", patch=replaced(http_films, "_job_film", _half_a_second_more)),
    Breakage("REN-8", "MPEG-4", patch=replaced(media_render, "add_h264", _mpeg4)),
    Breakage("REN-8", "half a file", lie=of_requests(_gets_film, lambda r: _part(r, 200, r.content[:900]))),
    Breakage("REN-9", "no ranges", lie=_ranged(lambda r: _part(r, 200, r.content))),
    Breakage("REN-9", "a byte less", lie=_ranged(lambda r: _part(r, 206, r.content[:-1]))),
    Breakage("REN-9", "another Content-Range", lie=_ranged(
        lambda r: _part(r, 206, r.content, **{"content-range": "bytes 0-0/1"}))),
    Breakage("REN-9", "a film behind a token", lie=of_requests(
        lambda r: "/cdn/renders/" in r.url.path and "authorization" not in r.headers, _refused(401))),
    Breakage("REN-9", "a download for all", lie=answering(200, {"code": 0}, path="/download", code=1001)),
    Breakage("REN-10", "anybody's job", patch=replaced(World, "render", _anybodys)),
    Breakage("REN-10", "403 for another's job", patch=replaced(World, "render", _forbidden)),
    Breakage("REN-11", "404 under 200", lie=answering(200, {}, path=EXPORT, code=404)),
    Breakage("REN-11", "1002 for 404", lie=answering(200, {"code": 1002}, path=EXPORT, code=404)),
    Breakage("REN-12", "stopped in words only", patch=replaced(RenderJob, "cancel", _not_stopped)),
    Breakage("REN-12", "stopped when done", patch=replaced(RenderJob, "cancel", _stopped_any_time)),
)  # fmt: skip
