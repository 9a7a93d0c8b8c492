"""The examples of the documentation run, and are judged without a finding."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from nemocontract.environments.loading import load_subject
from nemocontract.suite import SuiteOptions, judge_command, judge_subject

EXAMPLES = Path(__file__).parents[1] / "examples"
SPOKEN = frozenset(
    {
        *("batch-in-one-session", "credits-with-an-old-token", "expired-token", "files-from-the-web"),
        *("gui-talk", "iterative-edit", "no-credits-anonymous", "no-credits-registered"),
        *("noise-after-the-reply", "not-understood", "set-token-expired", "silent-edit"),
        *("silent-edit-in-chinese", "summary-in-one-line", "token-from-environment", "unsupported-file"),
        *("session-not-found", "words-that-are-no-chat"),
    }
)
FEW = frozenset({"expired-token", "gui-talk", "no-credits-anonymous", "silent-edit", "unsupported-file"})


def test_the_subject_of_the_documentation_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(EXAMPLES), *sys.path])
    make = load_subject("my_subject:MySubject")
    tally = judge_subject(make, "my_subject:MySubject", SuiteOptions(only=SPOKEN, examples=0))
    assert not tally.harness, tally.harness[0].told
    assert not tally.violations, tally.violations[0]
    assert set(tally.played) == SPOKEN


@pytest.mark.skipif(shutil.which("node") is None, reason="the example is a program for Node")
@pytest.mark.parametrize(
    ("profile", "names"), [("", SPOKEN), ("adk,http-status,render-nested", FEW)], ids=["all", "few"]
)
def test_the_program_of_the_documentation_passes(profile: str, names: frozenset[str]) -> None:
    command = f"node {EXAMPLES / 'my_client.mjs'}"
    tally = judge_command(command, SuiteOptions(only=names, profiles=(profile,), limit_s=20))
    assert not tally.harness, tally.harness[0].told
    assert not tally.violations, tally.violations[0]
    assert set(tally.played) == names
