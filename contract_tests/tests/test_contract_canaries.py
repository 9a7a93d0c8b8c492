"""Canaries: every token that a fake gives here is remembered, and looked for in all that is written.

Whatever the suite, the fake or a client under test writes about its traffic, no part of a token is in it
(C-SEC-1). The client here leaks in every way it can, so that there is something to be masked.
"""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx
import pytest
from click.testing import CliRunner

from nemocontract import reports
from nemocontract.client_adapter import ClientConfig
from nemocontract.commands.compare import drift as command_drift
from nemocontract.commands.judge import judge as command_judge
from nemocontract.environments.in_process_server import stepped
from nemocontract.environments.reference_client import ReferenceClient
from nemocontract.environments.transport import stepped_target
from nemocontract.http.api_client import ApiAccount
from nemocontract.http.case import Case, CaseContext
from nemocontract.http.recorder import ApiRecorder
from nemocontract.http.run import run_cases
from nemocontract.results import RunResult
from nemocontract.suite import CLIENT_SEQUENCES, SuiteOptions, judge_fake, judge_reference, judge_subject
from nemofake import running
from nemofake.engine import tokens as issuing
from nemofake.engine.backend import Backend

from .live_helpers import TRUTH, Lies, drift_of, stand_in
from .reports_helpers import all_reports

MAGIC: Final = "nmv_usr_test_"
PART: Final = 12  # letters of a secret that are as good as the whole

pytestmark = pytest.mark.clause("C-SEC-1")


class Canaries:
    """The tokens that were given, and where none of them may be."""

    def __init__(self) -> None:
        self.tokens: set[str] = set()

    @property
    def parts(self) -> set[str]:
        """What must not be read: parts of secrets, plain and packed."""
        found: set[str] = set()
        for token in self.tokens:
            secret = token.removeprefix("nmv_usr_").removeprefix("clm_")
            if not token.startswith(MAGIC):
                found |= {secret[:PART], secret[-PART:], secret[:PART].upper()}
            packed = (base64.b64encode(b"x" * skip + token.encode()).decode()[4:-4] for skip in range(3))
            found |= {token, quote(token), token.replace("_", "%5F"), *packed}
        return found

    def in_text(self, text: str) -> list[str]:
        return sorted(part for part in self.parts if part in text)

    def check(self, **texts: str) -> None:
        assert self.tokens, "something was given"
        assert {name: found for name, text in texts.items() if (found := self.in_text(text))} == {}


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch) -> Canaries:
    found = Canaries()
    mint, claim = issuing.create_token, Backend.claim_token

    def minted(world: Any, account: Any, value: str, *args: Any, **options: Any) -> Any:
        found.tokens.add(value)
        return mint(world, account, value, *args, **options)

    def claimed(self: Backend, *args: Any, **options: Any) -> Any:
        data = claim(self, *args, **options)
        found.tokens.add(str(data["claim_token"]))
        return data

    monkeypatch.setattr(issuing, "create_token", minted)
    monkeypatch.setattr(Backend, "claim_token", claimed)
    return found


def written(run_result: RunResult, folder: Path) -> dict[str, str]:
    """Return all that is written of a run: reports as texts and files, and the run result itself."""
    reports.save([run_result], junit=folder / "r.xml", html=folder / "r.html", markdown=folder / "r.md")
    files = {path.name: path.read_text("utf-8") for path in folder.glob("r.*")}
    return {**files, **all_reports(run_result), "tally": repr(run_result)}


class Leaky(ReferenceClient):
    """The reference client, which tells everybody its token in every spelling, and fails with it."""

    def say(self, line: str) -> Iterator[str]:
        yield from super().say(line)
        assert self._client is not None
        token = self._client.context.token
        yield f"\nDEBUG token={token} {quote(token).replace('_', '%5F')} BEARER {token}\n"
        yield json.dumps({"Authorization": f"Bearer {token}", "escaped": token.replace("_", "\\u005f")})
        url = f"{self._setting.api_url}/api/credits/balance/simple?token={token}"
        httpx.get(url, headers={"Authorization": f"BEARER {token}", "X-Debug": token})
        raise RuntimeError(f"failed with {token}")

    def open(self, setting: ClientConfig) -> None:
        super().open(setting)
        self._setting = setting


# -- that it would be seen -------------------------------------------------------------------------


