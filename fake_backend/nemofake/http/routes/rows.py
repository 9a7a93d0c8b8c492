"""One row per operation of the control API: its route, the method behind it, and how it is documented."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from ...engine.errors import BackendError
from .. import context, responses
from ..control import Control, dump, secrets_equal
from ..openapi.operations import Doc, Schema, Success, operation, parameter
from ..request_models import ControlRequest, read_model, read_query
from ..world_registry import WorldRegistry

SECURITY: list[Doc] = [{}, {"admin": []}]  # X-Admin-Token if --admin-token is set


class Row(NamedTuple):
    """One operation: its route, the method behind it, its body or query, and how it is documented."""

    method: str
    path: str
    run: Callable[..., Any]
    summary: str
    success: Success
    codes: Sequence[int] = ()
    body: type[BaseModel] | None = None
    value: Any = None  # an example of the body
    parameters: Sequence[Doc] = ()
    query: type[BaseModel] | None = None


async def require_admin_token(request: Request) -> None:
    """Raise 403 unless the request carries the admin token, if one is set."""
    expected = context.context_of(request).world.settings.admin_token
    if expected is not None and not secrets_equal(request.headers.get("x-admin-token"), expected):
        raise BackendError(403, "header X-Admin-Token must be the server's --admin-token")


def service_of(request: Request, service: type[Control] = Control) -> Any:
    """Return the operations of a service on the world that the request's path names."""
    worlds: WorldRegistry = request.app.state.worlds
    return service(context.context_of(request).world, worlds)


async def read_control_body(request: Request, model: type[BaseModel]) -> Any:
    """Return the body, whatever its content type; raise 400 naming what is wrong."""
    return await read_model(request, model, b"{}")


def add_rows(router: APIRouter, rows: Iterable[Row], service: type[Control]) -> None:
    """Add the operations of a service to a router."""
    for row in rows:
        router.add_api_route(row.path, _endpoint(row, service), methods=[row.method], **_document(row))


def _endpoint(row: Row, service: type[Control]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        args: list[Any] = [read_query(request, row.query)] if row.query else []
        if 400 in row.codes and row.method != "GET":  # otherwise the operation ignores its body
            body = await read_control_body(request, row.body or ControlRequest)
            args += [body] if row.body else []
        result = getattr(service_of(request, service), row.run.__name__)(*args, **request.path_params)
        answer = responses.data(dump(await result if inspect.isawaitable(result) else result))
        if row.method != "GET":
            context.context_of(request).world.changes.notify()
        return answer

    return endpoint


def camel_case(name: str) -> str:
    """Return the operation id of a method's name."""
    first, *others = name.split("_")
    return first + "".join(word.title() for word in others)


def _document(row: Row) -> Doc:
    return operation(
        camel_case(row.run.__name__),
        row.summary,
        row.success,
        *row.codes,
        403,
        body=row.body,
        value=row.value,
        parameters=[*row.parameters, *_query_parameters(row.query)],
        security=SECURITY,
    ) | {"description": inspect.getdoc(row.run)}


def _query_parameters(model: type[BaseModel] | None) -> list[Doc]:
    if model is None:
        return []
    schemas = model.model_json_schema(schema_generator=Schema)["properties"]
    return [
        parameter(
            name, "query", info.description or "", (info.examples or [""])[0], required=False,
            **_keywords(schemas[name]),
        )
        for name, info in model.model_fields.items()
    ]  # fmt: skip


def _keywords(schema: Doc) -> Doc:
    """Return what a parameter's schema says of its value: absent, not null, if it is left out."""
    plain = next((one for one in schema.get("anyOf", ()) if one["type"] != "null"), schema)
    return {name: value for name, value in plain.items() if name not in ("description", "examples", "anyOf")}
