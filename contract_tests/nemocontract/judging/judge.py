"""The judge: every rule asked about one piece of evidence, every verdict written into a tally."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Iterable
from functools import cache
from pkgutil import iter_modules
from typing import Final

from nemocontract import judging
from nemocontract.clauses import CLIENT, SERVER
from nemocontract.evidence import Evidence
from nemocontract.judging.rule import RULES, Rule, Verdict
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
    for rule in all_rules() if rules is None else rules:
        try:
            for verdict in rule.check(evidence):
                _note(tally, rule, verdict, trial, replay)
        except Exception:  # noqa: BLE001  a fault of the suite, told apart from one of the client
            tally.broke(f"{trial} {rule.name}".strip(), traceback.format_exc(limit=-6))


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
