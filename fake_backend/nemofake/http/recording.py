"""One exchange on its way through: its journal is kept, its answer dated."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import Message, Receive, Scope, Send

from ..faults import Fault
from ..journal import Entry
from ..wire.iso import http_date
from . import bending, exchange
from .dispatch import Dispatch
from .draining import Drain
from .exchange import AT_MS_KEY, Exchange


class Recorder(Drain):
    """One exchange on its way through: counts what comes in, writes down what goes out."""

    __slots__ = ("_app", "_film", "_here", "_scope", "_streams", "_upload")

    def __init__(self, app: Dispatch, here: Exchange, scope: Scope, receive: Receive, send: Send) -> None:
        super().__init__(scope, receive, send)
        self._app, self._here, self._scope = app, here, scope
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
                await bending.serve(faults, self._app, self._here, scope, self.receive, self.send, self.drain)
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
        unfinished = self._more
        message = await super().receive()
        if message["type"] == "http.disconnect":
            if unfinished:  # before it had said all; what is answered now reaches nobody
                self._entry.close(self._here.room.now_ms, "client-gone")
            return message
        body = message.get("body", b"")
        if self._upload:  # its files are summed up by the route
            self._entry.request_size += len(body)
        elif body:
            self._entry.add_request(body)
        return message

    async def send(self, message: Message) -> None:
        """Pass a message of the backend on, and write it down."""
        if message["type"] == "http.response.start":
            await self.drain()
            self._respond(message)
        elif message["type"] == "http.response.body" and self._entry.ending is None:
            self._record_body(message.get("body", b""), message.pop(AT_MS_KEY, None))
        await super().send(message)

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
