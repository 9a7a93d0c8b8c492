"""The application: routes, error answers and the gateway around them; importing this does nothing."""

from __future__ import annotations

import logging
import time
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from .. import __version__
from ..engine.errors import CATALOGUE, BackendError
from ..settings import SettingError, Settings
from ..stories import StoryBook
from . import answers, docs, exchange
from .gateway import Gateway
from .room import House
from .routes import cdn, chat, control, renders, sessions, tokens, uploads
from .routes import credits as balances

logger = logging.getLogger("nemofake")

_DESCRIPTION = """A stand-in for NemoVideo's backend: chat-driven video editing with anonymous tokens,
credits, sessions, event streams, uploads and export jobs, deterministic and in virtual time.

Every world has the same API: `/…` is the world `default`, `/w/<name>/…` one of its own, made on first
use. `/__fake__/…` controls a world: its clock, scenario, journal and accounts."""


def create_app(settings: Settings, directory: Path, book: StoryBook | None = None) -> ASGIApp:
    """Return the ASGI application; files of its worlds go below ``directory``."""
    return Gateway(*create_parts(settings, directory, book))


def create_parts(settings: Settings, directory: Path, book: StoryBook | None = None) -> tuple[FastAPI, House]:
    """Return the routes, and the worlds that they serve."""
    app = FastAPI(
        title="nemofake",
        version=__version__,
        description=_DESCRIPTION,
        redirect_slashes=False,
        docs_url=None,
        redoc_url=None,
    )
    house = House(settings, book or StoryBook(), directory, today_ms=lambda: int(time.time() * 1000))
    house.room("default")
    app.state.house = house
    for area in (tokens, sessions, chat, balances, uploads, renders, cdn, control):
        app.include_router(area.router)
    app.add_exception_handler(BackendError, _refused)
    app.add_exception_handler(SettingError, _bad_setting)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unforeseen)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]  # FastAPI's own way to extend it
    return app, house


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, BackendError)
    return answers.refusal(error, exchange.of(request).room.profile)


def _bad_setting(_request: Request, error: Exception) -> Response:
    return answers.refusal(BackendError(400, str(error)))


def _http_error(request: Request, error: Exception) -> Response:
    """Put what the router itself refuses, an unknown path or method, into an envelope (ENV-2)."""
    assert isinstance(error, HTTPException)
    code = error.status_code if error.status_code in CATALOGUE else 400
    response = answers.refusal(BackendError(code, f"{request.method} {request.url.path[:120]}"))
    response.headers.update(error.headers or {})
    return response


def _unforeseen(request: Request, error: Exception) -> Response:
    """Answer a fault of the fake itself without showing its insides, and log it for its makers."""
    logger.error("fault in nemofake while serving %s", request.url.path, exc_info=error)
    body = b'{"code":500,"message":"nemofake itself failed; see its log","data":null}'
    return answers.json_bytes(body, 500)


def _openapi(app: FastAPI) -> dict[str, Any]:
    if not app.openapi_schema:
        schema = FastAPI.openapi(app)
        components = schema.setdefault("components", {})
        components.setdefault("schemas", {})["Failure"] = docs.FAILURE_SCHEMA
        components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        app.openapi_schema = schema
    return app.openapi_schema
