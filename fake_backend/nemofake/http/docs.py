"""What /openapi.json says of each route: real bodies, real answers, every refusal, the event stream."""

# ruff: noqa: E501  # examples read better on one line

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ..engine.errors import CATALOGUE
from .bodies import ChatBody, ClaimBody, RenderBody, SessionBody, UrlsBody

Doc = dict[str, Any]
_JSON = "application/json"

_PARAMETERS: dict[str, Doc] = {
    "user": {"in": "path", "description": "`me`, or the token's own user id", "example": "me"},
    "session_id": {"in": "path", "description": "a session's id", "example": "1748290516374920583"},
    "render_id": {"in": "path", "description": "the id the export was submitted with", "example": "render_1767225600"},
    "X-Client-Id": {"in": "header", "description": "a UUID of the installed client",
                    "example": "7c1de02f-52bb-4a3c-a5a7-4c1df3a8f0a1"},
    "X-Skill-Source": {"in": "header", "description": "the skill's name", "example": "professional-video-local-ai"},
    "X-Skill-Version": {"in": "header", "description": "the skill's version", "example": "1.0.0"},
    "X-Skill-Platform": {"in": "header", "description": "where the skill is installed", "example": "cursor"},
}  # fmt: skip
_ATTRIBUTION = ("X-Skill-Source", "X-Skill-Version", "X-Skill-Platform")
_OPTIONAL = {"X-Skill-Source", "X-Skill-Version", "X-Skill-Platform"}

_FILE = {
    "media_id": "0f5a1c9e77d24b10", "filename": "clip.mp4", "file_type": "video",
    "cdn_url": "http://127.0.0.1:8787/cdn/media/0f5a1c9e77d24b10/clip.mp4",
    "duration": 12.5, "width": 1080, "height": 1920, "fps": 30.0, "hash": "9f86d081884c7d65…", "size": 2480133,
}  # fmt: skip
_DRAFT = {
    "d": 10000,
    "t": [
        {"tt": 0, "m": {"name": "Video"}, "sg": [{"s": 0, "d": 10000, "m": {"name": "city timelapse"}}]},
        {"tt": 7, "m": {"name": "Title"}, "sg": [{"s": 0, "d": 3000, "m": {"text": "Urban Dreams"}}]},
    ],
}
_JOB = {"id": "render_1767225600", "status": "completed", "progress": 100,
        "createdAt": "2026-01-01T00:01:00.000Z", "completedAt": "2026-01-01T00:01:58.000Z",
        "output": {"url": "http://127.0.0.1:8787/cdn/renders/5d41402abc4b2a76b9719d911017c592.mp4",
                   "duration": 10.0, "size": 48213}}  # fmt: skip
_STREAM = (
    'data: {"type":"tool_call","name":"edit_multitrack","args":{"action":"add_title","text":"Urban Dreams"}}\n\n'
    'data: {"type":"heartbeat"}\n\n'
    'data: {"type":"tool_result","name":"edit_multitrack","result":{"status":"success"}}\n\n'
    "data:\n\n"
    'data: {"type":"text","content":"Your title is in. Click Export when you are happy with it."}\n\n'
)


def _parameters(names: tuple[str, ...]) -> list[Doc]:
    return [
        {"name": name, "required": name not in _OPTIONAL, "schema": {"type": "string"}, **_PARAMETERS[name]}
        for name in names
    ]


def _schema_of(example: Any) -> Doc:
    """Return the JSON schema that an example is one of."""
    if isinstance(example, dict):
        return {"type": "object", "properties": {k: _schema_of(v) for k, v in example.items()},
                "required": sorted(example)}  # fmt: skip
    if isinstance(example, list):
        return {"type": "array", "items": _schema_of(example[0]) if example else {}}
    names = {bool: "boolean", int: "integer", float: "number", str: "string"}
    return {"type": names[type(example)]} if type(example) in names else {}


