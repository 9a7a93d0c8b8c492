"""False alarms: the honest client passes every client test without a finding, and less honest ones do not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nemocontract.client_adapter import ClientConfig
from nemocontract.client_tests.model import choose
from nemocontract.suite import CLIENT_SEQUENCES, SuiteOptions, judge_subject
from nemoscenarios import PACKAGED, ScenarioStore

from .honest import Honest

NAMES = [test.name for test in choose(ScenarioStore(PACKAGED)).tests]
# Each share of the client tests has a profile of its own; which scenario gets which does not matter.
PROFILES = (
    "typed",
    "adk",
    "http-status",
    "render-nested",
    "adk,http-status,render-nested",
    "adk,http-status",
)
CLIENT_ID = "3f0c0e5e-4b52-4c39-9d6b-0d1f6a1c9b11"


@pytest.mark.parametrize("share", range(len(PROFILES)))
def test_an_honest_client_passes(share: int) -> None:
    names = frozenset(NAMES[share :: len(PROFILES)])
    run_result = judge_subject(
        Honest, "honest:Honest", SuiteOptions(only=names, profiles=(PROFILES[share],), examples=0)
    )
    assert not run_result.harness, run_result.harness[0].message
    assert not run_result.violations, run_result.violations[0]
    assert set(run_result.played) == names
    assert run_result.exit_code == 0
    assert {"C-ATT-1", "C-AUTH-1", "C-SES-1", "C-ROU-1", "C-SEC-1", "C-UX-1"} <= set(run_result.tried)


def test_an_honest_client_passes_sequences_that_chance_made() -> None:
    run_result = judge_subject(
        Honest, "honest:Honest", SuiteOptions(only=frozenset({CLIENT_SEQUENCES}), examples=6)
    )
    assert not run_result.harness, run_result.harness[0].message
    assert not run_result.violations, run_result.violations[0]
    assert run_result.exit_code == 0


class Nameless(Honest):
    """Says on nobody's behalf that it calls."""

    def open(self, setting: ClientConfig) -> None:
        super().open(setting)
        self.skill = {}


class Talkative(Honest):
    """Tells its user more than is good."""

    def say(self, line: str) -> Iterator[str]:
        yield from super().say(line)
        yield f"(as {self.token})\n"


class Stranger(Honest):
    """Is somebody else each time it is asked."""

    def client_id(self, *, fresh: bool = False) -> str:
        super().client_id(fresh=fresh)
        return CLIENT_ID


@pytest.mark.parametrize(
    ("liar", "clause"), [(Nameless, "C-ATT-1"), (Talkative, "C-SEC-1"), (Stranger, "C-AUTH-1")]
)
def test_a_client_that_is_less_honest_does_not_pass(liar: type[Honest], clause: str) -> None:
    only = frozenset({"chat-silent-edit", "auth-token-expired"})
    run_result = judge_subject(liar, liar.__name__, SuiteOptions(only=only, examples=0))
    assert {violation.clause for violation in run_result.violations} == {clause}
    assert run_result.exit_code == 1
