"""False alarms: the honest client passes every trial without a finding, and less honest ones do not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nemocontract.client_adapter import ClientConfig
from nemocontract.client_tests.model import choose
from nemocontract.suite import STORIES, SuiteOptions, judge_subject
from nemoscenarios import PACKAGED, ScenarioStore

from .honest import Honest

NAMES = [trial.name for trial in choose(ScenarioStore(PACKAGED)).trials]
# Each share of the trials has a profile of its own; which story gets which does not matter.
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
    tally = judge_subject(
        Honest, "honest:Honest", SuiteOptions(only=names, profiles=(PROFILES[share],), examples=0)
    )
    assert not tally.harness, tally.harness[0].message
    assert not tally.violations, tally.violations[0]
    assert set(tally.played) == names
    assert tally.exit_code == 0
    assert {"C-ATT-1", "C-AUTH-1", "C-SES-1", "C-ROU-1", "C-SEC-1", "C-UX-1"} <= set(tally.tried)


def test_an_honest_client_passes_histories_that_chance_made() -> None:
    tally = judge_subject(Honest, "honest:Honest", SuiteOptions(only=frozenset({STORIES}), examples=6))
    assert not tally.harness, tally.harness[0].message
    assert not tally.violations, tally.violations[0]
    assert tally.exit_code == 0


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
    tally = judge_subject(liar, liar.__name__, SuiteOptions(only=only, examples=0))
    assert {violation.clause for violation in tally.violations} == {clause}
    assert tally.exit_code == 1
