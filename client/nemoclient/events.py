"""What an event of the stream means, whichever dialect it is written in (SSE-3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from httpx_sse import ServerSentEvent

from nemoclient.draft import mapping, rows
from nemoclient.sse import HEARTBEAT
from nemoclient.steps import parse_json


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the reply.

    ``partial`` pieces are said again, joined, by a later one that is not; ``ends_message`` is True where
    the next piece does not belong right behind this one (ADK's finals).
    """

    content: str
    partial: bool = False
    ends_message: bool = False
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


def _typed(data: Mapping[str, Any]) -> Iterator[Meaning]:
    kind, name, content = data["type"], str(data.get("name", "")), data.get("content")
    if kind == "text":
        if isinstance(content, str) and content:
            yield Text(content)
    elif kind == "tool_call":
        yield ToolCall(name)
    elif kind == "tool_result":
        yield ToolResult(name)
    elif kind == "error":
        yield Failure(str(data.get("message", "")))


def _part(part: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Meaning]:
    text, partial = part.get("text"), data.get("partial") is True
    if isinstance(text, str) and text and part.get("thought") is not True:  # a thought is not said
        yield Text(text, partial, event_id=str(data.get("id") or ""))
    if isinstance(call := part.get("functionCall"), dict):
        yield ToolCall(str(call.get("name", "")))
    if isinstance(result := part.get("functionResponse"), dict):
        yield ToolResult(str(result.get("name", "")))


def _adk(data: Mapping[str, Any]) -> Iterator[Meaning]:
    trouble = [data.get(key) for key in ("error", "errorCode", "errorMessage")]
    if any(trouble):
        yield Failure(" ".join(str(told) for told in trouble if told))
    parts = rows(mapping(data.get("content")).get("parts"))
    for place, part in enumerate(parts, start=1):
        for meaning in _part(part, data):
            if isinstance(meaning, Text) and place == len(parts):
                meaning = replace(meaning, ends_message=not meaning.partial)
            yield meaning


def interpret(event: ServerSentEvent) -> tuple[Meaning, ...]:
    """Return what the event means, in order; never empty, never raises."""
    if event.event == HEARTBEAT or not event.data.strip():
        return (Heartbeat(),)
    data = parse_json(event.data)
    if isinstance(data, dict):
        meanings = tuple(_typed(data) if isinstance(data.get("type"), str) else _adk(data))
        return meanings or (Heartbeat(),)  # heartbeats, states, kinds of tomorrow: all signs of life
    # Old ADK versions write an error frame by string formatting: quotes in it break the JSON.
    broken_error = event.data.lstrip().startswith('{"error"')
    return (Failure(event.data[:500]),) if broken_error else (Unreadable(),)
