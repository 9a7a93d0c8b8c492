"""Whole journeys over loopback: ``running()`` and an httpx client in one process, as a test has them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import httpx

from nemofake import running

from .engine import MESSAGE, URL
from .limits import Budget
from .report import Row, repeated

_SESSION = "/api/tasks/me/with-session/nemo_agent"
_RENDERS = "/api/render/proxy/lambda"
_ATTRIBUTION = {"X-Skill-Source": "bench", "X-Skill-Version": "1", "X-Skill-Platform": "bench"}


class JourneyClient:
    """Makes the same journey again and again, each in a world of its own with the same seed.

    So each journey has the same draft, and its film, made by the first, is never made again: media is
    no part of what is measured.
    """

    def __init__(self, client: httpx.Client) -> None:
        self._client = client
        self._numbers = count()
        self.requests = self.made = 0

    def journey(self) -> None:
        """Token, session, upload, edit, state, export polled to its end."""
        world = f"/w/journey-{next(self._numbers)}"
        token = self._ask("POST", f"{world}/api/auth/anonymous-token", {"X-Client-Id": "bench"})["data"][
            "token"
        ]
        headers = {"Authorization": f"Bearer {token}", **_ATTRIBUTION}
        made = self._ask("POST", world + _SESSION, headers, {"task_name": "bench"})
        session_id = made["data"]["session_id"]
        upload = {"urls": [URL], "source_type": "url"}
        self._ask("POST", f"{world}/api/upload-video/nemo_agent/me/{session_id}", headers, upload)
        self._say(world, headers, session_id)
        state = self._ask("GET", f"{world}/api/state/nemo_agent/me/{session_id}/latest", headers)
        self._export(world, headers, session_id, state["data"]["state"]["draft"])
        self.made += 1
        self._client.delete(f"/__fake__/worlds/{world.removeprefix('/w/')}")

    def _say(self, world: str, headers: dict[str, str], session_id: str) -> None:
        body = {"session_id": session_id, "new_message": {"parts": [{"text": MESSAGE}]}}
        self.requests += 1
        with self._client.stream("POST", f"{world}/run_sse", headers=headers, json=body) as response:
            for _ in response.raise_for_status().iter_lines():
                pass

    def _export(self, world: str, headers: dict[str, str], session_id: str, draft: object) -> None:
        body = {"id": "render_1", "sessionId": session_id, "draft": draft}
        job = self._ask("POST", world + _RENDERS, headers, body)
        while job["status"] != "completed":
            job = self._ask("GET", f"{world}{_RENDERS}/render_1", headers)

    def _ask(self, method: str, path: str, headers: dict[str, str], body: object = None) -> Any:
        self.requests += 1
        response = self._client.request(method, path, headers=headers, json=body)
        return response.raise_for_status().json()


def journeys(budget: Budget) -> Iterator[Row]:
    """Measure journeys a second, one after the other."""
    with running(clock="auto", seed=7) as fake, httpx.Client(base_url=fake.url, timeout=30.0) as client:
        traveller = JourneyClient(client)
        contestant = repeated(traveller.journey, budget)
        samples = {"nemofake": [contestant() for _ in range(budget.rounds)]}
    each = traveller.requests / traveller.made
    note = (
        f"server and client in one process, a world a journey, its film made once; {each:.1f} requests each"
    )
    yield Row("journey, over loopback", "journeys/s", "nemofake", samples, note=note)
