"""Completes /openapi.json: component schemas, examples, security schemes and tags."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from . import control_models, inspection_models, models
from .operations import ERROR_EXAMPLES, Schema

_REFERENCE = re.compile(r'"#/components/(\w+)/([\w-]+)"')
_SECURITY = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "Token of `POST /api/auth/anonymous-token`",
    },
    "admin": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Admin-Token",
        "description": "Value of the server's --admin-token, if it has one",
    },
}
_TAGS = {
    "tokens": "Anonymous tokens, and claim tokens for the web.",
    "sessions": "Projects and their content.",
    "chat": "The agent, over Server-Sent Events.",
    "credits": "The balance.",
    "uploads": "Footage, as files or by URL.",
    "export": "Videos of drafts.",
    "media": "The bytes behind URLs of the responses; they need no token.",
    "control": "What a test does to a world; the real backend has none of this.",
}


def complete(document: dict[str, Any], bodies: Iterable[type[BaseModel]]) -> dict[str, Any]:
    """Return FastAPI's document of the routes with everything that it refers to."""
    responses = [
        model
        for module in (models, control_models, inspection_models)
        for model in vars(module).values()
        if inspect.isclass(model) and issubclass(model, BaseModel) and model.__module__ == module.__name__
    ]
    _, schemas = models_json_schema(
        [(model, "validation") for model in (*bodies, *responses)],
        by_alias=False,
        ref_template="#/components/schemas/{model}",
        schema_generator=Schema,
    )
    components = {"schemas": dict(sorted(schemas["$defs"].items())), "examples": ERROR_EXAMPLES}
    document["components"] = _used(document["paths"], components) | {"securitySchemes": _SECURITY}
    document["tags"] = [{"name": name, "description": about} for name, about in _TAGS.items()]
    return document


def _used(paths: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    """Return the components that the paths refer to, directly or through other components."""
    used: set[tuple[str, str]] = set()
    pending = _references(paths)
    while pending:
        used |= pending
        pending = set().union(*(_references(components[kind][name]) for kind, name in pending)) - used
    return {
        kind: {name: value for name, value in named.items() if (kind, name) in used}
        for kind, named in components.items()
    }


def _references(value: Any) -> set[tuple[str, str]]:
    return {(kind, name) for kind, name in _REFERENCE.findall(json.dumps(value))}
