"""The two servers that are compared, asked the same way: google-adk's own, and ours."""

from __future__ import annotations

import itertools
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx

from .wire import Line

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle

ROOT = Path(__file__).parent.parent
PYTHON = ROOT / ".venv-adk" / "bin" / "python"
ADK_VERSION = "2.13.0"
_STOP_S = 10.0

_numbers = itertools.count(1)


def new_session_id() -> str:
    """Return a session id as the vendor's look: 19 digits (SES-1)."""
    return f"{next(_numbers):019d}"


def message(session_id: str, text: str, **more: Any) -> dict[str, Any]:
    """Return a chat body as published clients send it (SSE-1)."""
    fields = {"app_name": "nemo_agent", "user_id": "me", "session_id": session_id}
    return {**fields, "new_message": {"parts": [{"text": text}]}, **more}


class AdkSide:
    """The real API server; its agents do what the script in a session's state says."""

    def __init__(self, url: str) -> None:
        self.url = url

    def open(self, script: dict[str, Any], app: str = "nemo_agent", session_id: str = "") -> str:
        """Make a session with a script and return its id."""
        session_id = session_id or new_session_id()
        body = {"session_id": session_id, "state": {"script": script}}
        httpx.post(f"{self.url}/apps/{app}/users/me/sessions", json=body, trust_env=False).raise_for_status()
        return session_id

    def session(self, session_id: str, app: str = "nemo_agent") -> Any:
        """Return a session as the server has it stored."""
        return self.get(f"/apps/{app}/users/me/sessions/{session_id}")

    def get(self, path: str) -> Any:
        """Return what a path answers, as JSON."""
        return httpx.get(self.url + path, trust_env=False).raise_for_status().json()

    def line(self, session_id: str, *, text: str = "go on", **more: Any) -> Line:
        """Send a message and return the open answer; ``streaming`` is on unless said otherwise."""
        return Line(self.url, {**message(session_id, text), "streaming": True, **more}, {})

    def play(self, script: dict[str, Any], app: str = "nemo_agent", **more: Any) -> Line:
        """Return the whole answer to a message in a new session."""
        with self.line(self.open(script, app), **{"app_name": app, **more}) as line:
            return line.whole()


class FakeSide:
    """One world of the fake, as one client uses it."""

    def __init__(self, world: WorldHandle) -> None:
        self.world = world
        account = self._post("/api/auth/anonymous-token", {"X-Client-Id": "parity"})
        self.user_id: str = account["user_id"]
        self.headers = {"Authorization": f"Bearer {account['token']}"}
        path = "/api/tasks/me/with-session/nemo_agent"
        self.session_id: str = self._post(path, self.headers, {"task_name": "project"})["session_id"]

    def _post(self, path: str, headers: dict[str, str], body: Any = None) -> Any:
        answer = httpx.post(self.world.url + path, headers=headers, json=body, trust_env=False)
        return answer.json()["data"]

    def state(self) -> Any:
        """Return the session's state (STA-1)."""
        path = f"/api/state/nemo_agent/me/{self.session_id}/latest"
        answer = httpx.get(self.world.url + path, headers=self.headers, trust_env=False)
        return answer.json()["data"]["state"]

    def line(self, text: str, **more: Any) -> Line:
        """Send a message and return the open answer."""
        return Line(self.world.url, message(self.session_id, text, **more), self.headers)

    def play(self, text: str, **more: Any) -> Line:
        """Return the whole answer to a message."""
        with self.line(text, **more) as line:
            return line.whole()


@contextmanager
def serving(folder: Path) -> Iterator[AdkSide]:
    """Run the real server for as long as the block lasts; ``folder`` is for its home and its log."""
    command = [str(PYTHON), "-m", "parity.stub.serve", str(folder)]
    with (folder / "adk.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603
            command, cwd=ROOT, env={"HOME": str(folder)}, stdout=subprocess.PIPE, stderr=log, text=True
        )
    with process:
        assert process.stdout
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise RuntimeError(f"the server did not start:\n{(folder / 'adk.log').read_text()}")
            yield AdkSide(url)
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
