"""The facts of event streams: events, ending, duration (SSE-3 to SSE-13)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Final

from nemocontract.compare.fact import NOTHING, Comparison, Place, compared, shape
from nemocontract.compare.replay import ExchangePair
from nemocontract.recording import Exchange
from nemocontract.server_checks import events
from nemocontract.server_checks.events import reply

_WORDS: Final = ("text", "adk piece", "adk text")
_TOOLS: Final = ("generate_video_with_seedance", "edit_multitrack")  # SSE-13
_FREE: Final = re.compile(
    r"(?:^|\.)(?:args|result|response|actions)\."
)  # depends on the agent, so not compared
_LASTS_S: Final = {"talk": (5, 15), "an edit": (10, 30), "a generation": (100, 300)}  # SSE-7
_SLACK_S: Final = 1.0
_LONG_MS: Final = 25_000  # twice the ten seconds of SSE-6, and more
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")


# -- one stream compared with the other ------------------------------------------------------------


def stream_facts(pair: ExchangePair, *, times: bool) -> Iterator[Comparison]:
    """Yield what is compared of a recorded stream and the fake's; ``times``: recorded ones are true."""
    one, other = pair.recorded, pair.fake
    if other is None or one.events is None or other.events is None:
        return
    if one.ending != "client-gone":
        yield _of(pair, "SSE-4", "ending", one.ending, other.ending)
    same = work_of(one) == work_of(other)
    if same and not tools_in(one):  # SSE-5 is about edits only
        yield _of(pair, "SSE-5", "text of a reply without edit", *map(_worded, (one, other)))
    if reply(one.events) and reply(other.events):
        yield _of(pair, "SSE-9", "language of the text", *map(_language, (one, other)))
    if times and same and one.ending == "complete":
        yield _of(pair, "SSE-7", f"how long {work_of(one)} takes", *map(_lasts, (one, other)))
        if _ms(one) >= _LONG_MS:  # the fake's stream may be shorter; so long it would have some (SSE-6)
            yield _of(pair, "SSE-6", "heartbeats in a long stream", _beating(one), "some")


def _of(pair: ExchangePair, clause: str, path: str, recorded: str, fake: str) -> Comparison:
    return Comparison(Place(clause, "chat", path), recorded, fake, pair.recorded.seq, pair.recorded.at_ms)


def _worded(exchange: Exchange) -> str:
    kinds = {kind_of(event.data) for event in exchange.events or ()}
    return "some" if kinds & {*_WORDS} else "none"


def _language(exchange: Exchange) -> str:
    return "Chinese" if _CHINESE.search(reply(exchange.events)) else "not Chinese"


def _ms(exchange: Exchange) -> int:
    return exchange.ended_at_ms - exchange.at_ms


def _lasts(exchange: Exchange) -> str:
    low, high = _LASTS_S[work_of(exchange)]
    lasts_s = _ms(exchange) / 1000
    return f"{low} to {high} s" if low - _SLACK_S <= lasts_s <= high + _SLACK_S else f"{lasts_s:.1f} s"


def _beating(exchange: Exchange) -> str:
    """Return whether events arrived regularly."""
    moments = [exchange.at_ms, *(event.at_ms for event in exchange.events or ()), exchange.ended_at_ms]
    longest_ms = max(later - earlier for earlier, later in pairwise(moments))
    return "some" if longest_ms < _LONG_MS else f"none for {longest_ms / 1000:.0f} s"


# -- all streams together --------------------------------------------------------------------------


def event_facts(pairs: Iterable[ExchangePair]) -> Iterator[Comparison]:
    """Yield the comparisons of the events of all streams: known kinds on both sides, and unknown kinds."""
    both = [pair for pair in pairs if pair.fake is not None and pair.fake.events is not None]
    recorded = _by_kind(pair.recorded for pair in both)
    fake = _by_kind(pair.fake for pair in both if pair.fake is not None)
    for kind in sorted(recorded):
        if kind.startswith("other"):
            yield _unheard_of(kind, [pair.recorded for pair in both])
        elif kind in fake:
            yield from _shapes(kind, recorded[kind], fake[kind])
    names = {name for pair in both for name in tools_in(pair.recorded)}
    if names:
        unknown = ", ".join(sorted(names - {*_TOOLS}))
        known = "documented ones"
        yield Comparison(Place("SSE-13", "chat", "names of tools"), unknown or known, known)


def _by_kind(streams: Iterable[Exchange]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for stream in streams:
        for event in stream.events or ():
            found.setdefault(kind_of(event.data), []).append(event.data)
    return found


def _unheard_of(kind: str, streams: list[Exchange]) -> Comparison:
    """Return an event of unknown kind; at the end of streams it is a terminal event (SSE-4)."""
    having = [one for one in streams if any(kind_of(event.data) == kind for event in one.events or ())]
    last = all(
        [kind_of(event.data) for event in one.events or ()].index(kind) == len(one.events or ()) - 1
        for one in having
    )
    place = Place("SSE-4" if last else "SSE-3", "chat", f"event: {kind}")
    return Comparison(place, "there", NOTHING, having[0].seq, having[0].at_ms)


def _shapes(kind: str, recorded: list[Any], fake: list[Any]) -> Iterator[Comparison]:
    sides = [
        {
            Place("SSE-3", "chat", f"{kind}: {path}"): what
            for path, what in shape(events, "").items()
            if path.startswith("[]") and not _FREE.search(path)
        }
        for events in (recorded, fake)
    ]
    yield from compared(*sides)


# -- single events --------------------------------------------------------------------------------

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
    return events.tools(exchange.events)


def work_of(exchange: Exchange) -> str:
    """Return what a stream did: a text reply, an edit or a generation (CRE-2, SSE-7)."""
    tools = tools_in(exchange)
    if any("generate" in name for name in tools):
        return "a generation"
    return "an edit" if tools else "talk"
