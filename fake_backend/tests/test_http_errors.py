"""Bad input of any kind over a real socket: refused with an envelope that names it, and nothing changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .http_kit import (
    ATTRIBUTION,
    DRAFT,
    Api,
    answer_on,
    code_of,
    connect,
    exchange,
    failure,
    head,
    success,
    wire,
)

if TYPE_CHECKING:
    from nemofake.server import WorldHandle

SESSION = "/api/tasks/me/with-session/nemo_agent"
CLAIM = "/api/auth/claim-token"
CHAT = "/run_sse"
RENDER = "/api/render/proxy/lambda"
OLDER = "/api/render/proxy/draft"
CREDITS = "/api/credits/balance/simple"
JSON = {"Content-Type": "application/json"}

# Routes that take a JSON body, each with a good one; `SID` and `TID` stand for a real session and task.
BODIES: dict[str, dict[str, Any]] = {
    SESSION: {"task_name": "project", "language": "en"},
    CLAIM: {"task_id": "TID", "session_id": "SID"},
    CHAT: {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": "SID",
        "new_message": {"role": "user", "parts": [{"text": "hello"}]},
        "streaming": True,
    },
    "UPLOAD": {"urls": ["http://example.com/walk_12s.mp4"], "source_type": "url"},
    RENDER: {"id": "r1", "sessionId": "SID", "draft": DRAFT, "output": {"format": "mp4", "quality": "high"}},
}
NEEDED = {
    SESSION: ["task_name"],
    CLAIM: ["task_id", "session_id"],
    CHAT: ["session_id", "new_message", "new_message.parts", "new_message.parts.0.text"],
    "UPLOAD": ["urls"],
    RENDER: ["id", "sessionId", "draft"],
}
# Each field with the types that it takes; a list by its items, which are named by their place.
FIELDS: dict[str, dict[str, str]] = {
    SESSION: {"task_name": "text", "language": "text null"},
    CLAIM: {"task_id": "text", "session_id": "text"},
    CHAT: {
        "app_name": "text null",
        "user_id": "text",
        "session_id": "text",
        "new_message": "object",
        "new_message.role": "text null",
        "new_message.parts": "list",
        "new_message.parts.0": "object",
        "new_message.parts.0.text": "text",
        "streaming": "truth",
    },
    "UPLOAD": {"urls": "list", "urls.0": "text", "source_type": "text"},
    RENDER: {
        "id": "text",
        "sessionId": "text",
        "draft": "object",
        "output": "object null",
        "output.format": "text null",
        "output.quality": "text null",
    },
}
TYPED: dict[str, Any] = {
    "null": None,
    "number": 7,
    "fraction": 1.5,
    "truth": True,
    "text": "word",
    "list": [],
    "object": {},
}
DATA_PLANE = [
    ("POST", "/api/auth/anonymous-token"),
    ("POST", CLAIM),
    ("POST", SESSION),
    ("POST", CHAT),
    ("GET", CREDITS),
    ("GET", "/api/state/nemo_agent/me/SID/latest"),
    ("POST", "/api/upload-video/nemo_agent/me/SID"),
    ("POST", RENDER),
    ("GET", f"{RENDER}/r1"),
    ("POST", f"{RENDER}/r1/cancel"),
    ("POST", OLDER),
    ("GET", "/api/render/proxy/r1"),
    ("GET", "/api/render/proxy/r1/download"),
    ("GET", "/cdn/media/x/y.mp4"),
    ("GET", "/cdn/generated/x.mp4"),
    ("GET", "/cdn/renders/x.mp4"),
]
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


def good(api: Api, path: str) -> dict[str, Any]:
    """Return a fresh good body for a route."""
    task_id = success(api.call("GET", api.state_path()))["task_id"]
    text = json.dumps(BODIES[path]).replace("SID", api.session_id).replace("TID", task_id)
    body: dict[str, Any] = json.loads(text)
    return body


def place(api: Api, path: str) -> str:
    """Return the real path behind a name of the tables above."""
    return api.upload_path() if path == "UPLOAD" else path.replace("SID", api.session_id)


def holder(body: Any, field: str) -> tuple[Any, Any]:
    """Return what holds a field, and its key there."""
    *way, last = [int(step) if step.isdigit() else step for step in field.split(".")]
    for step in way:
        body = body[step]
    return body, last


@pytest.mark.clause("ENV-1")
def test_a_success_is_the_envelope_with_code_0_and_data(api: Api) -> None:
    for path in (SESSION, CLAIM, "UPLOAD"):
        assert success(api.call("POST", place(api, path), json=good(api, path)))
    for path in (CREDITS, api.state_path()):
        assert success(api.call("GET", path))
    assert success(api.ask_token("another"))


@pytest.mark.clause("ENV-4", "ENV-2")
@pytest.mark.parametrize("path", NEEDED)
def test_a_missing_field_is_named_and_nothing_changes(api: Api, path: str) -> None:
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
def test_a_field_in_camel_case_is_named_as_the_protocol_does(api: Api) -> None:
    answer = api.call("POST", CHAT, json={"sessionId": 7, "newMessage": {"parts": [{"text": "x"}]}})
    failure(answer, 400, "session_id")


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("path", FIELDS)
def test_a_mistyped_field_is_named_and_nothing_changes(api: Api, path: str) -> None:
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
def test_what_is_no_json_object_is_refused_and_nothing_changes(api: Api, path: str) -> None:
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
def test_a_wrong_content_type_is_named(api: Api, path: str, kind: str | None) -> None:
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
def test_any_spelling_of_json_is_accepted(api: Api, kind: str) -> None:
    body = json.dumps(BODIES[SESSION]).encode()
    assert success(api.call("POST", SESSION, content=body, headers={"Content-Type": kind}))


@pytest.mark.clause("ENV-4")
def test_fields_nobody_knows_are_ignored_and_of_doubled_keys_the_last_counts(api: Api) -> None:
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
def test_an_overlong_name_is_refused_by_its_field(api: Api, path: str, field: str, length: int) -> None:
    body, before = good(api, path), api.everything()
    inside, key = holder(body, field)
    inside[key] = "http://a/" + "x" * (length - 9) if "url" in field else "x" * length
    failure(api.call("POST", place(api, path), json=body), 400, field)
    assert api.everything() == before


@pytest.mark.clause("ENV-4")
def test_a_body_beyond_all_measure_is_refused_while_it_arrives(api: Api) -> None:
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
def test_a_wrong_method_is_405_and_says_which_is_right(api: Api, method: str, path: str) -> None:
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
def test_an_unknown_path_is_404_in_an_envelope(api: Api, path: str) -> None:
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
def test_what_cannot_be_a_worlds_name_makes_no_world(api: Api, name: str) -> None:
    fake = api.world.url.partition("/w/")[0]
    before = success(api.control("GET", "worlds"))
    status, _, body = exchange(fake, head("POST", f"{fake}/w/{name}{SESSION}", "Content-Length: 0"))
    assert (status, code_of(body)) == (404, 404)
    assert success(api.control("GET", "worlds")) == before


# -- bytes as they are ---------------------------------------------------------------------------------


def posted(api: Api, *fields: str, version: str = "HTTP/1.1") -> bytes:
    """Return the head of a request for a session."""
    told = (f"Authorization: Bearer {api.token}", "Content-Type: application/json", *fields)
    return head("POST", api.world.url + SESSION, *told, version=version)


@pytest.mark.clause("ENV-4")
def test_a_chunked_body_is_read_chunk_by_chunk(api: Api) -> None:
    body = json.dumps(BODIES[SESSION]).encode()
    chunks = b"".join(b"1;ext=1\r\n%c\r\n" % byte for byte in body) + b"0\r\nTrailer: x\r\n\r\n"
    status, _, told = exchange(api.world.url, posted(api, "Transfer-Encoding: chunked") + chunks)
    assert (status, code_of(told)) == (200, 0)


@pytest.mark.clause("ENV-4")
def test_a_body_that_waits_for_100_continue_is_asked_for(api: Api) -> None:
    body = json.dumps(BODIES[SESSION]).encode()
    with connect(api.world.url) as line:
        line.sendall(posted(api, "Expect: 100-continue", f"Content-Length: {len(body)}"))
        assert line.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(body)
        status, _, told = answer_on(line)
    assert (status, code_of(told)) == (200, 0)


@pytest.mark.clause("ENV-4")
def test_http_1_0_without_host_is_answered_and_closed(api: Api) -> None:
    body = json.dumps(BODIES[SESSION]).encode()
    sent = posted(api, f"Content-Length: {len(body)}", version="HTTP/1.0")
    sent = b"\r\n".join(line for line in sent.split(b"\r\n") if not line.startswith(b"Host"))
    with connect(api.world.url) as line:
        line.sendall(sent + body)
        status, headers, told = answer_on(line)
        assert line.recv(1) == b""
    assert (status, code_of(told), headers["connection"]) == (200, 0, "close")


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize(
    "sent",
    [
        b"GARBAGE\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /run_sse HTTP/9.9\r\nHost: x\r\n\r\n",
        b"POST /run_sse HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /run_sse HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST /run_sse HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"GET / HTTP/1.1\r\nHost: x\r\nBroken\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 64,
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_what_is_no_http_is_refused_and_the_next_is_served(api: Api, sent: bytes) -> None:
    status, _, _ = exchange(api.world.url, sent)
    assert status == 400
    assert api.credits()["total"] == 100


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("rest", [b"ZZ\r\n", b"5\r\nab", b"-1\r\n\r\n"])
def test_a_body_that_breaks_off_or_is_badly_chunked_makes_no_fault(
    api: Api, rest: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    before = api.credits(), api.everything()
    with connect(api.world.url) as line:
        line.sendall(posted(api, "Transfer-Encoding: chunked") + rest)
    assert (api.credits(), api.everything()) == before
    assert not caplog.records


def refused_while_sending(url: str, *fields: str) -> int:
    """Return the code of the refusal that a client reads after it has sent a long body, come what may."""
    size = 4_000_000
    sent = head("POST", url, "Connection: close", f"Content-Length: {size}", *fields)
    return code_of(exchange(url, [sent, *[b" " * 100_000] * (size // 100_000)])[2])


@pytest.mark.clause("ENV-4")
def test_a_refusal_reaches_a_client_that_sends_on(api: Api) -> None:
    stranger = "Authorization: Bearer none"
    assert refused_while_sending(api.world.url + SESSION, stranger, "Content-Type: application/json") == 1001
    assert refused_while_sending(api.world.url + api.upload_path(), stranger) == 1001
    assert refused_while_sending(api.world.url + "/nothing") == 404


@pytest.mark.clause("ENV-4")
@pytest.mark.xfail(reason="the gateway drains requests of the data plane alone", raises=OSError)
@pytest.mark.parametrize("path", ["/w/-/run_sse", "/__fake__/nothing"])
def test_so_does_one_that_no_world_answers(api: Api, path: str) -> None:
    assert refused_while_sending(api.world.url.partition("/w/")[0] + path) == 404


@pytest.mark.clause("ENV-4", "AUTH-6", "AUTH-2")
def test_of_a_doubled_header_the_first_counts(api: Api) -> None:
    twice = (f"Authorization: Bearer {api.token}", "Authorization: Bearer none")
    for fields, code in ((twice, 0), (twice[::-1], 1001)):
        assert code_of(exchange(api.world.url, head("GET", api.world.url + CREDITS, *fields))[2]) == code
    ask = api.world.url + "/api/auth/anonymous-token"
    for fields, code in ((("X-Client-Id: a", "X-Client-Id:"), 0), (("X-Client-Id:", "X-Client-Id: b"), 400)):
        assert code_of(exchange(api.world.url, head("POST", ask, "Content-Length: 0", *fields))[2]) == code


# -- fuzz ------------------------------------------------------------------------------------------------

LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.sampled_from(["me", "SID", "TID", "url", "http://h/a.mp4", "nemo_agent", "\x00", "😀"]),
)
KEYS = st.one_of(
    st.sampled_from(
        sorted({step for fields in FIELDS.values() for name in fields for step in name.split(".")})
    ),
    st.sampled_from(["t", "tt", "sg", "s", "d", "m", "appName", "sessionId", "newMessage"]),
    st.text(max_size=5),
)
VALUES = st.recursive(
    LEAVES,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(KEYS, inside, max_size=4),
    max_leaves=12,
)
FUZZ = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def near_misses(draw: st.DrawFn) -> tuple[str, bytes]:
    """Draw a route and a body that is good but for one value."""
    path = draw(st.sampled_from(sorted(FIELDS)))
    body = json.loads(json.dumps(BODIES[path]))
    inside, key = holder(body, draw(st.sampled_from(sorted(FIELDS[path]))))
    inside[key] = draw(VALUES)
    return path, json.dumps(body).encode()


@pytest.mark.clause("ENV-4")
@FUZZ
@given(near=near_misses())
def test_no_body_makes_a_fault_or_a_loss(api: Api, near: tuple[str, bytes]) -> None:
    path, body = near
    if path == CHAT:
        body = body.replace(b'"SID"', b'"unknown"')  # the agent has tests of its own
    body = body.replace(b"SID", api.session_id.encode())
    answered(api, api.call("POST", place(api, path), content=body, headers=JSON))


@pytest.mark.clause("ENV-4")
@FUZZ
@given(path=st.sampled_from(sorted(BODIES)), body=st.binary(max_size=200))
def test_no_bytes_make_a_fault_or_a_loss(api: Api, path: str, body: bytes) -> None:
    kinds = ("application/json", "multipart/form-data; boundary=b")
    for kind in kinds:
        answer = api.call("POST", place(api, path), content=body, headers={"Content-Type": kind})
        assert answer.status_code == 400
        answered(api, answer)


HEADERS = [
    "Authorization",
    "X-Client-Id",
    "Content-Type",
    "Accept",
    "Range",
    "If-Range",
    "Host",
    *ATTRIBUTION,
]
LINES = st.binary(max_size=60).filter(lambda told: not set(told) & set(b"\r\n\0"))


@pytest.mark.clause("ENV-4", "AUTH-6")
@FUZZ
@given(
    route=st.sampled_from(DATA_PLANE),
    fields=st.dictionaries(st.sampled_from(HEADERS), LINES, max_size=3),
    bearing=st.booleans(),
)
def test_no_header_makes_a_fault_or_a_loss(
    api: Api, route: tuple[str, str], fields: dict[str, bytes], bearing: bool
) -> None:
    method, path = route
    told = [f"Authorization: Bearer {api.token}".encode()] if bearing else []
    told += [name.encode() + b": " + value for name, value in fields.items()]
    lead = head(method, api.world.url + place(api, path), "Content-Length: 0")
    status, _, body = exchange(api.world.url, lead[:-2] + b"\r\n".join(told) + b"\r\n" * (1 + bool(told)))
    assert status in (200, 400, 404, 405), body
    if status != 400 or body != b"Invalid HTTP request received.":  # the parser's own word on broken bytes
        assert json.loads(body)["code"] in (0, 400, 402, 404, 429, 1001, 1002), body
    assert sum(api.credits().values()) == 200


@pytest.mark.clause("ENV-4")
@FUZZ
@given(
    path=st.binary(max_size=40), method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
)
def test_no_path_makes_a_fault_or_a_loss(api: Api, path: bytes, method: str) -> None:
    quoted = "".join(chr(byte) if chr(byte).isalnum() else f"%{byte:02x}" for byte in path)
    answer = api.call(method, f"/{quoted}")
    assert answer.status_code in (404, 405)
    answered(api, answer)


def answered(api: Api, answer: httpx.Response) -> None:
    """Fail unless an answer is one that the protocol has, and the credits are all there."""
    assert answer.status_code in (200, 400, 402, 403, 404, 405, 409), answer.text
    body = answer.json()
    if "status" not in body:  # REN-7: a job that was accepted comes without envelope
        assert list(body) == ["code", "message", "data"]
    assert api.credits() == {"available": 100, "frozen": 0, "total": 100}


# -- where the code travels ------------------------------------------------------------------------------


def refusals(api: Api) -> Iterator[tuple[int, httpx.Response]]:
    """Provoke each refusal that needs no scenario, as (code, answer)."""
    api.world.register(plan="paid", scopes=["read"])
    reader = api.world.accounts()[-1]["tokens"][0]["token"]
    yield 1001, api.call("GET", CREDITS, headers={"Authorization": "Bearer none"})
    yield 1002, api.call("GET", api.state_path("1"))
    yield 2001, poor(api)
    yield 4001, api.upload(("a.txt", b"text"))
    yield 400, api.call("POST", SESSION, json={})
    yield 402, api.submit(headers=dict.fromkeys(ATTRIBUTION))
    yield 403, api.call("POST", SESSION, json=BODIES[SESSION], headers={"Authorization": f"Bearer {reader}"})
    yield 404, api.job("unknown")
    yield 405, api.call("DELETE", CREDITS)
    api.submit("twice")
    yield 409, api.submit("twice")
    yield 429, api.ask_token()


def poor(api: Api) -> httpx.Response:
    """Ask for more than a magic token's account can pay."""
    beggar = Api(api.world, api.client)
    beggar.token = "nmv_usr_test_no-credits-anonymous"
    return beggar.say("generate a 5 second clip of the sea")


