"""What a chat turn emits, before any dialect gives it bytes (SSE-3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of the reply; the pieces joined are the reply, ``last`` closes it."""

    content: str
    last: bool


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The agent starts a tool; ``call_id`` pairs it with its result (SSE-13)."""

    name: str
    args: Mapping[str, Any]
    call_id: str


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A tool is done; what it did is already in the state."""

    name: str
    result: Mapping[str, Any]
    call_id: str


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """Still working (SSE-6)."""


@dataclass(frozen=True, slots=True)
class Empty:
    """Still working, spelled as an empty ``data:`` line (SSE-6)."""


Body = Text | ToolCall | ToolResult | Heartbeat | Empty


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a turn: ``at_ms`` engine time, ``event_id`` a UUID for dialects that show one."""

    at_ms: int
    event_id: str
    body: Body
