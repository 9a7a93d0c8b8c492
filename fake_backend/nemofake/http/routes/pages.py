"""The pages for browsers: what this server is, the dashboard, the API reference; files, read on request."""

from __future__ import annotations

import html
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse
from starlette.types import Scope

from ..._version import __version__
from ...engine.errors import BackendError
from .. import context

router = APIRouter(prefix="/__fake__", include_in_schema=False)
# What a browser finds at these paths; other clients get what they would get without pages.
PAGES = {"/": "/__fake__/start", "/docs": "/__fake__/docs"}
_FOLDER = Path(__file__).parents[1] / "pages"
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# Swagger UI styles elements from scripts, and shows its icons as data: URLs.
_DOCS_CSP = _CSP.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
    "cross-origin-opener-policy": "same-origin",
}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}
_SWAGGER = frozenset({"swagger-ui-bundle.js", "swagger-ui.css"})


def page_of(scope: Scope, path: str) -> str | None:
    """Return the page that a browser asks for at ``path``; None for other clients and paths."""
    page = PAGES.get(path)
    if page is None or scope["method"] not in ("GET", "HEAD"):
        return None
    return page if "text/html" in Headers(scope=scope).get("accept", "") else None


@router.api_route("/start", methods=["GET", "HEAD"])
async def start(request: Request) -> Response:
    """Serve the first page, with the base URL of its world."""
    ctx = context.context_of(request)
    values = {
        "base_url": ctx.origin,
        "root": request.scope.get("root_path", ""),
        "world": ctx.world.name,
        "version": __version__,
    }
    text = _file("start.html").decode()
    for name, value in values.items():
        text = text.replace(f"{{{{{name}}}}}", html.escape(value))
    return _response(text.encode(), "text/html")


@router.api_route("/docs", methods=["GET", "HEAD"])
async def docs(request: Request) -> Response:
    """Serve the API reference of a world."""
    root = html.escape(request.scope.get("root_path", ""))
    text = _file("docs.html").decode().replace("{{root}}", root)
    return _response(text.encode(), "text/html", _DOCS_CSP)


@router.api_route("/ui", methods=["GET", "HEAD"])
async def dashboard(_request: Request) -> Response:
    """Serve the dashboard of a world; it holds no data, and asks for the admin token itself."""
    return _response(_file("dashboard.html"), "text/html")


@router.api_route("/ui/", methods=["GET", "HEAD"])
async def dashboard_with_slash(request: Request) -> Response:
    """Send to the dashboard."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}/__fake__/ui")


@router.api_route("/ui/{name}", methods=["GET", "HEAD"])
async def asset(request: Request) -> Response:
    """Serve a script or a style of the pages."""
    name = request.path_params["name"]
    if name in _SWAGGER:
        return _response(_swagger_file(name), _TYPES[Path(name).suffix])
    if name not in _assets():
        raise BackendError(404, f"the pages have no file {name[:80]!r}")
    return _response(_file(name), _TYPES[Path(name).suffix])


@cache
def _assets() -> frozenset[str]:
    return frozenset(path.name for path in _FOLDER.iterdir() if path.suffix in (".js", ".css", ".svg"))


def _file(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()


def _swagger_file(name: str) -> bytes:
    """Return a file of Swagger UI out of the package that brings it; its code is not imported."""
    spec = find_spec("fastapi_offline")
    if spec is None or spec.origin is None:
        raise BackendError(404, "the API reference needs fastapi-offline: pip install fastapi-offline")
    return (Path(spec.origin).parent / "static" / name).read_bytes()


def _response(body: bytes, media_type: str, csp: str = _CSP) -> Response:
    return Response(body, media_type=media_type, headers={**_HEADERS, "content-security-policy": csp})
