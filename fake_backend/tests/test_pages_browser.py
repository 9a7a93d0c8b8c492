"""The pages in a real Chromium, driven by playwright-core: the scripts in browser_tools say what holds."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from nemofake import running
from nemofake.testing import FakeServer

TOOLS = Path(__file__).parent / "browser_tools"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine"),
    pytest.mark.skipif(
        not (TOOLS / "node_modules").is_dir() or shutil.which("node") is None,
        reason=f"needs Node and what `npm ci --prefix {TOOLS.name}` installs",
    ),
]


def browse(script: str, *words: str) -> list[str]:
    """Run a script and return the names of the steps that held."""
    done = subprocess.run(
        ["node", TOOLS / script, *words],
        env={**os.environ, "CHROMIUM": CHROMIUM or ""},
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )
    assert done.returncode == 0, f"{done.stdout}\nfailed: {done.stderr}"
    return done.stdout.splitlines()


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with running() as server:
        yield server


def test_dashboard_shows_each_step_of_the_demo_journey(server: FakeServer) -> None:
    assert len(browse("journey.mjs", server.world("journey").url)) == 17


def test_pages_have_no_serious_accessibility_violation(server: FakeServer) -> None:
    assert len(browse("accessibility.mjs", server.world("accessible").url)) == 18


def test_dashboard_with_ten_thousand_requests_stays_small(server: FakeServer) -> None:
    world = server.world("many")
    with httpx.Client(base_url=world.url) as client:
        client.post("/api/auth/anonymous-token", headers={"X-Client-Id": "many"})
        for _ in range(9_999):
            client.get("/api/credits/balance/simple")
        assert len(browse("many_requests.mjs", world.url)) == 4


def test_dashboard_asks_for_the_admin_token_once() -> None:
    with running(admin_token="open sesame") as server:
        assert len(browse("token.mjs", server.base_url, "open sesame")) == 3
