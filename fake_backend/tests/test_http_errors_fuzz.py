"""No body, header or path of any kind makes a fault, or loses a credit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .http_helpers import (
    ATTRIBUTION,
    Api,
    exchange,
    head,
    wire,
)
from .http_routes import (
    BODIES,
    CHAT,
    DATA_PLANE,
    FIELDS,
    JSON,
    holder,
    place,
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
def test_random_body_causes_no_error_and_no_loss(api: Api, near: tuple[str, bytes]) -> None:
    path, body = near
    if path == CHAT:
        body = body.replace(b'"SID"', b'"unknown"')  # the agent has tests of its own
    body = body.replace(b"SID", api.session_id.encode())
    answered(api, api.call("POST", place(api, path), content=body, headers=JSON))


@pytest.mark.clause("ENV-4")
@FUZZ
@given(path=st.sampled_from(sorted(BODIES)), body=st.binary(max_size=200))
def test_random_bytes_cause_no_error_and_no_loss(api: Api, path: str, body: bytes) -> None:
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
LINES = st.binary(max_size=60).filter(lambda value: not set(value) & set(b"\r\n\0"))


@pytest.mark.clause("ENV-4", "AUTH-6")
@FUZZ
@given(
    route=st.sampled_from(DATA_PLANE),
    fields=st.dictionaries(st.sampled_from(HEADERS), LINES, max_size=3),
    bearing=st.booleans(),
)
def test_random_header_causes_no_error_and_no_loss(
    api: Api, route: tuple[str, str], fields: dict[str, bytes], bearing: bool
) -> None:
    method, path = route
    items = [f"Authorization: Bearer {api.token}".encode()] if bearing else []
    items += [name.encode() + b": " + value for name, value in fields.items()]
    lead = head(method, api.world.url + place(api, path), "Content-Length: 0")
    status, _, body = exchange(api.world.url, lead[:-2] + b"\r\n".join(items) + b"\r\n" * (1 + bool(items)))
    assert status in (200, 400, 404, 405), body
    if status != 400 or body != b"Invalid HTTP request received.":  # the parser's own word on broken bytes
        assert json.loads(body)["code"] in (0, 400, 402, 404, 429, 1001, 1002), body
    assert sum(api.credits().values()) == 200


@pytest.mark.clause("ENV-4")
@FUZZ
@given(
    path=st.binary(max_size=40), method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
)
def test_random_path_causes_no_error_and_no_loss(api: Api, path: bytes, method: str) -> None:
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
