"""Requests as bytes on the line: chunks, waits, old HTTP, no HTTP, bodies that break off or go on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from .http_helpers import (
    Api,
    answer_on,
    code_of,
    connect,
    exchange,
    faults,
    head,
    wire,
)
from .http_routes import (
    BODIES,
    CREDITS,
    SESSION,
)

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


def posted(api: Api, *fields: str, version: str = "HTTP/1.1") -> bytes:
    """Return the head of a request for a session."""
    items = (f"Authorization: Bearer {api.token}", "Content-Type: application/json", *fields)
    return head("POST", api.world.url + SESSION, *items, version=version)


@pytest.mark.clause("ENV-4")
def test_chunked_body_is_read(api: Api) -> None:
    body = json.dumps(BODIES[SESSION]).encode()
    chunks = b"".join(b"1;ext=1\r\n%c\r\n" % byte for byte in body) + b"0\r\nTrailer: x\r\n\r\n"
    status, _, response = exchange(api.world.url, posted(api, "Transfer-Encoding: chunked") + chunks)
    assert (status, code_of(response)) == (200, 0)


@pytest.mark.clause("ENV-4")
def test_expect_100_continue_is_answered(api: Api) -> None:
    body = json.dumps(BODIES[SESSION]).encode()
    with connect(api.world.url) as line:
        line.sendall(posted(api, "Expect: 100-continue", f"Content-Length: {len(body)}"))
        assert line.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(body)
        status, _, response = answer_on(line)
    assert (status, code_of(response)) == (200, 0)


@pytest.mark.clause("ENV-4")
def test_http_1_0_without_host_is_answered_and_closed(api: Api) -> None:
    body = json.dumps(BODIES[SESSION]).encode()
    sent = posted(api, f"Content-Length: {len(body)}", version="HTTP/1.0")
    sent = b"\r\n".join(line for line in sent.split(b"\r\n") if not line.startswith(b"Host"))
    with connect(api.world.url) as line:
        line.sendall(sent + body)
        status, headers, response = answer_on(line)
        assert line.recv(1) == b""
    assert (status, code_of(response)) == (200, 0)
    assert headers.get("connection", "close") == "close"  # a server need not say so to HTTP/1.0


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
def test_invalid_http_is_rejected_and_next_request_is_served(api: Api, sent: bytes) -> None:
    status, _, _ = exchange(api.world.url, sent)
    assert status == 400
    assert api.credits()["total"] == 100


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("rest", [b"ZZ\r\n", b"5\r\nab", b"-1\r\n\r\n"])
def test_broken_body_causes_no_internal_error(api: Api, rest: bytes) -> None:
    before = api.credits(), api.everything()
    with faults() as result:
        with connect(api.world.url) as line:
            line.sendall(posted(api, "Transfer-Encoding: chunked") + rest)
            if b"Z" in rest or b"-" in rest:
                assert answer_on(line)[0] == 400
        for _ in range(20):  # the server comes to its end of the matter meanwhile
            assert (api.credits(), api.everything()) == before
    assert result == []


def refused_while_sending(url: str, *fields: str) -> int:
    """Return the code of the refusal that a client reads after it has sent a long body, come what may."""
    size = 4_000_000
    sent = head("POST", url, "Connection: close", f"Content-Length: {size}", *fields)
    return code_of(exchange(url, [sent, *[b" " * 100_000] * (size // 100_000)])[2])


@pytest.mark.clause("ENV-4")
def test_error_response_reaches_a_client_that_keeps_sending(api: Api) -> None:
    stranger = "Authorization: Bearer none"
    assert refused_while_sending(api.world.url + SESSION, stranger, "Content-Type: application/json") == 1001
    assert refused_while_sending(api.world.url + api.upload_path(), stranger) == 1001
    assert refused_while_sending(api.world.url + "/nothing") == 404


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("path", ["/w/-/run_sse", "/__fake__/nothing"])
def test_error_response_without_world_reaches_a_client_that_keeps_sending(api: Api, path: str) -> None:
    assert refused_while_sending(api.world.url.partition("/w/")[0] + path) == 404


@pytest.mark.clause("ENV-4", "AUTH-6", "AUTH-2")
def test_duplicate_header_uses_the_first(api: Api) -> None:
    twice = (f"Authorization: Bearer {api.token}", "Authorization: Bearer none")
    for fields, code in ((twice, 0), (twice[::-1], 1001)):
        assert code_of(exchange(api.world.url, head("GET", api.world.url + CREDITS, *fields))[2]) == code
    ask = api.world.url + "/api/auth/anonymous-token"
    for fields, code in ((("X-Client-Id: a", "X-Client-Id:"), 0), (("X-Client-Id:", "X-Client-Id: b"), 400)):
        assert code_of(exchange(api.world.url, head("POST", ask, "Content-Length: 0", *fields))[2]) == code
