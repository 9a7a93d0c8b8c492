"""What an event of the stream means, whichever dialect it is written in (SSE-3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from httpx_sse import ServerSentEvent

from nemoclient.draft import mapping, rows
from nemoclient.sse import HEARTBEAT
from nemoclient.steps import parse_json


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the reply; ``partial`` pieces are said again, joined, by a later one that is not."""

    content: str
    partial: bool = False
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The agent begins to work with a tool."""

    name: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A tool is done."""

    name: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Still working (SSE-6)."""


@dataclass(frozen=True, slots=True)
class Failure:
    """The agent broke; ``detail`` is for developers only."""

    detail: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An event that is no JSON object; it is skipped and counted."""


Meaning = Text | ToolCall | ToolResult | Heartbeat | Failure | Unreadable


def _text(value: Any, *, partial: bool = False, event_id: Any = "") -> Iterator[Meaning]:
    if isinstance(value, str) and value:
        yield Text(value, partial, str(event_id or ""))


def _typed(data: Mapping[str, Any]) -> Iterator[Meaning]:
    kind, name = data["type"], str(data.get("name", ""))
    if kind == "text":
        yield from _text(data.get("content", data.get("text")), partial=data.get("partial") is True)
    elif kind == "tool_call":
        yield ToolCall(name)
    elif kind == "tool_result":
        yield ToolResult(name)
    elif kind == "error":
        yield Failure(str(data.get("message", "")))
    else:
        yield Heartbeat()  # `heartbeat`, and kinds of tomorrow: signs of life


def _part(part: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Meaning]:
    if part.get("thought") is True:
        return  # the model talks to itself
    yield from _text(part.get("text"), partial=data.get("partial") is True, event_id=data.get("id"))
    for kind, keys in (
        (ToolCall, ("functionCall", "function_call")),
        (ToolResult, ("functionResponse", "function_response")),
    ):
        for key in keys:
            if key in part:
                yield kind(str(mapping(part[key]).get("name", "")))


def _adk(data: Mapping[str, Any]) -> Iterator[Meaning]:
    if data.get("error") or data.get("errorCode") or data.get("errorMessage"):
        yield Failure(f"{data.get('errorCode', '')} {data.get('error') or data.get('errorMessage') or ''}")
    if data.get("author") == "user" and "functionResponse" not in str(data.get("content")):
        return  # an echo of the message
    for part in rows(mapping(data.get("content")).get("parts")):
        yield from _part(part, data)


def interpret(event: ServerSentEvent) -> tuple[Meaning, ...]:
    """Return what the event means, in order; never empty, never raises."""
    if event.event == HEARTBEAT or not event.data.strip():
        return (Heartbeat(),)
    data = parse_json(event.data)
    if isinstance(data, dict):
        meanings = tuple(_typed(data) if isinstance(data.get("type"), str) else _adk(data))
        return meanings or (Heartbeat(),)  # an event without words is a sign of life, too
    # Old ADK versions write an error frame by string formatting: quotes in it break the JSON.
    broken_error = event.data.lstrip().startswith('{"error"')
    return (Failure(event.data[:500]),) if broken_error else (Unreadable(),)
