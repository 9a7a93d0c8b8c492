"""The application: routes, error answers and the gateway around them; importing this does nothing."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from .._version import __version__
from ..engine.errors import CATALOGUE, BackendError
from ..scenario_loader import ScenarioRegistry
from ..settings import SettingError, Settings
from . import context, responses
from . import openapi as docs
from .middleware import DataPlaneRouter, Handlers, WorldMiddleware
from .routes import accounts, chat, control, media, renders, uploads
from .worlds import WorldRegistry

_DESCRIPTION = """A stand-in for NemoVideo's backend: chat-driven video editing with anonymous tokens,
credits, sessions, event streams, uploads and export jobs, deterministic and in virtual time.

Every world has the same API: `/…` is the world `default`, `/w/<name>/…` one of its own, made on first
use. `/__fake__/…` controls a world: its clock, scenario, journal and accounts."""

# The most travelled first: they are matched in this order.
DATA_PLANE = (
    chat.router,
    accounts.sessions_router,
    accounts.credits_router,
    renders.router,
    uploads.router,
    accounts.tokens_router,
    media.router,
)


def create_app(
    settings: Settings, directory: Path, registry: ScenarioRegistry | None = None
) -> WorldMiddleware:
    """Return the ASGI application; files of its worlds go below ``directory``. Raises SettingError."""
    worlds = WorldRegistry(
        settings, registry or ScenarioRegistry(), directory, today_ms=lambda: int(time.time() * 1000)
    )
    worlds.world("default")
    handlers: Handlers = {
        BackendError: _refused,
        SettingError: _bad_setting,
        HTTPException: _http_error,
        Exception: _unforeseen,
    }
    return WorldMiddleware(DataPlaneRouter(DATA_PLANE, _fastapi(worlds, handlers), handlers), worlds)


def _fastapi(worlds: WorldRegistry, handlers: Handlers) -> FastAPI:
    app = FastAPI(
        title="nemofake",
        version=__version__,
        description=_DESCRIPTION,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
        # What the process around it measures is not the fake's affair.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.worlds = worlds
    for area in (*DATA_PLANE, *((control.router,) if worlds.settings.control else ())):
        app.include_router(area)
    for error, handler in handlers.items():
        app.add_exception_handler(error, handler)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    return app


# Coroutines, all of them: Starlette would take a plain function to a thread and back.


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, BackendError)
    return responses.refusal(error, context.context_of(request).world.profile)


async def _bad_setting(_request: Request, error: Exception) -> Response:
    return responses.refusal(BackendError(400, str(error)))


async def _http_error(request: Request, error: Exception) -> Response:
    """Put what the router itself refuses, an unknown path or method, into an envelope (ENV-2)."""
    assert isinstance(error, HTTPException)
    code = error.status_code if error.status_code in CATALOGUE else 400
    # Without the world's prefix: the same request gets the same bytes, whatever its world is called.
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    response = responses.refusal(BackendError(code, f"{request.method} {path[:120]}"))
    response.headers.update(error.headers or {})
    return response


async def _unforeseen(_request: Request, _error: Exception) -> Response:
    """Answer a fault of the fake itself without showing its insides; the server logs it for its makers."""
    body = b'{"code":500,"message":"nemofake itself failed; see its log","data":null}'
    return responses.json_bytes(body, 500)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if not app.openapi_schema:
        app.openapi_schema = docs.complete(FastAPI.openapi(app))
    return app.openapi_schema