STRICT = {1001: 401, 1002: 404, 2001: 403, 4001: 415, 4002: 413}
SMALL = {"max_upload_bytes": 10}


@pytest.mark.clause("ENV-3", "ENV-2", "CRE-4", "SSE-2")
def test_four_digit_codes_travel_with_200_and_the_others_are_the_status(api: Api) -> None:
    for code, answer in refusals(api):
        failure(answer, code)
        assert answer.status_code == (200 if code > 999 else code)


@pytest.mark.clause("ENV-3")
@pytest.mark.nemofake(profile="http-status")
def test_the_profile_http_status_maps_them(api: Api) -> None:
    for code, answer in refusals(api):
        failure(answer, code)
        assert answer.status_code == STRICT.get(code, code)
        assert answer.headers.get("www-authenticate") == ("Bearer" if code == 1001 else None)


@pytest.mark.clause("ENV-3", "UPL-4")
@pytest.mark.parametrize(("profile", "status"), [("", 200), ("http-status", 413)])
def test_too_large_travels_by_profile_too(
    nemofake_server: Any, client: httpx.Client, profile: str, status: int
) -> None:
    world = nemofake_server.world(f"too-large-{status}", profile=profile, rules=SMALL)
    answer = Api(world, client).upload(("a.mp4", b"x" * 11))
    world.delete()
    failure(answer, 4002)
    assert answer.status_code == status
