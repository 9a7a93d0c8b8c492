"""What a stream that is over tells of its message: how long it took, if it worked, what it said (SSE)."""

from __future__ import annotations

from typing import Final

from nemocontract.auditing import streams
from nemocontract.auditing.claims import Claims
from nemocontract.auditing.turns import TAKES_MS, Turn
from nemocontract.traffic import Exchange

_NOISE: Final = "temporary issue"  # SSE-10
_SIGNS: Final = ("", {"type": "heartbeat"})
_SLACK_MS: Final = 2_000  # a real network's; virtual time needs none
_LONG_MS: Final = 60_000  # SSE-6: nobody is left without a sign for as long as this


def take_down(claim: Claims, turn: Turn, told: Exchange, *, followed: bool) -> None:
    """Learn from a stream what became of its turn, and claim SSE-5 to SSE-7 of it.

    ``followed``: somebody read it all the time, so that its times are those of the events.
    """
    said = streams.read(told.events or ())
    turn.seq = told.seq
    if said.failed:
        turn.failed = True
    if told.ending != "complete":
        turn.left = True
        turn.worked = True if said.calls else None
        return
    turn.closed(told.ended_at_ms)
    turn.failed = said.failed
    turn.worked = True if said.calls else None if turn.sure else False
    words = [text for text in said.texts if _NOISE not in text]
    turn.silent = not words
    _check_silence(claim, turn, bool(words))
    _check_times(claim, turn, told, followed)


def _check_silence(claim: Claims, turn: Turn, spoke: bool) -> None:
    message, share = turn.message, turn.silent_share
    if message is None:
        return
    if message.kind == "talk" or share == 0:
        claim("SSE-5", spoke, _NOT_SILENT[message.kind == "talk"], "a stream without text")
    if message.kind == "edit" and turn.silent and turn.sure:
        claim("SSE-5", turn.worked is True, "a tool call and its result, where there is no text", "neither")
    if message.kind == "edit" and turn.worked and share == 1:
        claim("SSE-5", not spoke, "no text: every edit closes in silence", "a text")


_NOT_SILENT: Final = {
    True: "a text: only edits close in silence",
    False: "a text: the share of silent edits is 0",
}


def _check_times(claim: Claims, turn: Turn, told: Exchange, followed: bool) -> None:
    took_ms = told.ended_at_ms - told.at_ms
    if turn.message is None:
        return
    kind = "talk" if turn.message.kind == "edit" and turn.worked is False else turn.message.kind
    shortest, longest = TAKES_MS[kind]
    claim("SSE-7", took_ms >= shortest, f"at least {shortest} ms for {kind}", f"{took_ms} ms")
    if followed:
        claim("SSE-7", took_ms <= longest + _SLACK_MS, f"at most {longest} ms for {kind}", f"{took_ms} ms")
        _check_signs(claim, told, took_ms)


def _check_signs(claim: Claims, told: Exchange, took_ms: int) -> None:
    # Counted, not timed: whoever reads late sees all of them come at once.
    signs = sum(event.data in _SIGNS for event in told.events or ())
    wanted = took_ms // _LONG_MS
    claim("SSE-6", signs >= wanted, f"a sign of life a minute, {wanted} or more in {took_ms} ms", signs)
