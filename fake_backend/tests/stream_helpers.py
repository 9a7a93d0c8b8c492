"""What the stream tests share: a chat answer on a bare socket, read as it comes, and a user who can chat."""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from .http_helpers import Api, connect, head

if TYPE_CHECKING:
    import httpx

    from nemofake.http.worlds import World
    from nemofake.testing import WorldHandle

TALK = "hello"
EDIT = 'add a title "Night Walk" at the start'
GENERATE = "generate a 5 second video of a city street"
PATIENCE_S = 10.0


class Line:
    """A chat request on a connection of its own, and its answer as it comes in."""

    def __init__(self, api: Api, text: str, *, body: Any = None, receive_buffer: int | None = None) -> None:
        values = {"session_id": api.session_id, "new_message": {"parts": [{"text": text}]}}
        payload = json.dumps(values if body is None else body).encode()
        fields = (
            f"Authorization: Bearer {api.token}",
            "Content-Type: application/json",
            f"Content-Length: {len(payload)}",
        )
        self.socket = connect(api.world.url) if receive_buffer is None else _narrow(api, receive_buffer)
        self.socket.sendall(head("POST", f"{api.world.url}/run_sse", *fields) + payload)
        self._bytes = b""
        self._headless = True
        self.status = 0
        self.headers: dict[str, str] = {}
        self.frames: list[bytes] = []
        self.ending = ""  # "" while open; "close" after the final chunk, "cut" without it

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def begun(self) -> Line:
        """Return it when the answer's head has come."""
        while self._headless and not self.ending:
            self._take(self.socket.recv(65536))
        return self

    def now(self) -> list[bytes]:
        """Return the frames that lie in the socket now, without waiting for any."""
        before = len(self.frames)
        self.socket.setblocking(False)
        try:
            while not self.ending:
                self._take(self.socket.recv(65536))
        except BlockingIOError:
            pass
        finally:
            self.socket.settimeout(PATIENCE_S)
        return self.frames[before:]

    def rest(self) -> list[bytes]:
        """Return what is still to come, read to the end."""
        before = len(self.frames)
        while not self.ending:
            self._take(self.socket.recv(65536))
        return self.frames[before:]

    def at_least(self, count: int) -> Line:
        """Return it when so many frames have come."""
        while len(self.frames) < count and not self.ending:
            self._take(self.socket.recv(65536))
        return self

    def wait_for_disconnect(self, *, reset: bool = False) -> None:
        """Go away, with a FIN or with a RST."""
        if reset:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def _take(self, data: bytes) -> None:
        self._bytes += data
        if self._headless and b"\r\n\r\n" in self._bytes:
            self._headless = False
            text, _, self._bytes = self._bytes.partition(b"\r\n\r\n")
            first, *lines = text.decode("latin-1").split("\r\n")
            self.status = int(first.split()[1])
            self.headers = {
                name.lower(): value.strip() for name, _, value in (s.partition(":") for s in lines)
            }
        if not self._headless:
            self._split()
        if not data and not self.ending:
            self.ending = "cut"

    def _split(self) -> None:
        """Take whole chunks off what has arrived."""
        while b"\r\n" in self._bytes and not self.ending:
            size, _, after = self._bytes.partition(b"\r\n")
            length = int(size, 16)
            if len(after) < length + 2:
                return
            assert after[length : length + 2] == b"\r\n"
            self._bytes = after[length + 2 :]
            if length:
                self.frames.append(after[:length])
            else:
                self.ending = "close"


def _narrow(api: Api, size: int) -> socket.socket:
    """Return a connection whose client takes in little before it reads."""
    host, port = api.world.url.split("/")[2].split(":")
    line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
    line.settimeout(PATIENCE_S)
    line.connect((host, int(port)))
    return line


def until(condition: Callable[[], Any]) -> Any:
    """Return what the condition gives once it holds; fail when it does not within the bound."""
    deadline = time.monotonic() + PATIENCE_S
    while not (value := condition()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.002)
    return value


def payloads(frames: list[bytes]) -> list[Any]:
    """Return the events of a stream: the parsed JSON, or None for an empty ``data:`` line."""
    items = []
    for frame in frames:
        assert frame.startswith(b"data:")
        assert frame.endswith(b"\n\n")
        assert frame.count(b"\n") == 2, "one event, one chunk"
        items.append(json.loads(frame[5:]) if frame.strip() != b"data:" else None)
    return items


def kinds(frames: list[bytes]) -> list[str]:
    """Return the type of each event, ``empty`` for an empty line."""
    return ["empty" if event is None else str(event["type"]) for event in payloads(frames)]


def texts(frames: list[bytes]) -> str:
    """Return what the agent said."""
    return "".join(event["content"] for event in payloads(frames) if event and event["type"] == "text")


def turns(world: WorldHandle) -> list[dict[str, Any]]:
    """Return the journal's chat turns: accepted messages."""
    return [one for one in world.journal() if one["operation"] == "chat"]


def open_streams(world: WorldHandle) -> int:
    """Return how many streams the world serves."""
    return world.call(lambda world: len(world.clock._waiters))


def running_turns(world: WorldHandle) -> int:
    """Return how many operations are under way, listened to or not."""

    def count(world: World) -> int:
        world.backend.run_due(world.now_ms)
        return sum(len(session.running) for session in world.backend.data.sessions.values())

    return world.call(count)


def prepared(world: WorldHandle, client: httpx.Client, credits: int = 1000) -> Api:  # noqa: A002
    """Return a user with credits, a session and a file to cut from."""
    api = Api(world, client)
    assert api.upload_urls("https://example.test/walk_12s.mp4").json()["code"] == 0
    user_id = world.accounts()[0]["user_id"]
    world.update_account(user_id, grant=credits)
    return api


def photo(api: Api) -> dict[str, Any]:
    """Return all that requests and time have made of a world, whatever its name is."""
    result = api.everything()
    return {key: value for key, value in result.items() if key not in ("on_disk", "now_ms")}
