"""Rules against hammering: nobody repeats the same failing request again and again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nemocontract.evidence import Evidence
from nemocontract.judging.rule import Check, Verdict, rule
from nemocontract.judging.same import identical
from nemocontract.judging.span import Span, spans
from nemocontract.traffic import Exchange

MOST: Final = 4
_PAUSE_MS: Final = 29_500  # who waits half a minute does not hammer: other rules count such tries
# Which clause bounds the repetition of a request, by the code that it fails with, else by its operation.
_BY_CODE: Final = {1001: "C-AUTH-2", 429: "C-AUTH-3", 1002: "C-SES-1"}
_BY_OPERATION: Final = {"token": "C-AUTH-1", "chat": "C-SSE-4", "render": "C-REN-1", "session": "C-SES-1"}
_ELSE: Final = "ENV-2"  # a failure is an answer: whoever gets it five times has been told
_CLAUSES: Final = tuple(dict.fromkeys((*_BY_CODE.values(), *_BY_OPERATION.values(), _ELSE)))


def clause_of(exchange: Exchange) -> str:
    """Return the clause that bounds the repetition of a failed request."""
    family = exchange.operation.partition(".")[0]
    return _BY_CODE.get(exchange.code or 0) or _BY_OPERATION.get(family, _ELSE)


def _rows(span: Span) -> Iterator[tuple[Exchange, ...]]:
    """Yield rows of one failing request, repeated identically with nothing in between and no pause."""
    row: list[Exchange] = []
    for exchange in span.exchanges:
        if row and not _goes_on(row[-1], exchange):
            yield tuple(row)
            row = []
        if exchange.code != 0:
            row.append(exchange)
    if row:
        yield tuple(row)


def _goes_on(before: Exchange, exchange: Exchange) -> bool:
    paused = exchange.at_ms - before.ended_at_ms >= _PAUSE_MS
    return exchange.code != 0 and not paused and identical(before) == identical(exchange)


def _bounded(clause: str) -> Check:
    def check(evidence: Evidence) -> Iterator[Verdict]:
        for span in spans(evidence):
            for row in _rows(span):
                if clause_of(row[-1]) == clause:
                    most = MOST * max(1, span.doings)
                    seen = f"{len(row)} times in a row"
                    yield Verdict(len(row) <= most, f"{most} times at most in a row", seen, row[-1])

    return check


for _clause in _CLAUSES:
    rule(
        _clause,
        f"bounds.{_clause.lower()}",
        f"A request that fails is not made more than {MOST} times in a row, as {_clause} bounds it.",
    )(_bounded(_clause))
