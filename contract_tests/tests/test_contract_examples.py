"""The examples of the documentation run, and are judged without a finding."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nemocontract.environments.loading import load_subject
from nemocontract.suite import SuiteOptions, judge_command, judge_subject

EXAMPLES = Path(__file__).parents[1] / "examples"
SPOKEN = frozenset(
    {
        *("chat-batch-of-clips", "auth-token-expires-before-credits", "auth-token-expired", "upload-by-url"),
        *(
            "gui-reply-names-buttons",
            "chat-iterative-edits",
            "credits-none-anonymous",
            "credits-none-registered",
        ),
        *(
            "stream-temporary-issue-after-reply",
            "chat-not-understood",
            "auth-set-token-expired",
            "chat-silent-edit",
        ),
        *(
            "chat-silent-edit-chinese",
            "state-summary-line",
            "auth-token-from-environment",
            "upload-unsupported",
        ),
        *("session-lost-once", "chat-command-routing"),
    }
)
FEW = frozenset(
    {
        "auth-token-expired",
        "gui-reply-names-buttons",
        "credits-none-anonymous",
        "chat-silent-edit",
        "upload-unsupported",
    }
)


def test_the_subject_of_the_documentation_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(EXAMPLES), *sys.path])
    make = load_subject("my_subject:MySubject")
    run_result = judge_subject(make, "my_subject:MySubject", SuiteOptions(only=SPOKEN, examples=0))
    assert not run_result.harness, run_result.harness[0].message
    assert not run_result.violations, run_result.violations[0]
    assert set(run_result.played) == SPOKEN


@pytest.mark.skipif(shutil.which("node") is None, reason="the example is a program for Node")
@pytest.mark.parametrize(
    ("profile", "names"), [("", SPOKEN), ("adk,http-status,render-nested", FEW)], ids=["all", "few"]
)
def test_the_program_of_the_documentation_passes(profile: str, names: frozenset[str]) -> None:
    command = f"node {EXAMPLES / 'my_client.mjs'}"
    run_result = judge_command(command, SuiteOptions(only=names, profiles=(profile,), limit_s=20))
    assert not run_result.harness, run_result.harness[0].message
    assert not run_result.violations, run_result.violations[0]
    assert set(run_result.played) == names


@pytest.mark.skipif(shutil.which("node") is None, reason="the example is a program for Node")
def test_commands_of_the_documentation_pass_in_a_fresh_folder(tmp_path: Path) -> None:
    """As a user types them: beside the example, in a folder with nothing else in it."""
    command = Path(sys.executable).with_name("nemofake")
    for name in ("my_client.mjs", "my_subject.py"):
        shutil.copy(EXAMPLES / name, tmp_path)
    for subject in (("--command", "node my_client.mjs"), ("--client", "my_subject:MySubject")):
        done = subprocess.run(
            [command, "verify", *subject, "--only", "chat-silent-edit"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert done.stdout.rstrip().splitlines()[-1].startswith("passed: ")
        assert "1 of 1  chat-silent-edit  0 findings so far" in done.stderr
    assert {path.name for path in tmp_path.iterdir()} - {"__pycache__"} == {"my_client.mjs", "my_subject.py"}