def test_a_leak_would_be_seen() -> None:
    canaries = Canaries()
    canaries.tokens = {"nmv_usr_0123456789abcdef0123456789abcdef"}
    canaries.check(clean="nmv_usr_***0123 nmv_usr_*** 0123456789a")
    for leak in (
        "x 0123456789abcdef",
        "nmv%5Fusr%5F0123456789abcdef0123456789abcdef",
        base64.b64encode(b"ab token=nmv_usr_0123456789abcdef0123456789abcdef&").decode(),
        "456789ABCDEF".lower(),
    ):
        with pytest.raises(AssertionError):
            canaries.check(leaky=leak)
    with pytest.raises(AssertionError, match="something was given"):
        Canaries().check(clean="")


# -- clients ---------------------------------------------------------------------------------------


def test_the_reference_client(canaries: Canaries, tmp_path: Path) -> None:
    scenarios = (
        "happy-path",
        "auth-claim-link",
        "auth-token-revoked",
        "auth-set-token-expired",
        "auth-429-permanent",
    )
    run_result = judge_reference(SuiteOptions(only=frozenset(scenarios), examples=0))
    assert sorted(run_result.played) == sorted(scenarios)
    assert not run_result.violations
    canaries.check(**written(run_result, tmp_path))


def test_a_client_that_leaks(canaries: Canaries, tmp_path: Path) -> None:
    run_result = judge_subject(
        Leaky, "leaky", SuiteOptions(only=frozenset({"happy-path", "auth-set-token-expired"}), examples=0)
    )
    leaked = [violation for violation in run_result.violations if violation.clause == "C-SEC-1"]
    assert leaked
    assert any("***" in violation.seen for violation in leaked)
    canaries.check(**written(run_result, tmp_path))


def test_saved_scenarios_of_a_client_that_leaks(canaries: Canaries, tmp_path: Path) -> None:
    saved = tmp_path / "saved"
    wanted = SuiteOptions(only=frozenset({CLIENT_SEQUENCES}), examples=3, save=saved)
    run_result = judge_subject(Leaky, "leaky", wanted)
    assert run_result.violations
    files = [*saved.iterdir()]
    assert files
    canaries.check(**written(run_result, tmp_path), saved="".join(path.read_text("utf-8") for path in files))


# -- servers ---------------------------------------------------------------------------------------


def test_the_fake(canaries: Canaries, tmp_path: Path) -> None:
    run_result = judge_fake(
        SuiteOptions(clauses=frozenset({"AUTH-1", "AUTH-6", "AUTH-8", "SES-2"}), examples=2)
    )
    assert len(run_result.played) > 10
    canaries.check(**written(run_result, tmp_path))


def test_findings_about_a_server_and_faults_of_the_suite(canaries: Canaries, tmp_path: Path) -> None:
    def reported(ctx: CaseContext) -> None:
        token = ctx.account.token
        ctx.check("AUTH-1", False, f"no {token}", {"headers": {"authorization": f"bearer {token}"}})
        ctx.check("AUTH-1", False, token.replace("_", "%5f"), f"BEARER\t{token} \\u006emv_usr_{token[8:]}")
        ctx.account.call("GET", f"/api/state/nemo_agent/me/{token}/latest?t={quote(token)}")
        ctx.check("AUTH-1", False, "where", "told by the request's path")
        raise RuntimeError(f"broken at {token!r}: https://x/?t={token}&u=1")

    run_result = RunResult("fake")
    with stepped() as server:
        run_cases(
            stepped_target(server), [Case("canaries.told", ("AUTH-1",), "tokens", reported)], run_result
        )
    assert len(run_result.violations) == 3
    (fault,) = run_result.harness
    assert "RuntimeError: broken at 'nmv_usr_***" in fault.message
    canaries.check(**written(run_result, tmp_path))


def test_a_recording_and_its_drift(canaries: Canaries, tmp_path: Path) -> None:
    def leak(
        request: httpx.Request, items: tuple[int, dict[str, str], Any]
    ) -> tuple[int, dict[str, str], Any]:
        bearer = request.headers.get("authorization", "")
        headers = {**items[1], "x-echo": bearer, "set-cookie": f"session={bearer[7:]}; Path=/"}
        return items[0], headers, {**items[2], "message": f"for {bearer}", "echo": bearer[7:], bearer[7:]: 1}

    cases = (
        "access.claim-token",
        "access.malformed-header",
        "uploads.picture",
        "streams.text-reply",
        "credits.balance",
    )
    for nth, lies in enumerate((TRUTH, Lies(answer=leak))):
        home = tmp_path / str(nth)
        home.mkdir()
        with stand_in(home, lies) as live:
            run_result, path = live.record(*cases, pause_s=0)
            kept = json.loads((home / ".config/nemovideo/contract_token.json").read_text("utf-8"))
        text = path.read_text("utf-8")
        unpacked = "".join(
            base64.b64decode(json.loads(line)["request"].get("body_base64") or "").decode("latin-1")
            for line in text.splitlines()
        )
        assert kept["tokens"][0]["client_id"] not in text
        found = drift_of(path)
        assert (
            len(found.run_result.violations) == 0 if lies is TRUTH else len(found.run_result.violations) > 3
        )
        files = [path, *(home / name for name in ("d.xml", "d.html", "d.md"))]
        flags = [
            f"--{name}={file}" for name, file in zip(("junit", "html", "markdown"), files[1:], strict=True)
        ]
        done = CliRunner().invoke(command_drift, [str(path), *flags])
        assert done.exit_code == (0 if lies is TRUTH else 1), done.output
        items = {file.name: file.read_text("utf-8") for file in files}
        canaries.check(**written(run_result, home), **items, unpacked=unpacked, output=done.output)
        canaries.check(drift=repr(found))


