"""The outermost layer: finds the world a request is for, keeps its journal, dates its answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from starlette.types import Message, Receive, Scope, Send

from ..engine.errors import BackendError
from ..faults import Fault
from ..journal import Entry
from ..settings import SettingError
from ..wire.iso import http_date
from . import answers, bending, exchange, office
from .dispatch import Dispatch
from .exchange import AT_MS_KEY, SCOPE_KEY, Exchange
from .room import House, Room

_WORLD_PATH = re.compile(r"/w/([^/]*)(/.*)?", re.DOTALL)
_CONTROL = "/__fake__"
_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_MAX_DRAIN_BYTES = 2 * 1024**3


class Gateway:
    """ASGI middleware in front of all routes; ``/w/<name>/…`` is the world of that name."""

    def __init__(self, app: Dispatch, house: House) -> None:
        self._app = app
        self.house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything but HTTP goes through untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        prefix, path = self._split(scope)
        try:
            room = self._room(prefix)
        except (SettingError, BackendError) as error:
            refused = error if isinstance(error, BackendError) else BackendError(400, str(error))
            await answers.refusal(refused)(scope, receive, send)
            return
        # ASGI: `path` keeps the prefix that `root_path` names, and Starlette takes it off.
        scope = {**scope, "root_path": scope.get("root_path", "") + prefix}
        address = scope.get("client")
        here = Exchange(room, address[0] if address else "", self._origin(scope, room, prefix))
        scope[SCOPE_KEY] = here
        if path == _CONTROL or path.startswith(_CONTROL + "/"):
            await self._app(scope, receive, send)
        else:
            await _Recorder(self._app, here, scope, receive, send).serve(path)

    def _split(self, scope: Scope) -> tuple[str, str]:
        """Return the world's prefix, empty for the default world, and the path below it."""
        path: str = scope["path"]
        found = _WORLD_PATH.fullmatch(path) if path.startswith("/w/") else None
        return (f"/w/{found[1]}", found[2] or "/") if found else ("", path)

    def _room(self, prefix: str) -> Room:
        name = prefix.removeprefix("/w/")
        if not name and not prefix:
            return self.house.room("default")
        office.check_world_name(name)
        return self.house.room(name)

    def _origin(self, scope: Scope, room: Room, prefix: str) -> str:
        """Return what stands in front of media paths: a setting, or the address the client used."""
        if room.settings.public_url is not None:
            return room.settings.public_url.rstrip("/") + prefix
        host = exchange.header(scope, b"host")
        if host is None:
            server = scope.get("server") or ("127.0.0.1", 80)
            host = f"{server[0]}:{server[1]}".encode()
        return f"{scope.get('scheme', 'http')}://{host.decode('latin-1')}{prefix}"


class _Recorder:
    """One exchange on its way through: counts what comes in, writes down what goes out."""

    __slots__ = ("_app", "_film", "_here", "_more", "_receive", "_scope", "_send", "_streams", "_upload")

    def __init__(self, app: Dispatch, here: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        self._app, self._here, self._scope = app, here, scope
        self._receive, self._send = receive, send
        self._more = scope["method"] not in _BODILESS
        self._streams = self._film = False
        self._upload = (exchange.header(scope, b"content-type") or b"").startswith(b"multipart/")

    async def serve(self, path: str) -> None:
        """Serve the exchange, and close its entry however it ends."""
        scope, room = self._scope, self._here.room
        query = scope["query_string"].decode("latin-1")
        entry = self._here.entry = room.journal.open(
            "unknown",
            room.now_ms,
            scope["method"],
            f"{path}?{query}" if query else path,
            http_version=scope["http_version"],
            client=self._here.ip,
            headers=scope["headers"],
        )
        try:
            if faults := self._aim(entry):
                await bending.serve(
                    faults, self._app, self._here, scope, self.receive, self.send, self._drain
                )
            else:
                await self._app(scope, self.receive, self.send)
        finally:
            entry.operation = getattr(scope.get("route"), "name", None) or entry.operation
            entry.close(room.now_ms, "complete" if entry.status is not None else "cut")

    def _aim(self, entry: Entry) -> Sequence[Fault]:
        """Return the faults that strike this request; only operations of the data plane are aimed at."""
        here, hazards = self._here, self._here.room.hazards
        bearer = exchange.header(self._scope, b"authorization")
        if not hazards.at_large(bearer) or (operation := self._app.operation(self._scope)) is None:
            return ()
        entry.operation = operation  # what never reaches its route is told apart all the same
        return hazards.aim(operation, here.room.now_ms, bearer, here.ip)

    @property
    def _entry(self) -> Entry:
        entry = self._here.entry
        assert entry is not None
        return entry

    async def receive(self) -> Message:
        """Pass a message of the client on."""
        message = await self._receive()
        if message["type"] == "http.disconnect":
            if self._more:  # before it had said all; what is answered now reaches nobody
                self._entry.close(self._here.room.now_ms, "client-gone")
            self._more = False
            return message
        self._more = message.get("more_body", False)
        body = message.get("body", b"")
        if self._upload:  # its files are summed up by the route
            self._entry.request_size += len(body)
        elif body:
            self._entry.add_request(body)
        return message

    async def send(self, message: Message) -> None:
        """Pass a message of the backend on; its head waits until the request has arrived in full.

        An answer sent while the client still writes would reach it as a reset connection.
        """
        if message["type"] == "http.response.start":
            await self._drain()
            self._respond(message)
        elif message["type"] == "http.response.body" and self._entry.ending is None:
            self._record_body(message.get("body", b""), message.pop(AT_MS_KEY, None))
        await self._send(message)

    async def _drain(self) -> None:
        left = _MAX_DRAIN_BYTES
        while self._more and left > 0:
            message = await self.receive()
            left -= len(message.get("body", b""))

    def _respond(self, message: Message) -> None:
        now_ms = self._here.room.now_ms
        headers = [*message.get("headers", ()), (b"date", http_date(now_ms))]
        message["headers"] = headers
        if self._entry.ending is not None:
            return
        self._entry.respond(now_ms, message["status"], headers)
        kinds = [value for name, value in headers if name == b"content-type"]
        self._streams = any(value.startswith(b"text/event-stream") for value in kinds)
        self._film = any(value.startswith((b"video/", b"audio/", b"image/")) for value in kinds)

    def _record_body(self, body: bytes, at_ms: int | None) -> None:
        if not body:
            return
        if self._streams:
            self._entry.add_event(self._here.room.now_ms if at_ms is None else at_ms, body)
        elif self._film:
            self._entry.count_response(len(body))
        else:
            self._entry.add_response(body)
