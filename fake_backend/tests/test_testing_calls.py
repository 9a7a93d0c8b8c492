"""Calls of a world as a test asks for them: found, counted, waited for, and what is said if there is none."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from nemofake import FakeServer, WorldHandle, running
from nemofake.calls import has_part
from nemofake.settings import SettingError


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with running() as fake:
        yield fake


@pytest.fixture
def fake(server: FakeServer, request: pytest.FixtureRequest) -> WorldHandle:
    return server.world(request.node.name.replace("[", "-").rstrip("]")[:60])


def token(fake: WorldHandle, client: str = "a") -> str:
    url = f"{fake.url}/api/auth/anonymous-token"
    answer = httpx.post(url, headers={"X-Client-Id": client}, trust_env=False).json()
    return str((answer["data"] or {}).get("token"))


def session(fake: WorldHandle, name: str = "project") -> None:
    bearer = {"authorization": f"Bearer {token(fake)}"}
    url = f"{fake.url}/api/tasks/me/with-session/nemo_agent"
    httpx.post(url, headers=bearer, json={"task_name": name, "language": "en"}, trust_env=False)


def test_calls_are_selected_by_operation_code_and_body(fake: WorldHandle) -> None:
    session(fake, "first")
    token(fake)
    assert [call.operation for call in fake.calls()] == ["token.issue", "session.create", "token.issue"]
    assert fake.count("token.issue") == 2
    assert [call.seq for call in fake.calls("token.issue", code=429)] == [3]
    assert fake.count(body={"task_name": "first"}) == 1
    assert fake.count(body="first") == 1
    assert fake.count(body={"task_name": "other"}) == 0


def test_call_is_typed_and_masked(fake: WorldHandle) -> None:
    session(fake)
    call = fake.last("session.create")
    assert (call.method, call.status, call.code, call.ending) == ("POST", 200, 0, "complete")
    assert call.request_body == {"task_name": "project", "language": "en"}
    assert call.request_headers["authorization"].startswith("Bearer nmv_usr_***")
    assert call.response_body["code"] == 0


def test_last_returns_the_newest(fake: WorldHandle) -> None:
    token(fake, "a"), token(fake, "b")
    assert fake.last("token.issue").seq == 2


def test_assert_called_tells_the_nearest_miss(fake: WorldHandle) -> None:
    session(fake, "first")
    with pytest.raises(AssertionError) as caught:
        fake.assert_called("session.create", body={"task_name": "second"})
    text = str(caught.value)
    assert "nearest: call 2, but its body is" in text
    assert '"task_name": "first"' in text
    assert "the last 2 of 2 requests:" in text


def test_assert_called_counts(fake: WorldHandle) -> None:
    token(fake)
    assert len(fake.assert_called("token.issue", times=1)) == 1
    assert fake.assert_called("chat", times=0) == []
    with pytest.raises(AssertionError, match=r"1 calls match .*, expected 2"):
        fake.assert_called("token.issue", times=2)


def test_assert_called_without_any_request_says_so(fake: WorldHandle) -> None:
    with pytest.raises(AssertionError, match="received no request"):
        fake.assert_called("chat")


def test_operation_that_does_not_exist_is_refused_with_a_suggestion(fake: WorldHandle) -> None:
    with pytest.raises(SettingError, match=r"did you mean render\.submit"):
        fake.count("render.submits")


def test_wait_for_returns_a_call_that_comes_later(fake: WorldHandle) -> None:
    sender = threading.Thread(target=token, args=(fake,))
    sender.start()
    assert fake.wait_for("token.issue", timeout=20).code == 0
    sender.join()


def test_wait_for_gives_up_and_tells_the_nearest(fake: WorldHandle) -> None:
    token(fake)
    with pytest.raises(TimeoutError, match=r"nearest: call 1, but its operation is 'token\.issue'"):
        fake.wait_for("chat", timeout=0)


def test_handle_works_in_a_coroutine(fake: WorldHandle) -> None:
    async def main() -> None:
        waiting = asyncio.create_task(asyncio.to_thread(fake.wait_for, "token.issue", 20))
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.post(f"{fake.url}/api/auth/anonymous-token", headers={"X-Client-Id": "a"})
        assert (await waiting).code == 0
        assert fake.count() == 1

    asyncio.run(main())


@pytest.mark.parametrize(
    ("value", "part", "expected"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, True),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, False),
        ({"a": 1}, {"b": 1}, False),
        ({"p": [{"text": "x", "n": 1}]}, {"p": [{"text": "x"}]}, True),
        ({"p": [{"text": "x"}, {}]}, {"p": [{"text": "x"}]}, False),
        ({"p": "ab"}, {"p": "a"}, False),
        ({"p": "ab"}, "ab", True),
        ("plain text", "text", True),
        (None, {"a": 1}, False),
    ],
)
def test_part_of_a_body(value: Any, part: Any, expected: bool) -> None:
    assert has_part(value, part) is expected