def _enveloped(data: Any) -> Doc:
    return _content({"code": 0, "message": "success", "data": data})


def _content(example: Any, kind: str = _JSON) -> Doc:
    return {"content": {kind: {"schema": _schema_of(example), "example": example}}}


def _refusals(*codes: int) -> dict[int | str, Doc]:
    """Group the refusals of a route by the HTTP status they travel with (ENV-3)."""
    answers: dict[int | str, Doc] = {}
    for code in codes:
        fault = CATALOGUE[code]
        answer = answers.setdefault(
            fault.http_status, {"description": "", "content": {_JSON: {"examples": {}}}}
        )
        body = {"code": code, "message": fault.message, "data": None}
        answer["content"][_JSON]["examples"][str(code)] = {"summary": fault.message, "value": body}
        answer["content"][_JSON]["schema"] = ENVELOPE_REF
        answer["description"] = "; ".join(filter(None, (answer["description"], f"{code}: {fault.message}")))
    return answers


ENVELOPE_REF = {"$ref": "#/components/schemas/Failure"}
FAILURE_SCHEMA: Doc = {
    "title": "Failure",
    "description": "A refusal: `code` is not 0, `message` is for a human, `data` is null.",
    "type": "object",
    "required": ["code", "message", "data"],
    "properties": {
        "code": {"type": "integer", "enum": sorted(CATALOGUE)},
        "message": {"type": "string"},
        "data": {"type": "null"},
    },
}


def _route(
    ok: Doc,
    described: str,
    *codes: int,
    body: type[BaseModel] | None = None,
    example: Any = None,
    parameters: tuple[str, ...] = (),
    public: bool = False,
) -> Doc:
    """Return the arguments of a route's decorator that document it."""
    answers: dict[int | str, Doc] = _refusals(*codes)
    _add_success(answers, ok, described)
    extra: Doc = {"parameters": _parameters(parameters), "security": [] if public else [{"bearer": []}]}
    if body is not None:
        schema = body.model_json_schema(by_alias=False)
        extra["requestBody"] = {"required": True, "content": {_JSON: {"schema": schema, "example": example}}}
    return {"responses": answers, "openapi_extra": extra, "response_model": None}


def _add_success(answers: dict[int | str, Doc], ok: Doc, described: str) -> None:
    """Put the success beside the refusals that travel with HTTP 200 too (ENV-3)."""
    refused = answers.pop(200, None)
    answers[200] = {"description": described, **ok}
    if refused is None:
        return
    answers[200]["description"] += f". Refusals with the same status: {refused['description']}"
    examples = refused["content"][_JSON]["examples"]
    good = ok["content"].get(_JSON, {})
    schemas = [good["schema"], ENVELOPE_REF] if good else [ENVELOPE_REF]
    shown = {"success": {"summary": described, "value": good["example"]}} if good else {}
    answers[200]["content"] = {
        **ok["content"],
        _JSON: {"schema": {"anyOf": schemas}, "examples": shown | examples},
    }


