"""What the vendor has in front of ADK, as thin as can be: tokens, sessions and state; chat goes through.

The bytes of ``POST /run_sse`` are ADK's own, head, chunk sizes and ending included: they are passed from
socket to socket. Only the request is touched: the connection is to close after the answer, so that the
next request comes here again, and ``streaming`` is switched on where the front is told to.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from .servers import AdkSide


class VendorProxy(ThreadingHTTPServer):
    """A vendor's front on a free port of 127.0.0.1; each session that it makes gets ``script``."""

    daemon_threads = True

    def __init__(self, adk: AdkSide) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.adk = adk
        self.script: dict[str, Any] = {"turns": []}
        self.streaming = True
        self.messages: list[Any] = []  # the chat bodies that came
        self.url = f"http://127.0.0.1:{self.server_port}"

    def answer(self, path: str) -> Any:
        """Return the ``data`` of the vendor's answer to anything but chat."""
        match path.strip("/").split("/"):
            case ["api", "auth", "anonymous-token"]:  # AUTH-1
                expiry = "2099-01-01T00:00:00Z"
                return {"token": "nmv_usr_x", "user_id": "anon_1", "credits": 100, "expires_at": expiry}
            case ["api", "tasks", *_]:  # SES-1
                return {"task_id": "1", "session_id": self.adk.open(self.script), "user_id": "anon_1"}
            case ["api", "state", _, _, session_id, _]:  # STA-1
                draft = self.adk.session(session_id)["state"].get("draft", {})
                return {
                    "session_id": session_id,
                    "task_id": "1",
                    "user_id": "anon_1",
                    "state": {"draft": draft},
                }
        raise LookupError(path)

    def received(self, body: bytes) -> bytes:
        """Return a chat body as ADK gets it."""
        said = json.loads(body)
        self.messages.append(said)
        return json.dumps({**said, "streaming": self.streaming}).encode()


class _Handler(BaseHTTPRequestHandler):
    """One connection; ``wfile`` writes straight to its socket."""

    protocol_version = "HTTP/1.1"
    server: VendorProxy

    def do_GET(self) -> None:
        """Answer as the vendor does (ENV-1)."""
        data = self.server.answer(self.path)
        body = json.dumps({"code": 0, "message": "success", "data": data}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Take the body; let chat through."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/run_sse":
            self._let_through(self.server.received(body))
        else:
            self.do_GET()

    def _let_through(self, body: bytes) -> None:
        self.close_connection = True
        at = urlsplit(self.server.adk.url)
        replaced = {"host": at.netloc, "connection": "close", "content-length": str(len(body))}
        kept = {name.lower(): value for name, value in self.headers.items()}
        lines = [f"{name}: {value}" for name, value in {**kept, **replaced}.items()]
        with socket.create_connection((at.hostname, at.port)) as line:
            line.sendall("\r\n".join(["POST /run_sse HTTP/1.1", *lines, "", ""]).encode() + body)
            for chunk in iter(lambda: line.recv(65536), b""):
                self.wfile.write(chunk)

    def log_message(self, format: str, *_args: object) -> None:  # noqa: A002
        """Stay silent."""


@contextmanager
def fronting(adk: AdkSide) -> Iterator[VendorProxy]:
    """Run a front for as long as the block lasts."""
    with VendorProxy(adk) as front:
        thread = threading.Thread(target=front.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield front
        finally:
            front.shutdown()
            thread.join()
