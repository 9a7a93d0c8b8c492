"""The ASGI layers around the routes: find the world, read the request to its end, keep the journal."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..engine.errors import BackendError
from ..faults import Fault
from ..journal import Entry
from ..settings import SettingError, Settings
from ..storage.commands import StorageError
from ..wire.encoding import http_date
from . import browser_guard, context, control, fault_injection, request_head, responses
from .context import AT_MS_KEY, SCOPE_KEY, RequestContext
from .request_log import RequestLog
from .routes import pages
from .world_registry import WorldRegistry
from .worlds import World

_WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
_WORLD_PATH = re.compile(r"/w/([^/]*)(/.*)?", re.DOTALL)
_CONTROL = "/__fake__"
_HEALTH = "/__fake__/health"
_START = "/api/auth/anonymous-token"
_METHODS = ["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]
_EXPOSED_HEADERS = ["Accept-Ranges", "Content-Length", "Content-Range", "Date", "ETag", "Retry-After"]
Handlers = dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]


class DataPlaneRouter:
    """ASGI application: the data plane's routes first, then ``rest``.

    FastAPI declares the routes; here they are served, since they take only the request: FastAPI's and
    Starlette's layers would cost more than the engine does. ``rest`` gets what does not match: control API,
    OpenAPI, unknown paths and methods.
    """

    def __init__(self, areas: Iterable[APIRouter], rest: FastAPI, handlers: Handlers) -> None:
        declared: Iterable[Any] = (route for area in areas for route in area.routes)
        self.routes = [Route(r.path, r.endpoint, methods=[*r.methods], name=r.name) for r in declared]
        fixed = {route.path for route in self.routes if "{" not in route.path}
        self._fixed = {(path, method): self._first(path, method) for path in fixed for method in _METHODS}
        self._rest = rest
        self._handlers = handlers

    def _first(self, path: str, method: str) -> tuple[Route, dict[str, Any]] | None:
        """Return the first route for a path and method, and its parameters; None if there is none."""
        for route in self.routes:
            if method in (route.methods or ()) and (found := route.path_regex.match(path)):
                converters = route.param_convertors
                return route, {
                    name: converters[name].convert(text) for name, text in found.groupdict().items()
                }
        return None

    def _match(self, scope: Scope) -> tuple[Route, dict[str, Any]] | None:
        path, method = scope[SCOPE_KEY].path, scope["method"]
        try:
            return self._fixed[path, method]
        except KeyError:
            return self._first(path, method)

    def operation(self, scope: Scope) -> str | None:
        """Return the name of the requested operation; None if it is not on the data plane."""
        match = self._match(scope)
        return None if match is None else match[0].name

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        match = self._match(scope)
        if match is None:
            await self._rest(scope, receive, send)
            return
        route, scope["path_params"] = match
        scope["route"], scope["endpoint"], scope["app"] = route, route.endpoint, self._rest
        request = Request(scope, receive, send)
        try:
            response = await route.endpoint(request)
            await response(scope, receive, send)
        except Exception as error:  # noqa: BLE001  each has its handler
            await self._fail(request, error, send)

    async def _fail(self, request: Request, error: Exception, send: Send) -> None:
        """Answer an exception by its handler; raise it for the server's log if none is meant for it."""
        entry = request.scope[SCOPE_KEY].entry
        if entry is not None and entry.status is not None:
            raise error  # the response has begun
        kind = next(kind for kind in type(error).__mro__ if kind in self._handlers)
        response = await self._handlers[kind](request, error)
        await response(request.scope, request.receive, send)
        if kind is Exception:
            raise error


