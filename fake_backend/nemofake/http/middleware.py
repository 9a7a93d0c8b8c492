"""Requests heard to their end: an answer sent while the client still writes would reach it as a reset."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Message, Receive, Scope, Send

from ..engine.errors import BackendError
from ..faults import Fault
from ..journal import Entry
from ..settings import SettingError
from ..wire.encoding import http_date
from . import context, control_service, fault_injection, responses
from .context import AT_MS_KEY, SCOPE_KEY, RequestContext
from .worlds import World, WorldRegistry

_BODILESS = frozenset({"GET", "HEAD", "OPTIONS"})
_MAX_DRAIN_BYTES = 2 * 1024**3


class RequestDrainMiddleware:
    """Stands around an application; the head of its answer waits until the request has arrived in full."""

    __slots__ = ("_more", "_receive", "_send")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._receive, self._send = receive, send
        self._more = scope["method"] not in _BODILESS

    async def receive(self) -> Message:
        """Pass a message of the client on."""
        message = await self._receive()
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Pass a message of the application on."""
        await self.drain()
        await self._send(message)

    async def drain(self) -> None:
        """Read what is left of the request, and forget it."""
        left = _MAX_DRAIN_BYTES
        while self._more and left > 0:
            left -= len((await self.receive()).get("body", b""))


Handlers = dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]


