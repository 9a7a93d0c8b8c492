"""Rules about a refused token: one new token, the request once more, and no loop (C-AUTH-2)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from nemocontract.client_rules.identity import bearer, issued, was_rejected
from nemocontract.client_rules.request_identity import Span, signature, spans
from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_run import ClientRun
from nemocontract.recording import Exchange

_MOST_UNKNOWN = 4  # in a recording, where a user may have tried again
# After a new token an export belongs to nobody (REN-10): it is repeated by submitting it anew.
_STANDS_FOR = dict.fromkeys(("render.status", "render.download", "render.cancel"), "render.submit")


@rule(
    "C-AUTH-2",
    "token-refresh.after-1001",
    "A request refused with 1001 is followed by a token request; where a token was set, at least by words.",
)
def _follows_a_1001(run: ClientRun) -> Iterator[RuleResult]:
    if not run.known.complete:
        return
    for span in spans(run):
        if (first := next(filter(was_rejected, span.exchanges), None)) is None or span.left:
            continue
        asked = any(later.operation == "token.issue" for later in span.after(first))
        reported = run.known.token_set is not False and bool(_words(span, run).strip())
        seen = "no token request" if not (asked or reported) else ""
        yield RuleResult(not seen, "a request for a new token", seen, first)


def _words(span: Span, run: ClientRun) -> str:
    return span.said.text if span.said else run.text


@rule(
    "C-AUTH-2",
    "token-refresh.only-after-1001",
    "No refusal but 1001 makes a client that has a token ask for another one.",
)
def _only_after_a_1001(run: ClientRun) -> Iterator[RuleResult]:
    for span in spans(run):
        for refusal, asked in pairwise(span.exchanges):
            if asked.operation == "token.issue" and refusal.code and bearer(refusal):
                seen = "" if refusal.code == 1001 else f"a token request after {refusal.title}"
                yield RuleResult(not seen, "a report, with the token that there is", seen, asked)


@rule(
    "C-AUTH-2",
    "token-refresh.request-repeated",
    "After 1001 and a new token the refused request is made again.",
)
def _request_is_repeated(run: ClientRun) -> Iterator[RuleResult]:
    if not run.known.complete:
        return
    for span in spans(run):
        for refusal, renewal in _renewals(span):
            if (repeat := _repeat(span, refusal, renewal)) is not None:
                yield RuleResult(True, "the request once more", "", repeat)
            elif not (span.left or _hindered(span, renewal)):
                yield RuleResult(
                    False, "the request once more, with the new token", "it was not made", refusal
                )


def _renewals(span: Span) -> Iterator[tuple[Exchange, Exchange]]:
    """Yield the last refused request before each new token, with the request that brought it."""
    refusal: Exchange | None = None
    for exchange in span.exchanges:
        if was_rejected(exchange):
            refusal = exchange
        elif issued(exchange) and refusal is not None:
            yield refusal, exchange
            refusal = None


def _repeat(span: Span, refusal: Exchange, renewal: Exchange) -> Exchange | None:
    meant = _STANDS_FOR.get(refusal.operation, "")
    same = {later.seq for later in span.same_after(refusal)}
    return next((e for e in span.after(renewal) if e.seq in same or e.operation == meant), None)


def _hindered(span: Span, renewal: Exchange) -> bool:
    """Tell whether something else went wrong after the renewal, so that there was no point in repeating."""
    return any(later.code != 0 or later.ending != "complete" for later in span.after(renewal))


@rule(
    "C-AUTH-2",
    "token-refresh.no-loop",
    "New tokens that are refused in turn do not follow one another.",
)
def _no_loop(run: ClientRun) -> Iterator[RuleResult]:
    """Also where requests differ from try to try, or nobody knows which line led to which."""
    for span in spans(run):
        most = max(1, span.doings) if span.doings else _MOST_UNKNOWN
        row = 0
        refused = False
        for exchange in span.exchanges:
            if was_rejected(exchange):
                refused = True
            elif issued(exchange) and refused:
                row, refused = row + 1, False
                expected = f"{most} new tokens at most while every request is refused with 1001"
                yield RuleResult(row <= most, expected, f"new token number {row}", exchange)
            elif exchange.operation != "token.issue" and exchange.succeeded:
                row = 0


@rule(
    "C-AUTH-2",
    "token-refresh.no-third-try",
    "A request refused with 1001 once more, after a new token, is neither repeated nor renewed for.",
)
def _no_third_try(run: ClientRun) -> Iterator[RuleResult]:
    for span in spans(run):
        for second in _second_refusals(span):
            again = _goes_on(span, second)
            seen = "" if again is None else f"{again.operation}, request {again.seq}"
            yield RuleResult(again is None, "no further try, and a report", seen, again or second)


def _second_refusals(span: Span) -> Iterator[Exchange]:
    """Yield requests refused with 1001 again although a new token had come since."""
    waiting: dict[object, bool] = {}  # a refused request -> whether a new token came since
    for exchange in span.exchanges:
        if issued(exchange):
            waiting = dict.fromkeys(waiting, True)
        elif not was_rejected(exchange):
            waiting.pop(signature(exchange), None)
        elif waiting.get(signature(exchange)):
            yield exchange
            waiting.pop(signature(exchange))
        else:
            waiting[signature(exchange)] = False


def _goes_on(span: Span, second: Exchange) -> Exchange | None:
    """Return what shows that the client tries on.

    Where several doings of the user's may be in one span, only a token request right behind shows it: a
    repeated request may be the user's.
    """
    after = span.after(second)
    if not span.sure:
        return after[0] if after and after[0].operation == "token.issue" else None
    same = signature(second)
    for later in after:
        if signature(later) == same or later.operation == "token.issue":
            return later
        if was_rejected(later):
            return None  # another request has its own renewal
    return None
