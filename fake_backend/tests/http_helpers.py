"""What the HTTP tests share: a world's API over loopback, its state as a value, bytes on a bare socket."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx

if TYPE_CHECKING:
    from nemofake.http.worlds import World
    from nemofake.testing import WorldHandle

ATTRIBUTION = {"X-Skill-Source": "nemofake-tests", "X-Skill-Version": "1.0.0", "X-Skill-Platform": "cursor"}
TIMEOUT_S = 20.0

Json = dict[str, Any]


def wire() -> httpx.Client:
    """Return a client that talks to loopback only, to be closed by who made it."""
    return httpx.Client(timeout=TIMEOUT_S, trust_env=False, verify=False)


class Api:
    """A world's data plane as one installed client uses it; token and session are made on first use."""

    def __init__(self, world: WorldHandle, client: httpx.Client, client_id: str = "c1") -> None:
        self.world = world
        self.client = client
        self.client_id = client_id
        self._token = ""
        self._session_id = ""

    @property
    def token(self) -> str:
        """The bearer token, asked for when first needed."""
        if not self._token:
            self._token = self.ask_token().json()["data"]["token"]
        return self._token

    @token.setter
    def token(self, value: str) -> None:
        self._token = value

    @property
    def session_id(self) -> str:
        """The session, made when first needed."""
        if not self._session_id:
            self._session_id = self.make_session().json()["data"]["session_id"]
        return self._session_id

    def ask_token(self, client_id: str | None = None) -> httpx.Response:
        """Ask for an anonymous token."""
        headers = {"X-Client-Id": self.client_id if client_id is None else client_id}
        return self.client.post(f"{self.world.url}/api/auth/anonymous-token", headers=headers)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send a request with token and attribution; ``headers`` replace them, None leaves one out."""
        fields = {"Authorization": f"Bearer {self.token}", **ATTRIBUTION, **options.pop("headers", {})}
        headers = {name: value for name, value in fields.items() if value is not None}
        return self.client.request(method, self.world.url + path, headers=headers, **options)

    def control(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send the control API a request."""
        return self.client.request(method, f"{self.world.url}/__fake__/{path}", **options)

    def make_session(self, **body: Any) -> httpx.Response:
        """Make a session."""
        body = {"task_name": "project", **body}
        return self.call("POST", "/api/tasks/me/with-session/nemo_agent", json=body)

    def state(self, session_id: str = "") -> Json:
        """Return the session's state."""
        answer = self.call("GET", self.state_path(session_id))
        state: Json = answer.json()["data"]["state"]
        return state

    def state_path(self, session_id: str = "", user: str = "me") -> str:
        """Return where the state is read."""
        return f"/api/state/nemo_agent/{user}/{session_id or self.session_id}/latest"

    def upload_path(self, session_id: str = "", user: str = "me") -> str:
        """Return where files go."""
        return f"/api/upload-video/nemo_agent/{user}/{session_id or self.session_id}"

    def upload(self, *files: tuple[str, bytes], **options: Any) -> httpx.Response:
        """Upload files, each a name and its bytes."""
        parts = [("files", (name, data)) for name, data in files]
        return self.call("POST", self.upload_path(), files=parts, **options)

    def upload_urls(self, *urls: str) -> httpx.Response:
        """Upload by URL."""
        return self.call("POST", self.upload_path(), json={"urls": [*urls], "source_type": "url"})

    def say(self, text: str) -> httpx.Response:
        """Send the agent a message and follow its stream to the end."""
        message = {"parts": [{"text": text}]}
        body = {"app_name": "nemo_agent", "session_id": self.session_id, "new_message": message}
        return self.call("POST", "/run_sse", json=body)

    def credits(self) -> dict[str, int]:
        """Return the balance."""
        data: dict[str, int] = self.call("GET", "/api/credits/balance/simple").json()["data"]
        return data

    def submit(
        self, render_id: str = "r1", draft: Json | None = None, route: str = "lambda", **options: Any
    ) -> httpx.Response:
        """Submit an export."""
        body = {"id": render_id, "sessionId": self.session_id, "draft": DRAFT if draft is None else draft}
        body |= options.pop("extra", {})
        return self.call("POST", f"/api/render/proxy/{route}", json=body, **options)

    def job(self, render_id: str = "r1", route: str = "lambda/") -> httpx.Response:
        """Read an export once."""
        return self.call("GET", f"/api/render/proxy/{route}{render_id}")

    def finished(self, render_id: str = "r1", route: str = "lambda/") -> Json:
        """Poll an export to its end; under the clock ``auto`` each poll counts as 30 s."""
        for _ in range(6):
            body: Json = self.job(render_id, route).json()
            if body.get("data", body)["status"] not in ("pending", "processing"):
                return body
        raise AssertionError(f"render {render_id} does not end: {body}")

    def everything(self) -> Json:
        """Return all that a request could have changed in this world."""
        return self.world.call(everything)


