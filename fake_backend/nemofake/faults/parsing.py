"""All faults by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, cast, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from .base import TARGETS, Fault
from .body import (
    ByteOrderMark,
    ExtraEventFields,
    ExtraFields,
    MalformedJson,
    MissingFields,
    PartialUpload,
    PlainText,
    TruncatedJson,
)
from .connection import CloseConnection, CutConnection, CutInside, ResetConnection, StallConnection
from .response import Chunking, Compression, ContentType, ErrorCode, NoAnswer, ProxyError, Redirect
from .rules import ANY, FaultRule
from .stream import (
    Comments,
    EmptyData,
    HeartbeatsOnly,
    LineEnds,
    MalformedEvent,
    RepeatEvent,
    SplitData,
    TemporaryIssue,
)
from .timing import Delay, Throttle

FAULTS: dict[str, type[Fault]] = {
    fault.name: fault
    for fault in (
        ByteOrderMark,
        Chunking,
        CloseConnection,
        Comments,
        Compression,
        ContentType,
        CutInside,
        CutConnection,
        Delay,
        Throttle,
        EmptyData,
        ErrorCode,
        ExtraEventFields,
        ExtraFields,
        HeartbeatsOnly,
        LineEnds,
        MalformedEvent,
        MalformedJson,
        MissingFields,
        NoAnswer,
        PartialUpload,
        PlainText,
        ProxyError,
        Redirect,
        RepeatEvent,
        ResetConnection,
        SplitData,
        StallConnection,
        TemporaryIssue,
        TruncatedJson,
    )
}


AIM = tuple(field.name for field in fields(FaultRule) if field.name != "fault")


def parse_fault_rule(told: Mapping[str, Any]) -> FaultRule:
    """Return a strike: ``fault`` names the fault, the other keys are its fields and the aim's.

    Raise ValueError with one sentence that names the key that is wrong, and what there is in its place.
    """
    if not isinstance(told, Mapping):
        raise ValueError("a fault is told as a mapping with the key 'fault' and what belongs to it")
    kind = _kind(told)
    flat = {key: value for key, value in told.items() if key != "fault"}
    own = [field.name for field in _fields(kind)]
    for key in flat:
        if key not in own and key not in AIM:
            has = ", ".join(own) or "no field of its own"
            raise ValueError(
                f"field {str(key)[:80]}: fault {kind.name!r} has {has}; its aim {', '.join(AIM)}"
            )
    fault = kind(**_checked(kind, {key: value for key, value in flat.items() if key in own}))
    return _aimed(fault, {key: value for key, value in flat.items() if key in AIM})


def to_dict(rule: FaultRule) -> dict[str, Any]:
    """Return a strike as ``strike_from`` takes it, without what is left at its default."""
    own = {key: list(value) if isinstance(value, tuple) else value for key, value in _given(rule.fault)}
    return {"fault": rule.fault.name, **own, **dict(_given(rule))}


def _kind(told: Mapping[str, Any]) -> type[Fault]:
    if "fault" not in told:
        raise ValueError("field fault: missing; it names the fault")
    name = told["fault"]
    if not isinstance(name, str) or name not in FAULTS:
        raise ValueError(f"field fault: no fault {str(name)[:80]!r}; there are {', '.join(sorted(FAULTS))}")
    return FAULTS[name]


def _aimed(fault: Fault, aim: dict[str, Any]) -> FaultRule:
    on = aim.get("on", ANY)
    if on != ANY and on not in TARGETS:
        raise ValueError(f"field on: no operation {str(on)[:80]!r}; there are {', '.join((ANY, *TARGETS))}")
    if on != ANY and on not in fault.applies_to:
        applies_to = ", ".join(sorted(fault.applies_to))
        raise ValueError(f"field on: fault {fault.name!r} cannot strike {on!r}, only {applies_to}")
    checked = _checked(FaultRule, aim)
    from_ms, until_ms = checked.get("from_ms"), checked.get("until_ms")
    if from_ms is not None and until_ms is not None and from_ms >= until_ms:
        raise ValueError("field until_ms: must be later than from_ms, or nothing is ever struck")
    return FaultRule(fault, **checked)


def _checked(kind: type[Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a dataclass that are given, each of its type and within its bounds."""
    try:
        checked = _model(cast("Any", kind))(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(key) for key in first["loc"])
        raise ValueError(f"field {where}: {first['msg']}") from None
    return {name: getattr(checked, name) for name in values}


@cache
def _model(kind: Any) -> type[BaseModel]:
    """Return pydantic's model of a dataclass; its own reading of dataclasses cannot be strict."""
    hints = get_type_hints(kind, include_extras=True)
    own: dict[str, Any] = {f.name: (hints[f.name], f.default) for f in _fields(kind) if f.name != "fault"}
    return create_model(kind.__name__, __config__=ConfigDict(extra="forbid", strict=True), **own)


def _fields(kind: Any) -> tuple[Any, ...]:
    return fields(kind)


def _given(value: Any) -> list[tuple[str, Any]]:
    """Return the fields that differ from their defaults; ``fault`` has none."""
    pairs = [(field, getattr(value, field.name)) for field in _fields(value) if field.name != "fault"]
    return [(field.name, given) for field, given in pairs if given != field.default]
