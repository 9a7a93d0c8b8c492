"""Runs every client rule on one run of a client, and writes each result into a run result."""

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
from nemocontract.client_run import ClientRun, UserLine
from nemocontract.recording.excerpts import answer_excerpt, excerpt, request_excerpt
from nemocontract.results import RunResult, masked_text

_NO_RULES: Final = ("judge", "rule")
_OUTPUT_MOST: Final = 400


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
    run_result: RunResult,
    *,
    test_name: str = "",
    replay: str = "",
    rules: Iterable[Rule] | None = None,
) -> None:
    """Run every rule (or ``rules``) and write down each result as the client's.

    A rule that raises is an error of the suite (``RunResult.broke``); what it found before stands.
    """
    secrets = unmasked_tokens(run.traffic)
    for rule in all_rules() if rules is None else rules:
        try:
            for result in rule.check(run):
                _note(
                    run_result,
                    rule,
                    _without(secrets, result),
                    _context(secrets, run, result),
                    test_name,
                    replay,
                )
        except Exception:  # noqa: BLE001  an error of the suite, kept apart from one of the client
            trace = _hidden(secrets, traceback.format_exc(limit=-6))
            run_result.add_harness_error(f"{test_name} {rule.name}".strip(), trace)


def _without(secrets: frozenset[str], result: RuleResult) -> RuleResult:
    """Return a result without any token; those of a known prefix `RunResult` masks too (C-SEC-1)."""
    if result.passed:
        return result
    expected, seen = _hidden(secrets, result.expected), _hidden(secrets, result.seen)
    return replace(result, expected=expected, seen=seen)


def _context(secrets: frozenset[str], run: ClientRun, result: RuleResult) -> dict[str, str]:
    """Return what the user typed and read, and the request with its answer, for a violation."""
    if result.passed:
        return {}
    context: dict[str, str] = {}
    if result.at is not None:
        context |= {"request": request_excerpt(result.at), "answer": answer_excerpt(result.at)}
    if (said := _line(run, result)) is not None:
        context |= {"user_line": said.line, "output": excerpt(said.text, _OUTPUT_MOST)}
    return {name: _hidden(secrets, text) for name, text in context.items()}


def _line(run: ClientRun, result: RuleResult) -> UserLine | None:
    """Return the line that a result is about, by its request or else by its time."""
    for said in run.said or ():
        if result.at is not None:
            found = said.first <= result.at.seq <= said.last
        else:
            found = result.at_ms is not None and said.at_ms <= result.at_ms <= said.ended_at_ms
        if found and said.attributed:
            return said
    return None


def _hidden(secrets: frozenset[str], text: str) -> str:
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, masked_text(secret) if masked_text(secret) != secret else "***")
    return text


def _note(
    run_result: RunResult,
    rule: Rule,
    result: RuleResult,
    context: dict[str, str],
    test_name: str,
    replay: str,
) -> None:
    at = result.at
    run_result.record_check(
        rule.clause,
        rule.name,
        result.passed,
        expected=result.expected,
        seen=result.seen,
        responsible="client",
        seq=at.seq if at else None,
        where=at.title if at else "",
        at_ms=at.at_ms if at and result.at_ms is None else result.at_ms,
        test_name=test_name,
        replay=replay,
        source=result.source or rule.source,
        context=context,
    )
