"""The kind of each stream event, and the tools and text of a whole stream (SSE-3, SSE-13)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from nemocontract.recording import Event, Exchange

_TYPED: Final = ("text", "tool_call", "tool_result", "heartbeat")


def kind_of(data: Any) -> str:
    """Return an event's kind: a known one, or ``other …`` with its own type."""
    if data == "":
        return "empty"
    if not isinstance(data, dict):
        return "other, no object"
    if data.get("type") in _TYPED:
        return str(data["type"])
    parts = data["content"].get("parts") if isinstance(data.get("content"), dict) else None
    if isinstance(parts, list):
        return _adk_kind(parts, partial=data.get("partial") is True)
    return f"other, {data['type']!r}" if "type" in data else f"other, with {', '.join(sorted(data))[:60]}"


def _adk_kind(parts: list[Any], *, partial: bool) -> str:
    keys = {key for part in parts if isinstance(part, dict) for key in part}
    if keys & {"functionCall", "functionResponse"}:
        return "adk call" if "functionCall" in keys else "adk result"
    return "adk piece" if partial else "adk text"


def tools_in(exchange: Exchange) -> tuple[str, ...]:
    """Return the names of the tools that a stream calls, in order."""
    return tuple(_calls(exchange.events or ()))


def _calls(events: Iterable[Event]) -> Iterator[str]:
    for data in (event.data for event in events if isinstance(event.data, dict)):
        if data.get("type") == "tool_call":
            yield str(data.get("name"))
        content = data.get("content")
        for part in content.get("parts", ()) if isinstance(content, dict) else ():
            if isinstance(part, dict) and isinstance(part.get("functionCall"), dict):
                yield str(part["functionCall"].get("name"))


def work_of(exchange: Exchange) -> str:
    """Return what a stream did: a text reply, an edit or a generation (CRE-2, SSE-7)."""
    tools = tools_in(exchange)
    if any("generate" in name for name in tools):
        return "a generation"
    return "an edit" if tools else "talk"


def words_of(exchange: Exchange) -> str:
    """Return all texts of a stream."""
    found = []
    for data in (event.data for event in exchange.events or () if isinstance(event.data, dict)):
        if data.get("type") == "text":
            found.append(str(data.get("content", "")))
        content = data.get("content")
        parts = content.get("parts", ()) if isinstance(content, dict) else ()
        found += [str(part.get("text", "")) for part in parts if isinstance(part, dict)]
    return "".join(found)
