"""How the documentation of one route is put together: success, refusals by status, body, parameters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Response
from pydantic import BaseModel

from ...engine.errors import CATALOGUE
from . import schemas
from .schemas import Doc, enveloped, ref

JSON = "application/json"
Statuses = dict[int | str, Doc]
_STRICT = "profile `http-status`"
_HEADERS: dict[int, tuple[str, str]] = {
    401: ("WWW-Authenticate", "the scheme that is wanted: Bearer"),
    429: ("Retry-After", "seconds until another attempt may succeed"),
}


@dataclass(frozen=True, slots=True)
class OperationResponse:
    """What a route answers where all is well: ``content`` maps media types to schemas and examples."""

    about: str
    content: Doc
    others: Statuses = field(default_factory=dict)  # further statuses that are no refusal


def data(about: str, schema: Doc, example: Any) -> OperationResponse:
    """Return a success in its envelope (ENV-1)."""
    return plain(about, enveloped(schema), schemas.envelope(example))


def plain(about: str, schema: Doc, example: Any) -> OperationResponse:
    """Return a success without envelope (REN-7)."""
    return OperationResponse(about, {JSON: {"schema": schema, "example": example}})


def file(about: str, kind: str) -> OperationResponse:
    """Return a file, of which a range may be asked for (REN-9)."""
    content: Doc = {kind: {"schema": {}}}
    told = {"Content-Range": {"description": "which bytes of how many", "schema": {"type": "string"}}}
    return OperationResponse(
        about,
        content,
        {
            206: {"description": "The range that was asked for", "headers": told, "content": content},
            416: {"description": "The file ends before the range begins", "headers": told},
        },
    )


def operation(
    name: str,
    summary: str,
    ok: OperationResponse,
    *codes: int,
    body: type[BaseModel] | None = None,
    example: Any = None,
    parameters: Sequence[Doc] = (),
    security: Sequence[Doc] = ({"bearer": []},),
) -> Doc:
    """Return the arguments of a route's decorator that document it."""
    extra: Doc = {"parameters": [*parameters], "security": [*security]}
    if body is not None:
        shape = {"schema": ref(body.__name__), "example": example}
        extra["requestBody"] = {"required": True, "content": {JSON: shape}}
    return {
        "operation_id": name,
        "summary": summary,
        "responses": _responses(ok, codes),
        "openapi_extra": extra,
        "response_model": None,
        "response_class": Response,
    }


def parameter(name: str, where: str, about: str, example: str, *, required: bool = True) -> Doc:
    """Return a parameter; ``where`` is path, query or header."""
    return {
        "name": name,
        "in": where,
        "required": required,
        "description": about,
        "schema": {"type": "string"},
        "example": example,
    }


def _responses(ok: OperationResponse, codes: Iterable[int]) -> Statuses:
    """Group what a route answers by HTTP status (ENV-3)."""
    refused = _by_status(codes)
    alike = refused.pop(200, None)
    responses: Statuses = {200: {"description": ok.about, "content": ok.content}, **ok.others}
    if alike is not None:
        responses[200] = _beside(ok, alike)
    return responses | {status: refused[status] for status in sorted(refused)}


def _by_status(codes: Iterable[int]) -> dict[int, Doc]:
    told: dict[int, dict[int, str]] = {}
    for code in codes:
        fault = CATALOGUE[code]
        told.setdefault(fault.http_status, {})[code] = f"{code}: {fault.message}"
        if fault.strict_status != fault.http_status:
            about = f"{code} under {_STRICT}: {fault.message}"
            told.setdefault(fault.strict_status, {}).setdefault(code, about)
    return {status: _refusal(status, abouts) for status, abouts in told.items()}


def _refusal(status: int, abouts: dict[int, str]) -> Doc:
    shown = {str(code): {"$ref": f"#/components/examples/refusal-{code}"} for code in abouts}
    answer: Doc = {
        "description": "; ".join(abouts.values()),
        "content": {JSON: {"schema": ref("Failure"), "examples": shown}},
    }
    if status in _HEADERS:
        name, about = _HEADERS[status]
        answer["headers"] = {name: {"description": about, "schema": {"type": "string"}}}
    return answer


def _beside(ok: OperationResponse, refused: Doc) -> Doc:
    """Put a success beside the refusals that travel with HTTP 200 too (ENV-3)."""
    shown = refused["content"][JSON]["examples"]
    good = ok.content.get(JSON)
    shapes = [ref("Failure")]
    if good is not None:
        shapes.insert(0, good["schema"])
        shown = {"success": {"summary": ok.about, "value": good["example"]}, **shown}
    about = f"{ok.about}. Refusals with the same status: {refused['description']}"
    return {
        "description": about,
        "content": {**ok.content, JSON: {"schema": {"anyOf": shapes}, "examples": shown}},
    }
