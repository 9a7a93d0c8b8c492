"""What a stream may contain, and what it says about its turn (SSE-2 to SSE-7, SSE-13)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nemocontract.recording import Event, Exchange
from nemocontract.server_model.checker import Checker
from nemocontract.server_model.turns import TAKES_MS, Turn

_HEARTBEAT: Final = {"type": "heartbeat"}
_ENDS: Final = ("[DONE]", "done", "end", "complete", "completed", "finish", "message_stop", "close")
# Dialect `typed`: the fields of each type, and what each field is.
_TYPED: Final[Mapping[str, Mapping[str, type]]] = {
    "text": {"content": str},
    "tool_call": {"name": str, "args": dict},
    "tool_result": {"name": str, "result": dict},
    "heartbeat": {},
}
_PARTS: Final[Mapping[str, type]] = {"text": str, "functionCall": dict, "functionResponse": dict}
_TOOLS: Final = ("generate_video_with_seedance", "edit_multitrack")  # SSE-13


@dataclass(frozen=True, slots=True)
class StreamContent:
    """What a stream says: its texts, the tools that were called, the results they gave."""

    texts: tuple[str, ...]
    calls: tuple[str, ...]
    results: tuple[Mapping[str, Any], ...]

    @property
    def failed(self) -> bool:
        """Whether a tool said that it failed (CRE-3)."""
        return any(result.get("status") in ("error", "failed") for result in self.results)


def content_of(events: tuple[Event, ...]) -> StreamContent:
    """Return what events of either dialect say; an ADK reply that comes once more in full counts once."""
    pieces = [piece for event in events for piece in _pieces(event.data)]
    return StreamContent(
        tuple(value for kind, value in pieces if kind == "text" and value.strip()),
        tuple(str(value.get("name", "")) for kind, value in pieces if kind == "call"),
        tuple(value for kind, value in pieces if kind == "result"),
    )


def _pieces(data: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(data, Mapping):
        return
    yield from _typed_pieces(data)
    content = data.get("content")
    parts = content.get("parts") if isinstance(content, Mapping) else None
    for part in parts if isinstance(parts, list) else ():
        yield from _adk_pieces(part if isinstance(part, Mapping) else {})


def _typed_pieces(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if data.get("type") == "text" and isinstance(data.get("content"), str):
        yield "text", data["content"]
    if data.get("type") == "tool_call":
        yield "call", data
    if data.get("type") == "tool_result":
        yield "result", data.get("result") if isinstance(data.get("result"), Mapping) else {}


def _adk_pieces(part: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    if isinstance(part.get("text"), str):
        yield "text", part["text"]
    if isinstance(call := part.get("functionCall"), Mapping):
        yield "call", call
    if isinstance(answer := part.get("functionResponse"), Mapping):
        yield "result", answer.get("response") if isinstance(answer.get("response"), Mapping) else {}


def check_stream_content(check: Checker, exchange: Exchange, adk: bool | None) -> None:
    """Check SSE-2 to SSE-4 and SSE-13 of a stream; ``adk``: its dialect, if known."""
    kind = exchange.answer_headers.get("content-type", "")
    check(
        "SSE-2",
        exchange.status == 200 and kind.startswith("text/event-stream"),
        "200 text/event-stream",
        kind,
    )
    events = [event.data for event in exchange.events or ()]
    ends = [data for data in events if _is_end(data)]
    check("SSE-4", not ends, "no event that says that the stream is over", ends)
    unknown = [data for data in events if not _is_end(data) and not _fits(data, adk)]
    check("SSE-3", not unknown, f"events of {_NAMES[adk]} alone", unknown[:1])
    if adk is None:
        mixed = any(map(_is_typed, events)) and any(map(_is_adk, events))
        check("SSE-3", not mixed, "one dialect", "both dialects in one stream")
    for name in content_of(exchange.events or ()).calls:
        check("SSE-13", name in _TOOLS, f"a tool called {' or '.join(_TOOLS)}", name)


_NAMES: Final = {None: "one dialect", True: "dialect adk", False: "dialect typed"}


def _is_end(data: Any) -> bool:
    kind = data.get("type", data.get("event", "")) if isinstance(data, Mapping) else data
    return isinstance(kind, str) and kind.strip().lower() in (end.lower() for end in _ENDS)


def _fits(data: Any, adk: bool | None) -> bool:
    if data in ("", _HEARTBEAT):  # SSE-6: heartbeats look the same in both
        return True
    return (adk is not True and _is_typed(data)) or (adk is not False and _is_adk(data))


def _is_typed(data: Any) -> bool:
    fields = _TYPED.get(data.get("type", "")) if isinstance(data, Mapping) else None
    if not fields:
        return False
    return all(isinstance(data.get(name), kind) for name, kind in fields.items())


def _is_adk(data: Any) -> bool:
    content = data.get("content") if isinstance(data, Mapping) else None
    parts = content.get("parts") if isinstance(content, Mapping) else None
    if not isinstance(parts, list) or "type" in data:
        return False
    return all(isinstance(part, Mapping) and _is_part(part) for part in parts) and bool(data.get("author"))


def _is_part(part: Mapping[str, Any]) -> bool:
    return any(isinstance(part.get(name), kind) for name, kind in _PARTS.items())


_NOISE: Final = "temporary issue"  # SSE-10
_HEARTBEATS: Final = ("", {"type": "heartbeat"})
_SLACK_MS: Final = 2_000  # a real network's; virtual time needs none
_LONG_MS: Final = 60_000  # SSE-6: the longest time without a heartbeat


def check_stream(check: Checker, turn: Turn, exchange: Exchange, *, followed: bool) -> None:
    """Learn a turn's outcome from its stream, and check SSE-5 to SSE-7.

    ``followed``: it was read continuously, so that event times are exact.
    """
    sent = content_of(exchange.events or ())
    turn.seq = exchange.seq
    if sent.failed:
        turn.failed = True
    if exchange.ending != "complete":
        turn.left = True
        turn.worked = True if sent.calls else None
        return
    turn.close(exchange.ended_at_ms)
    turn.failed = sent.failed
    turn.worked = True if sent.calls else None if turn.sure else False
    words = [text for text in sent.texts if _NOISE not in text]
    turn.silent = not words
    _check_silence(check, turn, bool(words))
    _check_times(check, turn, exchange, followed)


def _check_silence(check: Checker, turn: Turn, spoke: bool) -> None:
    message, share = turn.message, turn.silent_share
    if message is None:
        return
    if message.kind == "talk" or share == 0:
        check("SSE-5", spoke, _NOT_SILENT[message.kind == "talk"], "a stream without text")
    if message.kind == "edit" and turn.silent and turn.sure:
        check("SSE-5", turn.worked is True, "a tool call and its result, where there is no text", "neither")
    if message.kind == "edit" and turn.worked and share == 1:
        check("SSE-5", not spoke, "no text: every edit closes in silence", "a text")


_NOT_SILENT: Final = {
    True: "a text: only edits close in silence",
    False: "a text: the share of silent edits is 0",
}


def _check_times(check: Checker, turn: Turn, exchange: Exchange, followed: bool) -> None:
    took_ms = exchange.ended_at_ms - exchange.at_ms
    if turn.message is None:
        return
    kind = "talk" if turn.message.kind == "edit" and turn.worked is False else turn.message.kind
    shortest, longest = TAKES_MS[kind]
    check("SSE-7", took_ms >= shortest, f"at least {shortest} ms for {kind}", f"{took_ms} ms")
    if followed:
        check("SSE-7", took_ms <= longest + _SLACK_MS, f"at most {longest} ms for {kind}", f"{took_ms} ms")
        _check_heartbeats(check, exchange, took_ms)


def _check_heartbeats(check: Checker, exchange: Exchange, took_ms: int) -> None:
    # Counted, not timed: a late reader gets all heartbeats at once.
    heartbeats = sum(event.data in _HEARTBEATS for event in exchange.events or ())
    wanted = took_ms // _LONG_MS
    check(
        "SSE-6", heartbeats >= wanted, f"a heartbeat a minute, {wanted} or more in {took_ms} ms", heartbeats
    )
