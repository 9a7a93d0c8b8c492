"""Requests that are not as they should be: 400 with the field's name, no 500, no insides (ENV-4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from nemocontract.http.case import CaseContext, case
from nemocontract.recording import Exchange
from nemocontract.server_checks.access import (
    CHAT,
    CLAIM,
    DRAFT,
    SESSION,
    SUBMIT,
    UNKNOWN_SESSION,
    UPLOAD,
    Endpoint,
)
from nemocontract.server_checks.envelopes import made_session
from nemocontract.server_checks.expectations import expect_error, is_failure, no_internals_leaked, seen

_JSON: Final = {"Content-Type": "application/json"}
_WITH_BODY: Final = (SESSION, CHAT, UPLOAD, CLAIM, SUBMIT)
_BROKEN: Final = (
    (b"", "an empty body"),
    (b"{", "an object without an end"),
    (b'{"task_name":"project",}', "a comma too many"),
    (b"{'task_name':'project'}", "single quotes"),
    (b'{"task_name":"\xff\xfe"}', "bytes that are no UTF-8"),
    (b"task_name=project", "a form"),
    (b"[" * 5000, "five thousand brackets"),
)
_NO_OBJECT: Final = (b"[]", b'"text"', b"7", b"null", b"true", b"[{}]")


def _of(text: Any) -> dict[str, Any]:
    return {"app_name": "nemo_agent", "user_id": "me", "session_id": "{session}", "new_message": text}


def _message(part: Any) -> dict[str, Any]:
    return _of({"parts": [part]})


def _render(**options: Any) -> dict[str, Any]:
    body = {"id": "render_1", "sessionId": "{session}", "draft": DRAFT, **options}
    return {name: value for name, value in body.items() if value is not None}


# ENV-4: bodies with one field missing or of another type, and a word that the error must then have.
# Only fields that the protocol asks for by name are left out; others may be optional.
_FIELDS: Final[tuple[tuple[Endpoint, Any, str], ...]] = (
    (SESSION, {"task_name": 5, "language": "en"}, "task_name"),
    (SESSION, {"task_name": ["project"]}, "task_name"),
    (SESSION, {"task_name": "project", "language": 5}, "language"),
    (CHAT, {"new_message": {"parts": [{"text": "hello"}]}}, "session_id"),
    (CHAT, {**_message({"text": "hello"}), "session_id": 5}, "session_id"),
    (CHAT, {"session_id": "{session}"}, "new_message"),
    (CHAT, _of("hello"), "new_message"),
    (CHAT, _of(None), "new_message"),
    (CHAT, _of({}), "parts"),
    (CHAT, _of({"parts": "hello"}), "parts"),
    (CHAT, _of({"parts": []}), "parts"),
    (CHAT, _of({"parts": ["hello"]}), "parts"),
    (CHAT, _message({}), "text"),
    (CHAT, _message({"text": 5}), "text"),
    (CHAT, _message({"text": None}), "text"),
    (CHAT, _message({"text": ["hello"]}), "text"),
    (UPLOAD, {"source_type": "url"}, "urls"),
    (UPLOAD, {"urls": "https://example.com/a.mp4", "source_type": "url"}, "urls"),
    (UPLOAD, {"urls": [5], "source_type": "url"}, "urls"),
    (UPLOAD, {"urls": {"a": "b"}, "source_type": "url"}, "urls"),
    (CLAIM, {"session_id": "{session}"}, "task_id"),
    (CLAIM, {"task_id": "{task}"}, "session_id"),
    (CLAIM, {"task_id": 5, "session_id": "{session}"}, "task_id"),
    (CLAIM, {"task_id": "{task}", "session_id": {}}, "session_id"),
    (SUBMIT, _render(id=None), "id"),
    (SUBMIT, _render(id=5), "id"),
    (SUBMIT, _render(sessionId=None), "sessionid"),
    (SUBMIT, _render(sessionId=5), "sessionid"),
    (SUBMIT, {"id": "render_1", "session_id": "{session}", "draft": DRAFT}, "sessionid"),
    (SUBMIT, _render(draft=None), "draft"),
    (SUBMIT, _render(draft="draft"), "draft"),
    (SUBMIT, _render(draft=[DRAFT]), "draft"),
    (SUBMIT, _render(output="mp4"), "output"),
)


def bad(ctx: CaseContext, exchange: Exchange, expected: str, field: str = "") -> None:
    """Check a 400 in its envelope that names the field, if there is one to name (ENV-4)."""
    if not expect_error(ctx, exchange, "ENV-4", 400, expected) or not field:
        return
    words = str(exchange.answer.get("message", "")).lower().replace("_", "")
    named = field.lower().replace("_", "") in words
    ctx.check("ENV-4", named, f"a message that names {field}", seen(exchange))


def _fields_of(ctx: CaseContext, session: str, *endpoints: Endpoint, also: str = "ENV-2") -> None:
    for endpoint, body, field in _FIELDS:
        if endpoint in endpoints:
            sent = json.loads(
                json.dumps(body).replace("{session}", session).replace("{task}", UNKNOWN_SESSION)
            )
            exchange = endpoint.call(ctx.account, session, json=sent)
            bad(ctx, exchange, f"{endpoint.name} with {json.dumps(body)[:120]}", field)
            ctx.check(also, exchange.code == 400, f"{field} is needed, and typed", seen(exchange))
            if endpoint is CHAT:
                ctx.check(
                    "SSE-2", exchange.events is None, "no stream for a malformed message", seen(exchange)
                )


@case("ENV-4", description="a new session with a body that is no JSON object gets 400")
def _not_json(ctx: CaseContext) -> None:
    for body, what in _BROKEN:
        bad(ctx, SESSION.call(ctx.account, json=None, content=body, headers=_JSON), what)
    for body in _NO_OBJECT:
        exchange = SESSION.call(ctx.account, json=None, content=body, headers=_JSON)
        bad(ctx, exchange, f"{body.decode()} instead of an object")


@case("ENV-4", description="every endpoint answers 400 for a body that is no JSON object", control=True)
def _not_json_at_every_endpoint(ctx: CaseContext) -> None:
    session = made_session(ctx)
    for endpoint in _WITH_BODY:
        for body, what in (*_BROKEN, *((body, body.decode()) for body in _NO_OBJECT)):
            exchange = endpoint.call(ctx.account, session, json=None, content=body, headers=_JSON)
            bad(ctx, exchange, f"{endpoint.name} with {what}")


@case("ENV-4", description="JSON with another content type gets 400", control=True)
def _wrong_content_type(ctx: CaseContext) -> None:
    session = made_session(ctx)
    for endpoint in _WITH_BODY:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
            body = json.dumps(endpoint.body).replace("{session}", session).encode()
            exchange = endpoint.call(
                ctx.account, session, json=None, content=body, headers={"Content-Type": kind}
            )
            bad(ctx, exchange, f"{endpoint.name} as {kind}")


@case("ENV-4", description="400 names the wrong field of a new session or a claim token")
def _fields(ctx: CaseContext) -> None:
    _fields_of(ctx, made_session(ctx), SESSION, CLAIM)


@case("ENV-4", "SSE-1", "SSE-2", description="400 names the wrong field of a message, and no stream starts")
def _message_fields(ctx: CaseContext) -> None:
    _fields_of(ctx, made_session(ctx), CHAT, also="SSE-1")


@case(
    "ENV-4", "UPL-1", description="400 names the wrong field of an upload by URL, and an upload without files"
)
def _upload_fields(ctx: CaseContext) -> None:
    session = made_session(ctx)
    _fields_of(ctx, session, UPLOAD, also="UPL-1")
    exchange = UPLOAD.call(ctx.account, session, json=None, files=[("other", ("clip.mp4", b"data"))])
    bad(ctx, exchange, "a multipart body without `files`", "files")


@case("ENV-4", "REN-1", description="400 names the wrong field of an export")
def _export_fields(ctx: CaseContext) -> None:
    _fields_of(ctx, made_session(ctx), SUBMIT, also="REN-1")


@case("ENV-4", description="values at the limits of JSON never cause a 500")
def _extreme_values(ctx: CaseContext) -> None:
    for body in _odd_bodies():
        exchange = SESSION.call(ctx.account, json=None, content=body, headers=_JSON)
        known = exchange.succeeded or (exchange.code == 400 and is_failure(exchange.answer))
        ctx.check("ENV-4", known, "a session or a 400", (body[:60], seen(exchange)))
        no_internals_leaked(ctx, exchange)


def _odd_bodies() -> Iterator[bytes]:
    yield b'{"task_name":"\\ud800"}'
    yield b'{"task_name":"\\u0000"}'
    yield b'{"task_name":"' + b"x" * 100_000 + b'"}'
    yield b'{"task_name":"project","more":' + b"9" * 5000 + b"}"
    yield b'{"task_name":"project","more":1e999}'
    yield b'{"task_name":"project","more":NaN}'
    yield b'{"task_name":"project","task_name":5}'
    yield b'{"task_name":"project","language":"xx"}'
    yield '{"task_name":"project"}'.encode("utf-16")
    yield b'\xef\xbb\xbf{"task_name":"project"}'


_FORM: Final = {"Content-Type": "multipart/form-data; boundary=x"}
_PART: Final = b'--x\r\nContent-Disposition: form-data; name="files"; filename="%b"\r\n\r\nabc\r\n--x--\r\n'
_FORMS: Final = (
    (b"", "an empty form"),
    (b"--x", "half a boundary"),
    (b"--x--\r\n", "a form without a part"),
    (b"--x\r\n\r\nabc\r\n--x--\r\n", "a part without a head"),
    (_PART % b"\xff.png", "a head that is no UTF-8"),
    (_PART % b"", "a file without a name"),
    ((_PART % b"a.png")[:-9], "a form without an end"),
    (b"abc" * 50, "no form at all"),
    (b"--x\r\n" + b"A: b\r\n" * 3000 + b"\r\n--x--\r\n", "three thousand heads"),
)


@case("ENV-4", "UPL-1", description="broken multipart forms get 400 without internal details")
def _broken_forms(ctx: CaseContext) -> None:
    session = made_session(ctx)
    for body, what in _FORMS:
        exchange = UPLOAD.call(ctx.account, session, json=None, content=body, headers=_FORM)
        bad(ctx, exchange, what)
        ctx.check("UPL-1", not exchange.succeeded, "no upload without a file", seen(exchange))
    exchange = UPLOAD.call(
        ctx.account, session, json=None, content=_PART, headers={"Content-Type": "multipart/form-data"}
    )
    bad(ctx, exchange, "a form without a boundary")
