"""What an event of the stream means, whichever dialect it is written in (SSE-3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from httpx_sse import ServerSentEvent

from nemoclient.draft import mapping, objects_in
from nemoclient.effects import parse_json
from nemoclient.reply_text import MAX_CHARS, ReplyText
from nemoclient.sse import HEARTBEAT

ERROR = "error"  # the name of an event that reports a failure, whatever its data
_MAX_DETAIL_CHARS = 500


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
class EmptyEvent:
    """``{}``: a sign of life beside others, a failure where nothing else comes."""


@dataclass(frozen=True, slots=True)
class AgentError:
    """The agent failed; ``detail`` is for developers only."""

    detail: str


@dataclass(frozen=True, slots=True)
class InvalidEvent:
    """An event that is no JSON object; it is skipped and counted."""


Meaning = Text | ToolCall | ToolResult | Heartbeat | EmptyEvent | AgentError | InvalidEvent


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
        yield AgentError(str(data.get("message", "")))


def _part(part: Mapping[str, Any], data: Mapping[str, Any]) -> Iterator[Meaning]:
    text, partial = part.get("text"), data.get("partial") is True
    if isinstance(text, str) and text and part.get("thought") is not True:  # a thought is not said
        yield Text(text, partial, event_id=str(data.get("id") or ""))
    if isinstance(call := part.get("functionCall"), dict):
        yield ToolCall(str(call.get("name", "")))
    if isinstance(result := part.get("functionResponse"), dict):
        yield ToolResult(str(result.get("name", "")))


def _adk(data: Mapping[str, Any]) -> Iterator[Meaning]:
    errors = [str(data[key]) for key in ("error", "errorCode", "errorMessage") if data.get(key)]
    if errors:
        yield AgentError(" ".join(errors))
    parts = objects_in(mapping(data.get("content")).get("parts"))
    for place, part in enumerate(parts, start=1):
        for meaning in _part(part, data):
            if isinstance(meaning, Text) and place == len(parts):
                meaning = replace(meaning, ends_message=not meaning.partial)
            yield meaning


def _is_refusal(data: Mapping[str, Any]) -> bool:
    """Tell an error envelope (ENV-2) from the events of a stream."""
    code = data.get("code")
    return isinstance(code, int) and code != 0 and "message" in data and not {"type", "content"} & data.keys()


def interpret(event: ServerSentEvent) -> tuple[Meaning, ...]:
    """Return what the event means, in order; never empty, never raises."""
    if event.event == ERROR:
        return (AgentError(event.data[:_MAX_DETAIL_CHARS]),)
    if event.event == HEARTBEAT or not event.data.strip():
        return (Heartbeat(),)
    data = parse_json(event.data)
    if data == {}:
        return (EmptyEvent(),)
    if isinstance(data, dict):
        if _is_refusal(data):
            return (AgentError(f"{data['code']}: {data['message']}"[:_MAX_DETAIL_CHARS]),)
        meanings = tuple(_typed(data) if isinstance(data.get("type"), str) else _adk(data))
        return meanings or (Heartbeat(),)  # heartbeats, states, kinds of tomorrow: all signs of life
    # Old ADK versions write an error frame by string formatting: quotes in it break the JSON.
    broken_error = event.data.lstrip().startswith('{"error"')
    return (AgentError(event.data[:_MAX_DETAIL_CHARS]),) if broken_error else (InvalidEvent(),)


class Reply:
    """The reply so far. ``hear`` events in their order, then ``close``; both yield texts for the user."""

    def __init__(self) -> None:
        self.speech = ReplyText()
        self.tools: list[str] = []
        self.failures: list[str] = []
        self.skipped = 0
        self.empty_events = 0
        self._partial = ""  # said already, and to be repeated by an event that is not partial
        self._last = ("", "")
        self._open_calls = 0
        self._worked = False  # a tool has finished
        self._said_before_work = 0  # length of the speech when the last tool did

    @property
    def complete(self) -> bool:
        """Whether the agent spoke last and left nothing open."""
        spoke_last = bool(self.speech.text[self._said_before_work :].strip())
        return spoke_last and not self._open_calls and not self._partial

    @property
    def is_final(self) -> bool:
        """Whether a stream that ends here may be believed to have ended, and not to have been cut.

        There is no terminal event (SSE-4): a call without its result, half a text, or nothing at all is
        the mark of a cut.
        """
        return self.complete or (self._worked and not self._open_calls and not self._partial)

    def hear(self, meaning: Meaning) -> Iterator[str]:
        """Take the next event and yield what can be said now."""
        if isinstance(meaning, Text):
            yield from self._text(meaning)
        elif isinstance(meaning, ToolCall | ToolResult):
            yield from self.speech.flush()
            self._tool(meaning)
        elif isinstance(meaning, AgentError):
            self.failures.append(meaning.detail)
        elif isinstance(meaning, InvalidEvent):
            self.skipped += 1
        elif isinstance(meaning, EmptyEvent):
            self.empty_events += 1

    @property
    def is_empty(self) -> bool:
        """Whether ``{}`` came and nothing that means anything."""
        return bool(self.empty_events) and not self.speech.text and not self.tools and not self._worked

    def close(self) -> Iterator[str]:
        """Yield what was held back. Noise and nothing else is no reply but a failure (SSE-10)."""
        yield from self.speech.close()
        if self.speech.noise and not self.speech.text and not self._worked:
            self.failures.append("temporary issue")

    def _text(self, text: Text) -> Iterator[str]:
        if text.partial:
            self._partial = (self._partial + text.content)[:MAX_CHARS]
            yield from self.speech.add(text.content)
            return
        yield from self.speech.add(self._not_yet_said(text))
        if text.ends_message:
            self.speech.new_line()

    def _not_yet_said(self, text: Text) -> str:
        """Return what a text adds to its partials: ADK's final event says them all again."""
        content, said, whole = text.content, self._partial.strip(), text.content.strip()
        if said and said.startswith(whole):  # a final may repeat in several parts
            self._partial = said[len(whole) :].strip()
            self._last = (text.event_id, content)
            return ""
        self._partial = ""
        if text.event_id and self._last == (text.event_id, content):
            return ""
        self._last = (text.event_id, content)
        if said and whole.startswith(said):
            return whole[len(said) :]
        if said:
            self.speech.new_line()
        return content

    def _tool(self, meaning: ToolCall | ToolResult) -> None:
        self._partial = ""
        if isinstance(meaning, ToolCall):
            self._open_calls += 1
            self.tools.append(meaning.name)
            return
        self._open_calls = max(0, self._open_calls - 1)
        self._worked, self._said_before_work = True, len(self.speech.text)
