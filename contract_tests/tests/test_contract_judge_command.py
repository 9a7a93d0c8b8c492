"""The judge and the command ``nemofake judge``: what is printed and written, and the exit codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from nemoclient import NemoClient
from nemocontract.clauses import ANSWERED, CLIENT
from nemocontract.client_rules.judge import all_rules, judge
from nemocontract.client_rules.rule import Rule, RuleResult
from nemocontract.client_run import ClientRun
from nemocontract.commands.judge import judge as command
from nemocontract.results import RunResult
from nemofake import cli, running

from .traffic_helpers import evidence, ex, the_rule, words

CANARY = "nmv_usr_canary4711"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the reference client did on a fake, in each of the three forms."""
    home = tmp_path_factory.mktemp("home")
    with running(clock="auto", seed=7) as fake:
        world = fake.world("recorded")
        with NemoClient(world.url, client_id_file=home / "client_id") as client:
            client.upload("https://example.com/walk_12s.mp4")
            client.chat('add the title "Hello"').finish()
            client.credits()
        address = f"{world.url}/__fake__/journal"
        fields = {form: httpx.get(f"{address}?format={form}").text for form in ("ndjson", "har")}
        return {"json": httpx.get(address).text, **fields}


@pytest.fixture
def journal(recorded: dict[str, str]) -> list[dict[str, Any]]:
    """The same as records, to be spoiled."""
    records: list[dict[str, Any]] = json.loads(recorded["json"])
    return records


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(one) for one in arguments])


def saved(tmp_path: Path, content: Any) -> Path:
    file = tmp_path / "recorded.json"
    file.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return file


@pytest.mark.parametrize("form", ["json", "ndjson", "har"])
def test_a_good_client_passes(recorded: dict[str, str], tmp_path: Path, form: str) -> None:
    result = run(saved(tmp_path, recorded[form]), "--no-token-set", "--complete", "--anonymous")
    assert result.exit_code == 0, result.output
    assert "0 violations" in result.output
    assert "C-ATT-1" in result.output
    assert "not tried" in result.output  # what a recording cannot show is not passed in silence


def test_a_finding_says_clause_request_and_what_should_have_been(
    journal: list[dict[str, Any]], tmp_path: Path
) -> None:
    spoiled = next(one for one in journal if one["operation"] == "chat")
    del spoiled["request"]["headers"]["x-skill-version"]
    result = run(saved(tmp_path, journal))
    assert result.exit_code == 1
    for word in ("C-ATT-1", "three-headers", f"request {spoiled['seq']}", "no x-skill-version"):
        assert word in result.output
    assert "nemofake judge" in result.output  # the way to see it again


def test_what_is_known_beforehand_counts(recorded: dict[str, str], tmp_path: Path) -> None:
    file = saved(tmp_path, recorded["json"])
    assert run(file).exit_code == 0
    for item in (["--token-set"], ["--platform", "cursor"]):
        assert run(file, *item).exit_code == 1


@pytest.mark.parametrize(("form", "items", "code"), [("har", [], 1), ("har", ["--timing", "unknown"], 0)])
def test_times_of_a_har_are_real_unless_said_otherwise(
    recorded: dict[str, str], tmp_path: Path, form: str, items: list[str], code: int
) -> None:
    har = json.loads(recorded[form])
    har["log"]["creator"]["name"] = "a proxy"
    refused = json.loads(json.dumps(har["log"]["entries"][0]))
    refused["response"] |= {
        "status": 429,
        "content": {"mimeType": "application/json", "text": '{"code":429}'},
    }
    har["log"]["entries"] = [refused, *har["log"]["entries"]]
    for entry in har["log"]["entries"]:
        del entry["_seq"]
    assert run(saved(tmp_path, har), *items).exit_code == code


