"""The reference client breaks no rule in scenarios of every kind, and rules are tried there."""

from __future__ import annotations

import pytest

from nemocontract.client_rules.judge import all_rules, judge
from nemocontract.results import RunResult

from .scenario_runner_helpers import staged

# Rules about words at their time need more than the stage notes: client tests judge by them.
_MODULES = (
    "attribution",
    "retry_limits",
    "identity",
    "error_messages",
    "token_refresh",
    "secrets",
    "sessions",
)
_SCENARIOS = {
    "happy-path": ("C-AUTH-1", "C-ATT-1", "C-SES-1", "C-SEC-1"),
    "auth-claim-link": ("C-SEC-1",),
    "auth-client-id-rejected-once": ("C-AUTH-1",),
    "auth-restart-without-token": ("C-AUTH-1", "C-AUTH-3"),
    "auth-429-permanent": ("C-AUTH-3",),
    "state-upload-export-429-once": ("C-AUTH-3",),
    "auth-set-token-expired": ("C-AUTH-1", "C-AUTH-2"),
    "auth-token-revoked": ("C-AUTH-2",),
    "auth-token-expires-before-chat": ("C-AUTH-2",),
    "auth-token-expires-during-cut-stream": ("C-AUTH-2",),
    "session-always-lost": ("C-SES-1",),
    "session-lost-before-chat": ("C-SES-1",),
    "credits-none-anonymous": ("CRE-4",),
    "credits-none-registered": ("CRE-4",),
    "upload-unsupported": ("UPL-3",),
    "upload-too-large": ("UPL-4",),
    "export-402-free-plan": ("REN-3",),
    "export-id-conflict-always": ("REN-4",),
    "state-502-twice": ("ENV-2",),
}


@pytest.mark.clause("C-AUTH-1", "C-AUTH-2", "C-AUTH-3", "C-ATT-1", "C-SES-1", "C-SEC-1")
@pytest.mark.parametrize("profile", ["", "adk,http-status,render-nested"])
def test_the_reference_client_breaks_no_rule(monkeypatch: pytest.MonkeyPatch, profile: str) -> None:
    rules = [rule for rule in all_rules() if rule.check.__module__.rpartition(".")[2] in _MODULES]
    silent, found = [], []
    with staged(monkeypatch) as stage:
        for name, clauses in _SCENARIOS.items():
            run_result = RunResult("stage")
            for part in stage.run(name, profile):
                judge(part, run_result, test_name=name, rules=rules)
            assert not run_result.harness
            found += run_result.violations
            silent += [(name, clause) for clause in clauses if not run_result.tried[clause]]
    assert not found
    assert not silent
