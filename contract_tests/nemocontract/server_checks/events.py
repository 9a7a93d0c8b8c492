"""Reads the events of a stream in either dialect, and the reply they make (SSE-3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal

from nemocontract.recording import Event

Kind = Literal["text", "call", "result", "beat", "empty", "other"]
Dialect = Literal["typed", "adk", ""]

# SSE-3: how `typed` calls its kinds, and which fields of which type each has.
_TYPED: Final[dict[str, tuple[Kind, dict[str, type]]]] = {
    "text": ("text", {"content": str}),
    "tool_call": ("call", {"name": str, "args": dict}),
    "tool_result": ("result", {"name": str, "result": dict}),
    "heartbeat": ("beat", {}),
}
# SSE-3: how `adk` calls the fields of a part, and what each holds.
_PARTS: Final[dict[str, tuple[Kind, dict[str, type]]]] = {
    "functionCall": ("call", {"name": str, "args": dict}),
    "functionResponse": ("result", {"name": str, "response": dict}),
}


@dataclass(frozen=True, slots=True)
class StreamItem:
    """One thing that an event says: ``text`` of a text, ``tool`` of a call or a result.

    ``dialect`` is empty where both have it: heartbeats and empty lines. ``partial`` texts of `adk` are said
    once more as a whole. What fits neither dialect is ``other``.
    """

    at_ms: int
    kind: Kind
    dialect: Dialect = ""
    text: str = ""
    tool: str = ""
    partial: bool = False


def pieces(events: Iterable[Event] | None) -> tuple[StreamItem, ...]:
    """Return all that the events of a stream say, in order."""
    return tuple(piece for event in events or () for piece in _read(event))


def kinds(events: Iterable[Event] | None) -> set[Kind]:
    """Return which kinds of things a stream says."""
    return {piece.kind for piece in pieces(events)}


def reply(events: Iterable[Event] | None) -> str:
    """Return the text of a stream; a whole that was said piece by piece before counts once."""
    wholes: list[str] = []
    partial: list[str] = []
    for piece in pieces(events):
        if piece.kind != "text":
            continue
        if piece.partial:
            partial.append(piece.text)
        else:
            wholes.append(piece.text)
            partial.clear()
    return "".join([*wholes, *partial])


def tools(events: Iterable[Event] | None) -> tuple[str, ...]:
    """Return the names of the tools that were called, in order."""
    return tuple(piece.tool for piece in pieces(events) if piece.kind == "call")


def _read(event: Event) -> Iterator[StreamItem]:
    data = event.data
    if data == "":
        yield StreamItem(event.at_ms, "empty")
    elif isinstance(data, dict) and isinstance(data.get("type"), str):
        yield _typed(event.at_ms, data)
    elif isinstance(data, dict) and isinstance(data.get("content"), dict):
        yield from _adk(event.at_ms, data)
    elif not (isinstance(data, dict) and "invocationId" in data and "content" not in data):
        yield StreamItem(event.at_ms, "other")  # an ADK event may lack content: it says nothing then


def _typed(at_ms: int, data: dict[str, Any]) -> StreamItem:
    kind, fields = _TYPED.get(data["type"], ("other", {}))
    if not _fits(data, fields):
        return StreamItem(at_ms, "other")
    if kind in ("beat", "other"):
        return StreamItem(at_ms, kind)
    return StreamItem(at_ms, kind, "typed", str(data.get("content", "")), str(data.get("name", "")))


def _adk(at_ms: int, data: dict[str, Any]) -> Iterator[StreamItem]:
    partial, parts = data.get("partial", False), data["content"].get("parts")
    if not isinstance(parts, list) or not isinstance(partial, bool | None):
        yield StreamItem(at_ms, "other")
        return
    for part in parts:
        yield _part(at_ms, part, bool(partial))


def _part(at_ms: int, part: Any, partial: bool) -> StreamItem:
    if not isinstance(part, dict):
        return StreamItem(at_ms, "other")
    for field, (kind, fields) in _PARTS.items():
        content = part.get(field)
        if isinstance(content, dict) and _fits(content, fields):
            return StreamItem(at_ms, kind, "adk", tool=content["name"])
    if isinstance(part.get("text"), str):
        return StreamItem(at_ms, "text", "adk", part["text"], partial=partial)
    return StreamItem(at_ms, "other")


def _fits(data: dict[str, Any], fields: dict[str, type]) -> bool:
    return all(isinstance(data.get(name), kind) for name, kind in fields.items())
