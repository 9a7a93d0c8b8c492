"""A server on a database that is killed at a random point of its work, and what it had acknowledged."""

from __future__ import annotations

import io
import json
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

from .http_helpers import ATTRIBUTION, DRAFT
from .test_cli_serve import announced, spawn

CLIENTS = 4
_TIMEOUT_S = 60


@dataclass
class User:
    """One account and what the server acknowledged to it."""

    number: int
    token: str
    session_id: str = ""
    titles: set[str] = field(default_factory=set)  # of messages whose stream began
    tried: set[str] = field(default_factory=set)  # of messages that were sent
    files: dict[str, bytes] = field(default_factory=dict)  # by media path
    renders: set[str] = field(default_factory=set)
    seen_ms: int = 0  # the latest engine time in an answer


class Line:
    """A connection of one client."""

    def __init__(self, url: str, user: User | None = None) -> None:
        parts = urlsplit(url)
        self.connection = HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT_S)
        self.user = user

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, bytes]:
        """Send a request and return status and body; raise OSError or HTTPException if it was cut."""
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        token = {"Authorization": f"Bearer {self.user.token}"} if self.user else {}
        self.connection.request(
            method, path, data, {"Content-Type": "application/json", **ATTRIBUTION, **token, **headers}
        )
        response = self.connection.getresponse()
        return response.status, response.read()

    def data(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Return the data of a success."""
        status, answer = self.call(method, path, body, **headers)
        value = json.loads(answer)
        assert (status, value["code"]) == (200, 0), answer
        return value["data"]


class Load:
    """Clients that work until the server is gone; the ``until``-th acknowledged request kills it."""

    def __init__(self, url: str, users: list[User], seed: int, kill: Any, more: int = 0) -> None:
        self.until = Random(seed).randint(1, 60)
        self._more = more  # requests of each client after the kill, to servers that are left
        self._url, self._users, self._seed, self._kill = url, users, seed, kill
        self._lock = threading.Lock()
        self._killed = False
        self._count = 0
        self.errors: list[BaseException] = []

    def run(self) -> None:
        threads = [threading.Thread(target=self._client, args=(nth,)) for nth in range(CLIENTS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _client(self, nth: int) -> None:
        rng = Random(self._seed * 1000 + nth)
        left = self._more
        try:
            with Line(self._url, self._users[nth]) as line:
                while not self._killed or left > 0:
                    left -= self._killed
                    if not self._step(line, rng) and not self._more:
                        return
        except BaseException as error:  # noqa: BLE001  # shown by the test
            self.errors.append(error)
            self._end()

    def _step(self, line: Line, rng: Random) -> bool:
        """Make a request; return False if it was cut."""
        try:
            STEPS[rng.randrange(len(STEPS))](line, rng)
        except (OSError, HTTPException):
            line.connection.close()
            return False
        self._acknowledged()
        return True

    def _acknowledged(self) -> None:
        with self._lock:
            self._count += 1
            if self._count == self.until:
                self._end()

    def _end(self) -> None:
        self._kill()
        self._killed = True


def new_session(line: Line, rng: Random) -> None:
    assert line.user
    if not line.user.session_id:
        created = line.data("POST", "/api/tasks/me/with-session/nemo_agent", {"task_name": "p"})
        line.user.session_id = created["session_id"]
    else:
        line.data("GET", "/api/credits/balance/simple")


def say(line: Line, rng: Random) -> None:
    user = line.user
    assert user
    if not user.session_id or not user.files:
        return upload(line, rng)
    title = f"T{user.number}x{rng.randrange(10**9)}"
    user.tried.add(title)
    message = {"parts": [{"text": f'add a title "{title}" at the start'}]}
    body = json.dumps({"session_id": user.session_id, "new_message": message}).encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {user.token}"}
    line.connection.request("POST", "/run_sse", body, headers)
    response = line.connection.getresponse()
    assert response.status == 200
    assert response.headers["content-type"].startswith("text/event-stream")
    user.titles.add(title)  # the head of a stream acknowledges the message
    response.read()
    return None


def sound(rng: Random) -> bytes:
    """Return a short WAV file, each with its own bytes."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(rng.randbytes(rng.randint(4_000, 16_000)))
    return out.getvalue()


def upload(line: Line, rng: Random) -> None:
    user = line.user
    assert user
    if not user.session_id:
        return new_session(line, rng)
    content = sound(rng)
    body = (
        b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.wav"\r\n\r\n'
        + content
        + b"\r\n--b--\r\n"
    )
    path = f"/api/upload-video/nemo_agent/me/{user.session_id}"
    data = line.data("POST", path, body, **{"Content-Type": "multipart/form-data; boundary=b"})
    user.files[urlsplit(data["files"][0]["cdn_url"]).path] = content
    return None


def export(line: Line, rng: Random) -> None:
    user = line.user
    assert user
    if not user.session_id:
        return new_session(line, rng)
    render_id = f"r{rng.randrange(10**9)}"
    status, answer = _submit(line, render_id)
    assert status == 200, answer
    user.renders.add(render_id)
    return None


def _submit(line: Line, render_id: str) -> tuple[int, bytes]:
    assert line.user
    body = {"id": render_id, "sessionId": line.user.session_id, "draft": DRAFT}
    return line.call("POST", "/api/render/proxy/lambda", body)


def clock(line: Line, rng: Random) -> None:
    assert line.user
    line.user.seen_ms = line.data("GET", "/__fake__/clock")["now_ms"]


STEPS = (new_session, say, say, upload, export, clock)


@contextmanager
def server(folder: Path) -> Iterator[tuple[str, Any]]:
    """Start a server on the folder's database; yield its URL and what kills it."""
    options = (
        "--port",
        "0",
        "--db",
        str(folder / "world.db"),
        "--log-format",
        "none",
        "--media-workers",
        "0",
    )
    process = spawn(folder, *options)
    try:
        yield announced(process), process.kill
    finally:
        process.kill()
        process.communicate()


def register(url: str, number: int) -> User:
    with Line(url) as line:
        account = line.data("POST", "/__fake__/accounts", {"credits": 1000})
    return User(number, account["tokens"][0]["token"])


def check(url: str, users: list[User]) -> int:
    """Check that everything acknowledged is there, once, and return how many things that were."""
    with Line(url) as line:
        assert line.data("GET", "/__fake__/clock")["now_ms"] >= max(user.seen_ms for user in users)
        line.data("POST", "/__fake__/clock/advance", {"seconds": 1200})  # every message has its effect
    for user in users:
        with Line(url, user) as line:
            _check(line, user)
    with Line(url) as line:
        for account in line.data("GET", "/__fake__/accounts"):
            credits_ = account["credits"]
            assert credits_["granted"] == sum(credits_[name] for name in ("available", "frozen", "consumed"))
            assert credits_["consumed"] in (0, 50), "editing is charged once per session"
    return sum(len(user.titles) + len(user.files) + len(user.renders) + 1 for user in users)


def _check(line: Line, user: User) -> None:
    if user.session_id:
        path = f"/api/state/nemo_agent/me/{user.session_id}/latest"
        shown = _titles(line.data("GET", path)["state"])
        assert user.titles <= set(shown), "an acknowledged message is lost"
        assert set(shown) <= user.tried
        assert len(set(shown)) == len(shown), "a message had its effect twice"
        user.titles |= set(shown)
        consumed = line.data("GET", "/api/credits/balance/simple")
        assert consumed == {
            "available": 1000 - 50 * bool(shown),
            "frozen": 0,
            "total": 1000 - 50 * bool(shown),
        }
    for path, content in user.files.items():
        assert line.call("GET", path) == (200, content)
    for render_id in user.renders:  # not by its status, which would render the video
        assert _submit(line, render_id)[0] == 409


def _titles(state: Any) -> list[str]:
    tracks = state["draft"].get("t", [])
    texts = [segment["m"].get("text", "") for track in tracks for segment in track["sg"] if track["tt"] == 7]
    return [text for text in texts if text.startswith("T")]