class RequestDrainMiddleware:
    """Delays the head of a response until the request has arrived in full, within bounds.

    A client that is still writing would see an earlier response as a connection reset. One that goes on
    beyond ``max_drain_bytes`` or ``max_drain_s`` is answered, and its connection closed.
    """

    __slots__ = ("_gave_up", "_more", "_receive", "_send", "_settings")

    def __init__(self, settings: Settings, scope: Scope, receive: Receive, send: Send) -> None:
        self._settings, self._receive, self._send = settings, receive, send
        self._more = scope["method"] not in _WITHOUT_BODY
        self._gave_up = False

    async def receive(self) -> Message:
        """Pass on a message of the client."""
        message = await self._receive()
        self._more = message["type"] == "http.request" and message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Pass on a message of the application."""
        if message["type"] == "http.response.start":
            await self.end_request(message)
        await self._send(message)

    async def end_request(self, head: Message) -> None:
        """Read the rest of the request before ``head`` is sent, which closes a connection with too much."""
        await self.drain()
        if self._gave_up:
            head["headers"] = [*head.get("headers", ()), (b"connection", b"close")]

    async def drain(self) -> None:
        """Read and discard the rest of the request, up to the bounds."""
        if not self._more or self._gave_up:
            return
        left = self._settings.max_drain_bytes
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.max_drain_s):
                while self._more and left > 0:
                    left -= len((await self.receive()).get("body", b""))
        self._gave_up = self._more


class JournalMiddleware(RequestDrainMiddleware):
    """Serves one exchange: records it in the journal, applies faults, sets the Date header."""

    __slots__ = ("_app", "_ctx", "_entry", "_is_media", "_is_stream", "_is_upload", "_scope")

    def __init__(
        self, app: DataPlaneRouter, ctx: RequestContext, scope: Scope, receive: Receive, send: Send
    ) -> None:
        super().__init__(ctx.world.settings, scope, receive, send)
        self._app, self._ctx, self._scope = app, ctx, scope
        self._is_stream = self._is_media = False
        self._is_upload = (context.header(scope, b"content-type") or b"").startswith(b"multipart/")

    async def serve(self, path: str) -> None:
        """Serve the exchange, and close its journal entry however it ends."""
        scope, world = self._scope, self._ctx.world
        query = scope["query_string"].decode("latin-1")
        entry = self._entry = self._ctx.entry = world.journal.open(
            "unknown",
            world.now_ms,
            scope["method"],
            f"{path}?{query}" if query else path,
            http_version=scope["http_version"],
            client=self._ctx.ip,
            headers=scope["headers"],
        )
        try:
            if faults := self._matching_faults(entry):
                await fault_injection.serve(
                    faults, self._app, self._ctx, scope, self.receive, self.send, self.drain
                )
            else:
                await self._app(scope, self.receive, self.send)
        finally:
            entry.operation = getattr(scope.get("route"), "name", None) or entry.operation
            entry.close(world.now_ms, "complete" if entry.status is not None else "cut")

    def _matching_faults(self, entry: Entry) -> Sequence[Fault]:
        """Return the faults that apply to this request; rules match operations of the data plane only."""
        ctx, fault_rules = self._ctx, self._ctx.world.fault_rules
        bearer = context.header(self._scope, b"authorization")
        if not fault_rules.any_active(bearer) or (operation := self._app.operation(self._scope)) is None:
            return ()
        entry.operation = operation  # set here for requests that never reach their route
        return fault_rules.match(operation, ctx.world.now_ms, bearer, ctx.ip)

    async def receive(self) -> Message:
        """Pass on a message of the client, and record it."""
        unfinished, entry = self._more, self._entry
        message = await super().receive()
        if message["type"] == "http.disconnect":
            if unfinished:  # before the request was complete: no response reaches the client
                entry.close(self._ctx.world.now_ms, "client-gone")
            return message
        body = message.get("body", b"")
        if self._is_upload:  # the route records a summary of its files
            entry.request_size += len(body)
        elif body:
            entry.add_request(body)
        return message

    async def send(self, message: Message) -> None:
        """Pass on a message of the application, and record it."""
        if message["type"] == "http.response.body":
            at_ms = message.pop(AT_MS_KEY, None)
            if self._entry.ending is None and (body := message.get("body")):
                self._record(body, at_ms)
        elif message["type"] == "http.response.start":
            await self.end_request(message)
            self._respond(message)
        await self._send(message)

    def _respond(self, message: Message) -> None:
        now_ms, entry = self._ctx.world.now_ms, self._entry
        headers = [*message.get("headers", ()), (b"date", http_date(now_ms))]
        message["headers"] = headers
        if entry.ending is not None:
            return
        entry.respond(now_ms, message["status"], headers)
        kind = next((value for name, value in headers if name == b"content-type"), b"")
        self._is_stream = kind.startswith(b"text/event-stream")
        self._is_media = kind.startswith((b"video/", b"audio/", b"image/"))

    def _record(self, body: bytes, at_ms: int | None) -> None:
        if self._is_stream:
            self._entry.add_event(self._ctx.world.now_ms if at_ms is None else at_ms, body)
        elif self._is_media:
            self._entry.count_response(len(body))
        else:
            self._entry.add_response(body)


class WorldMiddleware:
    """ASGI middleware in front of all routes; ``/w/<name>/…`` is the world of that name.

    With ``cors_origins`` it also answers preflight requests and sends CORS headers, for browser clients.
    """

    def __init__(self, app: DataPlaneRouter, worlds: WorldRegistry) -> None:
        self._app = app
        self.worlds = worlds
        self.on_request: RequestLog | None = None
        self._serve: ASGIApp = self._serve_world
        if origins := worlds.settings.cors_origins:
            self._serve = CORSMiddleware(
                self._serve_world,
                allow_origins=sorted(origins),
                allow_methods=_METHODS,
                allow_headers=["*"],
                expose_headers=_EXPOSED_HEADERS,
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything but HTTP passes unchanged."""
        app = self._serve if scope["type"] == "http" else self._app
        await app(scope, receive, send)

    async def _serve_world(self, scope: Scope, receive: Receive, send: Send) -> None:
        settings = self.worlds.settings
        prefix, path = _split(scope["path"])
        if settings.control and path in pages.PAGES and (page := pages.page_of(scope, path)):
            path = page
            scope = {**scope, "path": prefix + page, "raw_path": None}
        is_control = path == _HEALTH or (
            settings.control and (path == _CONTROL or path.startswith(_CONTROL + "/"))
        )
        try:
            request_head.check(scope)
            if is_control:
                browser_guard.check(scope, settings, any_host=path == _HEALTH)
            world = self._world(prefix, path, scope["method"])
        except (SettingError, BackendError) as error:
            drain = RequestDrainMiddleware(settings, scope, receive, send)
            await _rejection(error)(scope, drain.receive, drain.send)
            return
        # ASGI: `path` keeps the prefix that `root_path` names, and Starlette removes it.
        scope = {**scope, "root_path": scope.get("root_path", "") + prefix}
        address = scope.get("client")
        ctx = RequestContext(world, address[0] if address else "", _origin(scope, world, prefix), path)
        scope[SCOPE_KEY] = ctx
        if is_control:
            drain = RequestDrainMiddleware(settings, scope, receive, send)
            await self._app(scope, drain.receive, drain.send)
        else:
            exchange = JournalMiddleware(self._app, ctx, scope, receive, send)
            try:
                await exchange.serve(path)
            except StorageError as error:  # while faults were counted: before any route
                await responses.storage_error(str(error))(scope, exchange.receive, exchange.send)
            finally:
                if self.on_request is not None and ctx.entry is not None:
                    self.on_request(prefix, ctx.entry)

    def _world(self, prefix: str, path: str, method: str) -> World:
        if not prefix:
            return self.worlds.current("default") or self.worlds.world("default")
        name = prefix.removeprefix("/w/")
        control.check_world_name(name)
        world = self.worlds.visit(name, is_start=path == _START)
        if path.startswith(_CONTROL) and method not in _WITHOUT_BODY:
            self.worlds.limits.keep(name)
        return world


def _rejection(error: SettingError | BackendError) -> Response:
    """Return the answer to a request that reaches no world."""
    if isinstance(error, StorageError):
        return responses.storage_error(str(error))
    return responses.error(error if isinstance(error, BackendError) else BackendError(400, str(error)))


def _split(path: str) -> tuple[str, str]:
    """Return the world's prefix, empty for the default world, and the path below it."""
    match = _WORLD_PATH.fullmatch(path) if path.startswith("/w/") else None
    return (f"/w/{match[1]}", match[2] or "/") if match else ("", path)


def _origin(scope: Scope, world: World, prefix: str) -> str:
    """Return the base URL of media paths: a setting, or the address that the client used."""
    if world.settings.public_url is not None:
        return world.settings.public_url.rstrip("/") + prefix
    return f"{scope.get('scheme', 'http')}://{browser_guard.host_of(scope)}{prefix}"
