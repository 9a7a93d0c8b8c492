"""``nemofake verify --target`` on servers without control API, over sockets and in another process."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from nemocontract.commands.compare import drift
from nemocontract.commands.verify import verify
from nemocontract.live import judge as live_judge
from nemocontract.live.judge import judge_live
from nemocontract.live.throttle import ThrottledTransport, wall_ms
from nemocontract.recording.files import read_traffic
from nemofake import running
from nemofake.testing import FakeServer

ADDRESS = re.compile(r"nemofake listening on (http://127\.0\.0\.1:[0-9]+)\n")
CASES = ("tokens.missing-client-id", "states.new", "streams.text-reply", "credits.balance", "uploads.picture")
ONLY = [part for name in CASES for part in ("--only", name)]


@pytest.fixture(autouse=True)
def somewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Work in a folder and a home of one's own, with nothing in the environment."""
    for name in ("NEMO_LIVE", "NEMO_API_URL", "NEMO_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Give the list of pauses, none of which is made."""
    pauses: list[float] = []
    monkeypatch.setattr(live_judge, "judge_live", partial(judge_live, sleep=pauses.append))
    monkeypatch.setattr(live_judge, "ThrottledTransport", partial(ThrottledTransport, sleep=pauses.append))
    return pauses


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with running(control=False, seed=99, start_ms=wall_ms()) as other:  # a kept token has to be good today
        yield other


def verified(*args: object) -> Result:
    return CliRunner().invoke(verify, [str(arg) for arg in args])


def asked(fake: FakeServer, operation: str) -> int:
    return sum(record["operation"] == operation for record in fake.journal())


# -- live ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["live", "https://mega-api-prod.nemovideo.ai"])
def test_verify_live_without_opt_in_exit_2_no_request(
    monkeypatch: pytest.MonkeyPatch, fake: FakeServer, somewhere: Path, target: str
) -> None:
    monkeypatch.setenv("NEMO_API_URL", fake.base_url)
    done = verified("--target", target)
    assert done.exit_code == 2
    assert "NEMO_LIVE=1" in done.output
    assert fake.journal() == []
    assert [*somewhere.iterdir()] == []


def test_verify_live_twice_records_twice_one_token(
    monkeypatch: pytest.MonkeyPatch, fake: FakeServer, somewhere: Path, slept: list[float]
) -> None:
    monkeypatch.setenv("NEMO_LIVE", "1")
    monkeypatch.setenv("NEMO_API_URL", fake.base_url)
    assert verified("--target", "live", *ONLY).exit_code == 0
    (mine,) = somewhere.glob("nemo-live-*.ndjson")
    assert re.fullmatch(r"nemo-live-20\d{6}T\d{6}Z\.ndjson", mine.name)
    assert verified("--target", "live", *ONLY, "--record", "again.ndjson").exit_code == 0
    assert asked(fake, "token.issue") == 1 + 2 * 2, "one that is kept, and those that name no client"
    assert len(fake.accounts()) == 1
    assert len(slept) > 20
    assert 1.0 < min(slept) <= max(slept) <= 2.0
    for path in (mine, Path("again.ndjson")):
        assert len(read_traffic(path)) > 10
        done = CliRunner().invoke(drift, [str(path)])
        assert done.exit_code == 0, done.output


def test_verify_live_separate_server_process_judged(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, slept: list[float]
) -> None:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NEMOFAKE_")}
    command = [sys.executable, "-m", "nemofake", "serve", "--no-control", "--port", "0", "--seed", "5"]
    environment = {**inherited, "TMPDIR": str(tmp_path)}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout
        found = ADDRESS.fullmatch(process.stdout.readline())
        assert found
        monkeypatch.setenv("NEMO_LIVE", "1")
        monkeypatch.setenv("NEMO_API_URL", found[1])
        done = verified(
            "--target", "live", *ONLY, "--only", "states.edited", "--max-credits", 50, "--record", "r"
        )
        assert done.exit_code == 0, done.output
    finally:
        process.kill()
        process.communicate()
    assert slept
    compared = CliRunner().invoke(drift, ["r"])
    assert compared.exit_code == 0, compared.output
    assert "STA-2" in compared.output.rpartition("verified-live")[2]


def test_verify_existing_recording_unchanged(
    monkeypatch: pytest.MonkeyPatch, fake: FakeServer, somewhere: Path
) -> None:
    monkeypatch.setenv("NEMO_LIVE", "1")
    monkeypatch.setenv("NEMO_API_URL", fake.base_url)
    (somewhere / "mine").write_text("precious", "utf-8")
    done = verified("--target", "live", "--record", "mine")
    assert done.exit_code == 2
    assert (somewhere / "mine").read_text("utf-8") == "precious"
    assert fake.journal() == []


# -- any other server ------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-4")
def test_verify_target_without_control_api_one_token(fake: FakeServer, somewhere: Path) -> None:
    done = verified("--target", fake.base_url, "--examples", 0)
    assert done.exit_code == 0, done.output
    assert len(fake.accounts()) == 1
    assert "needs the control API, which this server does not have" in " ".join(done.output.split())
    assert "AUTH-1:" in done.output
    assert [*somewhere.iterdir()] == []


def test_verify_target_record_option_writes_file(fake: FakeServer, slept: list[float]) -> None:
    done = verified("--target", fake.base_url, *ONLY, "--record", "mine.ndjson")
    assert done.exit_code == 0, done.output
    assert len(read_traffic(Path("mine.ndjson"))) > 10
    assert not slept
    assert CliRunner().invoke(drift, ["mine.ndjson"]).exit_code == 0


def test_verify_target_polite_option_pauses(fake: FakeServer, slept: list[float]) -> None:
    assert verified("--target", fake.base_url, *ONLY, "--throttle").exit_code == 0
    assert len(slept) > 10


def test_verify_target_polite_429_ends_run(fake: FakeServer, slept: list[float]) -> None:
    done = verified("--target", fake.base_url, "--throttle", "--max-requests", 12, "--examples", 0)
    assert "12 requests were sent" in " ".join(done.output.split())
    assert len(fake.journal()) <= 12
    assert len(slept) == 11


@pytest.mark.clause("CRE-2")
def test_verify_target_budget_option_allows_cost(fake: FakeServer) -> None:
    paid = ("--only", "states.edited", "--only", "states.new")
    assert verified("--target", fake.base_url, *paid).exit_code == 0
    assert [account["credits"]["available"] for account in fake.accounts()] == [100]
    assert verified("--target", fake.base_url, *paid, "--max-credits", 50).exit_code == 0
    assert sorted(account["credits"]["available"] for account in fake.accounts()) == [50, 100]


@pytest.mark.parametrize(
    "flags", [("--throttle",), ("--record", "x"), ("--max-credits", "5"), ("--server", "--throttle")]
)
def test_verify_target_options_without_target_exit_2(flags: tuple[str, ...]) -> None:
    done = verified(*flags)
    assert done.exit_code == 2
    assert "--target" in done.output


@pytest.mark.parametrize("url", ["nonsense", "ftp://x", "http://", "http://127.0.0.1:1"])
def test_verify_unreachable_target_exit_2(url: str) -> None:
    assert verified("--target", url).exit_code == 2
