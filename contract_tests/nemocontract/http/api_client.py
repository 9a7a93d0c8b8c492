"""An account at a server and the calls it can make: routes and bodies of the protocol."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from nemocontract.http.recorder import ApiRecorder, Stream
from nemocontract.recording import Exchange


class ApiAccount:
    """One account; each method sends one request. ``token`` can be replaced; an empty one sends no header."""

    def __init__(self, recorder: ApiRecorder, token: str, user_id: str = "") -> None:
        self.recorder, self.token, self.user_id = recorder, token, user_id

    def call(self, method: str, path: str, **options: Any) -> Exchange:
        """Send a request with this account's token."""
        return self.recorder.send(method, path, **{"token": self.token, **options})

    def create_session(
        self, body: Mapping[str, Any] | None = None, user: str = "me", **options: Any
    ) -> Exchange:
        """Make a session (SES-1)."""
        body = {"task_name": "project", "language": "en"} if body is None else body
        return self.call("POST", f"/api/tasks/{user}/with-session/nemo_agent", json=body, **options)

    def new_session(self, language: str = "en") -> str:
        """Make a session and return its id, or an empty text on failure."""
        exchange = self.create_session({"task_name": "project", "language": language})
        return str(exchange.data.get("session_id", ""))

    def state(self, session_id: str, user: str = "me", **options: Any) -> Exchange:
        """Read a state (STA-1)."""
        return self.call("GET", f"/api/state/nemo_agent/{user}/{session_id}/latest", **options)

    def credits(self, **options: Any) -> Exchange:
        """Read the balance (CRE-1)."""
        return self.call("GET", "/api/credits/balance/simple", **options)

    def chat(self, session_id: str, text: str, user: str = "me", **options: Any) -> Exchange:
        """Send a message and follow its stream to the end (SSE-1)."""
        return self.call("POST", "/run_sse", **{**_message(session_id, text, user), **options})

    @contextmanager
    def open_chat(self, session_id: str, text: str, user: str = "me", **options: Any) -> Iterator[Stream]:
        """Send a message and yield its open stream."""
        message = {"token": self.token, **_message(session_id, text, user), **options}
        with self.recorder.stream("POST", "/run_sse", **message) as stream:
            yield stream

    def upload_urls(self, session_id: str, *urls: str, user: str = "me", **options: Any) -> Exchange:
        """Upload by address (UPL-1)."""
        body = {"urls": [*urls], "source_type": "url"}
        return self.call("POST", f"/api/upload-video/nemo_agent/{user}/{session_id}", json=body, **options)

    def upload(
        self, session_id: str, *files: tuple[str, bytes], user: str = "me", **options: Any
    ) -> Exchange:
        """Upload files, each a name and its bytes (UPL-1)."""
        parts = [("files", (name, data)) for name, data in files]
        return self.call("POST", f"/api/upload-video/nemo_agent/{user}/{session_id}", files=parts, **options)

    def submit(
        self, render_id: str, session_id: str, draft: Any, *, route: str = "lambda", **options: Any
    ) -> Exchange:
        """Submit an export (REN-1)."""
        body = {
            "id": render_id,
            "sessionId": session_id,
            "draft": draft,
            "output": {"format": "mp4", "quality": "high"},
        }
        return self.call("POST", f"/api/render/proxy/{route}", **{"json": body, **options})

    def job(self, render_id: str, **options: Any) -> Exchange:
        """Read an export (REN-6)."""
        return self.call("GET", f"/api/render/proxy/lambda/{render_id}", **options)

    def cancel(self, render_id: str, **options: Any) -> Exchange:
        """Cancel an export (REN-12)."""
        return self.call("POST", f"/api/render/proxy/lambda/{render_id}/cancel", **options)

    def download(self, render_id: str, **options: Any) -> Exchange:
        """Download a video (REN-9)."""
        return self.call("GET", f"/api/render/proxy/{render_id}/download", **options)

    def claim_token(self, session_id: str, task_id: str, **options: Any) -> Exchange:
        """Ask for a claim token (AUTH-8)."""
        body = {"task_id": task_id, "session_id": session_id}
        return self.call("POST", "/api/auth/claim-token", json=body, **options)


def request_token(recorder: ApiRecorder, client_id: str | None, **options: Any) -> Exchange:
    """Ask for an anonymous token (AUTH-1)."""
    headers = {**options.pop("headers", {}), "X-Client-Id": client_id}
    return recorder.send("POST", "/api/auth/anonymous-token", headers=headers, **options)


def _message(session_id: str, text: str, user: str) -> dict[str, Any]:
    body = {
        "app_name": "nemo_agent",
        "user_id": user,
        "session_id": session_id,
        "new_message": {"parts": [{"text": text}]},
    }
    return {"json": body, "headers": {"Accept": "text/event-stream"}}
