"""The auditor on answers written by hand: silent about what is allowed, exact about credits and messages."""

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

from .contract_model_kit import BEAT, CALL, DONE, FAILED, WORDS, Scribe, draft, utc

TITLE, SPEED, TALK = 'add the title "Alpha"', "speed it up 2x", "hello"
CLIP = "generate a 5 second clip of a city at night"
PROFILES = ("typed,envelope,render-flat", "adk,http-status,render-nested")


# -- nothing to say ------------------------------------------------------------------------------


def test_model_correct_traffic_no_violation() -> None:
    scribe = Scribe().begun()
    scribe.credits(100)
    scribe.chat(TALK, WORDS, takes_ms=6_000)
    scribe.state()
    scribe.chat(TITLE, CALL, DONE, WORDS)
    scribe.state(draft("Alpha"))
    scribe.credits(50)
    scribe.chat(SPEED, CALL, DONE)  # silent, and free: the fee is paid
    scribe.state(draft("Alpha", ms=6_000))
    scribe.credits(50)
    scribe.broke(CLIP)
    scribe.submit()
    created_ms = scribe.now_ms
    scribe.now_ms += 40_000
    scribe.poll("processing", 50, created_ms=created_ms)
    scribe.now_ms += 40_000
    ended = utc(created_ms + 60_000)
    output = {"url": "https://cdn.test/f.mp4", "duration": 12.0, "size": 1}
    scribe.poll("completed", 100, created_ms=created_ms, completedAt=ended, output=output)
    assert not scribe.violations
    assert sum(scribe.tally.tried.values()) > 80


@pytest.mark.parametrize("profile", PROFILES)
def test_model_traffic_of_server_checks_no_violation(profile: str) -> None:
    with stepped() as server:
        target = stepped_target(server)
        cases = [one for one in chosen_cases(SuiteOptions()) if not one.control]
        assert len(cases) > 20
        for one in cases:
            tally = RunResult("fake")
            auditor = ServerModel(tally, profile=profile)
            run_cases(
                target,
                [one],
                RunResult("of the case"),
                profile=profile,
                watch=auditor.observe,
                start=partial(auditor.stream_opened, followed=False),
            )
            assert not tally.violations, (one.name, tally.violations)


# -- credits -------------------------------------------------------------------------------------


@pytest.mark.clause("CRE-1")
@pytest.mark.parametrize("figures", [(100, 0, 99), (50, 0, 100), (-1, 101, 100), (1.5, 98.5, 100)])
def test_model_balance_does_not_add_up_violates_cre_1(figures: tuple[Any, Any, Any]) -> None:
    scribe = Scribe().begun()
    scribe.credits(*figures)
    assert scribe.clauses == ["CRE-1"]


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
    scribe = Scribe().begun()
    scribe.chat(said, *events, takes_ms=12_000)
    scribe.credits(balance)
    assert scribe.clauses == [clause]


@pytest.mark.clause("CRE-3")
def test_model_failed_work_costs_and_changes_nothing() -> None:
    right = Scribe(may_fail=True).begun()
    right.chat(TITLE, CALL, FAILED, WORDS)
    right.state()
    right.credits(100)
    assert not right.violations
    wrong = Scribe(may_fail=True).begun()
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
        scribe = Scribe().begun()
        scribe.chat(CLIP, takes_ms=0, ending="client-gone")
        scribe.now_ms += after_ms
        scribe.credits(*figures)
        assert scribe.clauses == clauses, (after_ms, figures)


@pytest.mark.clause("SSE-12")
def test_model_same_clip_again_charged_again() -> None:
    scribe = Scribe()
    scribe.auditor.state.add_registered(
        {
            "user_id": "usr_1",
            "plan": "free",
            "export_blocked": False,
            "credits": {"granted": 500},
            "tokens": [{"token": scribe.token}],
        },
        None,
        scribe.moment(),
    )
    scribe.user_id = "usr_1"
    scribe.session()
    for _ in range(2):
        scribe.chat(CLIP, CALL, DONE, *([BEAT] * 10), WORDS, takes_ms=150_000)
    scribe.credits(400)
    assert scribe.clauses == ["SSE-12"]


@pytest.mark.clause("CRE-4")
def test_model_too_few_credits_expects_2001() -> None:
    poor = Scribe().begun()
    poor.chat(TITLE, CALL, DONE, WORDS)
    poor.broke(CLIP)
    assert not poor.violations
    poor.chat(CLIP, CALL, DONE, BEAT, BEAT, WORDS, takes_ms=120_000)
    assert poor.clauses == ["CRE-4"]
    rich = Scribe().begun()
    rich.broke(CLIP)
    rich.broke(TALK)
    assert rich.clauses == ["CRE-4", "CRE-4"]


@pytest.mark.clause("CRE-4")
def test_model_edit_in_paid_session_needs_no_credits() -> None:
    scribe = Scribe().begun()
    scribe.chat(TITLE, CALL, DONE, WORDS)
    scribe.state(draft("Alpha"))
    scribe.auditor.state.accounts["anon_1"].granted = 50
    scribe.broke(SPEED)
    assert scribe.clauses == ["CRE-4"]


def test_model_unknown_message_price_learned_from_balance() -> None:
    scribe = Scribe().begun()
    scribe.chat("remove the title", takes_ms=0, ending="client-gone")  # may find one: nobody looked
    scribe.now_ms += 60_000
    scribe.credits(50)
    scribe.credits(100)
    assert scribe.clauses == ["CRE-5"]


@pytest.mark.clause("CRE-5")
def test_model_ledger_differs_violates_cre_5() -> None:
    scribe = Scribe().begun()
    payload = {"user_id": "anon_1", "credits": {"granted": 100, "available": 100, "frozen": 0, "consumed": 0}}
    scribe.auditor.check_ledgers([payload], scribe.moment())
    assert not scribe.violations
    for wrong in ({"granted": 200}, {"available": 0}, {"available": 50, "consumed": 50}):
        ledger = {**payload["credits"], **wrong}  # type: ignore[dict-item]  # a mapping of figures
        scribe.auditor.check_ledgers([{**payload, "credits": ledger}], scribe.moment())
    scribe.auditor.check_ledgers([{**payload, "user_id": "anon_of_nobody"}], scribe.moment())
    assert len(scribe.violations) == 4


def test_model_existing_account_learned_from_first_balance() -> None:
    scribe = Scribe(alone=False)
    scribe.auditor.add_known_account(scribe.token, scribe.user_id)
    scribe.credits(730)
    scribe.session()
    scribe.upload()
    scribe.state()
    scribe.chat(TITLE, CALL, DONE, WORDS)
    scribe.credits(680)
    assert not scribe.violations
    scribe.credits(630)
    assert scribe.clauses == ["CRE-2"]


def test_model_unknown_token_not_checked() -> None:
    scribe = Scribe(alone=False)
    scribe.credits(5)
    scribe.no("GET", "/api/credits/balance/simple", 1001)
    assert not scribe.violations


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
