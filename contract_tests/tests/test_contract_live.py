"""The live target: consent, one token, manners, and recordings, all proven with a stand-in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from nemocontract.http.case import RequestBudgetExceededError
from nemocontract.live.opt_in import SuiteError, is_live
from nemocontract.live.throttle import ConcurrentRequestError, ThrottledTransport
from nemocontract.recording.files import read_traffic

from .live_helpers import Lies, StandIn, stand_in

FREE = ("states.new", "sessions.new", "credits.balance", "streams.text-reply")
PAID = ("states.edited", "credits.first-edit", "credits.one-clip", "exports.edited-draft")


@pytest.fixture
def live(tmp_path: Path) -> Iterator[StandIn]:
    with stand_in(tmp_path) as standing:
        yield standing


# -- consent ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", [None, "", "0", "yes", "true"])
def test_judge_live_without_opt_in_sends_nothing(live: StandIn, word: str | None) -> None:
    env = {name: value for name, value in live.environment.items() if name != "NEMO_LIVE"}
    with pytest.raises(SuiteError, match="NEMO_LIVE=1"):
        live.record(env=env if word is None else {**env, "NEMO_LIVE": word})
    assert live.transport.requests == []
    assert live.journal() == []
    assert list(live.home.iterdir()) == []


@pytest.mark.parametrize(
    ("url", "live_one"),
    [
        ("live", True),
        ("https://mega-api-prod.nemovideo.ai", True),
        ("https://MEGA-api-prod.nemovideo.ai:443/", True),
        ("http://127.0.0.1:8787", False),
        ("https://mega-api-prod.nemovideo.ai.example", False),
    ],
)
def test_is_live_any_spelling_of_address_true(url: str, live_one: bool) -> None:
    assert is_live(url) is live_one


# -- money -----------------------------------------------------------------------------------------


@pytest.mark.clause("CRE-2")
def test_judge_live_without_budget_costs_nothing(live: StandIn) -> None:
    run_result, _ = live.record(max_credits=0)
    assert not run_result.violations
    assert not run_result.harness
    assert run_result.exit_code == 0
    (account,) = live.accounts()
    assert account["credits"] == {**account["credits"], "available": 100, "frozen": 0}
    reasons = {one.name: one.reason for one in run_result.not_run}
    for name in PAID:
        assert "of --max-credits 0 are left" in reasons[name]
        assert name not in run_result.played


def test_judge_live_budget_shared_by_all_checks(live: StandIn) -> None:
    run_result, _ = live.record(*PAID, max_credits=100)
    assert sorted(run_result.played) == ["credits.first-edit", "states.edited"]
    assert {one.name: one.reason for one in run_result.not_run} == {
        "credits.one-clip": "may cost 100 credits; of --max-credits 0 are left",
        "exports.edited-draft": "may cost 50 credits; of --max-credits 0 are left",
    }
    (account,) = live.accounts()
    assert account["credits"]["available"] == 0


def test_judge_live_control_checks_reported_skipped(live: StandIn) -> None:
    run_result, _ = live.record("credits.text-reply-without-credits", "credits.balance")
    assert run_result.played == ["credits.balance"]
    (left,) = run_result.not_run
    assert (left.name, left.reason) == (
        "credits.text-reply-without-credits",
        "needs the control API, which this server does not have",
    )


# -- one token -------------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-3")
def test_token_store_second_run_reuses_token(live: StandIn) -> None:
    for _ in range(2):
        run_result, _ = live.record(*FREE)
        assert not run_result.violations
    asked = [one for one in live.journal() if one["operation"] == "token.issue"]
    assert len(asked) == 1
    assert len(live.accounts()) == 1
    kept = live.home / ".config/nemovideo/contract_token.json"
    assert kept.stat().st_mode & 0o777 == 0o600
    assert kept.parent.stat().st_mode & 0o777 == 0o700
    (one,) = json.loads(kept.read_text("utf-8"))["tokens"]
    assert set(one) == {"base_url", "client_id", "token", "user_id", "expires_at"}
    assert [*kept.parent.iterdir()] == [kept]


@pytest.mark.clause("AUTH-5")
def test_token_store_expired_token_replaced_same_client_id(live: StandIn) -> None:
    live.record("credits.balance")
    live.sleep(7 * 86_400)
    run_result, _ = live.record("credits.balance")
    assert not run_result.violations
    kept = json.loads((live.home / ".config/nemovideo/contract_token.json").read_text("utf-8"))["tokens"]
    assert len(kept) == 1
    asked = [one for one in live.transport.requests if one.url.path.endswith("anonymous-token")]
    assert len(asked) == 2
    assert {one.headers["x-client-id"] for one in asked} == {kept[0]["client_id"]}


def test_token_store_two_servers_two_tokens(live: StandIn) -> None:
    live.record("credits.balance")
    path = live.home / ".config/nemovideo/contract_token.json"
    (mine,) = json.loads(path.read_text("utf-8"))["tokens"]
    theirs = {**mine, "base_url": "https://elsewhere.example", "token": "nmv_usr_elsewhere"}
    path.write_text(json.dumps({"tokens": [theirs]}), "utf-8")
    live.record("credits.balance")
    assert [one["base_url"] for one in json.loads(path.read_text("utf-8"))["tokens"]] == [
        "https://elsewhere.example",
        live.server.url,
    ]
    used = {one.headers["authorization"] for one in live.transport.requests if "authorization" in one.headers}
    assert not any("elsewhere" in one for one in used)


def test_token_store_nemo_token_used_not_stored(live: StandIn) -> None:
    token = "nmv_usr_test_happy-path"
    run_result, _ = live.record("credits.balance", env={**live.environment, "NEMO_TOKEN": token})
    assert not run_result.violations
    assert not (live.home / ".config").exists()
    assert {one.headers["authorization"] for one in live.transport.requests} == {f"Bearer {token}"}


@pytest.mark.clause("AUTH-3")
def test_token_store_429_error_says_when_to_retry(tmp_path: Path) -> None:
    def refuse(
        request: httpx.Request, items: tuple[int, dict[str, str], object]
    ) -> tuple[int, dict[str, str], object]:
        if request.url.path.endswith("anonymous-token"):
            return 429, {**items[1], "retry-after": "172800"}, {"code": 429, "message": "later", "data": None}
        return items

    with stand_in(tmp_path, Lies(answer=refuse)) as live:
        with pytest.raises(SuiteError, match=r"429.*try again in 2\.0 days"):
            live.record()
        assert len(live.transport.requests) == 1


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"tokens": [{}]}', "\xff"])
def test_token_store_broken_file_error_names_file(live: StandIn, text: str) -> None:
    path = live.home / ".config/nemovideo/contract_token.json"
    path.parent.mkdir(parents=True)
    path.write_text(text, "latin-1")
    with pytest.raises(SuiteError, match=r"contract_token\.json"):
        live.record()
    assert live.transport.requests == []


# -- manners ---------------------------------------------------------------------------------------


def test_throttle_requests_pause_between(live: StandIn) -> None:
    live.record(*FREE)
    records = live.journal()
    gaps = [later["at_ms"] - earlier["ended_at_ms"] for earlier, later in pairwise(records)]
    assert len(gaps) > 10
    assert min(gaps) >= 2000
    assert live.slept
    assert max(live.slept) <= 2.0


def test_throttle_limit_reached_sends_no_more(live: StandIn) -> None:
    run_result, path = live.record(max_requests=20)
    assert len(live.transport.requests) == 20
    assert len(read_traffic(path)) == 20
    assert not run_result.violations
    assert not run_result.harness
    assert "20 requests were sent, the limit of this run" in {one.reason for one in run_result.not_run}


def test_throttle_after_429_sends_no_more(tmp_path: Path) -> None:
    def busy(
        request: httpx.Request, items: tuple[int, dict[str, str], object]
    ) -> tuple[int, dict[str, str], object]:
        if request.url.path.endswith("balance/simple"):
            return 429, {**items[1], "retry-after": "90"}, {"code": 429, "message": "slower", "data": None}
        return items

    with stand_in(tmp_path, Lies(answer=busy)) as live:
        run_result, _ = live.record(
            "streams.text-reply",
            "credits.balance",
            "credits.text-reply",
            "envelopes.unknown-path",
            max_credits=0,
        )
        assert str(live.transport.requests[-1].url).endswith("balance/simple")
        assert run_result.played == ["streams.text-reply", "credits.balance"]
        assert {one.reason for one in run_result.not_run} == {
            "the server asks for less (429); try again in 90 seconds"
        }


class TestPolite:
    """The transport by itself, on a clock of numbers."""

    def make(self, **options: float) -> tuple[ThrottledTransport, list[float]]:
        self.now_ms = 0
        slept: list[float] = []

        def sleep(seconds: float) -> None:
            slept.append(seconds)
            self.now_ms += round(seconds * 1000)

        def answer(_: httpx.Request) -> httpx.Response:
            self.now_ms += 700
            return httpx.Response(200, text="x")

        inner = httpx.MockTransport(answer)
        return ThrottledTransport(inner, now_ms=lambda: self.now_ms, sleep=sleep, **options), slept  # type: ignore[arg-type]

    def test_throttle_first_request_no_pause(self) -> None:
        throttled, slept = self.make()
        with httpx.Client(transport=throttled) as http:
            http.get("http://x/")
            assert slept == []
            http.get("http://x/")
            assert slept == [2.0]
            self.now_ms += 1500
            http.get("http://x/")
            self.now_ms += 9000
            http.get("http://x/")
        assert slept == [2.0, 0.5]
        assert throttled.sent == 4

    def test_throttle_concurrent_request_raises(self) -> None:
        throttled, _ = self.make()
        with httpx.Client(transport=throttled) as http:
            with http.stream("GET", "http://x/"), pytest.raises(ConcurrentRequestError):
                http.get("http://x/")
            assert http.get("http://x/").text == "x"

    def test_throttle_failed_request_allows_next(self) -> None:
        def fails(_: httpx.Request) -> httpx.Response:
            raise httpx.ConnectError("gone")

        throttled = ThrottledTransport(httpx.MockTransport(fails), sleep=lambda _: None)
        with httpx.Client(transport=throttled) as http:
            for _ in range(2):
                with pytest.raises(httpx.ConnectError):
                    http.get("http://x/")

    def test_throttle_limit_raises_budget_error(self) -> None:
        throttled, _ = self.make(most=2)
        with httpx.Client(transport=throttled) as http:
            http.get("http://x/")
            http.get("http://x/")
            with pytest.raises(RequestBudgetExceededError, match="2 requests"):
                http.get("http://x/")

    @pytest.mark.parametrize(
        ("headers", "words"),
        [
            ({"retry-after": "30"}, "try again in 30 seconds"),
            ({"retry-after": "7200"}, "try again in 2.0 hours"),
            ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, "after Wed, 21 Oct"),
            ({}, "does not say"),
        ],
    )
    def test_retry_after_text_names_wait(self, headers: dict[str, str], words: str) -> None:
        busy = httpx.MockTransport(lambda _: httpx.Response(429, headers=headers))
        with httpx.Client(transport=ThrottledTransport(busy, sleep=lambda _: None)) as http:
            assert http.get("http://x/").status_code == 429
            with pytest.raises(RequestBudgetExceededError, match=words):
                http.get("http://x/")


# -- the recording ---------------------------------------------------------------------------------


def test_recording_equals_server_journal(live: StandIn) -> None:
    _, path = live.record(*FREE, "uploads.picture", "malformed.not-json", "access.malformed-header")
    ours, theirs = [json.loads(line) for line in path.read_text("utf-8").splitlines()], live.journal()
    assert len(ours) == len(theirs) > 20
    for one, other in zip(ours, theirs, strict=True):
        assert one["operation"] == other["operation"] or other["operation"] is None
        assert one["at_ms"] == other["at_ms"]
        assert one["ended_at_ms"] == other["ended_at_ms"]
        assert one["request"]["path"] == other["request"]["path"]
        assert one["request"]["size"] == other["request"]["size"]
        assert one["response"]["status"] == other["response"]["status"]
        assert set(one["response"]) == set(other["response"])
        if "events" in one["response"]:
            assert one["response"]["events"] == other["response"]["events"]
        if "uploads" not in one["request"]:
            assert one["request"].get("body") == other["request"]["body"]


@pytest.mark.clause("C-SEC-1")
def test_mask_same_secret_same_placeholder(live: StandIn) -> None:
    _, path = live.record(*FREE)
    traffic = read_traffic(path)
    issued = [one.data["token"] for one in traffic if one.operation == "token.issue" and one.succeeded]
    borne = {one.headers["authorization"] for one in traffic if "authorization" in one.headers}
    assert len(issued) == 1
    assert issued[0].startswith("nmv_usr_***")
    assert len(issued[0]) == len("nmv_usr_***") + 4
    assert borne == {f"Bearer {issued[0]}"}


def test_recording_each_line_flushed(live: StandIn) -> None:
    seen: list[int] = []

    def waiting(seconds: float) -> None:
        StandIn.sleep(live, seconds)
        path = live.home / "recording-1.ndjson"
        seen.append(len(path.read_text("utf-8").splitlines()) if path.exists() else 0)

    live.record("credits.balance", sleep=waiting)
    assert seen == [1, 2, 3]


def test_recording_existing_file_raises(live: StandIn) -> None:
    _, path = live.record("credits.balance")
    before = path.read_bytes()
    live.runs = 0
    with pytest.raises(SuiteError, match="exists already"):
        live.record("credits.balance")
    assert path.read_bytes() == before
