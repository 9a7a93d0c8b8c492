"""Small builders of JSON schemas, so that the schemas themselves read as tables."""

from __future__ import annotations

from typing import Any

Doc = dict[str, Any]


def ref(name: str) -> Doc:
    """Point to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(about: str, **more: Any) -> Doc:
    """Return the schema of a string."""
    return {"type": "string", "description": about, **more}


def whole(about: str, **more: Any) -> Doc:
    """Return the schema of a whole number."""
    return {"type": "integer", "description": about, **more}


def number(about: str) -> Doc:
    """Return the schema of a number that is 0 or more."""
    return {"type": "number", "description": about, "minimum": 0}


def truth(about: str, **more: Any) -> Doc:
    """Return the schema of true or false."""
    return {"type": "boolean", "description": about, **more}


def listing(item: Doc, about: str = "") -> Doc:
    """Return the schema of an array."""
    return {"type": "array", "items": item, **({"description": about} if about else {})}


def record(about: str, *optional: str, **fields: Doc) -> Doc:
    """Return the schema of an object that has these fields and no others."""
    needed = [name for name in fields if name not in optional]
    return loose(about, **fields) | {"required": needed, "additionalProperties": False}


def loose(about: str, **fields: Doc) -> Doc:
    """Return the schema of an object that may have more than these fields."""
    return {"type": "object", "description": about, "properties": fields}


def enveloped(data: Doc) -> Doc:
    """Return the schema of a success envelope (ENV-1)."""
    return record(
        "A success.",
        code={"const": 0},
        message={"const": "success"},
        data=data,
    )


def moment(about: str) -> Doc:
    """Return the schema of an instant."""
    return text(f"{about}, ISO 8601 in UTC", format="date-time")
