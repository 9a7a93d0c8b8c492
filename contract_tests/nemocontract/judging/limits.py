"""Rules about 429: wait 30 s, try once more, then report (C-AUTH-3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nemocontract.evidence import Evidence, Timing
from nemocontract.judging.rule import Verdict, rule
from nemocontract.judging.span import Span, spans
from nemocontract.judging.token import told
from nemocontract.traffic import Exchange

_WAIT_MS: Final = 30_000
_MOST_MS: Final = 120_000  # who waits longer waits for something else, such as the days of Retry-After
# How much earlier than 30 s is still 30 s, by how far times can be trusted.
_TOLERANCE_MS: Final[dict[Timing, int]] = {"virtual": 1, "real": 500}


def _limited(span: Span) -> Iterator[tuple[int, Exchange, Exchange | None]]:
    """Yield each 429 with its place in a row of them (1, 2, …) and the next try of the same thing."""
    rows: dict[str, int] = {}
    for exchange in span.exchanges:
        row = rows.get(exchange.operation, 0) + 1 if told(exchange, 429) else 0
        rows[exchange.operation] = row
        if row:
            yield row, exchange, next(iter(_tries_after(span, exchange)), None)


def _tries_after(span: Span, exchange: Exchange) -> Iterator[Exchange]:
    return (later for later in span.after(exchange) if later.operation == exchange.operation)


@rule("C-AUTH-3", "limits.waits-30-s", "After a 429 the next try comes 30 s later, and not after minutes.")
def _waits_30_s(evidence: Evidence) -> Iterator[Verdict]:
    if (tolerance_ms := _TOLERANCE_MS.get(evidence.known.timing)) is None:
        return
    for span in spans(evidence):
        for row, exchange, after in _limited(span):
            if after is not None and (span.sure or row % 2):  # the try after two may be the user's
                waited_ms = after.at_ms - exchange.ended_at_ms
                late = span.sure and waited_ms > _MOST_MS
                holds = waited_ms >= _WAIT_MS - tolerance_ms and not late
                yield Verdict(holds, "30 s between a 429 and the next try", f"{waited_ms / 1000:g} s", after)


@rule("C-AUTH-3", "limits.retries-once", "After a second 429 in a row there is no third try.")
def _retries_once(evidence: Evidence) -> Iterator[Verdict]:
    for span in spans(evidence):
        for row, exchange, after in _limited(span):
            if row > 1 and span.sure:
                seen = "" if after is None else f"try {row + 1}"
                yield Verdict(after is None, "a report after two 429 in a row", seen, after or exchange)
            elif row > 2 * span.doings > 0:
                yield Verdict(False, f"two tries each of {span.doings} times at most", f"try {row}", exchange)


@rule("C-AUTH-3", "limits.reports", "After a second 429, which ends a line, the user reads something.")
def _reports(evidence: Evidence) -> Iterator[Verdict]:
    for span in spans(evidence):
        if span.said is None or span.left or _only_a_look(span):
            continue
        row, last = max(((row, one) for row, one, _ in _limited(span)), default=(0, None), key=_when)
        if row > 1 and last is span.exchanges[-1]:
            after = [piece for piece in span.said.heard if piece.at_ms >= last.ended_at_ms]
            told = any(piece.text.strip() for piece in after)
            yield Verdict(told, "words about it", "" if told else "nothing was read after it", last)


def _when(limited: tuple[int, Exchange]) -> int:
    return limited[1].seq


def _only_a_look(span: Span) -> bool:
    """Tell whether what was refused last is the look after a message, whose reply has been read."""
    last = span.exchanges[-1:]
    return any(one.operation == "chat" for one in span.exchanges) and [e.operation for e in last] == ["state"]


@rule("C-AUTH-3", "limits.makes-the-retry", "After a first 429 the one retry is made.")
def _makes_the_retry(evidence: Evidence) -> Iterator[Verdict]:
    if not evidence.known.whole:
        return
    for span in spans(evidence):
        for row, exchange, after in _limited(span):
            if row % 2 and not span.left and (row == 1 or not span.sure):
                seen = "" if after else "no further try"
                yield Verdict(after is not None, "one more try after 30 s", seen, after or exchange)
