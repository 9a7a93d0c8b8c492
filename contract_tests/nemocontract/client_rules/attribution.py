"""Rules about headers: the newest token, and the three that say on whose behalf (C-ATT-1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nemocontract.client_rules.identity import bearer, differ, newest
from nemocontract.client_rules.request_identity import API
from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_run import ClientRun
from nemocontract.recording import Exchange

HEADERS: Final = ("x-skill-source", "x-skill-version", "x-skill-platform")
_PLATFORM: Final = HEADERS[2]


def _api(run: ClientRun) -> tuple[Exchange, ...]:
    return run.of(*API)


def _borne(run: ClientRun) -> tuple[Exchange, ...]:
    """Return the requests that need a token; none where the recording has no Authorization at all.

    Browsers leave it out of what they save; that such requests succeeded shows that they had it (AUTH-6).
    """
    needy = tuple(exchange for exchange in _api(run) if exchange.operation != "token.issue")
    left_out = not any(bearer(exchange) for exchange in needy) and any(one.succeeded for one in needy)
    return () if left_out else needy


@rule("C-ATT-1", "attribution.has-token", "Every request but the one for a token bears a bearer token.")
def _bears_a_token(run: ClientRun) -> Iterator[RuleResult]:
    for exchange in _borne(run):
        yield RuleResult(bool(bearer(exchange)), "Authorization: Bearer and a token", "none", exchange)


@rule(
    "C-ATT-1",
    "attribution.newest-token",
    "Requests bear the token that was issued last, or the one that was set.",
)
def _bears_the_newest_token(run: ClientRun) -> Iterator[RuleResult]:
    for exchange, current in newest(run.traffic):
        if exchange.operation in API and current and (own := bearer(exchange)):
            yield RuleResult(not differ(own, current), f"the token {current}", own, exchange)


@rule("C-ATT-1", "attribution.three-headers", "Every request bears the three X-Skill headers, none blank.")
def _bears_three_headers(run: ClientRun) -> Iterator[RuleResult]:
    for exchange in _api(run):
        lacking = [name for name in HEADERS if not exchange.headers.get(name, "").strip()]
        yield RuleResult(not lacking, "all three X-Skill headers", f"no {', '.join(lacking)}", exchange)


@rule("C-ATT-1", "attribution.unchanged", "The X-Skill headers say the same on every request.")
def _stays_the_same(run: ClientRun) -> Iterator[RuleResult]:
    first: dict[str, str] = {}
    for exchange in _api(run):
        borne = {name: value for name in HEADERS if (value := exchange.headers.get(name, "").strip())}
        changed = {name: value for name, value in borne.items() if first.setdefault(name, value) != value}
        expected = (
            "; ".join(f"{name}: {first[name]}" for name in changed) or "the values of the first request"
        )
        seen = "; ".join(f"{name}: {value}" for name, value in changed.items())
        yield RuleResult(not changed, expected, seen, exchange)


@rule("C-ATT-1", "attribution.platform", "X-Skill-Platform says where the client is installed.", source="S")
def _platform(run: ClientRun) -> Iterator[RuleResult]:
    if run.known.platform is None:
        return
    for exchange in _api(run):
        if seen := exchange.headers.get(_PLATFORM, "").strip():
            wanted = run.known.platform
            yield RuleResult(seen == wanted, f"{_PLATFORM}: {wanted}", seen, exchange)