def track(kind: int, name: str, *segments: Json) -> Json:
    """Return one track of a draft."""
    return {"tt": kind, "m": {"name": name}, "sg": [*segments]}


DRAFT: Json = {
    "d": 2000,
    "t": [
        track(0, "Video", {"s": 0, "d": 2000, "m": {"name": "city"}}),
        track(7, "Title", {"s": 0, "d": 1000, "m": {"text": "Urban Dreams"}}),
    ],
}


def everything(world: World) -> Json:
    """Return a world's state, ledgers and jobs included."""
    state = world.backend.data
    return {
        "now_ms": state.now_ms,
        "ledgers": {user: str(account.ledger) for user, account in state.accounts.items()},
        "plans": {user: (a.plan, a.export_blocked) for user, a in state.accounts.items()},
        "tokens": {value: token.state for value, token in state.tokens.items()},
        "sessions": {sid: session.snapshot("") for sid, session in state.sessions.items()},
        "renders": {key: job.state for key, job in state.renders.items()},
        "files": sorted(world.files),
        "on_disk": sorted(str(path) for path in world.directory.rglob("*")),
    }


def disk(api: Api) -> dict[Path, bytes]:
    """Return every file of the server's folder."""
    root = api.world.call(lambda world: world.directory.parent.parent)
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def failure(answer: httpx.Response, code: int, *named: str) -> str:
    """Return the message of a refusal; fail unless it is the envelope of ``code`` and names all of these."""
    assert answer.headers["content-type"] == "application/json", answer.headers
    body = answer.json()
    assert list(body) == ["code", "message", "data"], body
    assert body["code"] == code, body
    assert body["data"] is None
    message: str = body["message"]
    assert isinstance(message, str)
    assert message
    for name in named:
        assert name in message
    return message


def success(answer: httpx.Response) -> Any:
    """Return the data of a success; fail unless it is its envelope (ENV-1)."""
    body = answer.json()
    assert answer.status_code == 200, body
    assert (list(body), body["code"], body["message"]) == (["code", "message", "data"], 0, "success"), body
    return body["data"]


def connect(url: str) -> socket.socket:
    """Return a connection to a world's server."""
    parts = urlsplit(url)
    assert parts.hostname
    return socket.create_connection((parts.hostname, parts.port or 80), timeout=TIMEOUT_S)


def head(method: str, url: str, *fields: str, version: str = "HTTP/1.1") -> bytes:
    """Return the head of a request for a world's URL, as bytes to put on a socket."""
    parts = urlsplit(url)
    lines = [f"{method} {parts.path} {version}", f"Host: {parts.netloc}", *fields]
    return "\r\n".join([*lines, "", ""]).encode()


def exchange(url: str, data: bytes | Iterable[bytes]) -> tuple[int, dict[str, str], bytes]:
    """Send bytes as they are and return status, headers in lower case, and body."""
    with connect(url) as line:
        for piece in (data,) if isinstance(data, bytes) else data:
            line.sendall(piece)
        return answer_on(line)


def answer_on(line: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """Read one answer from a connection."""
    answer = HTTPResponse(line)
    answer.begin()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


@contextmanager
def faults() -> Iterator[list[str]]:
    """Give a list that fills with what the server logs as an error, while the block lasts."""
    items: list[str] = []
    ear = logging.Handler(logging.ERROR)
    ear.emit = lambda record: items.append(record.getMessage())  # type: ignore[method-assign]
    loggers = [logging.getLogger(name) for name in ("uvicorn.error", "nemofake")]
    for logger in loggers:
        logger.addHandler(ear)
    try:
        yield items
    finally:
        for logger in loggers:
            logger.removeHandler(ear)


def code_of(body: bytes) -> int:
    """Return the code of an envelope."""
    code: int = json.loads(body)["code"]
    return code
