"""Breakages of the clauses about streams, states and exports, one or more a clause."""

from __future__ import annotations

import random

from nemofake.engine import backend, sessions, turns
from nemofake.engine import turns as script
from nemofake.engine.agent import generation, parse_message
from nemofake.engine.agent.replies import render
from nemofake.engine.agent.replies.formatting import language_pack
from nemofake.engine.backend import Backend
from nemofake.engine.randomness import RandomStream
from nemofake.engine.renders import RenderJob
from nemofake.engine.state import BackendState
from nemofake.engine.turns import Text, ToolCall, ToolResult, Turn
from nemofake.http import media_service as http_films
from nemofake.http import streaming
from nemofake.http.routes import chat, renders
from nemofake.http.streaming import TurnStream
from nemofake.media.video import encode as media_render
from nemofake.wire import adk, sse

from . import video_falsifiers as lies
from . import video_patches as patches
from .account_falsifiers import Breakage, answering, replaced, with_data
from .checks_helpers import answer_like
from .video_falsifiers import CHAT, EXPORT, PENDING, STATE

HTML = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
BREAKAGES = (
    Breakage("SSE-1", "streaming: false refused", patch=replaced(
        chat, "message_text", patches.no_streaming_flag)),
    Breakage("SSE-1", "Latin letters only", patch=replaced(chat, "message_text", patches.latin_only)),
    Breakage("SSE-1", "a message without text taken", lie=answering(200, {"code": 0}, path=CHAT, code=400)),
    Breakage("SSE-1", "app_name needed", patch=replaced(chat, "message_text", patches.app_name_needed)),
    Breakage("SSE-2", "a stream called text", patch=replaced(streaming, "_HEAD", HTML)),
    Breakage("SSE-2", "a field besides data", patch=patches.table(
        sse._TYPED, Text, lambda b: "event: m\n" + sse._text(b))),
    Breakage("SSE-2", "JSON over two frames", patch=patches.table(
        sse._TYPED, Text, lambda b: sse._text(b)[:20] + "\n\n" + sse._text(b))),
    Breakage("SSE-2", "a refusal in a stream", lie=lies.of_requests(
        lambda r: r.url.path.endswith(CHAT) and lies.body_of(r).get("session_id") == "1" * 19,
        lies.as_stream)),
    Breakage("SSE-3", "camelCase types", patch=patches.table(
        sse._TYPED, ToolCall, lambda b: sse._tool_call(b).replace("tool_call", "toolCall"))),
    Breakage("SSE-3", "calls without args", patch=patches.table(
        sse._TYPED, ToolCall, lambda b: sse._tool_call(b).replace('"args"', '"arguments"'))),
    Breakage("SSE-3", "two dialects in a stream", profile="adk", patch=patches.table(
        adk.AdkEncoder._by_kind, ToolResult, lambda _self, _event, body: [sse._tool_result(body)])),
    Breakage("SSE-4", "an event that says done", patch=replaced(
        TurnStream, "_follow", patches.with_last_word(b'data: {"type":"done"}\n\n'))),
    Breakage("SSE-4", "[DONE]", patch=replaced(
        TurnStream, "_follow", patches.with_last_word(b"data: [DONE]\n\n"))),
    Breakage("SSE-5", "none is silent", rules={"silent_share": 0.0}),
    Breakage("SSE-5", "six in ten are silent", rules={"silent_share": 0.6}),
    Breakage("SSE-5", "silent and not done", patch=replaced(Turn, "do", patches.silent_and_idle)),
    Breakage("SSE-5", "without a seed", patch=replaced(
        RandomStream, "chance", lambda _self, share: random.random() < share)),
    Breakage("SSE-5", "one wish a message", patch=replaced(
        script, "parse_message", lambda *args: parse_message(*args)[:1])),
    Breakage("SSE-6", "no signs of life", rules={"heartbeat_interval_ms": 0}),
    Breakage("SSE-6", "one in 20 s", rules={"heartbeat_interval_ms": 20_000}),
    Breakage("SSE-7", "talk too quick", rules={"text_ms": (4_000, 4_999)}),
    Breakage("SSE-7", "talk too slow", rules={"text_ms": (15_001, 16_000)}),
    Breakage("SSE-7", "edits too slow", rules={"edit_ms": (30_001, 32_000)}),
    Breakage("SSE-7", "generations too quick", rules={"generation_ms": (90_000, 99_999)}),
    Breakage("SSE-7", "closed after 14 minutes", rules={"stream_limit_ms": 840_000}),
    Breakage("SSE-7", "closed after 16 minutes", rules={"stream_limit_ms": 960_000}),
    Breakage("SSE-8", "all at once", patch=replaced(turns, "step_times", patches.all_at_once)),
    Breakage("SSE-8", "a bare clip", patch=replaced(generation, "with_defaults", lambda *_: ())),
    Breakage("SSE-9", "no talk of a GUI", patch=replaced(render, "_panels", lambda *_: [])),
    Breakage("SSE-9", "English only", patch=replaced(
        render, "language_pack", lambda _l: language_pack("en"))),
    Breakage("SSE-9", "Chinese only", patch=replaced(
        render, "language_pack", lambda _l: language_pack("zh"))),
    Breakage("SSE-10", "other words", rules={"temporary_issue_text": "Something went wrong."}),
    Breakage("SSE-11", "work ends with its client", patch=replaced(
        TurnStream, "__call__", patches.dies_with_its_client)),
    Breakage("SSE-12", "the same message is one", patch=replaced(Backend, "start_turn", patches.sent_once)),
    Breakage("SSE-13", "another tool", patch=patches.both(
        patches.table(sse._TYPED, ToolCall, patches.renamed_call),
        patches.table(sse._TYPED, ToolResult, patches.renamed_result))),
    Breakage("SSE-13", "a result without its call", patch=patches.table(sse._TYPED, ToolCall, lambda _b: "")),
    Breakage("STA-1", "no task_name", lie=with_data(STATE, task_name=None)),
    Breakage("STA-1", "another's user_id", lie=with_data(STATE, user_id="anon_0")),
    Breakage("STA-1", "no canvas", lie=with_data(
        STATE, state=lambda s: {k: v for k, v in s.items() if k != "canvas_config"})),
    Breakage("STA-2", "null before the first edit", lie=with_data(
        STATE, state=lambda s: {**s, "draft": s["draft"] or None})),
    Breakage("STA-2", "tracks before the first edit", lie=with_data(
        STATE, state=lambda s: {**s, "draft": s["draft"] or {"t": []}})),
    Breakage("STA-2", "seconds", lie=lies.of_segments(lies.seconds)),
    Breakage("STA-2", "all beside m", lie=lies.of_segments(lies.flattened)),
    Breakage("STA-2", "long names", lie=lies.of_drafts(lambda d: {"tracks": d["t"]})),
    Breakage("STA-2", "titles of type 2", patch=replaced(sessions, "to_draft", patches.retyped)),
    Breakage("STA-3", "only a picture is ready", patch=replaced(
        backend, "check_ready", patches.ready_with_video)),
    Breakage("STA-3", "anything is ready", lie=answering(200, PENDING, path=EXPORT, code=400)),
    Breakage("STA-4", "no volume", lie=lies.of_segments(lies.soundless)),
    Breakage("STA-4", "no names", lie=lies.of_segments(lambda s, _k: s["m"].pop("name", None))),
    Breakage("REN-1", "session_id will do", lie=lies.of_requests(
        lambda r: lies.submits(r) and "session_id" in lies.body_of(r),
        lambda r: answer_like(r, PENDING, 200))),
    Breakage("REN-1", "output is needed", lie=lies.of_requests(
        lambda r: lies.submits(r) and "output" not in lies.body_of(r), lies.refusing(400))),
    Breakage("REN-1", "no id is needed", lie=lies.of_requests(
        lambda r: lies.submits(r) and "id" not in lies.body_of(r), lambda r: answer_like(r, PENDING, 200))),
    Breakage("REN-2", "a credit an export", lie=lambda: lies.charging()),
    Breakage("REN-3", "no headers needed", rules={"attribution_required": False}),
    Breakage("REN-3", "two of three will do", patch=replaced(
        renders, "_ATTRIBUTION", renders._ATTRIBUTION[:2])),
    Breakage("REN-3", "blocked and exporting", patch=replaced(
        backend, "check_export_right", patches.blocked_passes)),
    Breakage("REN-3", "a paid plan needs headers", patch=replaced(
        backend, "check_export_right", patches.paid_needs_headers)),
    Breakage("REN-3", "403 for 402", lie=answering(403, {"code": 403}, path=EXPORT, code=402)),
    Breakage("REN-4", "an id twice", lie=answering(200, PENDING, path=EXPORT, code=409)),
    Breakage("REN-4", "ids of ended jobs again", patch=replaced(
        Backend, "submit_render", patches.ids_by_status)),
    Breakage("REN-4", "ids shared by all", patch=replaced(Backend, "submit_render", patches.ids_for_all)),
    Breakage("REN-5", "an empty film", lie=answering(200, PENDING, path=EXPORT, code=400)),
    Breakage("REN-5", "409 for 400", lie=answering(409, {"code": 409}, path=EXPORT, code=400)),
    Breakage("REN-6", "a millisecond too soon", rules={"render_ms": (29_999, 29_999)}),
    Breakage("REN-6", "a millisecond too late", rules={"render_ms": (90_001, 90_001)}),
    Breakage("REN-6", "progress that falls", lie=lies.of_jobs(lies.falling)),
    Breakage("REN-6", "no pending", lie=lies.of_jobs(lambda j: j.update(
        status=j["status"].replace("pending", "processing")))),
    Breakage("REN-6", "another word for done", lie=lies.of_jobs(lambda j: j.update(
        status=j["status"].replace("completed", "done")))),
    Breakage("REN-7", "created_at", lie=lies.of_jobs(lambda j: j.update(created_at=j.pop("createdAt")))),
    Breakage("REN-7", "local time", lie=lies.of_jobs(
        lambda j: j.update(createdAt=j["createdAt"].rstrip("Z")))),
    Breakage("REN-7", "an envelope", lie=lies.wrapped(
        lambda t: {"code": 0, "message": "success", "data": t})),
    Breakage("REN-7", "a size that is wrong", lie=lies.of_jobs(
        lambda j: j.get("output", {}).update(size=1) if "output" in j else None)),
    Breakage("REN-7", "milliseconds", lie=lies.of_jobs(
        lambda j: j.get("output", {}).update(duration=1_000) if "output" in j else None)),
    Breakage("REN-7", "nested without success", profile="render-nested", lie=lies.wrapped(
        lambda t: {**t, "success": None} if "success" in t else t)),
    Breakage("REN-7", "no older routes", patch=replaced(renders, "require_profile", patches.no_older_routes)),
    Breakage("REN-8", "beyond the box", patch=replaced(http_films, "job_video", patches.beyond_the_box)),
    Breakage("REN-8", "too long", patch=replaced(http_films, "job_video", patches.half_a_second_more)),
    Breakage("REN-8", "MPEG-4", patch=replaced(media_render, "add_h264", patches.mpeg4)),
    Breakage("REN-8", "half a file", lie=lies.of_requests(
        lies.gets_film, lambda r: lies.part_of(r, 200, r.content[:900]))),
    Breakage("REN-9", "no ranges", lie=lies.ranged(lambda r: lies.part_of(r, 200, r.content))),
    Breakage("REN-9", "a byte less", lie=lies.ranged(lambda r: lies.part_of(r, 206, r.content[:-1]))),
    Breakage("REN-9", "another Content-Range", lie=lies.ranged(
        lambda r: lies.part_of(r, 206, r.content, **{"content-range": "bytes 0-0/1"}))),
    Breakage("REN-9", "a film behind a token", lie=lies.of_requests(
        lambda r: "/cdn/renders/" in r.url.path and "authorization" not in r.headers, lies.refusing(401))),
    Breakage("REN-9", "a download for all", lie=answering(200, {"code": 0}, path="/download", code=1001)),
    Breakage("REN-10", "anybody's job", patch=replaced(BackendState, "render", patches.anybodys)),
    Breakage("REN-10", "403 for another's job", patch=replaced(BackendState, "render", patches.forbidden)),
    Breakage("REN-11", "404 under 200", lie=answering(200, {}, path=EXPORT, code=404)),
    Breakage("REN-11", "1002 for 404", lie=answering(200, {"code": 1002}, path=EXPORT, code=404)),
    Breakage("REN-12", "stopped in words only", patch=replaced(RenderJob, "cancel", patches.not_stopped)),
    Breakage("REN-12", "stopped when done", patch=replaced(RenderJob, "cancel", patches.stopped_any_time)),
)  # fmt: skip
