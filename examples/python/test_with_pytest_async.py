"""An asynchronous client under pytest, with the plugin that comes with anyio."""

from __future__ import annotations

import asyncio

import httpx
import pytest

from nemofake import WorldHandle

pytestmark = pytest.mark.anyio
TOKEN = "/api/auth/anonymous-token"  # noqa: S105


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def test_token_is_asked_for_once(nemofake: WorldHandle) -> None:
    async with httpx.AsyncClient(base_url=nemofake.url, trust_env=False) as client:
        answer = await client.post(TOKEN, headers={"X-Client-Id": "a"})
    assert answer.json()["data"]["credits"] == 100
    nemofake.assert_called("token.issue", times=1)


async def test_request_of_a_task_is_waited_for(nemofake: WorldHandle) -> None:
    async with httpx.AsyncClient(base_url=nemofake.url, trust_env=False) as client:
        task = asyncio.create_task(client.post(TOKEN, headers={"X-Client-Id": "a"}))
        call = await asyncio.to_thread(nemofake.wait_for, "token.issue", 20)
        assert (await task).json()["code"] == call.code == 0
