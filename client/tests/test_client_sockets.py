"""Real connections to a server of raw sockets: what only a socket can do to a client."""

from __future__ import annotations

import json
import socket
import struct
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from nemoclient import StreamEnd, Timeouts, errors

TEXT = 'data: {"type":"text","content":"Your title 你好 is on."}\n\n'.encode()
CALL = b'data: {"type":"tool_call","name":"t","args":{}}\n\n'
RESULT = b'data: {"type":"tool_result","name":"t","result":{}}\n\n'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"

Play = Callable[[socket.socket], None]


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Wire:
    """A server that answers plain requests through the small service and plays raw bytes for the rest."""

    def __init__(self, service: Any) -> None:
        self.service = service
        self.plays: dict[str, list[Play]] = {}
        self.heard: list[str] = []
        self.gone = threading.Event()  # a play saw the client go away
        self.received = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=(connection,), daemon=True).start()

    def talk(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as reader:
            head = b"".join(iter(reader.readline, b"\r\n"))
            if not head:
                return
            line, *fields = head.decode().split("\r\n")
            method, path, _ = line.split(" ")
            headers = {k.lower(): v for k, _, v in (f.partition(": ") for f in fields if f)}
            self.heard.append(f"{method} {path}")
            length = int(headers.get("content-length", 0))
            small = length < 1_000_000
            body = reader.read(length) if small else self.drain(reader, length)
            plays = self.plays.get(path, [])
            if plays:
                plays.pop(0)(connection)
                return
            answer = self.service.handle(
                httpx.Request(method, self.url + path, headers=headers, content=body)
            )
            content = answer.read()
            answer.headers["content-length"] = str(len(content))
            answer.headers["connection"] = "close"
            lines = [f"HTTP/1.1 {answer.status_code} X", *(f"{k}: {v}" for k, v in answer.headers.items())]
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + content)

    def drain(self, reader: Any, length: int) -> bytes:
        while self.received < length:
            self.received += len(reader.read(min(65536, length - self.received)))
        return b""

    def play(self, path: str, *steps: bytes | Play) -> None:
        def run(connection: socket.socket) -> None:
            for step in steps:
                if isinstance(step, bytes):
                    connection.sendall(step)
                else:
                    step(connection)

        self.plays.setdefault(path, []).append(run)

    def stall(self, connection: socket.socket) -> None:
        """Send nothing more; note when the client has had enough."""
        connection.settimeout(20)
        try:
            if not connection.recv(1):
                self.gone.set()
        except OSError:
            self.gone.set()


@pytest.fixture
def wire(service: Any) -> Iterator[Wire]:
    server = Wire(service)
    yield server
    server.listener.close()


@pytest.fixture(params=["sync", "async"])
def real(request: pytest.FixtureRequest, make_side: Any, wire: Wire) -> Any:
    limits = Timeouts(connect_s=5, answer_s=5, tick_s=0.25)
    return make_side(request.param, None, base_url=wire.url, timeouts=limits)


def messages(wire: Wire) -> int:
    return wire.heard.count("POST /run_sse")


FINE = CALL + RESULT + TEXT

COMPLETE: dict[str, list[Any]] = {
    "chunked": [CHUNKED, chunk(CALL + RESULT), chunk(TEXT), b"0\r\n\r\n"],
    "byte by byte": [CHUNKED, *(chunk(FINE[at : at + 1]) for at in range(len(FINE))), b"0\r\n\r\n"],
    "crlf": [CHUNKED, chunk(FINE.replace(b"\n", b"\r\n")), b"0\r\n\r\n"],
    "cr": [CHUNKED, chunk(FINE.replace(b"\n", b"\r")), b"0\r\n\r\n"],
    "byte order mark": [CHUNKED, chunk(b"\xef\xbb\xbf" + FINE), b"0\r\n\r\n"],
    "until it closes": [HEAD + b"Connection: close\r\n\r\n", FINE],
    "content length": [HEAD + f"Content-Length: {len(FINE)}\r\n\r\n".encode(), FINE],
}


@pytest.mark.parametrize("steps", COMPLETE.values(), ids=COMPLETE.keys())
def test_a_reply_is_read_however_it_comes(real: Any, wire: Wire, steps: Any) -> None:
    wire.play("/run_sse", *steps)
    result = real.chat()
    assert (result.ending, result.text, result.skipped) == (StreamEnd.COMPLETE, "Your title 你好 is on.", 0)


HALF = TEXT[: TEXT.index(b"\xe4\xbd") + 1]  # cut inside a character

