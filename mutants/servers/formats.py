"""Small deviations of the wire (ENV-2 to ENV-4, AUTH-1, SSE-2, SSE-3, STA-1, STA-2, REN-6, REN-7)."""

from __future__ import annotations

import json
from typing import Any

from nemofake.engine.errors import ErrorSpec
from nemofake.engine.turns import ToolCall
from nemofake.wire.encoding import json_text

from ..patching import Apply, Mutant, around, entry

_CATALOGUE = "nemofake.engine.errors:CATALOGUE"
_FAILURE = "nemofake.http.responses:failure"
_SNAPSHOT = "nemofake.engine.sessions:Session.snapshot"
_DRAFT = "nemofake.engine.sessions:to_draft"
_BYTES = "nemofake.http.responses:render_view"
_VIEW = "nemofake.http.responses:RenderView"


def _without_data(real: Any, *args: Any) -> Any:
    failed = real(*args)
    return failed._replace(body=failed.body.replace(b',"data":null', b""))


def _code_as_text(real: Any, error: Any, *args: Any) -> Any:
    failed = real(error, *args)
    return failed._replace(body=failed.body.replace(b"%d" % error.code, b'"%d"' % error.code, 1))


def _empty_is_nothing(real: Any, body: bytes, model: Any) -> Any:
    return real(body or b'{"task_name":"project"}', model)


def _missing_named_wrong(real: Any, error: Any) -> str:
    return str(real(error)).replace("session_id", "id").replace("task_name", "name")


def _one_line_feed(real: Any, self: Any, event: Any) -> list[bytes]:
    return [frame.replace(b"\n\n", b"\n") for frame in real(self, event)]


def _no_args(body: ToolCall) -> str:
    return f'data: {{"type":"tool_call","name":{json_text(body.name)}}}\n\n'


def _adk_never_whole(real: Any, self: Any, event: Any) -> str:
    self._take_text()
    return ""


def _state(change: Any) -> Apply:
    def changed(real: Any, *args: Any) -> Any:
        data = real(*args)
        change(data["state"])
        return data

    return around(_SNAPSHOT, changed)


def _type_as_text(real: Any, timeline: Any) -> Any:
    draft = real(timeline)
    for track in draft.get("t", ()):
        track["tt"] = str(track["tt"])
    return draft


def _metadata_spelled_out(real: Any, timeline: Any) -> Any:
    draft = real(timeline)
    for track in draft.get("t", ()):
        for segment in track["sg"]:
            segment["metadata"] = segment.pop("m")
    return draft


def _spelled(change: Any) -> Apply:
    def view(real: Any, *args: Any) -> bytes:
        payload = json.loads(real(*args))
        change(payload.get("data", payload))
        return json.dumps(payload).encode()

    return around(_BYTES, view)


def _nested_flat(real: Any, view: Any, profile: Any) -> bytes:
    record = json.loads(real(view, profile))
    return json.dumps(record.get("data", record)).encode()


def _failed_as_completed(real: Any, **kwargs: Any) -> Any:
    return real(**{**kwargs, "status": "completed" if kwargs["status"] == "failed" else kwargs["status"]})


MUTANTS = (
    Mutant("refusal-without-data", "ENV-2", "A refusal has no `data` at all.",
           around(_FAILURE, _without_data)),
    Mutant("refusal-code-as-text", "ENV-2", "The code of a refusal is a text.",
           around(_FAILURE, _code_as_text)),
    Mutant("429-as-200", "ENV-3", "429 comes with HTTP 200.",
           entry(_CATALOGUE, 429, ErrorSpec(429, 200, 429, "Too many requests"))),
    Mutant("1002-strict-as-200", "ENV-3", "1002 comes with HTTP 200 in profile http-status too.",
           entry(_CATALOGUE, 1002, ErrorSpec(1002, 200, 200, "Session not found"))),
    Mutant("409-as-400", "ENV-3", "409 comes with HTTP 400.",
           entry(_CATALOGUE, 409, ErrorSpec(409, 400, 400, "Conflict"))),
    Mutant("empty-body-passes", "ENV-4", "A session is made from an empty body.",
           around("nemofake.http.request_models:checked", _empty_is_nothing)),
    Mutant("field-misnamed", "ENV-4", "A 400 names a field that there is not.",
           around("nemofake.http.request_models:describe_errors", _missing_named_wrong)),
    Mutant("expires-in-local-time", "AUTH-1", "`expires_at` has the figures of UTC and says +08:00.",
           around("nemofake.http.routes.accounts:iso_utc",
                  lambda real, ms: real(ms).replace("Z", "+08:00"))),
    Mutant("no-blank-line", "SSE-2", "Events are not parted by blank lines.",
           around("nemofake.wire.sse:TypedEncoder.frames", _one_line_feed)),
    Mutant("call-without-args", "SSE-3", "A tool call has no `args`.",
           entry("nemofake.wire.sse:_TYPED", ToolCall, _no_args)),
    Mutant("adk-never-whole", "SSE-3", "ADK's pieces are never said once more as a whole.",
           around("nemofake.wire.adk:AdkEncoder._whole", _adk_never_whole)),
    Mutant("state-without-analyses", "STA-1", "A state has no `video_analyses`.",
           _state(lambda state: state.pop("video_analyses"))),
    Mutant("generated-media-empty", "STA-1", "Generated clips are not in `generated_media`.",
           _state(lambda state: state.update(generated_media=[]))),
    Mutant("track-type-as-text", "STA-2", "A track's type is a text.", around(_DRAFT, _type_as_text)),
    Mutant("metadata-spelled-out", "STA-2", "A segment says `metadata` for `m`.",
           around(_DRAFT, _metadata_spelled_out)),
    Mutant("failed-as-completed", "REN-6", "An export that failed is told as completed.",
           around(_VIEW, _failed_as_completed)),
    Mutant("progress-as-text", "REN-7", "Progress is a text.",
           _spelled(lambda job: job.update(progress=f"{job['progress']}%"))),
    Mutant("nested-is-flat", "REN-7", "Profile render-nested answers flat.", around(_BYTES, _nested_flat)),
    Mutant("job-without-id", "REN-7", "A job does not tell its id.", _spelled(lambda job: job.pop("id"))),
    Mutant("job-begins-in-1970", "REN-7", "`createdAt` is the age of the job, not the time.",
           _spelled(lambda job: job.update(createdAt="1970-01-01T00:00:30.000Z"))),
)  # fmt: skip
