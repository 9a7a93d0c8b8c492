"""The reference model on hand-written answers: what is allowed passes, credits and messages are exact."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest

from nemocontract.environments.in_process_server import stepped
from nemocontract.environments.transport import stepped_target
from nemocontract.http.api_client import ApiAccount
from nemocontract.http.recorder import ApiRecorder
from nemocontract.http.run import run_cases
from nemocontract.results import RunResult
from nemocontract.server_model.messages import KNOWN, MESSAGES
from nemocontract.server_model.oracle import ServerModel
from nemocontract.suite import SuiteOptions, chosen_cases

from .model_helpers import BEAT, CALL, DONE, FAILED, WORDS, TrafficBuilder, draft, utc

TITLE, SPEED, TALK = 'add the title "Alpha"', "speed it up 2x", "hello"
CLIP = "generate a 5 second clip of a city at night"
PROFILES = ("typed,envelope,render-flat", "adk,http-status,render-nested")


# -- nothing to say ------------------------------------------------------------------------------


def test_model_correct_traffic_no_violation() -> None:
    traffic = TrafficBuilder().begun()
    traffic.credits(100)
    traffic.chat(TALK, WORDS, takes_ms=6_000)
    traffic.state()
    traffic.chat(TITLE, CALL, DONE, WORDS)
    traffic.state(draft("Alpha"))
    traffic.credits(50)
    traffic.chat(SPEED, CALL, DONE)  # silent, and free: the fee is paid
    traffic.state(draft("Alpha", ms=6_000))
    traffic.credits(50)
    traffic.rejected(CLIP)
    traffic.submit()
    created_ms = traffic.now_ms
    traffic.now_ms += 40_000
    traffic.poll("processing", 50, created_ms=created_ms)
    traffic.now_ms += 40_000
    ended = utc(created_ms + 60_000)
    output = {"url": "https://cdn.test/f.mp4", "duration": 12.0, "size": 1}
    traffic.poll("completed", 100, created_ms=created_ms, completedAt=ended, output=output)
    assert not traffic.violations
    assert sum(traffic.run_result.tried.values()) > 80


@pytest.mark.parametrize("profile", PROFILES)
def test_model_traffic_of_server_checks_no_violation(profile: str) -> None:
    with stepped() as server:
        target = stepped_target(server)
        cases = [one for one in chosen_cases(SuiteOptions()) if not one.control]
        assert len(cases) > 20
        for one in cases:
            run_result = RunResult("fake")
            model = ServerModel(run_result, profile=profile)
            run_cases(
                target,
                [one],
                RunResult("of the case"),
                profile=profile,
                watch=model.observe,
                start=partial(model.stream_opened, followed=False),
            )
            assert not run_result.violations, (one.name, run_result.violations)


# -- credits -------------------------------------------------------------------------------------


@pytest.mark.clause("CRE-1")
@pytest.mark.parametrize("figures", [(100, 0, 99), (50, 0, 100), (-1, 101, 100), (1.5, 98.5, 100)])
def test_model_balance_does_not_add_up_violates_cre_1(figures: tuple[Any, Any, Any]) -> None:
    traffic = TrafficBuilder().begun()
    traffic.credits(*figures)
    assert traffic.clauses == ["CRE-1"]


@pytest.mark.parametrize(
    ("said", "events", "balance", "clause"),
    [
        pytest.param(TITLE, (CALL, DONE, WORDS), 0, "CRE-2", marks=pytest.mark.clause("CRE-2")),
        pytest.param(TITLE, (CALL, DONE, WORDS), 100, "CRE-3", marks=pytest.mark.clause("CRE-3")),
        pytest.param(TALK, (WORDS,), 50, "CRE-2", marks=pytest.mark.clause("CRE-2")),
        pytest.param(TALK, (WORDS,), 93, "CRE-2", marks=pytest.mark.clause("CRE-2")),
        pytest.param(TALK, (WORDS,), 107, "CRE-5", marks=pytest.mark.clause("CRE-5")),
    ],
)
def test_model_message_wrong_price_violates_its_clause(
    said: str, events: Any, balance: int, clause: str
) -> None:
    traffic = TrafficBuilder().begun()
    traffic.chat(said, *events, takes_ms=12_000)
    traffic.credits(balance)
    assert traffic.clauses == [clause]


@pytest.mark.clause("CRE-3")
def test_model_failed_work_costs_and_changes_nothing() -> None:
    right = TrafficBuilder(may_fail=True).begun()
    right.chat(TITLE, CALL, FAILED, WORDS)
    right.state()
    right.credits(100)
    assert not right.violations
    wrong = TrafficBuilder(may_fail=True).begun()
    wrong.chat(TITLE, CALL, FAILED, WORDS)
    wrong.state(draft("Alpha"))
    wrong.credits(50)
    assert wrong.clauses == ["CRE-3", "CRE-3"]


@pytest.mark.clause("SSE-11", "CRE-3")
def test_model_disconnected_client_charged_once_at_end() -> None:
    for after_ms, figures, clauses in (
        (1_000, (0, 100), []),
        (1_000, (0, 0), ["CRE-3"]),
        (1_000, (100, 0), ["SSE-11"]),
        (200_000, (0, 100), []),  # nobody knows whether it is over
        (200_000, (0, 0), []),
        (400_000, (0, 0), []),
        (400_000, (0, 100), ["CRE-3"]),
        (400_000, (100, 0), ["SSE-11"]),
    ):
        traffic = TrafficBuilder().begun()
        traffic.chat(CLIP, takes_ms=0, ending="client-gone")
        traffic.now_ms += after_ms
        traffic.credits(*figures)
        assert traffic.clauses == clauses, (after_ms, figures)


@pytest.mark.clause("SSE-12")
def test_model_same_clip_again_charged_again() -> None:
    traffic = TrafficBuilder()
    traffic.model.state.add_registered(
        {
            "user_id": "usr_1",
            "plan": "free",
            "export_blocked": False,
            "credits": {"granted": 500},
            "tokens": [{"token": traffic.token}],
        },
        None,
        traffic.moment(),
    )
    traffic.user_id = "usr_1"
    traffic.session()
    for _ in range(2):
        traffic.chat(CLIP, CALL, DONE, *([BEAT] * 10), WORDS, takes_ms=150_000)
    traffic.credits(400)
    assert traffic.clauses == ["SSE-12"]


@pytest.mark.clause("CRE-4")
def test_model_too_few_credits_expects_2001() -> None:
    poor = TrafficBuilder().begun()
    poor.chat(TITLE, CALL, DONE, WORDS)
    poor.rejected(CLIP)
    assert not poor.violations
    poor.chat(CLIP, CALL, DONE, BEAT, BEAT, WORDS, takes_ms=120_000)
    assert poor.clauses == ["CRE-4"]
    rich = TrafficBuilder().begun()
    rich.rejected(CLIP)
    rich.rejected(TALK)
    assert rich.clauses == ["CRE-4", "CRE-4"]


@pytest.mark.clause("CRE-4")
def test_model_edit_in_paid_session_needs_no_credits() -> None:
    traffic = TrafficBuilder().begun()
    traffic.chat(TITLE, CALL, DONE, WORDS)
    traffic.state(draft("Alpha"))
    traffic.model.state.accounts["anon_1"].granted = 50
    traffic.rejected(SPEED)
    assert traffic.clauses == ["CRE-4"]


def test_model_unknown_message_price_learned_from_balance() -> None:
    traffic = TrafficBuilder().begun()
    traffic.chat("remove the title", takes_ms=0, ending="client-gone")  # may find one: nobody looked
    traffic.now_ms += 60_000
    traffic.credits(50)
    traffic.credits(100)
    assert traffic.clauses == ["CRE-5"]


@pytest.mark.clause("CRE-5")
def test_model_ledger_differs_violates_cre_5() -> None:
    traffic = TrafficBuilder().begun()
    payload = {"user_id": "anon_1", "credits": {"granted": 100, "available": 100, "frozen": 0, "consumed": 0}}
    traffic.model.check_ledgers([payload], traffic.moment())
    assert not traffic.violations
    for wrong in ({"granted": 200}, {"available": 0}, {"available": 50, "consumed": 50}):
        ledger = {**payload["credits"], **wrong}  # type: ignore[dict-item]  # a mapping of figures
        traffic.model.check_ledgers([{**payload, "credits": ledger}], traffic.moment())
    traffic.model.check_ledgers([{**payload, "user_id": "anon_of_nobody"}], traffic.moment())
    assert len(traffic.violations) == 4


def test_model_existing_account_learned_from_first_balance() -> None:
    traffic = TrafficBuilder(alone=False)
    traffic.model.add_known_account(traffic.token, traffic.user_id)
    traffic.credits(730)
    traffic.session()
    traffic.upload()
    traffic.state()
    traffic.chat(TITLE, CALL, DONE, WORDS)
    traffic.credits(680)
    assert not traffic.violations
    traffic.credits(630)
    assert traffic.clauses == ["CRE-2"]


def test_model_unknown_token_not_checked() -> None:
    traffic = TrafficBuilder(alone=False)
    traffic.credits(5)
    traffic.no("GET", "/api/credits/balance/simple", 1001)
    assert not traffic.violations


# -- messages ------------------------------------------------------------------------------------


def test_messages_both_languages_have_all_kinds() -> None:
    assert len(KNOWN) == len(MESSAGES) >= 25
    assert {(m.kind, m.language) for m in MESSAGES} == {
        (kind, language) for kind in ("talk", "edit", "generation") for language in ("en", "zh")
    }


def test_messages_sent_to_fake_have_their_effects() -> None:
    chance, said = random.Random(4), set()
    with stepped() as server:
        target = stepped_target(server)
        world = target.fresh("grammar", clock="manual", seed=4)
        account = world.control("POST", "accounts", {"credits": 1_000_000})
        guest = ApiAccount(
            ApiRecorder(world, RunResult("x"), "x"), account["tokens"][0]["token"], account["user_id"]
        )
        for _ in range(40):
            session_id = guest.new_session()
            guest.upload_urls(session_id, "https://a.test/walk_12s.mp4")
            for message in chance.sample(MESSAGES, 6):
                before = guest.state(session_id).data["state"]
                guest.chat(session_id, message.text)
                after = guest.state(session_id).data["state"]
                if message.sure(before):
                    said.add(message.text)
                    assert message.done(before, after), (message.text, before["draft"], after["draft"])
    assert said == set(KNOWN)
