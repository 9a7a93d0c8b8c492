"""The judge: every rule asked about one piece of evidence, every verdict written into a tally."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pkgutil import iter_modules
from typing import Final

from nemocontract import client_rules
from nemocontract.clauses import CLIENT, SERVER
from nemocontract.client_rules.identity import unmasked_tokens
from nemocontract.client_rules.rule import RULES, Rule, RuleResult
from nemocontract.client_run import ClientRun
from nemocontract.results import RunResult, masked_text

_NO_RULES: Final = ("judge", "rule")


@cache
def all_rules() -> tuple[Rule, ...]:
    """Return every rule there is, by clause: those of every module beside this one."""
    for module in iter_modules(client_rules.__path__):
        if module.name not in _NO_RULES:
            importlib.import_module(f"{client_rules.__name__}.{module.name}")
    order = [*CLIENT, *SERVER]
    return tuple(sorted(RULES, key=lambda rule: (order.index(rule.clause), rule.name)))


def judge(
    run: ClientRun,
    tally: RunResult,
    *,
    trial: str = "",
    replay: str = "",
    rules: Iterable[Rule] | None = None,
) -> None:
    """Ask every rule (or ``rules``) about the evidence and write down each verdict as the client's.

    A rule that raises is a fault of the suite (``Tally.broke``); what it found before stands.
    """
    secrets = unmasked_tokens(run.traffic)
    for rule in all_rules() if rules is None else rules:
        try:
            for result in rule.check(run):
                _note(tally, rule, _without(secrets, result), trial, replay)
        except Exception:  # noqa: BLE001  a fault of the suite, told apart from one of the client
            told = _hidden(secrets, traceback.format_exc(limit=-6))
            tally.broke(f"{trial} {rule.name}".strip(), told)


def _without(secrets: frozenset[str], result: RuleResult) -> RuleResult:
    """Return a verdict that tells no token; those of a known prefix the tally masks as well (C-SEC-1)."""
    if result.holds:
        return result
    expected, seen = _hidden(secrets, result.expected), _hidden(secrets, result.seen)
    return replace(result, expected=expected, seen=seen)


def _hidden(secrets: frozenset[str], text: str) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, masked_text(secret) if masked_text(secret) != secret else "***")
    return text


def _note(tally: RunResult, rule: Rule, result: RuleResult, trial: str, replay: str) -> None:
    at = result.at
    tally.saw(
        rule.clause,
        rule.name,
        result.holds,
        expected=result.expected,
        seen=result.seen,
        responsible="client",
        seq=at.seq if at else None,
        where=at.title if at else "",
        at_ms=at.at_ms if at and result.at_ms is None else result.at_ms,
        trial=trial,
        replay=replay,
    )
