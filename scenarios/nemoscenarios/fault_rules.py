"""What the infrastructure does to which answers: a fault, its parameters, its aim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from .terms import Operation, StrictModel

_TYPES: dict[str, tuple[type, ...]] = {
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "string": (str,),
    "array": (list,),
}

Target = Operation | Literal["any", "cdn.media", "cdn.generated", "cdn.render"]


def _schema(schema: dict[str, Any]) -> None:
    """Tell editors which faults there are, and which parameters belong to which."""
    schema["properties"]["fault"]["enum"] = [*PARAMETERS]
    schema["allOf"] = [
        {"if": {"properties": {"fault": {"const": name}}}, "then": {"properties": dict(known)}}
        for name, known in PARAMETERS.items()
        if known
    ]
    del schema["additionalProperties"]
    schema["unevaluatedProperties"] = False


class FaultRule(StrictModel):
    """A fault and its aim; what is neither is a parameter of the fault. Every part of the aim must fit."""

    # Parameters stand beside the aim, as the fake takes them; `misfits` is as strict with them.
    model_config = ConfigDict(extra="allow", json_schema_extra=_schema)

    fault: str = Field(description="What is done to the answer.")
    on: Target = Field(default="any", description="Which operation's answers.")
    nth: int | None = Field(default=None, ge=1, description="Which call of it, from 1; each one if left out.")
    share: Annotated[float, Field(ge=0, le=1)] | None = Field(
        default=None, description="Which share of its calls, as the seed chooses."
    )
    from_ms: int | None = Field(default=None, ge=0, description="Not before, ms since the world began.")
    until_ms: int | None = Field(default=None, ge=0, description="Only before, ms since the world began.")

    @property
    def parameters(self) -> dict[str, Any]:
        """What belongs to the fault itself."""
        return dict(self.model_extra or {})

    @property
    def as_written(self) -> dict[str, Any]:
        """The rule as the file has it."""
        return self.model_dump(exclude_unset=True)

    @model_validator(mode="after")
    def _is_possible(self) -> FaultRule:
        if self.from_ms is not None and self.until_ms is not None and self.from_ms >= self.until_ms:
            raise ValueError("'from_ms' must come before 'until_ms'")
        return self


def check_fault_rule(fault_rule: FaultRule) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with a strike that no single field shows: where, and why."""
    known = PARAMETERS.get(fault_rule.fault)
    if known is None:
        yield ("fault",), f"there is no fault {fault_rule.fault[:40]!r}; there are {', '.join(PARAMETERS)}"
        return
    if fault_rule.on != "any" and not applies_to(fault_rule.fault, fault_rule.on):
        yield ("on",), f"{fault_rule.fault!r} cannot bend the answers of {fault_rule.on!r}"
    for name, value in fault_rule.parameters.items():
        if name not in known:
            yield (name,), f"{fault_rule.fault!r} takes {', '.join(known) or 'no parameters'}"
        elif not _fits(value, known[name]):
            yield (name,), f"must be {_described(known[name])}"


def _fits(value: Any, schema: Schema) -> bool:
    if "enum" in schema:
        return any(value == one and type(value) is type(one) for one in schema["enum"])
    kind = schema["type"]
    if not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean"):
        return False
    if isinstance(value, list):
        return len(value) <= schema["maxItems"] and all(_fits(item, schema["items"]) for item in value)
    if isinstance(value, str):
        long = not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
        return not long and re.search(schema.get("pattern", ""), value) is not None
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _described(schema: Schema) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    bounds = [f"{word} {schema[key]}" for key, word in _BOUNDS.items() if key in schema]
    return ", ".join([f"of type {schema['type']}", *bounds])


_BOUNDS = {"minimum": "at least", "maximum": "at most", "maxLength": "no longer than", "pattern": "like"}


Schema = Mapping[str, Any]

_MOST = 1 << 53
_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": _MOST}
_ORDINAL: Schema = {"type": "integer", "minimum": 1, "maximum": _MOST}
_MS: Schema = {"type": "integer", "minimum": 0, "maximum": 366 * 24 * 3_600_000}
_FLAG: Schema = {"type": "boolean"}
_TEXT: Schema = {"type": "string", "maxLength": 4096}
_LINE: Schema = {**_TEXT, "pattern": r"^[^\r\n\x00]*$"}
_HEADER: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 1024,
    "pattern": r"^[!-~]([ -~]*[!-~])?$",
}
_SPOT: Mapping[str, Schema] = {
    "after_events": _COUNT,
    "after_bytes": _COUNT,
    "at_ms": _MS,
    "at_end": _FLAG,
}
_CODES = (400, 402, 403, 404, 405, 409, 429, 1001, 1002, 2001, 4001, 4002)

FILMS = frozenset({"cdn.media", "cdn.generated", "cdn.render", "render.download"})

# Fault -> its parameters; each has a default.
PARAMETERS: Mapping[str, Mapping[str, Schema]] = {
    "bom": {},
    "chunking": {"size": _COUNT},
    "close": _SPOT,
    "comments": {"text": _LINE},
    "content_type": {"value": _HEADER},
    "cut": _SPOT,
    "cut_inside": {"what": {"enum": ["character", "json"]}, "nth_event": _ORDINAL, "clean": _FLAG},
    "delay": {"ms": _MS},
    "drip": {"size": _ORDINAL, "every_ms": _MS},
    "empty_data": {"count": {"type": "integer", "minimum": 1, "maximum": 1000}},
    "error_code": {"code": {"enum": [*_CODES]}, "retry_after_s": _COUNT, "after_backend": _FLAG},
    "extra_event_fields": {},
    "extra_fields": {},
    "gzip": {},
    "heartbeats_only": {
        "minutes": {"type": "number", "minimum": 0, "maximum": 600},
        "every_s": {"type": "number", "minimum": 0.1, "maximum": 3600},
    },
    "line_ends": {"style": {"enum": ["crlf", "cr"]}},
    "malformed_event": {"nth_event": _ORDINAL, "data": _LINE},
    "malformed_json": {},
    "missing_fields": {"fields": {"type": "array", "items": {"type": "string"}, "maxItems": 100}},
    "no_answer": {"reset": _FLAG, "after_backend": _FLAG},
    "partial_upload": {"keep": _COUNT},
    "plain_text": {"text": _TEXT},
    "proxy_error": {"status": {"enum": [502, 503, 504]}, "after_backend": _FLAG},
    "redirect": {"location": _HEADER, "status": {"enum": [301, 302, 303, 307, 308]}, "after_backend": _FLAG},
    "repeat_event": {"nth_event": _ORDINAL, "times": {"type": "integer", "minimum": 2, "maximum": 1000}},
    "reset": _SPOT,
    "split_data": {},
    "stall": _SPOT,
    "temporary_issue": {"text": _LINE},
    "truncated_json": {"kept_share": {"type": "number", "minimum": 0, "maximum": 1}},
}

_OF_STREAMS = frozenset(
    {"bom", "comments", "empty_data", "extra_event_fields", "heartbeats_only", "line_ends", "malformed_event"}
    | {"plain_text", "repeat_event", "split_data", "temporary_issue"}
)
_OF_JSON = frozenset({"extra_fields", "malformed_json", "missing_fields", "truncated_json"})


def applies_to(fault: str, target: str) -> bool:
    """Tell whether a fault can bend the answers of an operation at all."""
    if fault in _OF_STREAMS:
        return target == "chat"
    if fault == "partial_upload":
        return target == "upload"
    return fault not in _OF_JSON or target not in FILMS
