"""Bad input over a real socket: refused with an envelope that names it, and nothing changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from .http_helpers import (
    Api,
    code_of,
    exchange,
    failure,
    head,
    success,
    wire,
)
from .http_routes import (
    BODIES,
    CHAT,
    CLAIM,
    CREDITS,
    DATA_PLANE,
    FIELDS,
    JSON,
    NEEDED,
    RENDER,
    SESSION,
    TYPED,
    good,
    holder,
    place,
)

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle

NO_JSON = {
    "nothing": b"",
    "half an object": b'{"task_name":',
    "an array": b"[]",
    "null": b"null",
    "a number": b"3",
    "a string": b'"task_name"',
    "Python": b"{'task_name': 'x'}",
    "a trailing comma": b'{"task_name":"x",}',
    "two values": b'{"task_name":"x"} {}',
    "a byte order mark": b'\xef\xbb\xbf{"task_name":"x"}',
    "UTF-16": '{"task_name":"x"}'.encode("utf-16"),
    "Latin-1": b'{"task_name":"caf\xe9"}',
    "a cut character": b'{"task_name":"\xe5\x89"}',
    "a lone surrogate": b'{"task_name":"\\ud800"}',
    "a lone surrogate as a key": b'{"task_name":"x","\\udfff":1}',
    "an encoded surrogate": b'{"task_name":"\xed\xa0\x80"}',
    "NaN": b'{"task_name":"x","z":NaN}',
    "Infinity": b'{"task_name":"x","z":-Infinity}',
    "a huge integer": b'{"task_name":"x","z":' + b"9" * 100_000 + b"}",
    "a deep array": b'{"task_name":' + b"[" * 100_000,
    "a deep object": b'{"z":' * 50_000,
    "a control character": b'{"task_name":"a\x01"}',
    "a form": b"task_name=x",
    "zeros": b"\0" * 64,
}


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


@pytest.mark.clause("ENV-1")
def test_success_is_an_envelope_with_code_0(api: Api) -> None:
    for path in (SESSION, CLAIM, "UPLOAD"):
        assert success(api.call("POST", place(api, path), json=good(api, path)))
    for path in (CREDITS, api.state_path()):
        assert success(api.call("GET", path))
    assert success(api.ask_token("another"))


@pytest.mark.clause("ENV-4", "ENV-2")
@pytest.mark.parametrize("path", NEEDED)
def test_missing_field_is_named_and_changes_nothing(api: Api, path: str) -> None:
    before = good(api, path), api.everything()
    for field in NEEDED[path]:
        body = good(api, path)
        inside, key = holder(body, field)
        del inside[key]
        answer = api.call("POST", place(api, path), json=body)
        assert answer.status_code == 400
        failure(answer, 400, field)
    assert (good(api, path), api.everything()) == before


@pytest.mark.clause("ENV-4", "SSE-1")
def test_camel_case_field_is_named_as_in_the_protocol(api: Api) -> None:
    answer = api.call("POST", CHAT, json={"sessionId": 7, "newMessage": {"parts": [{"text": "x"}]}})
    failure(answer, 400, "session_id")


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("path", FIELDS)
def test_mistyped_field_is_named_and_changes_nothing(api: Api, path: str) -> None:
    right, before = good(api, path), api.everything()
    for field, taken in FIELDS[path].items():
        for kind, value in TYPED.items():
            if kind not in taken.split():
                body = json.loads(json.dumps(right))
                inside, key = holder(body, field)
                inside[key] = value
                answer = api.call("POST", place(api, path), json=body)
                assert answer.status_code == 400, (field, value)
                failure(answer, 400, field)
    assert api.everything() == before


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("path", BODIES)
def test_body_that_is_not_a_json_object_is_rejected(api: Api, path: str) -> None:
    where, before = place(api, path), api.everything()
    for name, body in NO_JSON.items():
        answer = api.call("POST", where, content=body, headers=JSON)
        assert answer.status_code == 400, name
        failure(answer, 400, "body")
    assert api.everything() == before


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "application/jsonx", "json", "\xff;;=,"],
)
@pytest.mark.parametrize("path", BODIES)
def test_wrong_content_type_is_named(api: Api, path: str, kind: str | None) -> None:
    body, before = json.dumps(good(api, path)).encode(), api.everything()
    kinds = {} if kind is None else {"Content-Type": kind.encode("latin-1")}
    answer = api.call("POST", place(api, path), content=body, headers=kinds)
    assert answer.status_code == 400
    failure(answer, 400, "Content-Type")
    assert api.everything() == before


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize(
    "kind", ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "application/x+json"]
)
def test_content_type_json_is_accepted_in_any_spelling(api: Api, kind: str) -> None:
    body = json.dumps(BODIES[SESSION]).encode()
    assert success(api.call("POST", SESSION, content=body, headers={"Content-Type": kind}))


@pytest.mark.clause("ENV-4")
def test_unknown_fields_are_ignored_and_last_duplicate_wins(api: Api) -> None:
    body = b'{"task_name":7,"task_name":"x","z":{"deep":[1e308,"\\u0000"]},"":""}'
    assert success(api.call("POST", SESSION, content=body, headers=JSON))


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize(
    ("path", "field", "length"),
    [
        (SESSION, "task_name", 257),
        (SESSION, "language", 33),
        (CLAIM, "session_id", 257),
        (CHAT, "session_id", 257),
        ("UPLOAD", "urls.0", 2049),
        (RENDER, "id", 129),
        (RENDER, "sessionId", 257),
    ],
)
def test_too_long_name_is_rejected_by_field(api: Api, path: str, field: str, length: int) -> None:
    body, before = good(api, path), api.everything()
    inside, key = holder(body, field)
    inside[key] = "http://a/" + "x" * (length - 9) if "url" in field else "x" * length
    failure(api.call("POST", place(api, path), json=body), 400, field)
    assert api.everything() == before


@pytest.mark.clause("ENV-4")
def test_too_large_body_is_rejected_while_it_arrives(api: Api) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"task_name":"'
        for _ in range(9 * 16):
            yield b"x" * 65_536

    before = api.credits(), api.everything()
    answer = api.call("POST", SESSION, content=endless(), headers=JSON)
    failure(answer, 400, "body", "bytes")
    assert (api.credits(), api.everything()) == before


@pytest.mark.clause("ENV-4", "ENV-2")
@pytest.mark.parametrize(("method", "path"), DATA_PLANE)
def test_wrong_method_is_405_with_allow_header(api: Api, method: str, path: str) -> None:
    wrong = "GET" if method == "POST" else "POST"
    if "/proxy/" in path and wrong == "GET":
        wrong = "PUT"  # the older GET route answers on these paths, for a job of that name
    for tried in (wrong, "DELETE"):
        answer = api.call(tried, place(api, path))
        assert answer.status_code == 405
        assert method in answer.headers["allow"]
        failure(answer, 405)


@pytest.mark.clause("ENV-4", "ENV-2")
@pytest.mark.parametrize(
    "path",
    [
        "/", "", "/api", "/api/", "/nothing/here", "/run_sse/", CREDITS + "/", SESSION + "/", RENDER + "/",
        "//run_sse", "/api//credits/balance/simple", "/%2e%2e/%2e%2e/etc/passwd", "/api/%00/x", "/%ff%fe",
        "/%", "/%zz", "/a" * 2000, "/run_sse;x=1", "/RUN_SSE", "/cdn/", "/cdn/media/",
        "/cdn/renders/..%2f..%2fx", "/docs", "/redoc",
    ],
)  # fmt: skip
def test_unknown_path_is_404_in_an_envelope(api: Api, path: str) -> None:
    for method in ("GET", "POST"):
        status, headers, body = exchange(
            api.world.url, head(method, api.world.url + path, "Content-Length: 0")
        )
        assert status in (404, 405), body
        assert headers["content-type"] == "application/json"
        assert code_of(body) == status


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize(
    "name", ["", "-", ".", "..", "%2e%2e", "a%20b", "a%00", "x" * 65, "%ff", "b%0a", "%C3%A9"]
)
def test_invalid_world_name_creates_no_world(api: Api, name: str) -> None:
    fake = api.world.url.partition("/w/")[0]
    before = [world["name"] for world in success(api.control("GET", "worlds"))]
    status, _, body = exchange(fake, head("POST", f"{fake}/w/{name}{SESSION}", "Content-Length: 0"))
    assert (status, code_of(body)) == (404, 404)
    assert [world["name"] for world in success(api.control("GET", "worlds"))] == before


@pytest.mark.clause("ENV-4", "ENV-2")
@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("PUT", "/cdn/media/x", "GET, HEAD"),
        ("TRACE", "/run_sse", "POST"),
        ("OPTIONS", RENDER, "POST"),
        ("GET", RENDER, "POST"),
        ("POST", f"{RENDER}/r1", "GET, HEAD"),
        ("PATCH", "/__fake__/faults", "DELETE, GET, POST"),
        ("HEAD", "/__fake__/clock", "GET, PUT"),
        ("GET", "/__fake__/worlds/x", "DELETE, PUT"),
        ("DELETE", "/__fake__/health", "GET, HEAD"),
        ("POST", "/openapi.json", "GET"),
    ],
)
def test_allow_header_names_every_method_of_the_path(api: Api, method: str, path: str, allow: str) -> None:
    answer = api.call(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, allow)
    for named in allow.split(", "):
        assert api.call(named, path).status_code != 405


@pytest.mark.clause("ENV-4")
@pytest.mark.nemofake(profile="render-nested")
def test_allow_header_names_the_older_routes_where_they_are(api: Api) -> None:
    assert api.call("PUT", RENDER).headers["allow"] == "GET, HEAD, POST"
