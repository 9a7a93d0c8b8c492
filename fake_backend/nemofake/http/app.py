"""The application: routes, error responses and the middleware around them; importing this does nothing."""

from __future__ import annotations

import logging
import tempfile
import time
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from .._version import __version__
from ..engine.errors import CATALOGUE, BackendError
from ..scenario_loader import ScenarioRegistry
from ..settings import SettingError, Settings
from ..storage.commands import StorageError
from ..storage.interfaces import open_storage
from . import context, openapi, responses
from .methods import PathMethods
from .middleware import DataPlaneRouter, Handlers, WorldMiddleware
from .request_models import BODIES
from .routes import accounts, chat, control, inspection, media, pages, renders, uploads
from .world_registry import WorldRegistry

logger = logging.getLogger("nemofake")
_DESCRIPTION = """A fake of NemoVideo's backend: chat-driven video editing with anonymous tokens, credits,
sessions, event streams, uploads and export jobs, deterministic and in virtual time.

Every world has the same API: `/…` is the world `default`, `/w/<name>/…` is a separate one, created on
first use. `/__fake__/…` controls a world: its clock, scenario, faults, triggers, journal and accounts."""

# In the order in which they are matched: the most frequent first.
DATA_PLANE = tuple(area.router for area in (chat, accounts, renders, uploads, media))
CONTROL_PLANE = tuple(area.router for area in (control, inspection, pages))


def create_app(
    settings: Settings, directory: Path, registry: ScenarioRegistry | None = None
) -> WorldMiddleware:
    """Return the ASGI application; files of its worlds go below ``directory``. Raises SettingError."""
    storage = None if settings.db is None else open_storage(settings.db, directory)
    try:
        worlds = WorldRegistry(
            settings,
            registry or ScenarioRegistry(),
            directory,
            today_ms=lambda: int(time.time() * 1000),
            storage=storage,
        )
        worlds.world("default")
    except BaseException:
        if storage is not None:
            storage.close()
        raise
    handlers: Handlers = {
        StorageError: _database_error,
        BackendError: _backend_error,
        SettingError: _setting_error,
        HTTPException: _http_error,
        OSError: _storage_error,
        Exception: _internal_error,
    }
    app = _fastapi(worlds, handlers)
    router = DataPlaneRouter(DATA_PLANE, app, handlers)
    app.state.paths = PathMethods(router.routes, _declared(app, settings))
    return WorldMiddleware(router, worlds)


def _declared(app: FastAPI, settings: Settings) -> list[Any]:
    """Return the routes besides the data plane, as FastAPI declares them."""
    routers = (control.health_router, *(CONTROL_PLANE if settings.control else ()))
    routes = [route for source in (app, *routers) for route in source.routes if hasattr(route, "path")]
    return [route for route in routes if getattr(route, "endpoint", None) is not control.unknown]


def _fastapi(worlds: WorldRegistry, handlers: Handlers) -> FastAPI:
    app = FastAPI(
        title="nemofake",
        version=__version__,
        description=_DESCRIPTION,
        license_info={"name": "MIT", "identifier": "MIT"},
        redirect_slashes=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # A process that embeds the fake measures its own requests, not these.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.worlds = worlds
    if worlds.settings.control:  # the pages' own, which is in no journal
        app.add_api_route("/__fake__/openapi.json", _openapi, include_in_schema=False)
    optional = (*CONTROL_PLANE, control.last_router) if worlds.settings.control else ()
    for area in (*DATA_PLANE, control.health_router, *optional):
        app.include_router(area)
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)
    app.add_api_route("/openapi.json", _openapi, include_in_schema=False)
    return app


# Coroutines, all of them: Starlette would run a plain function in a thread.


async def _backend_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, BackendError)
    return responses.error(error, context.context_of(request).world.profile)


async def _setting_error(_request: Request, error: Exception) -> Response:
    return responses.error(BackendError(400, str(error)))


async def _database_error(_request: Request, error: Exception) -> Response:
    """Refuse a command that could not be written: nothing has changed."""
    return responses.storage_error(str(error))


async def _http_error(request: Request, error: Exception) -> Response:
    """Put the router's own errors, an unknown path or method, into an envelope (ENV-2)."""
    assert isinstance(error, HTTPException)
    code = error.status_code if error.status_code in CATALOGUE else 400
    paths: PathMethods = request.app.state.paths
    methods = paths.of(request) if code == 405 else []
    # Without the world's prefix: the same request gets the same bytes in every world.
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    response = responses.error(BackendError(code, f"{request.method} {path[:120]}"))
    response.headers.update(error.headers or {})
    if methods:  # of all routes with this path: the router names those of one
        response.headers["Allow"] = ", ".join(methods)
    return response


async def _storage_error(request: Request, error: Exception) -> Response:
    """Say that a file could not be written or read: a full disk, a limit, a folder without permission."""
    assert isinstance(error, OSError)
    if isinstance(error, ConnectionError | TimeoutError):  # no file's trouble, but a bug
        logger.error("internal error in nemofake", exc_info=error)
        return await _internal_error(request, error)
    reason = error.strerror or type(error).__name__
    logger.error("a file cannot be stored below %s: %s", tempfile.gettempdir(), reason)
    return responses.storage_error(f"{reason} on the server; free or allow space below its TMPDIR")


async def _internal_error(_request: Request, _error: Exception) -> Response:
    """Respond to a bug of the fake itself without showing internals; the server logs it."""
    body = b'{"code":500,"message":"internal error in nemofake; see the server log","data":null}'
    return responses.json_bytes(body, 500)


async def _openapi(request: Request) -> Response:
    """Return the OpenAPI document, with the world that was asked as its server."""
    app: FastAPI = request.app
    if not app.openapi_schema:
        app.openapi_schema = openapi.complete(FastAPI.openapi(app), BODIES)
    servers = [{"url": request.scope.get("root_path") or "/"}]
    return JSONResponse({**app.openapi_schema, "servers": servers})
