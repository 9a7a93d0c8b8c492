"""What the infrastructure does to which answers: a fault, its parameters, its aim."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from .fault_table import PARAMETERS, Schema, suits
from .vocabulary import Operation, Strict

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


class Strike(Strict):
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
    def told(self) -> dict[str, Any]:
        """The strike as the file tells it."""
        return self.model_dump(exclude_unset=True)

    @model_validator(mode="after")
    def _is_possible(self) -> Strike:
        if self.from_ms is not None and self.until_ms is not None and self.from_ms >= self.until_ms:
            raise ValueError("'from_ms' must come before 'until_ms'")
        return self


def misfits(strike: Strike) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield what is wrong with a strike that no single field shows: where, and why."""
    known = PARAMETERS.get(strike.fault)
    if known is None:
        yield ("fault",), f"there is no fault {strike.fault[:40]!r}; there are {', '.join(PARAMETERS)}"
        return
    if strike.on != "any" and not suits(strike.fault, strike.on):
        yield ("on",), f"{strike.fault!r} cannot bend the answers of {strike.on!r}"
    for name, value in strike.parameters.items():
        if name not in known:
            yield (name,), f"{strike.fault!r} takes {', '.join(known) or 'no parameters'}"
        elif not _fits(value, known[name]):
            yield (name,), f"must be {_told(known[name])}"


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


def _told(schema: Schema) -> str:
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    bounds = [f"{word} {schema[key]}" for key, word in _BOUNDS.items() if key in schema]
    return ", ".join([f"of type {schema['type']}", *bounds])


_BOUNDS = {"minimum": "at least", "maximum": "at most", "maxLength": "no longer than", "pattern": "like"}