ISSUE_TOKEN = _route(
    _enveloped({"token": "nmv_usr_4f1d…", "user_id": "anon_91c0…", "credits": 100,
                "expires_at": "2026-01-08T00:00:00.000Z"}),
    "A token for 7 days, with 100 credits", 400, 429, parameters=("X-Client-Id",), public=True,
)  # fmt: skip
CLAIM_TOKEN = _route(
    _enveloped({"claim_token": "clm_8d3e…", "expires_in": 604800}),
    "A claim token for the web", 400, 403, 1001, 1002,
    body=ClaimBody, example={"task_id": "1748290516374920001", "session_id": "1748290516374920583"},
)  # fmt: skip
CREATE_SESSION = _route(
    _enveloped({"task_id": "1748290516374920001", "session_id": "1748290516374920583", "user_id": "anon_91c0…"}),
    "A session", 400, 403, 1001, 1002,
    body=SessionBody, example={"task_name": "project", "language": "en"}, parameters=("user",),
)  # fmt: skip
READ_STATE = _route(
    _enveloped({
        "session_id": "1748290516374920583", "task_id": "1748290516374920001", "task_name": "project",
        "user_id": "anon_91c0…",
        "state": {"draft": _DRAFT, "video_infos": [_FILE], "canvas_config": {"width": 1080, "height": 1920},
                  "video_analyses": [{"media_id": "0f5a1c9e77d24b10", "filename": "clip.mp4", "has_audio": True,
                                      "silences": [{"start": 2000, "end": 3500}]}],
                  "generated_media": []},
    }),
    "The session's state", 403, 1001, 1002, parameters=("user", "session_id"),
)  # fmt: skip
CHAT = _route(
    {"content": {"text/event-stream": {"schema": {"type": "string"}, "example": _STREAM}}},
    "A stream of events that ends by closing, with or without a word", 400, 403, 404, 1001, 1002, 2001,
    body=ChatBody,
    example={"app_name": "nemo_agent", "user_id": "me", "session_id": "1748290516374920583",
             "new_message": {"parts": [{"text": "cut silences, color grade the footage"}]}},
)  # fmt: skip
READ_CREDITS = _route(
    _enveloped({"available": 50, "frozen": 50, "total": 100}), "The balance; total = available + frozen",
    403, 1001,
)  # fmt: skip
UPLOAD = _route(
    _enveloped({"files": [_FILE], "session_state_applied": True}), "The files, all of them",
    400, 403, 1001, 1002, 4001, 4002, body=UrlsBody,
    example={"urls": ["https://example.com/walk_12s.mp4"], "source_type": "url"}, parameters=("user", "session_id"),
)  # fmt: skip
UPLOAD["openapi_extra"]["requestBody"]["content"]["multipart/form-data"] = {
    "schema": {
        "type": "object",
        "required": ["files"],
        "properties": {
            "files": {"type": "array", "items": {"type": "string", "contentMediaType": "video/mp4"}}
        },
    }
}
SUBMIT_RENDER = _route(
    _content({key: _JOB[key] for key in ("id", "createdAt")} | {"status": "pending", "progress": 0}),
    "The job, pending; without envelope", 400, 402, 403, 409, 1001, 1002,
    body=RenderBody,
    example={"id": "render_1767225600", "sessionId": "1748290516374920583", "draft": _DRAFT,
             "output": {"format": "mp4", "quality": "high"}},
    parameters=_ATTRIBUTION,
)  # fmt: skip
READ_RENDER = _route(
    _content(_JOB), "The job as it is now; without envelope", 403, 404, 1001, parameters=("render_id",)
)
CANCEL_RENDER = _route(
    _content({key: _JOB[key] for key in ("id", "progress", "createdAt")} | {"status": "cancelled"}),
    "The job, cancelled", 403, 404, 409, 1001, parameters=("render_id",),
)  # fmt: skip
DOWNLOAD = _route(
    {"content": {"video/mp4": {"schema": {"type": "string", "contentMediaType": "video/mp4"}}}},
    "The film; ranges are answered with 206", 403, 404, 409, 1001, parameters=("render_id",),
)  # fmt: skip
_NESTED = {"success": True, "data": {"id": "render_1767225600", "status": "processing", "progress": 40,
                                     "createdAt": "2026-01-01T00:01:00.000Z"}}  # fmt: skip
SUBMIT_DRAFT = _route(
    _content(_NESTED), "The job; profile `render-nested` only", 400, 402, 403, 404, 409, 1001, 1002,
    body=RenderBody, example=SUBMIT_RENDER["openapi_extra"]["requestBody"]["content"][_JSON]["example"],
    parameters=_ATTRIBUTION,
)  # fmt: skip
READ_DRAFT = _route(
    _content(_NESTED), "The job; profile `render-nested` only", 403, 404, 1001, parameters=("render_id",)
)
