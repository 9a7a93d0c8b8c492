"""Requests that a world received, as typed values that a test finds, counts and waits for."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_SHOWN: Final = 10
_WIDTH: Final = 100


@dataclass(frozen=True, slots=True)
class Call:
    """One request and its response, secrets masked; times are engine milliseconds.

    ``code`` is the protocol code of the answer (ENV-1): 0 for success, None while there is no response.
    ``events`` are those of a stream, as {"at_ms", "data"}; ``ending`` is None while the call is open.
    """

    seq: int
    operation: str
    method: str
    path: str
    at_ms: int
    ended_at_ms: int | None
    request_headers: Mapping[str, str]
    request_body: Any
    status: int | None
    code: int | None
    response_headers: Mapping[str, str]
    response_body: Any
    events: tuple[Mapping[str, Any], ...]
    ending: str | None
    notes: tuple[str, ...]

    def __str__(self) -> str:
        """Return the call on one line: number, operation, path, answer and the start of its body."""
        answer = "no response" if self.status is None else f"{self.status} code {self.code}"
        line = f"{self.seq}. {self.operation}: {self.method} {self.path} -> {answer}"
        sent = "" if self.request_body is None else f" {_text(self.request_body)}"
        return (line + sent)[: _WIDTH * 2]


def call_of(record: Mapping[str, Any]) -> Call:
    """Return a journal record (see nemofake.journal) as a Call."""
    request, response = record["request"], record["response"] or {}
    return Call(
        seq=record["seq"],
        operation=record["operation"],
        method=request["method"],
        path=request["path"],
        at_ms=record["at_ms"],
        ended_at_ms=record["ended_at_ms"],
        request_headers=request["headers"],
        request_body=request["body"],
        status=response.get("status"),
        code=_code(response),
        response_headers=response.get("headers", {}),
        response_body=response.get("body"),
        events=tuple(response.get("events", ())),
        ending=record["ending"],
        notes=tuple(record["notes"]),
    )


def _code(response: Mapping[str, Any]) -> int | None:
    """Return the envelope's code, or what the HTTP status says of an answer without envelope (REN-7)."""
    if not response:
        return None
    body, status = response.get("body"), int(response["status"])
    if isinstance(body, dict) and isinstance(body.get("code"), int):
        return int(body["code"])
    return status if status >= 400 else 0


@dataclass(frozen=True, slots=True)
class CallMatch:
    """What a call must have; None matches everything.

    ``body`` is a part of the request's body: an object whose keys must be there with these values, at any
    depth, or a text that the body contains.
    """

    operation: str | None = None
    code: int | None = None
    body: Any = None

    def matches(self, call: Call) -> bool:
        """Return whether a call has everything."""
        return not self.differences(call)

    def differences(self, call: Call) -> list[str]:
        """Return what a call lacks, a phrase each."""
        found = []
        if self.operation not in (None, call.operation):
            found.append(f"its operation is {call.operation!r}")
        if self.code not in (None, call.code):
            found.append(f"its code is {call.code}")
        if self.body is not None and not has_part(call.request_body, self.body):
            found.append(f"its body is {_text(call.request_body)[:_WIDTH]}")
        return found

    def __str__(self) -> str:
        """Return the conditions as they were written."""
        named = {"operation": self.operation, "code": self.code, "body": self.body}
        return ", ".join(f"{name}={value!r}" for name, value in named.items() if value is not None) or "any"

    def select(self, calls: Iterable[Call]) -> list[Call]:
        """Return the calls that match, in order."""
        return [call for call in calls if self.matches(call)]

    def explain(self, calls: Iterable[Call]) -> str:
        """Return what is there in place of a match: the nearest miss, and the last calls."""
        known = list(calls)
        if not known:
            return "the world received no request; does the client use the world's url?"
        nearest = min(reversed(known), key=self._distance)
        reasons = " and ".join(self.differences(nearest)) or "it matches"
        return f"nearest: call {nearest.seq}, but {reasons}\n{listing(known)}"

    def _distance(self, call: Call) -> tuple[bool, int]:
        """Return how far a call is from a match: another operation is farther than all else."""
        return self.operation not in (None, call.operation), len(self.differences(call))


def has_part(value: Any, part: Any) -> bool:
    """Return whether ``value`` contains ``part``: keys of objects, items of lists by place, text inside text.

    A text at the top is looked for in the whole body; below, texts must be equal.
    """
    if isinstance(part, str):
        return part in _text(value)
    return _contains(value, part)


def _contains(value: Any, part: Any) -> bool:
    if isinstance(part, Mapping):
        return isinstance(value, Mapping) and all(
            key in value and _contains(value[key], inner) for key, inner in part.items()
        )
    if isinstance(part, (list, tuple)):
        if not isinstance(value, (list, tuple)) or len(value) != len(part):
            return False
        return all(map(_contains, value, part))
    return bool(value == part)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def listing(calls: Iterable[Call]) -> str:
    """Return the last calls, a line each."""
    known = list(calls)
    lines = [f"  {call}" for call in known[-_SHOWN:]]
    return "\n".join([f"the last {len(lines)} of {len(known)} requests:", *lines])
