"""The short way to the data plane: FastAPI declares its routes, Starlette's own matching serves them.

The routes take nothing but the request, so FastAPI's machinery around an endpoint (dependencies,
validation, nested routers) would do nothing for them and cost more than the engine does. Whatever does
not match here goes to FastAPI: control API, OpenAPI, unknown paths and methods.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send

from .exchange import SCOPE_KEY

Handlers = dict[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]


class Dispatch:
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
