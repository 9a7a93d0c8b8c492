"""The judge: every rule asked about one piece of evidence, every verdict written into a tally."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pkgutil import iter_modules
from typing import Final

from nemocontract import judging
from nemocontract.clauses import CLIENT, SERVER
from nemocontract.evidence import Evidence
from nemocontract.finding import masked
from nemocontract.judging.rule import RULES, Rule, Verdict
from nemocontract.judging.token import in_clear
from nemocontract.tally import Tally

_NO_RULES: Final = ("judge", "rule")


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule there is, by clause: those of every module beside this one."""
    for module in iter_modules(judging.__path__):
        if module.name not in _NO_RULES:
            importlib.import_module(f"{judging.__name__}.{module.name}")
    order = [*CLIENT, *SERVER]
    return tuple(sorted(RULES, key=lambda rule: (order.index(rule.clause), rule.name)))


def judge(
    evidence: Evidence,
    tally: Tally,
    *,
    trial: str = "",
    replay: str = "",
    rules: Iterable[Rule] | None = None,
) -> None:
    """Ask every rule (or ``rules``) about the evidence and write down each verdict as the client's.

    A rule that raises is a fault of the suite (``Tally.broke``); what it found before stands.
    """
    secrets = in_clear(evidence.traffic)
    for rule in all_rules() if rules is None else rules:
        try:
            for verdict in rule.check(evidence):
                _note(tally, rule, _without(secrets, verdict), trial, replay)
        except Exception:  # noqa: BLE001  a fault of the suite, told apart from one of the client
            told = _hidden(secrets, traceback.format_exc(limit=-6))
            tally.broke(f"{trial} {rule.name}".strip(), told)


def _without(secrets: frozenset[str], verdict: Verdict) -> Verdict:
    """Return a verdict that tells no token; those of a known prefix the tally masks as well (C-SEC-1)."""
    if verdict.holds:
        return verdict
    expected, seen = _hidden(secrets, verdict.expected), _hidden(secrets, verdict.seen)
    return replace(verdict, expected=expected, seen=seen)


def _hidden(secrets: frozenset[str], text: str) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, masked(secret) if masked(secret) != secret else "***")
    return text


def _note(tally: Tally, rule: Rule, verdict: Verdict, trial: str, replay: str) -> None:
    at = verdict.at
    tally.saw(
        rule.clause,
        rule.name,
        verdict.holds,
        expected=verdict.expected,
        seen=verdict.seen,
        whose="client",
        seq=at.seq if at else None,
        where=at.title if at else "",
        at_ms=at.at_ms if at and verdict.at_ms is None else verdict.at_ms,
        trial=trial,
        replay=replay,
    )
