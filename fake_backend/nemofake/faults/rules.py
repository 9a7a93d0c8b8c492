"""Fault rules: a fault and the responses it applies to, as values and as plain mappings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, cast, get_type_hints

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from ..engine.randomness import SeededRandom
from . import body, connection, response, stream, timing
from .base import TARGETS, Count, Fault, Ordinal, Share

ANY = "any"

# Every class with a name is a fault: a new one needs no entry anywhere else.
FAULTS: dict[str, type[Fault]] = {
    cls.name: cls
    for module in (body, connection, response, stream, timing)
    for cls in vars(module).values()
    if isinstance(cls, type) and issubclass(cls, Fault) and "name" in vars(cls)
}


@dataclass(frozen=True, slots=True)
class FaultRule:
    """A fault and what it matches; every condition that is set must hold.

    ``on`` is an operation, or ``any``; ``nth`` which call of it, from 1, counted since the rule was added
    and within its time; ``share`` (0 to 1) of its calls, by the seed; ``from_ms`` and ``until_ms`` engine
    time since the world began.
    """

    fault: Fault
    on: str = ANY
    nth: Ordinal | None = None
    share: Share | None = None
    from_ms: Count | None = None
    until_ms: Count | None = None

    def matches(self, operation: str, elapsed_ms: int) -> bool:
        """Return whether calls of ``operation`` count now."""
        return (
            self.on in (ANY, operation)
            and (self.from_ms is None or elapsed_ms >= self.from_ms)
            and (self.until_ms is None or elapsed_ms < self.until_ms)
        )


MATCH_FIELDS = tuple(field.name for field in fields(FaultRule) if field.name != "fault")


@dataclass(slots=True)
class _ActiveRule:
    """A rule that was added, and how many calls it has matched since."""

    rule: FaultRule
    ordinal: int
    calls: int = 0


class FaultRuleSet:
    """Rules in the order in which they were added; ``label`` separates the random draws of several sets."""

    def __init__(
        self, randomness: SeededRandom, start_ms: int, label: str = "", rules: Iterable[FaultRule] = ()
    ) -> None:
        self._randomness = randomness
        self._start_ms = start_ms
        self._label = label
        self._active: list[_ActiveRule] = []
        self._added = 0
        for rule in rules:
            self.add(rule)

    def __len__(self) -> int:
        return len(self._active)

    @property
    def rules(self) -> list[FaultRule]:
        """The rules in force."""
        return [active.rule for active in self._active]

    def add(self, rule: FaultRule) -> None:
        """Add a rule; it counts calls from now on."""
        self._added += 1
        self._active.append(_ActiveRule(rule, self._added))

    def clear(self) -> None:
        """Remove all rules."""
        self._active.clear()

    def match(self, operation: str, now_ms: int) -> list[Fault]:
        """Count a call of ``operation`` and return the faults that apply to it."""
        elapsed_ms = now_ms - self._start_ms
        return [active.rule.fault for active in self._active if self._applies(active, operation, elapsed_ms)]

    def _applies(self, active: _ActiveRule, operation: str, elapsed_ms: int) -> bool:
        rule = active.rule
        if not rule.matches(operation, elapsed_ms):
            return False
        active.calls += 1
        if rule.nth not in (None, active.calls):
            return False
        if rule.share is None:
            return True
        rng = self._randomness.stream("fault", self._label, active.ordinal, active.calls)
        return rng.chance(rule.share)


# -- as plain mappings, from JSON, YAML and keyword arguments --------------------------------------


def parse_fault_rule(fields_: Mapping[str, Any]) -> FaultRule:
    """Return a rule: ``fault`` names the fault, the other keys are its fields and those of the match.

    Raise ValueError with one sentence that names the wrong key, and what is allowed.
    """
    if not isinstance(fields_, Mapping):
        raise ValueError("a fault must be an object with the key 'fault' and its parameters")
    cls = _fault_class(fields_)
    given = {key: value for key, value in fields_.items() if key != "fault"}
    own = [field.name for field in _fields(cls)]
    for key in given:
        if key not in own and key not in MATCH_FIELDS:
            has = ", ".join(own) or "no fields"
            raise ValueError(
                f"field {str(key)[:80]}: fault {cls.name!r} has {has}; "
                f"fields of the match are {', '.join(MATCH_FIELDS)}"
            )
    fault = cls(**_checked(cls, {key: value for key, value in given.items() if key in own}))
    return _rule(fault, {key: value for key, value in given.items() if key in MATCH_FIELDS})


def to_dict(rule: FaultRule) -> dict[str, Any]:
    """Return a rule as ``parse_fault_rule`` takes it, without fields at their defaults."""
    own = {key: list(value) if isinstance(value, tuple) else value for key, value in _given(rule.fault)}
    return {"fault": rule.fault.name, **own, **dict(_given(rule))}


def _fault_class(fields_: Mapping[str, Any]) -> type[Fault]:
    if "fault" not in fields_:
        raise ValueError("field fault: missing; it names the fault")
    name = fields_["fault"]
    if not isinstance(name, str) or name not in FAULTS:
        raise ValueError(
            f"field fault: unknown fault {str(name)[:80]!r}; available: {', '.join(sorted(FAULTS))}"
        )
    return FAULTS[name]


def _rule(fault: Fault, match: dict[str, Any]) -> FaultRule:
    on = match.get("on", ANY)
    if on != ANY and on not in TARGETS:
        raise ValueError(
            f"field on: unknown operation {str(on)[:80]!r}; available: {', '.join((ANY, *TARGETS))}"
        )
    if on != ANY and on not in fault.applies_to:
        allowed = ", ".join(sorted(fault.applies_to))
        raise ValueError(f"field on: fault {fault.name!r} does not apply to {on!r}; allowed: {allowed}")
    checked = _checked(FaultRule, match)
    from_ms, until_ms = checked.get("from_ms"), checked.get("until_ms")
    if from_ms is not None and until_ms is not None and from_ms >= until_ms:
        raise ValueError("field until_ms: must be greater than from_ms")
    return FaultRule(fault, **checked)


def _checked(cls: type[Any], values: dict[str, Any]) -> dict[str, Any]:
    """Return the given fields of a dataclass, each of its type and within its bounds."""
    try:
        checked = _model(cast("Any", cls))(**values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        location = ".".join(str(key) for key in first["loc"])
        raise ValueError(f"field {location}: {first['msg']}") from None
    return {name: getattr(checked, name) for name in values}


@cache
def _model(cls: Any) -> type[BaseModel]:
    """Return a pydantic model of a dataclass; pydantic's own support for dataclasses cannot be strict."""
    hints = get_type_hints(cls, include_extras=True)
    own: dict[str, Any] = {f.name: (hints[f.name], f.default) for f in _fields(cls) if f.name != "fault"}
    return create_model(cls.__name__, __config__=ConfigDict(extra="forbid", strict=True), **own)


def _fields(cls: Any) -> tuple[Any, ...]:
    return fields(cls)


def _given(value: Any) -> list[tuple[str, Any]]:
    """Return the fields that differ from their defaults."""
    pairs = [(field, getattr(value, field.name)) for field in _fields(value) if field.name != "fault"]
    return [(field.name, item) for field, item in pairs if item != field.default]
