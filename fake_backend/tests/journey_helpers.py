"""One whole journey as raw bytes: what every test of sameness plays and compares."""

from __future__ import annotations

import io
import json
import re
import wave
from typing import Any

from .http_helpers import ATTRIBUTION, connect
from .stream_helpers import EDIT, GENERATE, TALK

HOST = "nemo.test"  # the same for every server, so that media URLs are the same too


def ask(url: str, method: str, path: str, body: Any = None, host: str = HOST, **headers: str) -> bytes:
    """Send one request to a world's URL and return the whole answer, head included, as it came."""
    prefix = "/" + url.split("/", 3)[3] if url.count("/") > 2 else ""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    fields = {
        "Host": host,
        "Connection": "close",
        "Content-Type": "application/json",
        **ATTRIBUTION,
        **headers,
    }
    lines = [f"{method} {prefix}{path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
    with connect(url) as line:
        line.sendall("\r\n".join([*lines, f"Content-Length: {len(data)}", "", ""]).encode() + data)
        return b"".join(iter(lambda: line.recv(65536), b""))


def data_of(answer: bytes) -> Any:
    """Return the data of an answer's envelope."""
    return json.loads(answer.partition(b"\r\n\r\n")[2])["data"]


def journey(url: str, host: str = HOST) -> list[bytes]:
    """Play good and bad requests of every kind in a world under ``auto``; return all answers."""
    answers: list[bytes] = []

    def say(method: str, path: str, body: Any = None, **headers: str) -> bytes:
        answers.append(ask(url, method, path, body, host, **headers))
        return answers[-1]

    client = {"X-Client-Id": "7c1de02f-52bb-4a3c-a5a7-4c1df3a8f0a1"}
    token = data_of(say("POST", "/api/auth/anonymous-token", **client))["token"]
    say("POST", "/api/auth/anonymous-token", **client)
    bearer = {"Authorization": f"Bearer {token}"}
    say("GET", "/api/credits/balance/simple")
    made = data_of(say("POST", "/api/tasks/me/with-session/nemo_agent", {"task_name": "p"}, **bearer))
    session_id = made["session_id"]
    state = f"/api/state/nemo_agent/me/{session_id}/latest"
    upload = f"/api/upload-video/nemo_agent/me/{session_id}"
    say(
        "POST",
        upload,
        {"urls": ["https://example.test/walk_12s.mp4", "https://example.test/b.mov"]},
        **bearer,
    )
    say("POST", upload, _multipart(), **bearer, **{"Content-Type": "multipart/form-data; boundary=edge"})
    for text in (TALK, EDIT, GENERATE, "删除音乐", "?!"):
        message = {"session_id": session_id, "new_message": {"parts": [{"text": text}]}}
        say("POST", "/run_sse", message, **bearer)
        say("GET", "/api/credits/balance/simple", **bearer)
    draft = data_of(say("GET", state, **bearer))["state"]["draft"]
    export = {"id": "render_1", "sessionId": session_id, "draft": draft}
    for _ in range(2):
        say("POST", "/api/render/proxy/lambda", export, **bearer)
    for _ in range(5):
        done = say("GET", "/api/render/proxy/lambda/render_1", **bearer)
    path = re.search(rb"/cdn/renders/[^\"]+", done)
    assert path, "the export completes"
    say("GET", path[0].decode(), Range="bytes=0-999")
    say("GET", "/api/render/proxy/render_1/download", **bearer)
    say("POST", "/api/auth/claim-token", {"task_id": made["task_id"], "session_id": session_id}, **bearer)
    say("POST", "/run_sse", b'{"session_id":', **bearer)
    say("GET", "/api/nothing", **bearer)
    say("PUT", "/run_sse", {}, **bearer)
    return answers


def _multipart() -> bytes:
    """Return a body with one sound file, a second of silence."""
    sound = io.BytesIO()
    with wave.open(sound, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(8000)
        out.writeframes(b"\0\0" * 8000)
    head = b'--edge\r\nContent-Disposition: form-data; name="files"; filename="still.wav"\r\n\r\n'
    return head + sound.getvalue() + b"\r\n--edge--\r\n"