def test_a_token_that_was_set(canaries: Canaries, tmp_path: Path) -> None:
    token = f"{MAGIC}happy-path"
    with stand_in(tmp_path) as live:
        env = {**live.environment, "NEMO_TOKEN": token}
        run_result, path = live.record("credits.balance", "access.claim-token", env=env)
    assert token in canaries.tokens
    canaries.check(**written(run_result, tmp_path), recording=path.read_text("utf-8"))


# -- what the fake writes, and what is read of it --------------------------------------------------


@pytest.mark.parametrize("form", ["json", "ndjson", "har"])
def test_the_fakes_own_journal_and_log(
    canaries: Canaries, tmp_path: Path, caplog: pytest.LogCaptureFixture, form: str
) -> None:
    with running() as fake, httpx.Client(trust_env=False) as http:
        caplog.set_level(logging.DEBUG)
        world = fake.world("leaky")
        setting = _setting(world.url, tmp_path)
        subject = Leaky()
        subject.open(setting)
        with pytest.raises(RuntimeError):
            [*subject.say("credits")]
        subject.close()
        journal = http.get(f"{world.url}/__fake__/journal", params={"format": form}).text
    assert "nmv_usr_***" in journal
    log = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("nemofake"))
    canaries.check(journal=journal, log=log)
    path = tmp_path / f"journal.{form}"
    path.write_text(journal, "utf-8")
    done = CliRunner().invoke(command_judge, [str(path)])
    assert done.exit_code == 1
    assert "C-SEC-1" in done.output
    canaries.check(output=done.output)


def test_a_har_with_the_token_in_clear(canaries: Canaries, tmp_path: Path) -> None:
    with stepped() as server:
        recorder = ApiRecorder(stepped_target(server), RunResult("fake"), "by hand")
        account = CaseContext(recorder).account
        account.credits()
        ApiAccount(recorder, account.token).call("GET", f"/api/credits/balance/simple?token={account.token}")
        entries = [_entry(exchange, server.url) for exchange in recorder.exchanges]
    path = tmp_path / "traffic.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), "utf-8")
    assert canaries.in_text(path.read_text("utf-8")), "a browser masks nothing"
    files = {name: tmp_path / f"judged.{name}" for name in ("junit", "html", "markdown")}
    done = CliRunner().invoke(
        command_judge, [str(path), *(f"--{name}={file}" for name, file in files.items())]
    )
    assert done.exit_code == 1
    assert "C-SEC-1" in done.output
    canaries.check(output=done.output, **{name: file.read_text("utf-8") for name, file in files.items()})
    drifted = CliRunner().invoke(command_drift, [str(path)])
    assert drifted.exit_code in (0, 1), drifted.output
    canaries.check(output=drifted.output)


def _entry(exchange: Any, url: str) -> dict[str, Any]:
    return {
        "startedDateTime": "2026-01-01T00:00:00Z",
        "time": 1,
        "request": {
            "method": exchange.method,
            "url": url + exchange.path,
            "headers": [{"name": name, "value": value} for name, value in exchange.headers.items()],
        },
        "response": {
            "status": exchange.status,
            "headers": [{"name": name, "value": value} for name, value in exchange.answer_headers.items()],
            "content": {"mimeType": "application/json", "text": json.dumps(exchange.answer)},
        },
    }


def _setting(url: str, home: Path) -> ClientConfig:
    class Clock:
        def now(self) -> float:
            return 1_767_225_600.0

        def sleep(self, seconds: float) -> None:
            raise AssertionError(f"nothing has to wait {seconds} s here")

    return ClientConfig(url, "https://nemovideo.com", "", home, Clock(), "en", {"SKILL_SOURCE": "cursor"})
