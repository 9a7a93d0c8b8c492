"""How long a client stays with a stream, and what it says meanwhile (C-SSE-2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_rules.stream_outcome import STALL_S, line_of, lines, silence_s
from nemocontract.client_run import ClientRun, UserLine
from nemocontract.protocol.events import summarize_stream
from nemocontract.recording import Exchange

_TELLS_S: Final = 120.0  # every two minutes without text
_ONLY_BEATS_S, _LONGEST_S = 600.0, 900.0
_LATE_S: Final = 20.0  # who looks at the clock when an event comes is so late at most, twice over
_QUIET_S: Final = 60.0  # without any event for longer, a client may have nothing to wake it
_WORKING: Final = re.compile(
    r"still\s+working|[仍还]在\S{0,4}(?:处理|工作|进行|生成)|正在处理", re.IGNORECASE
)


# -- still working ---------------------------------------------------------------------------------


@rule(
    "C-SSE-2",
    "stream-waiting.still-working-shown",
    "Every two minutes without text the user reads that work goes on.",
)
def _still_working(run: ClientRun) -> Iterator[RuleResult]:
    if not run.known.times_streams:
        return
    for said in lines(run):
        for chat in run.during(said):
            if chat.operation == "chat" and not said.left:
                yield from (_working_shown(chat, said, span) for span in _without_text(chat))


def _without_text(chat: Exchange) -> Iterator[tuple[int, int]]:
    """Yield the stretches of two minutes and more in which no text came, in ms."""
    texts = summarize_stream(chat.events or ()).text_ms
    for start_ms, end_ms in pairwise((chat.at_ms, *texts, chat.ended_at_ms)):
        if end_ms - start_ms >= _TELLS_S * 1000:
            yield start_ms, end_ms


def _working_shown(chat: Exchange, said: UserLine, span: tuple[int, int]) -> RuleResult:
    start_ms, end_ms = span
    times = [piece.at_ms for piece in said.output if _WORKING.search(piece.text)]
    count = sum(start_ms < at_ms <= end_ms for at_ms in times)
    least = int((_alive_until(chat, span) - start_ms) / 1000 / (_TELLS_S + _LATE_S))
    most = int((end_ms - start_ms) / 1000 / _TELLS_S) + 1
    stretch = f"{(end_ms - start_ms) / 1000:.0f} s without text"
    expected = f"in {stretch} the user reads {least} to {most} times that work goes on"
    return RuleResult(least <= count <= most, expected, f"{count} times", at=chat, at_ms=start_ms)


def _alive_until(chat: Exchange, span: tuple[int, int]) -> int:
    """Return until when events kept coming, so that any client had an occasion to speak."""
    alive_ms, end_ms = span
    for event in chat.events or ():
        if alive_ms < event.at_ms <= end_ms:
            if event.at_ms - alive_ms > _QUIET_S * 1000:
                break
            alive_ms = event.at_ms
    return alive_ms


# -- giving up -------------------------------------------------------------------------------------


@rule(
    "C-SSE-2",
    "stream-waiting.gives-up-in-time",
    "A client leaves after 15 min, or after 10 of heartbeats alone.",
    source="S",
)
def _gives_up(run: ClientRun) -> Iterator[RuleResult]:
    if not run.known.times_streams:
        return
    for chat in run.of("chat"):
        if chat.events is None or chat.ending == "open":
            continue
        lasted_s = (chat.ended_at_ms - chat.at_ms) / 1000
        work = summarize_stream(chat.events).work_ms
        limit_s = _LONGEST_S if work or not chat.events else _ONLY_BEATS_S
        if lasted_s >= limit_s - _LATE_S:
            expected = f"the client leaves after {limit_s:.0f} s"
            yield RuleResult(
                lasted_s <= limit_s + _LATE_S, expected, f"it stayed for {lasted_s:.0f} s", at=chat
            )


@rule(
    "C-SSE-2",
    "stream-waiting.waits-while-alive",
    "A client does not leave a stream on which there are signs of life.",
)
def _waits_on(run: ClientRun) -> Iterator[RuleResult]:
    """Every stream is an occasion; without the user's lines nobody knows who it was that left."""
    for chat in run.of("chat"):
        said = line_of(run, chat)
        if said is None or said.left or not run.known.times_streams or chat.events is None:
            continue
        early = chat.ending == "client-gone" and not _may_leave(chat, run.known.slack_s or 0)
        lasted_s = (chat.ended_at_ms - chat.at_ms) / 1000
        expected = "the client waits for 10 min of heartbeats, 15 min in all, or until nothing comes any more"
        yield RuleResult(not early, expected, f"it left after {lasted_s:.0f} s", at=chat)


def _may_leave(chat: Exchange, slack_s: float) -> bool:
    last_work_ms = max(summarize_stream(chat.events or ()).work_ms, default=chat.at_ms)
    return (
        silence_s(chat) >= STALL_S - slack_s
        or (chat.ended_at_ms - last_work_ms) / 1000 >= _ONLY_BEATS_S - slack_s
        or (chat.ended_at_ms - chat.at_ms) / 1000 >= _LONGEST_S - slack_s
    )
