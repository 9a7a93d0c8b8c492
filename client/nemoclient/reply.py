"""What an event of the stream means in either dialect (SSE-3), and the reply that the events make."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from nemoclient.json_values import mapping, objects_in, parse_json
from nemoclient.reply_text import MAX_CHARS, ReplyText
from nemoclient.sse import HEARTBEAT, ServerSentEvent

ERROR: Final = "error"  # the name of an event that reports a failure, whatever its data
_MAX_DETAIL_CHARS = 500

Kind = Literal["text", "tool_call", "tool_result", "heartbeat", "empty", "error", "invalid"]
SIGNS_OF_LIFE: Final = ("heartbeat", "empty")


class Meaning(NamedTuple):
    """One thing that an event says, by ``kind``; ``content`` depends on it.

    ``text``: a piece of the reply. ``partial`` pieces are repeated, joined, by a later one that is not;
    ``ends_message`` is True where the next piece does not belong right behind this one (ADK's finals).
    ``tool_call``, ``tool_result``: the tool's name. ``heartbeat``: still working (SSE-6). ``empty``: ``{}``,
    a sign of life beside others, a failure where nothing else comes. ``error``: the agent failed, for
    developers only. ``invalid``: no JSON object; it is skipped and counted.
    """

    kind: Kind
    content: str = ""
    partial: bool = False
    ends_message: bool = False
    event_id: str = ""


def _typed(data: Mapping[str, Any]) -> list[Meaning]:
    kind, content = data["type"], data.get("content")
    if kind == "text" and isinstance(content, str) and content:
        return [Meaning("text", content)]
    if kind in ("tool_call", "tool_result"):
        return [Meaning(kind, str(data.get("name", "")))]
    return [Meaning("error", str(data.get("message", "")))] if kind == "error" else []


def _part(part: Mapping[str, Any], data: Mapping[str, Any], *, last: bool) -> list[Meaning]:
    text, partial = part.get("text"), data.get("partial") is True
    meanings = []
    if isinstance(text, str) and text and part.get("thought") is not True:  # a thought is not shown
        meanings.append(Meaning("text", text, partial, last and not partial, str(data.get("id") or "")))
    if isinstance(call := part.get("functionCall"), dict):
        meanings.append(Meaning("tool_call", str(call.get("name", ""))))
    if isinstance(result := part.get("functionResponse"), dict):
        meanings.append(Meaning("tool_result", str(result.get("name", ""))))
    return meanings


def _adk(data: Mapping[str, Any]) -> list[Meaning]:
    errors = [str(data[key]) for key in ("error", "errorCode", "errorMessage") if data.get(key)]
    meanings = [Meaning("error", " ".join(errors))] if errors else []
    parts = objects_in(mapping(data.get("content")).get("parts"))
    for place, part in enumerate(parts, start=1):
        meanings += _part(part, data, last=place == len(parts))
    return meanings


def _is_refusal(data: Mapping[str, Any]) -> bool:
    """Tell an error envelope (ENV-2) from the events of a stream."""
    code = data.get("code")
    return isinstance(code, int) and code != 0 and "message" in data and not {"type", "content"} & data.keys()


def _error(detail: str) -> list[Meaning]:
    return [Meaning("error", detail[:_MAX_DETAIL_CHARS])]


def interpret(event: ServerSentEvent) -> list[Meaning]:
    """Return what the event means, in order; never empty, never raises."""
    if event.event == ERROR:
        return _error(event.data)
    if event.event == HEARTBEAT or not event.data.strip():
        return [Meaning("heartbeat")]
    data = parse_json(event.data)
    if data == {}:
        return [Meaning("empty")]
    if isinstance(data, dict):
        if isinstance(data.get("type"), str):
            meanings = _typed(data)
        elif _is_refusal(data):
            meanings = _error(f"{data['code']}: {data['message']}")
        else:
            meanings = _adk(data)
        return meanings or [Meaning("heartbeat")]  # heartbeats, states, kinds of tomorrow: all signs of life
    # Old ADK versions write an error frame by string formatting: quotes in it break the JSON.
    broken_error = event.data.lstrip().startswith('{"error"')
    return _error(event.data) if broken_error else [Meaning("invalid")]


class Reply:
    """The reply so far: ``add`` events in their order, then ``close``; ``text`` has what the user reads."""

    def __init__(self) -> None:
        self.text = ReplyText()
        self.tools: list[str] = []
        self.failures: list[str] = []
        self.skipped = 0
        self.empty_events = 0
        self._partial = ""  # shown already, and to be repeated by an event that is not partial
        self._last = ("", "")
        self._open_calls = 0
        self._worked = False  # a tool has finished
        self._shown_before_work = 0  # length of the text when the last tool did

    @property
    def complete(self) -> bool:
        """Whether the agent wrote last and left nothing open."""
        wrote_last = bool(self.text.shown[self._shown_before_work :].strip())
        return wrote_last and not self._open_calls and not self._partial

    @property
    def is_final(self) -> bool:
        """Whether a stream that ends here may be believed to have ended, and not to have been cut.

        There is no terminal event (SSE-4): a call without its result, half a text, or nothing at all is
        the mark of a cut.
        """
        return self.complete or (self._worked and not self._open_calls and not self._partial)

    @property
    def is_empty(self) -> bool:
        """Whether ``{}`` came and nothing that means anything."""
        return bool(self.empty_events) and not self.text.shown and not self.tools and not self._worked

    def add(self, meaning: Meaning) -> None:
        """Take the next thing that the stream says."""
        match meaning.kind:
            case "text":
                self._add_text(meaning)
            case "tool_call" | "tool_result":
                self._add_tool(meaning)
            case "error":
                self.failures.append(meaning.content)
            case "empty":
                self.empty_events += 1
            case "invalid":
                self.skipped += 1

    def close(self) -> None:
        """End the reply. Noise and nothing else is no reply but a failure (SSE-10)."""
        self.text.close()
        if self.text.noise and not self.text.shown and not self._worked:
            self.failures.append("temporary issue")

    def _add_text(self, text: Meaning) -> None:
        if text.partial:
            self._partial = (self._partial + text.content)[:MAX_CHARS]
            self.text.add(text.content)
            return
        self.text.add(self._not_yet_shown(text))
        if text.ends_message:
            self.text.new_line()

    def _not_yet_shown(self, text: Meaning) -> str:
        """Return what a text adds to its partials: ADK's final event repeats them all."""
        content, shown, whole = text.content, self._partial.strip(), text.content.strip()
        if shown and shown.startswith(whole):  # a final may repeat in several parts
            self._partial = shown[len(whole) :].strip()
            self._last = (text.event_id, content)
            return ""
        self._partial = ""
        if text.event_id and self._last == (text.event_id, content):
            return ""
        self._last = (text.event_id, content)
        if shown and whole.startswith(shown):
            return whole[len(shown) :]
        if shown:
            self.text.new_line()
        return content

    def _add_tool(self, meaning: Meaning) -> None:
        self.text.flush()
        self._partial = ""
        if meaning.kind == "tool_call":
            self._open_calls += 1
            self.tools.append(meaning.content)
            return
        self._open_calls = max(0, self._open_calls - 1)
        self._worked, self._shown_before_work = True, len(self.text.shown)