@pytest.mark.clause("C-SEC-1")
def test_no_token_is_in_anything_that_is_printed_or_written(recorded: dict[str, str], tmp_path: Path) -> None:
    path = "/api/credits/balance/simple"
    har = recorded["har"].replace(path, f"{path}?t={CANARY}")
    reports = [tmp_path / name for name in ("report.xml", "report.html", "report.md")]
    options = zip(("--junit", "--html", "--markdown"), reports, strict=True)
    result = run(saved(tmp_path, har), *(word for option in options for word in option))
    assert result.exit_code == 1
    assert "not-in-an-address" in result.output
    for text in (result.output, *(report.read_text(encoding="utf-8") for report in reports)):
        assert "C-SEC-1" in text
        assert "canary" not in text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("", "it is empty"),
        ("no traffic", "no JSON"),
        ("[]", "no request to the service"),
        ('{"log":{"entries":[]}}', "no request to the service"),
        ('{"log":{"entries":[{}]}}', "entry 1 of the HAR"),
    ],
)
def test_what_cannot_be_judged_is_one_line_and_exit_2(
    content: str,
    text: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = saved(tmp_path, content)
    monkeypatch.setattr(sys, "argv", ["nemofake", "judge", str(file)])
    with pytest.raises(SystemExit) as exited:
        cli.main()
    printed = capsys.readouterr()
    assert exited.value.code == 2
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert printed.err.startswith(f"nemofake: {file}: ")
    assert text in printed.err


def test_neither_is_a_missing_file_or_a_report_that_has_no_folder(
    recorded: dict[str, str], tmp_path: Path
) -> None:
    assert run().exit_code == 2
    assert run(tmp_path / "nothing").exit_code == 2
    lost = tmp_path / "no" / "folder.html"
    assert run(saved(tmp_path, recorded["json"]), "--html", lost).exit_code == 2


def test_findings_leave_the_command_with_1(
    journal: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del journal[-1]["request"]["headers"]["authorization"]
    monkeypatch.setattr(sys, "argv", ["nemofake", "judge", str(saved(tmp_path, journal))])
    with pytest.raises(SystemExit) as exited:
        cli.main()
    assert exited.value.code == 1


def test_a_suite_that_cannot_run_leaves_with_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["nemofake", "verify", "--only", "no-such-scenario"])
    with pytest.raises(SystemExit) as exited:
        cli.main()
    assert exited.value.code == 2
    assert "no-such-scenario" in capsys.readouterr().err


class TestRules:
    def test_all_are_listed(self) -> None:
        result = run("--rules")
        assert result.exit_code == 0
        lines = result.output.splitlines()
        assert len(lines) == len(all_rules())
        for rule, line in zip(all_rules(), lines, strict=True):
            assert line.split()[:2] == [rule.clause, rule.name]
            assert line.endswith(rule.description)

    def test_every_clause_of_a_client_has_some(self) -> None:
        assert {*CLIENT, *ANSWERED} <= {rule.clause for rule in all_rules()}

    def test_each_says_in_one_sentence_what_it_looks_for(self) -> None:
        for rule in all_rules():
            assert rule.description.endswith("."), rule.name
            assert rule.description.count(". ") == 0, rule.name
            assert len(rule.description) <= 120, rule.name

    def test_each_bears_the_name_of_its_module(self) -> None:
        for rule in all_rules():
            family, dot, name = rule.name.partition(".")
            assert dot, rule.name
            assert name
            assert rule.check.__module__.endswith(f".{family.replace('-', '_')}"), rule.name

    def test_none_says_anything_of_no_traffic(self) -> None:
        run_result = RunResult("nothing")
        judge(evidence(), run_result)
        assert not run_result.tried
        assert not run_result.harness
        assert run_result.exit_code == 2  # never 0 when nothing ran


class TestRunResults:
    def test_every_verdict_is_counted_and_every_breach_is_reported(self) -> None:
        run_result = RunResult("here")
        result = evidence(ex(1, "credits"), ex(2, "state", headers={"x-skill-source": None}))
        rule = the_rule("attribution.three-headers")
        judge(result, run_result, test_name="a scenario", replay="a command", rules=[rule])
        assert run_result.tried == {"C-ATT-1": 2}
        (found,) = run_result.violations
        assert (found.clause, found.rule, found.responsible) == ("C-ATT-1", rule.name, "client")
        assert (found.seq, found.at_ms) == (2, result.traffic[1].at_ms)
        assert (found.test_name, found.replay) == ("a scenario", "a command")

    def test_a_rule_that_raises_is_a_fault_of_the_suite(self) -> None:
        def check(_: ClientRun) -> Iterator[RuleResult]:
            yield RuleResult(True, "all is well")
            raise RuntimeError(f"broken at {CANARY}")

        run_result = RunResult("here")
        judge(
            evidence(),
            run_result,
            test_name="a scenario",
            rules=[Rule("a.rule", "C-SEC-1", "Nothing.", check, "V")],
        )
        (fault,) = run_result.harness
        assert fault.name == "a scenario a.rule"
        assert "RuntimeError" in fault.message
        assert "canary" not in fault.message
        assert not run_result.violations
        assert run_result.exit_code == 2

    @pytest.mark.clause("C-SEC-1")
    def test_a_token_without_any_prefix_is_hidden_as_well(self) -> None:
        own = "Zx91-secret-77"
        result = evidence(
            ex(1, "credits", token=own),
            ex(2, "state", token="Another-secret-1"),
            ex(3, "media", path=f"/cdn/film.mp4?key={own}"),
            ex(4, "chat", token=own, text=f"take {own}"),
            ex(5, "credits", token=own, headers={"x-copy": own}),
            said=[words("hi", f"bad token {own}", last=5)],
        )
        run_result = RunResult("here")
        judge(result, run_result)
        assert {found.rule for found in run_result.violations if found.clause == "C-SEC-1"} == {
            f"secrets.not-in-{where}" for where in ("an-address", "a-body", "another-header", "what-is-read")
        }
        assert "ecret-" not in repr(run_result)
