"""The judge: every rule asked about one piece of evidence, every verdict written into a tally."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from typing import Final

from nemocontract.evidence import Evidence
from nemocontract.judging.rule import RULES, Rule, Verdict
from nemocontract.tally import Tally

# Modules that register rules on import, in the order in which their rules are listed.
_MODULES: Final = (
    "identity",
    "renewal",
    "attribution",
    "sessions",
    "secrets",
    "refusals",
    "bounds",
    "routing",
    "chat",
    "speech",
    "gui",
    "silence",
    "waiting",
    "recovery",
    "words",
    "exports",
    "downloads",
)
_PACKAGE: Final = "nemocontract.judging"


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule there is."""
    for name in _MODULES:
        if find_spec(f"{_PACKAGE}.{name}") is not None:
            importlib.import_module(f"{_PACKAGE}.{name}")
    return tuple(RULES)


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
