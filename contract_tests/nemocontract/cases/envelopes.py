"""Envelopes, and what becomes of a request that is not as it should be (ENV-1 to ENV-4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from nemocontract.cases.endpoints import (
    CHAT,
    CLAIM,
    CREDITS,
    DRAFT,
    NOWHERE,
    SESSION,
    STATE,
    SUBMIT,
    UPLOAD,
    Endpoint,
)
from nemocontract.cases.outcomes import accepted, is_json, refused, seen, tidy
from nemocontract.cases.shapes import is_failure, is_success, is_text
from nemocontract.probing.case import Bench, case
from nemocontract.traffic import Exchange

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


def _render(**told: Any) -> dict[str, Any]:
    body = {"id": "render_1", "sessionId": "{session}", "draft": DRAFT, **told}
    return {name: value for name, value in body.items() if value is not None}


# ENV-4: bodies with one field missing or of another type, and a word that the refusal must then have.
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


def bad(bench: Bench, told: Exchange, expected: str, field: str = "") -> None:
    """Claim a 400 in its envelope that names the field, if there is one to name (ENV-4)."""
    if not refused(bench, told, "ENV-4", 400, expected) or not field:
        return
    words = str(told.answer.get("message", "")).lower().replace("_", "")
    named = field.lower().replace("_", "") in words
    bench.claim("ENV-4", named, f"a message that names {field}", seen(told))


def _fields_of(bench: Bench, session: str, *endpoints: Endpoint, also: str = "ENV-2") -> None:
    for endpoint, body, field in _FIELDS:
        if endpoint in endpoints:
            sent = json.loads(json.dumps(body).replace("{session}", session).replace("{task}", NOWHERE))
            told = endpoint.call(bench.guest, session, json=sent)
            bad(bench, told, f"{endpoint.name} with {json.dumps(body)[:120]}", field)
            bench.claim(also, told.code == 400, f"{field} is needed, and typed", seen(told))
            if endpoint is CHAT:
                bench.claim("SSE-2", told.events is None, "no stream for a malformed message", seen(told))


@case("ENV-1", looks_for="the envelope of a success: code 0, `success`, data, called JSON")
def _successes(bench: Bench) -> None:
    session = made_session(bench)
    for endpoint in (CREDITS, STATE):
        told = accepted(bench, endpoint.call(bench.guest, session), "ENV-1", f"{endpoint.name} succeeds")
        bench.claim("ENV-1", isinstance(told.answer.get("data"), dict), "data is an object", seen(told))
        bench.claim("ENV-1", told.status == 200, "a success under HTTP status 200", seen(told))


@case("ENV-1", looks_for="the envelope of every success, uploads and claim tokens too", control=True)
def _every_success(bench: Bench) -> None:
    made = bench.guest.create_session()
    session, task = str(made.data.get("session_id", "")), str(made.data.get("task_id", ""))
    told = [made, *(e.call(bench.guest, session, task=task) for e in (CREDITS, STATE, UPLOAD, CLAIM))]
    for one in told:
        bench.claim("ENV-1", is_success(one.answer), f"{one.operation} succeeds in its envelope", seen(one))
        bench.claim("ENV-1", is_json(one), "JSON that is called so", one.answer_headers)


def made_session(bench: Bench) -> str:
    """Return a new session of the guest's; a case goes no further without one."""
    told = accepted(bench, bench.guest.create_session(), "ENV-1", "a new session")
    bench.must("SES-1", is_text(told.data.get("session_id")), "a session_id", seen(told))
    return str(told.data["session_id"])


@case("ENV-2", "ENV-3", looks_for="refusals of all kinds in one envelope, statuses in one profile")
def _refusals(bench: Bench) -> None:
    guest = bench.guest
    refused(bench, guest.credits(token="nmv_usr_nobody"), "ENV-2", 1001, "a bad token")  # noqa: S106
    refused(bench, guest.state(NOWHERE), "ENV-2", 1002, "an unknown session")
    refused(bench, guest.job("render_nobody_1"), "ENV-2", 404, "an unknown export")
    refused(bench, bench.probe.send("POST", "/api/auth/anonymous-token"), "ENV-2", 400, "no client id")
    session = made_session(bench)
    refused(bench, guest.upload(session, ("notes.txt", b"text")), "ENV-2", 4001, "an unsupported file")