class DataPlaneRouter:
    """ASGI application: the data plane's routes first, then ``rest``."""

    def __init__(self, areas: Iterable[APIRouter], rest: FastAPI, handlers: Handlers) -> None:
        declared: Iterable[Any] = (route for area in areas for route in area.routes)
        self._routes = [Route(r.path, r.endpoint, methods=[*r.methods], name=r.name) for r in declared]
        self._rest = rest
        self._handlers = handlers
        # Given a handler of every exception, Starlette would raise none again, and nobody would log it.
        self._refusals = {kind: handler for kind, handler in handlers.items() if kind is not Exception}

    def operation(self, scope: Scope) -> str | None:
        """Return the name of the operation that a request asks for; None off the data plane."""
        return next((route.name for route in self._routes if route.matches(scope)[0] is Match.FULL), None)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        for route in self._routes:
            match, found = route.matches(scope)
            if match is Match.FULL:
                # Where Starlette looks for what to do with an endpoint's exceptions.
                handlers: tuple[Handlers, dict[int, Any]] = (self._refusals, {})
                scope.update(found, route=route, app=self._rest, **{"starlette.exception_handlers": handlers})
                await self._serve(route, scope, receive, send)
                return
        await self._rest(scope, receive, send)

    async def _serve(self, route: Route, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await route.handle(scope, receive, send)
        except Exception as error:
            entry = scope[SCOPE_KEY].entry
            if entry is None or entry.status is None:
                answer = await self._handlers[Exception](Request(scope), error)
                await answer(scope, receive, send)
            raise  # the server logs it for the fake's makers


class JournalMiddleware(RequestDrainMiddleware):
    """One exchange on its way through: counts what comes in, writes down what goes out."""

    __slots__ = ("_app", "_ctx", "_film", "_scope", "_streams", "_upload")

    def __init__(
        self, app: DataPlaneRouter, ctx: RequestContext, scope: Scope, receive: Receive, send: Send
    ) -> None:
        super().__init__(scope, receive, send)
        self._app, self._ctx, self._scope = app, ctx, scope
        self._streams = self._film = False
        self._upload = (context.header(scope, b"content-type") or b"").startswith(b"multipart/")

    async def serve(self, path: str) -> None:
        """Serve the exchange, and close its entry however it ends."""
        scope, world = self._scope, self._ctx.world
        query = scope["query_string"].decode("latin-1")
        entry = self._ctx.entry = world.journal.open(
            "unknown",
            world.now_ms,
            scope["method"],
            f"{path}?{query}" if query else path,
            http_version=scope["http_version"],
            client=self._ctx.ip,
            headers=scope["headers"],
        )
        try:
            if faults := self._aim(entry):
                await fault_injection.serve(
                    faults, self._app, self._ctx, scope, self.receive, self.send, self.drain
                )
            else:
                await self._app(scope, self.receive, self.send)
        finally:
            entry.operation = getattr(scope.get("route"), "name", None) or entry.operation
            entry.close(world.now_ms, "complete" if entry.status is not None else "cut")

    def _aim(self, entry: Entry) -> Sequence[Fault]:
        """Return the faults that strike this request; only operations of the data plane are aimed at."""
        ctx, fault_rules = self._ctx, self._ctx.world.fault_rules
        bearer = context.header(self._scope, b"authorization")
        if not fault_rules.any_active(bearer) or (operation := self._app.operation(self._scope)) is None:
            return ()
        entry.operation = operation  # what never reaches its route is told apart all the same
        return fault_rules.aim(operation, ctx.world.now_ms, bearer, ctx.ip)

    @property
    def _entry(self) -> Entry:
        entry = self._ctx.entry
        assert entry is not None
        return entry

    async def receive(self) -> Message:
        """Pass a message of the client on."""
        unfinished = self._more
        message = await super().receive()
        if message["type"] == "http.disconnect":
            if unfinished:  # before it had said all; what is answered now reaches nobody
                self._entry.close(self._ctx.world.now_ms, "client-gone")
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
        now_ms = self._ctx.world.now_ms
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
            self._entry.add_event(self._ctx.world.now_ms if at_ms is None else at_ms, body)
        elif self._film:
            self._entry.count_response(len(body))
        else:
            self._entry.add_response(body)


_WORLD_PATH = re.compile(r"/w/([^/]*)(/.*)?", re.DOTALL)
_CONTROL = "/__fake__"


class WorldMiddleware:
    """ASGI middleware in front of all routes; ``/w/<name>/…`` is the world of that name."""

    def __init__(self, app: DataPlaneRouter, worlds: WorldRegistry) -> None:
        self._app = app
        self.worlds = worlds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything but HTTP goes through untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        prefix, path = self._split(scope)
        try:
            world = self._world(prefix)
        except (SettingError, BackendError) as error:
            refused = error if isinstance(error, BackendError) else BackendError(400, str(error))
            drain = RequestDrainMiddleware(scope, receive, send)
            await responses.refusal(refused)(scope, drain.receive, drain.send)
            return
        # ASGI: `path` keeps the prefix that `root_path` names, and Starlette takes it off.
        scope = {**scope, "root_path": scope.get("root_path", "") + prefix}
        address = scope.get("client")
        ctx = RequestContext(world, address[0] if address else "", self._origin(scope, world, prefix))
        scope[SCOPE_KEY] = ctx
        if self.worlds.settings.control and (path == _CONTROL or path.startswith(_CONTROL + "/")):
            drain = RequestDrainMiddleware(scope, receive, send)
            await self._app(scope, drain.receive, drain.send)
        else:
            await JournalMiddleware(self._app, ctx, scope, receive, send).serve(path)

    def _split(self, scope: Scope) -> tuple[str, str]:
        """Return the world's prefix, empty for the default world, and the path below it."""
        path: str = scope["path"]
        found = _WORLD_PATH.fullmatch(path) if path.startswith("/w/") else None
        return (f"/w/{found[1]}", found[2] or "/") if found else ("", path)

    def _world(self, prefix: str) -> World:
        name = prefix.removeprefix("/w/")
        if not name and not prefix:
            return self.worlds.world("default")
        control_service.check_world_name(name)
        return self.worlds.world(name)

    def _origin(self, scope: Scope, world: World, prefix: str) -> str:
        """Return what stands in front of media paths: a setting, or the address the client used."""
        if world.settings.public_url is not None:
            return world.settings.public_url.rstrip("/") + prefix
        host = context.header(scope, b"host")
        if host is None:
            server = scope.get("server") or ("127.0.0.1", 80)
            host = f"{server[0]}:{server[1]}".encode()
        return f"{scope.get('scheme', 'http')}://{host.decode('latin-1')}{prefix}"