BROKEN: dict[str, list[Any]] = {
    "reset after the head": [CHUNKED, chunk(CALL), reset],
    "reset before the head": [reset],
    "closed before the head": [],
    "no final chunk": [CHUNKED, chunk(CALL)],
    "half a head": [HEAD],
    "no HTTP at all": [b"\x00\x01hello\r\n\r\n"],
    "short content length": [HEAD + b"Content-Length: 9999\r\n\r\n", CALL],
    "bad chunk size": [CHUNKED, chunk(CALL), b"zz\r\nwhat\r\n"],
    "half an event, then a final chunk": [CHUNKED, chunk(CALL + HALF), b"0\r\n\r\n"],
    "half an event, then closed": [HEAD + b"Connection: close\r\n\r\n", HALF],
    "a clean close at once": [CHUNKED, b"0\r\n\r\n"],
    "plain text as an event stream": [CHUNKED, chunk(b"Internal Server Error"), b"0\r\n\r\n"],
    "bad gateway": [b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 4\r\n\r\nhtml"],
}


@pytest.mark.clause("C-SSE-4")
@pytest.mark.parametrize("steps", BROKEN.values(), ids=BROKEN.keys())
def test_a_cut_is_a_cut_however_it_looks(real: Any, wire: Wire, service: Any, kit: Any, steps: Any) -> None:
    def land(_: socket.socket) -> None:
        service.draft = kit.CANONICAL

    wire.play("/run_sse", land, *steps)
    result = real.chat("add a title")
    assert (result.ending, result.ok) == (StreamEnd.DROPPED, True)
    assert len(result.changes) == 3
    assert messages(wire) == 1


@pytest.mark.clause("C-SSE-4")
def test_text_that_arrived_before_a_reset_counts(real: Any, wire: Wire) -> None:
    wire.play("/run_sse", CHUNKED, chunk(TEXT))
    result = real.chat()
    assert (result.ending, result.text) == (StreamEnd.DROPPED, "Your title 你好 is on.")
    assert messages(wire) == 1


@pytest.mark.clause("C-SSE-2", "C-SSE-4")
@pytest.mark.parametrize(
    "steps", [[CHUNKED, chunk(CALL)], [HEAD], []], ids=["body", "half a head", "nothing"]
)
def test_a_stall_is_noticed_reported_and_given_up(real: Any, wire: Wire, steps: Any) -> None:
    wire.play("/run_sse", *steps, wire.stall)
    result = real.chat()
    assert (result.ending, result.ok) == (StreamEnd.STALLED, False)
    assert len(real.texts("waiting")) == 2
    assert messages(wire) == 1
    if real.name == "async" or CHUNKED in steps:  # a thread can be woken only where it has a head
        assert wire.gone.wait(10), "the connection was let go"


def test_leaving_while_nothing_comes_lets_the_connection_go(make_side: Any, wire: Wire) -> None:
    side = make_side("sync", None, base_url=wire.url, timeouts=Timeouts(tick_s=0.05))
    wire.play("/run_sse", CHUNKED, chunk(TEXT), wire.stall)
    notices = side.client.chat("hello")
    next(notice for notice in notices if notice.kind == "waiting")
    notices.close()
    assert wire.gone.wait(10)


def test_nobody_there_is_unreachable(make_side: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    for kind in ("sync", "async"):
        with pytest.raises(errors.ServiceUnavailable):
            make_side(kind, None, base_url=url).call("connect")


@pytest.mark.clause("C-REN-2", "REN-9")
def test_a_download_survives_resets(real: Any, wire: Wire, service: Any, kit: Any, tmp_path: Path) -> None:
    service.draft = kit.CANONICAL
    service.film = bytes(range(256)) * 4_000
    size = len(service.film)
    job = kit.finished("r", url=f"{wire.url}/files/film.mp4", size=size)
    service.first("GET /render", lambda _: httpx.Response(200, json=job))
    head = f'HTTP/1.1 200 OK\r\nContent-Length: {size}\r\nETag: "v1"\r\n\r\n'.encode()
    wire.play("/files/film.mp4", head + service.film[:300_000])
    text = f"Content-Range: bytes 300000-{size - 1}/{size}\r\nContent-Length: {size - 300_000}\r\n\r\n"
    wire.play(
        "/files/film.mp4", f"HTTP/1.1 206 Partial\r\n{text}".encode() + service.film[300_000:500_000], reset
    )
    exported = real.call("export", tmp_path / "film.mp4")
    assert exported.path.read_bytes() == service.film
    assert wire.heard.count("GET /files/film.mp4") == 3


def test_a_download_that_stalls_is_resumed(
    real: Any, wire: Wire, service: Any, kit: Any, tmp_path: Path
) -> None:
    service.draft = kit.CANONICAL
    job = kit.finished("r", url=f"{wire.url}/files/film.mp4", size=len(service.film))
    service.first("GET /render", lambda _: httpx.Response(200, json=job))
    head = f'HTTP/1.1 200 OK\r\nContent-Length: {len(service.film)}\r\nETag: "v1"\r\n\r\n'.encode()
    wire.play("/files/film.mp4", head + service.film[:5_000], wire.stall)
    assert real.call("export", tmp_path / "film.mp4").path.read_bytes() == service.film
    assert wire.gone.wait(10)


@pytest.mark.clause("UPL-4")
def test_an_upload_streams_from_disk(real: Any, wire: Wire, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    with clip.open("wb") as file:
        file.truncate(60_000_000)
    real.call("connect")
    tracemalloc.start()
    real.call("upload", clip)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert wire.received > 60_000_000
    assert peak < 6_000_000


def test_a_refusal_in_the_middle_of_an_upload_is_a_clear_error(real: Any, wire: Wire, tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"x" * 500_000)
    body = json.dumps({"code": 4002, "message": "too large", "data": None}).encode()
    head = f"HTTP/1.1 413 X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode()
    real.call("connect")
    path = "/api/upload-video/nemo_agent/me/1234567890123456789"
    wire.play(path, head + body)
    with pytest.raises(errors.FileTooLarge):
        real.call("upload", clip)


def test_an_answer_without_end_does_not_fill_the_memory(real: Any, wire: Wire) -> None:
    real.call("connect")

    def pour(connection: socket.socket) -> None:
        try:
            while True:
                connection.sendall(b"x" * 1_000_000)
        except OSError:
            wire.gone.set()

    wire.play("/api/credits/balance/simple", b"HTTP/1.1 200 OK\r\n\r\n", pour)
    with pytest.raises(errors.ProtocolError):
        real.call("credits")
    assert wire.gone.wait(10)
