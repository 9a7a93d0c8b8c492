"""Which methods a path has, for the header Allow of a 405: the router names those of one route alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.routing import Match, Route

from ..engine.errors import BackendError
from . import context

OLDER = ("/api/render/proxy/draft", "/api/render/proxy/{render_id}")  # of profile `render-nested` only


class PathMethods:
    """The methods of all paths that an application has."""

    def __init__(self, routes: Iterable[Route], declared: Iterable[Any]) -> None:
        """Take routes as they are served, and others as FastAPI declares them."""
        self._rows: Sequence[tuple[Route, set[str]]] = [
            *((route, route.methods or set()) for route in routes),
            *((Route(route.path, _nothing), route.methods) for route in declared),
        ]

    def of(self, request: Request) -> list[str]:
        """Return the methods of a request's path in its world, sorted; none if the path is unknown."""
        rows = [row for row in self._rows if row[0].matches(request.scope)[0] is not Match.NONE]
        if context.context_of(request).world.profile.render != "render-nested":
            rows = [row for row in rows if row[0].path not in OLDER]
        return sorted(set().union(*(methods for _, methods in rows)))


async def _nothing(_request: Request) -> None:
    """Stand in for an endpoint of which only the path matters."""


def refusal(request: Request, unknown: str) -> Exception:
    """Return the 405 for a known path that lacks the method, else the 404 that says ``unknown``."""
    paths: PathMethods = request.app.state.paths
    if methods := paths.of(request):
        return HTTPException(405, headers={"Allow": ", ".join(methods)})
    return BackendError(404, unknown)