@case(
    "ENV-2", "ENV-3", looks_for="every code of the table under the status it is to have", control=True,
    rules={"max_upload_bytes": 64},
)  # fmt: skip
def _every_code(bench: Bench) -> None:
    poor = bench.registered(credits=0)
    session = poor.session()
    refused(bench, poor.credits(token="nmv_usr_nobody"), "ENV-3", 1001, "a bad token")  # noqa: S106
    refused(bench, poor.state(NOWHERE), "ENV-3", 1002, "an unknown session")
    message = "generate a 5 second clip of a quiet lake"
    refused(bench, poor.chat(session, message), "ENV-3", 2001, "no credits")
    refused(bench, poor.upload(session, ("notes.txt", b"text")), "ENV-3", 4001, "an unsupported file")
    refused(bench, poor.upload(session, ("clip.mp4", bytes(65))), "ENV-3", 4002, "a file too large")
    refused(bench, SESSION.call(poor, json=[]), "ENV-3", 400, "a body that is no object")
    refused(bench, SUBMIT.call(poor, session, attributed=False), "ENV-3", 402, "no attribution")
    nothing = bench.registered(scopes=[])
    refused(bench, nothing.credits(), "ENV-3", 403, "a scope missing")
    refused(bench, poor.job("render_nobody_1"), "ENV-3", 404, "an unknown export")
    accepted_once = SUBMIT.call(poor, session)
    bench.claim("REN-4", accepted_once.succeeded, "an export", seen(accepted_once))
    refused(bench, SUBMIT.call(poor, session), "ENV-3", 409, "an export id used before")
    bench.another("first")
    again = bench.probe.exchanges[-1].headers.get("x-client-id", "")
    told = bench.probe.send("POST", "/api/auth/anonymous-token", headers={"X-Client-Id": again})
    refused(bench, told, "ENV-3", 429, "a second token for a client id")


@case("ENV-4", looks_for="400 for what is no JSON, or no object, where a session is made")
def _no_json(bench: Bench) -> None:
    for body, what in _BROKEN:
        bad(bench, SESSION.call(bench.guest, json=None, content=body, headers=_JSON), what)
    for body in _NO_OBJECT:
        told = SESSION.call(bench.guest, json=None, content=body, headers=_JSON)
        bad(bench, told, f"{body.decode()} instead of an object")


@case("ENV-4", looks_for="400 for what is no JSON, or no object, at every endpoint with a body", control=True)
def _no_json_anywhere(bench: Bench) -> None:
    session = made_session(bench)
    for endpoint in _WITH_BODY:
        for body, what in (*_BROKEN, *((body, body.decode()) for body in _NO_OBJECT)):
            told = endpoint.call(bench.guest, session, json=None, content=body, headers=_JSON)
            bad(bench, told, f"{endpoint.name} with {what}")


@case("ENV-4", looks_for="400 for JSON that is called something else", control=True)
def _other_content_type(bench: Bench) -> None:
    session = made_session(bench)
    for endpoint in _WITH_BODY:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
            body = json.dumps(endpoint.body).replace("{session}", session).encode()
            told = endpoint.call(
                bench.guest, session, json=None, content=body, headers={"Content-Type": kind}
            )
            bad(bench, told, f"{endpoint.name} as {kind}")


@case("ENV-4", looks_for="400 naming the field, where a session is made and a claim token asked for")
def _fields(bench: Bench) -> None:
    _fields_of(bench, made_session(bench), SESSION, CLAIM)


@case("ENV-4", "SSE-1", "SSE-2", looks_for="400 naming the field, for a message, and no stream")
def _fields_of_messages(bench: Bench) -> None:
    _fields_of(bench, made_session(bench), CHAT, also="SSE-1")


@case("ENV-4", "UPL-1", looks_for="400 naming the field, for uploads by address, and for no file at all")
def _fields_of_uploads(bench: Bench) -> None:
    session = made_session(bench)
    _fields_of(bench, session, UPLOAD, also="UPL-1")
    told = UPLOAD.call(bench.guest, session, json=None, files=[("other", ("clip.mp4", b"data"))])
    bad(bench, told, "a multipart body without `files`", "files")


@case("ENV-4", "REN-1", looks_for="400 naming the field, for an export")
def _fields_of_exports(bench: Bench) -> None:
    _fields_of(bench, made_session(bench), SUBMIT, also="REN-1")


@case("ENV-4", looks_for="values at the edge of what JSON can say: never a 500")
def _odd_values(bench: Bench) -> None:
    for body in _odd_bodies():
        told = SESSION.call(bench.guest, json=None, content=body, headers=_JSON)
        known = told.succeeded or (told.code == 400 and is_failure(told.answer))
        bench.claim("ENV-4", known, "a session or a 400", (body[:60], seen(told)))
        tidy(bench, told)


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


@case("ENV-2", "ENV-4", looks_for="an envelope for a path or a method that there is not")
def _nowhere(bench: Bench) -> None:
    for method, path in (
        ("GET", "/api/nothing"),
        ("GET", "/run_sse"),
        ("DELETE", "/api/credits/balance/simple"),
        ("PUT", "/api/auth/anonymous-token"),
    ):
        told = bench.guest.call(method, path)
        bench.claim("ENV-2", not told.succeeded, "no success where there is nothing", seen(told))
        tidy(bench, told)
