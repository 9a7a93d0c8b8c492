"""Documents one operation: success, errors by HTTP status, body, parameters; examples from models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import Response
from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from ...engine.errors import CATALOGUE, STORAGE
from .models import Failure

Doc = dict[str, Any]
Statuses = dict[int | str, Doc]
JSON = "application/json"
# What details error responses carry, by code; the others have none.
_DETAILS = {400: "field session_id: Field required", 409: "render id 'render_1767225600' was used before"}
_ROWS = {**CATALOGUE, STORAGE.code: STORAGE}
_HEADERS: dict[int, tuple[str, str]] = {
    401: ("WWW-Authenticate", "The expected scheme: Bearer"),
    429: ("Retry-After", "Seconds until another attempt may succeed"),
}
# Components, since FastAPI drops every null of an inline example, and with it `data` of an error response.
ERROR_EXAMPLES: dict[str, Doc] = {
    f"error-{code}": {
        "summary": f"{code}: {row.message}",
        "value": {
            "code": code,
            "message": ": ".join(filter(None, (row.message, _DETAILS.get(code)))),
            "data": None,
        },
    }
    for code, row in _ROWS.items()
}


@dataclass(frozen=True, slots=True)
class Success:
    """A success response: ``content`` maps media types to schemas and examples."""

    description: str
    content: Doc
    others: Statuses = field(default_factory=dict)  # further statuses that are no errors


def ref(model: type[BaseModel]) -> Doc:
    """Return a reference to a model's component."""
    return {"$ref": f"#/components/schemas/{model.__name__}"}


def envelope(value: Any) -> Doc:
    """Return a success envelope around ``value`` (ENV-1)."""
    return {"code": 0, "message": "success", "data": value}


def data(description: str, model: type[BaseModel], *, many: bool = False, value: Any = None) -> Success:
    """Return a success in its envelope (ENV-1); ``many`` if the data is a list of the model."""
    shape = {"type": "array", "items": ref(model)} if many else ref(model)
    schema = {
        "type": "object",
        "description": "A success response.",
        "properties": {"code": {"const": 0}, "message": {"const": "success"}, "data": shape},
        "required": ["code", "message", "data"],
        "additionalProperties": False,
    }
    shown = example(model) if value is None else value
    shown = [shown] if many and not isinstance(shown, list) else shown
    return Success(description, {JSON: {"schema": schema, "example": envelope(shown)}})


def plain(description: str, models: Sequence[type[BaseModel]], value: Any) -> Success:
    """Return a success without envelope, shaped as one of the models (REN-7)."""
    shapes = [ref(model) for model in models]
    schema = shapes[0] if len(shapes) == 1 else {"anyOf": shapes}
    return Success(description, {JSON: {"schema": schema, "example": value}})


def file(description: str, media_type: str) -> Success:
    """Return a file that can be requested by range and by ETag (REN-9)."""
    content: Doc = {media_type: {"schema": {}}}
    headers = {"Content-Range": {"description": "Which bytes of how many", "schema": {"type": "string"}}}
    return Success(
        description,
        content,
        {
            304: {"description": "The client has the file: If-None-Match names its ETag"},
            206: {"description": "The requested range", "headers": headers, "content": content},
            416: {"description": "The range begins after the end of the file", "headers": headers},
        },
    )


def operation(
    name: str,
    summary: str,
    success: Success,
    *codes: int,
    body: type[BaseModel] | None = None,
    value: Any = None,
    parameters: Sequence[Doc] = (),
    security: Sequence[Doc] = ({"bearer": []},),
) -> Doc:
    """Return the arguments of a route's decorator that document it; ``value`` is an example of the body."""
    extra: Doc = {"parameters": [*parameters], "security": [*security]}
    if body is not None:
        shown = example(body) if value is None else value
        needed = any(info.is_required() for info in body.model_fields.values())
        extra["requestBody"] = {
            "required": needed,
            "content": {JSON: {"schema": ref(body), "example": shown}},
        }
    return {
        "operation_id": name,
        "summary": summary,
        "responses": _responses(success, codes),
        "openapi_extra": extra,
        "response_model": None,
        "response_class": Response,
    }


def parameter(
    name: str, location: str, description: str, value: Any, *, required: bool = True, **schema: Any
) -> Doc:
    """Return a parameter; ``location`` is path, query or header, ``value`` an example.

    ``schema`` are keywords of its JSON Schema; without them it is any string.
    """
    return {
        "name": name,
        "in": location,
        "required": required,
        "description": description,
        "schema": {"type": "string", **schema},
        "example": value,
    }


def _responses(success: Success, codes: Iterable[int]) -> Statuses:
    """Return the responses by HTTP status: errors may share 200 with the success (ENV-3)."""
    errors = _by_status(codes)
    shared = errors.pop(200, None)
    responses: Statuses = {
        200: {"description": success.description, "content": success.content},
        **success.others,
    }
    if shared is not None:
        responses[200] = _merged(success, shared)
    return responses | {status: errors[status] for status in sorted(errors)}


def _by_status(codes: Iterable[int]) -> dict[int, Doc]:
    found: dict[int, dict[int, str]] = {}
    for code in codes:
        row = _ROWS[code]
        found.setdefault(row.http_status, {})[code] = f"{code}: {row.message}"
        if row.strict_status != row.http_status:
            description = f"{code} under profile `http-status`: {row.message}"
            found.setdefault(row.strict_status, {}).setdefault(code, description)
    return {status: _error(status, descriptions) for status, descriptions in found.items()}


def _error(status: int, descriptions: dict[int, str]) -> Doc:
    examples = {str(code): {"$ref": f"#/components/examples/error-{code}"} for code in descriptions}
    response: Doc = {
        "description": "; ".join(descriptions.values()),
        "content": {JSON: {"schema": ref(Failure), "examples": examples}},
    }
    if status in _HEADERS:
        name, description = _HEADERS[status]
        response["headers"] = {name: {"description": description, "schema": {"type": "string"}}}
    return response


def _merged(success: Success, error: Doc) -> Doc:
    """Return one response for a success and the errors with the same HTTP status (ENV-3)."""
    examples = error["content"][JSON]["examples"]
    media = success.content.get(JSON)
    schema: Doc = ref(Failure)
    if media is not None:
        schema = {"anyOf": [media["schema"], schema]}
        examples = {"success": {"summary": success.description, "value": media["example"]}, **examples}
    description = f"{success.description}. Errors with the same status: {error['description']}"
    content = {**success.content, JSON: {"schema": schema, "examples": examples}}
    return {"description": description, "content": content}


class Schema(GenerateJsonSchema):
    """Schemas without the titles and null defaults that pydantic adds."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        """Leave out titles: names say the same."""
        return False

    def default_schema(self, schema: Any) -> Any:
        """Leave out the default None: it means that the field is absent."""
        json_schema = super().default_schema(schema)
        return {key: value for key, value in json_schema.items() if (key, value) != ("default", None)}


def example(model: type[BaseModel], **changes: Any) -> dict[str, Any]:
    """Return an example of a model, made of its fields' examples; fields that may be absent are left out."""
    values: dict[str, Any] = {}
    for name, info in model.model_fields.items():
        if info.examples:
            values[name] = info.examples[0]
        elif isinstance(info.annotation, type) and issubclass(info.annotation, BaseModel):
            values[name] = example(info.annotation)
        elif info.is_required() and (items := getattr(info.annotation, "__args__", ())):
            values[name] = [example(items[0])]
    return values | changes
