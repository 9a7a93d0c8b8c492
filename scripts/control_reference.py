"""The control API's reference as a page, made from the server's OpenAPI document."""

from __future__ import annotations

import json
from typing import Any

_HEAD = """# Control API: each operation

Look up what an operation of the control API takes and returns. [Control API](CONTROL.md) says when to use it.
This page is made from `/openapi.json`. A path may follow the base URL of any world.
"""
_PREFIX = "/__fake__"


def reference(document: dict[str, Any]) -> str:
    """Return the page for an OpenAPI document."""
    parts = [_HEAD]
    for path, methods in document["paths"].items():
        if path.startswith(_PREFIX):
            parts += [_operation(document, path, method, operation) for method, operation in methods.items()]
    return "\n".join(parts)


def _operation(document: dict[str, Any], path: str, method: str, operation: dict[str, Any]) -> str:
    lines = [f"## {operation['summary']}\n", f"`{method.upper()} {path}`\n", f"{operation['description']}\n"]
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if content:
        lines += [_fields(document, content["schema"])]
        if "example" in content:
            lines += ["```json", json.dumps(content["example"]), "```\n"]
    lines.append(f"Answers: {', '.join(operation['responses'])}.\n")
    return "\n".join(lines)


def _fields(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return the table of a body's fields, empty for a body without any of its own."""
    name = schema.get("$ref", "").rpartition("/")[2]
    model = document["components"]["schemas"].get(name, schema)
    required = model.get("required", [])
    rows = [
        f"| `{field}` | {'yes' if field in required else 'no'} | {_type(value)} |"
        for field, value in model.get("properties", {}).items()
    ]
    return "\n".join(["| field | required | value |", "|---|---|---|", *rows, ""]) if rows else ""


def _type(value: dict[str, Any]) -> str:
    """Return a field's type or its values, in words."""
    values = [one for one in value.get("enum", []) if one is not None]
    if values:
        return ", ".join(f"`{one}`" for one in values)
    kinds = [one.get("type", "") for one in value.get("anyOf", [value])]
    named = [kind for kind in kinds if kind and kind != "null"]
    return " or ".join(dict.fromkeys(named)) or "any"
