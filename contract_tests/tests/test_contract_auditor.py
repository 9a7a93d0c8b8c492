"""The auditor on answers written by hand: silent about all that is allowed, exact about what is not."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import pytest

from nemocontract.arms.stepping import stepped
from nemocontract.arms.transport import stepped_target
from nemocontract.auditing import drafts
from nemocontract.auditing.auditor import Auditor
from nemocontract.auditing.bodies import complaints, kind_of
from nemocontract.auditing.messages import KNOWN, MESSAGES
from nemocontract.probing.guest import Guest
from nemocontract.probing.probe import Probe
from nemocontract.probing.running import run_cases
from nemocontract.suite import Wanted, chosen_cases
from nemocontract.tally import Tally

from .contract_auditor_kit import BEAT, CALL, DAY_MS, DONE, FAILED, FILM, SID, T0, WORDS, Scribe, draft, utc

TITLE, SPEED, TALK = 'add the title "Alpha"', "speed it up 2x", "hello"
CLIP = "generate a 5 second clip of a city at night"
PROFILES = ("typed,envelope,render-flat", "adk,http-status,render-nested")


# -- nothing to say ------------------------------------------------------------------------------


def test_a_history_without_fault_has_no_finding() -> None:
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
    assert not scribe.findings
    assert sum(scribe.tally.tried.values()) > 80


@pytest.mark.parametrize("profile", PROFILES)
def test_it_has_nothing_to_say_of_the_suites_own_cases(profile: str) -> None:
    with stepped() as server:
        target = stepped_target(server)
        cases = [one for one in chosen_cases(Wanted()) if not one.control]
        assert len(cases) > 20
        for one in cases:
            tally = Tally("fake")
            auditor = Auditor(tally, profile=profile)
            run_cases(
                target,
                [one],
                Tally("of the case"),
                profile=profile,
                watch=auditor.see,
                start=partial(auditor.began, followed=False),
            )
            assert not tally.findings, (one.name, tally.findings)


# -- credits -------------------------------------------------------------------------------------


@pytest.mark.clause("CRE-1")
@pytest.mark.parametrize("figures", [(100, 0, 99), (50, 0, 100), (-1, 101, 100), (1.5, 98.5, 100)])
def test_a_balance_that_does_not_add_up(figures: tuple[Any, Any, Any]) -> None:
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
def test_a_message_that_costs_something_else(said: str, events: Any, balance: int, clause: str) -> None:
    scribe = Scribe().begun()
    scribe.chat(said, *events, takes_ms=12_000)
    scribe.credits(balance)
    assert scribe.clauses == [clause]


@pytest.mark.clause("CRE-3")
def test_what_failed_costs_nothing_and_changes_nothing() -> None:
    right = Scribe(may_fail=True).begun()
    right.chat(TITLE, CALL, FAILED, WORDS)
    right.state()
    right.credits(100)
    assert not right.findings
    wrong = Scribe(may_fail=True).begun()
    wrong.chat(TITLE, CALL, FAILED, WORDS)
    wrong.state(draft("Alpha"))
    wrong.credits(50)
    assert wrong.clauses == ["CRE-3", "CRE-3"]


@pytest.mark.clause("SSE-11", "CRE-3")
def test_who_left_is_charged_once_and_not_before_the_end() -> None:
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
def test_the_same_clip_again_is_charged_again() -> None:
    scribe = Scribe()
    scribe.auditor.books.registered(
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
def test_2001_comes_when_and_only_when_too_little_is_left() -> None:
    poor = Scribe().begun()
    poor.chat(TITLE, CALL, DONE, WORDS)
    poor.broke(CLIP)
    assert not poor.findings
    poor.chat(CLIP, CALL, DONE, BEAT, BEAT, WORDS, takes_ms=120_000)
    assert poor.clauses == ["CRE-4"]
    rich = Scribe().begun()
    rich.broke(CLIP)
    rich.broke(TALK)
    assert rich.clauses == ["CRE-4", "CRE-4"]


@pytest.mark.clause("CRE-4")
def test_an_edit_of_a_session_that_is_paid_for_needs_nothing() -> None:
    scribe = Scribe().begun()
    scribe.chat(TITLE, CALL, DONE, WORDS)
    scribe.state(draft("Alpha"))
    scribe.auditor.books.accounts["anon_1"].granted = 50
    scribe.broke(SPEED)
    assert scribe.clauses == ["CRE-4"]


def test_what_is_not_known_is_learned_from_a_balance() -> None:
    scribe = Scribe().begun()
    scribe.chat("remove the title", takes_ms=0, ending="client-gone")  # may find one: nobody looked
    scribe.now_ms += 60_000
    scribe.credits(50)
    scribe.credits(100)
    assert scribe.clauses == ["CRE-5"]


@pytest.mark.clause("CRE-5")
def test_the_servers_own_ledgers_are_compared() -> None:
    scribe = Scribe().begun()
    told = {"user_id": "anon_1", "credits": {"granted": 100, "available": 100, "frozen": 0, "consumed": 0}}
    scribe.auditor.check_ledgers([told], scribe.moment())
    assert not scribe.findings
    for wrong in ({"granted": 200}, {"available": 0}, {"available": 50, "consumed": 50}):
        ledger = {**told["credits"], **wrong}  # type: ignore[dict-item]  # a mapping of figures
        scribe.auditor.check_ledgers([{**told, "credits": ledger}], scribe.moment())
    scribe.auditor.check_ledgers([{**told, "user_id": "anon_of_nobody"}], scribe.moment())
    assert len(scribe.findings) == 4


def test_an_account_that_was_there_before_is_learned() -> None:
    scribe = Scribe(alone=False)
    scribe.auditor.keeps(scribe.token, scribe.user_id)
    scribe.credits(730)
    scribe.session()
    scribe.upload()
    scribe.state()
    scribe.chat(TITLE, CALL, DONE, WORDS)
    scribe.credits(680)
    assert not scribe.findings
    scribe.credits(630)
    assert scribe.clauses == ["CRE-2"]


def test_nothing_is_said_of_tokens_that_may_be_somebody_elses() -> None:
    scribe = Scribe(alone=False)
    scribe.credits(5)
    scribe.no("GET", "/api/credits/balance/simple", 1001)
    assert not scribe.findings


# -- states --------------------------------------------------------------------------------------


@pytest.mark.clause("STA-1")
def test_reading_changes_nothing() -> None:
    scribe = Scribe().begun()
    scribe.state(draft())
    assert scribe.clauses == ["STA-1"]


@pytest.mark.parametrize(
    ("told", "clauses"),
    [
        ({"silent": True}, ["SSE-5"]),
        ({"silent": False}, ["STA-1"]),
        ({"silent": False, "ending": "client-gone"}, ["SSE-11"]),
    ],
)
@pytest.mark.clause("SSE-5", "SSE-11", "STA-1")
def test_an_edit_that_is_not_done(told: dict[str, Any], clauses: list[str]) -> None:
    scribe = Scribe().begun()
    words = () if told.pop("silent") else (WORDS,)
    scribe.chat(TITLE, CALL, DONE, *words, **told)
    scribe.now_ms += 60_000
    scribe.state()
    assert scribe.clauses == clauses


@pytest.mark.clause("SSE-8")
def test_a_clip_comes_with_music_and_title() -> None:
    scribe = Scribe().begun()
    scribe.chat(CLIP, CALL, DONE, BEAT, BEAT, WORDS, takes_ms=120_000)
    scribe.state(draft(ms=5_000), generated_media=[{"name": "city"}])
    assert scribe.clauses == ["SSE-8"]


@pytest.mark.clause("SSE-8")
def test_the_clip_lands_first() -> None:
    scribe = Scribe().begun()
    scribe.chat(CLIP, takes_ms=0, ending="client-gone")
    scribe.now_ms += 150_000
    title_alone = {"d": 3000, "t": [{"tt": 7, "sg": [{"s": 0, "d": 3000, "m": {"text": "City"}}], "m": {}}]}
    scribe.state(draft(ms=5_000))
    assert not scribe.findings
    scribe = Scribe().begun()
    scribe.chat(CLIP, takes_ms=0, ending="client-gone")
    scribe.now_ms += 150_000
    scribe.state(title_alone)
    assert scribe.clauses == ["SSE-8"]


def test_turns_that_overlap_may_come_to_anything() -> None:
    scribe = Scribe().begun()
    scribe.chat(TITLE, takes_ms=0, ending="client-gone")
    scribe.chat(SPEED, takes_ms=0, ending="client-gone")
    scribe.now_ms += 12_000
    scribe.state(draft(ms=6_000))
    scribe.now_ms += 60_000
    scribe.state(draft("Alpha", ms=6_000))
    assert not scribe.findings
    scribe.state(draft())
    assert scribe.clauses == ["STA-1"]


@pytest.mark.clause("STA-1")
def test_a_state_names_its_own() -> None:
    scribe = Scribe().begun()
    scribe.user_id = "anon_2"
    scribe.state()
    assert scribe.clauses == ["STA-1"]


@pytest.mark.clause("UPL-2", "UPL-5")
def test_files_are_all_there_and_of_their_kind() -> None:
    scribe = Scribe().begun()
    scribe.upload({**FILM, "filename": "song.mp3"})
    scribe.state(infos=(FILM,))
    assert scribe.clauses == ["UPL-2", "UPL-2"]


@pytest.mark.clause("UPL-3")
@pytest.mark.parametrize(("name", "kind"), [("a.mp4", "video"), ("B.JPG", "image"), ("c.aac", "audio")])
def test_endings_say_what_a_file_is(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.clause("UPL-3")
@pytest.mark.parametrize("name", ["a.jpeg", "flac", "b.txt", "mp4", ""])
def test_other_endings_are_refused(name: str) -> None:
    assert kind_of(name) is None
    scribe = Scribe().begun()
    scribe.upload({**FILM, "filename": name, "file_type": None})
    assert scribe.clauses[0] == "UPL-3"


@pytest.mark.clause("STA-2")
@pytest.mark.parametrize(
    "wrong",
    [
        [],
        {"tracks": []},
        {"t": {}},
        {"d": "12", "t": []},
        {"t": [{"tt": 3, "sg": []}]},
        {"t": [{"tt": 0}]},
        {"t": [{"tt": 0, "sg": [{"s": 0}]}]},
        {"t": [{"tt": 0, "sg": [{"s": -1, "d": 5000}]}]},
        {"t": [{"tt": 7, "sg": [{"s": 0, "d": 5000, "m": {}}]}]},
        {"t": [{"tt": 7, "sg": [{"s": 0, "d": 5000, "text": "a", "m": {"text": "a"}}]}]},
        {"t": [{"tt": 1, "sg": [{"s": 0, "d": 5000, "m": {"volume": 35}}]}]},
        {"t": [{"tt": 0, "sg": [{"s": 0, "d": 12.5, "m": {}}]}]},
    ],
)
def test_what_is_no_draft(wrong: Any) -> None:
    assert list(drafts.faults(wrong))


def test_what_is_one() -> None:
    assert not list(drafts.faults({}))
    assert not list(drafts.faults(draft("Alpha", "Beta")))


# -- streams -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("events", "clauses"),
    [
        (({"type": "text", "content": 5}, WORDS), ["SSE-3"]),
        (({"type": "message", "content": "a"}, WORDS), ["SSE-3"]),
        (("[DONE]", WORDS), ["SSE-4"]),
        ((WORDS, {"type": "done"}), ["SSE-4"]),
        ((WORDS, "half"), ["SSE-3"]),
        ((WORDS, {"author": "nemo_agent", "content": {"parts": [{"text": "a"}]}}), ["SSE-3"]),
        ((WORDS, "", BEAT), []),
        ((), ["SSE-5"]),
        (({"type": "tool_call", "name": "hammer", "args": {}}, WORDS), ["SSE-13"]),
    ],
)
@pytest.mark.clause("SSE-3", "SSE-4", "SSE-5", "SSE-13")
def test_events(events: Any, clauses: list[str]) -> None:
    scribe = Scribe().begun()
    scribe.chat(TALK, *events, takes_ms=6_000)
    assert scribe.clauses == clauses


@pytest.mark.clause("SSE-3")
def test_one_dialect_where_nobody_knows_which() -> None:
    scribe = Scribe(profile=None).begun()
    adk = {"author": "nemo_agent", "content": {"parts": [{"text": "a"}]}}
    scribe.chat(TALK, WORDS, takes_ms=6_000)
    scribe.chat(TALK, adk, takes_ms=6_000)
    assert not scribe.findings
    scribe.chat(TALK, adk, WORDS, takes_ms=6_000)
    assert scribe.clauses == ["SSE-3"]


@pytest.mark.clause("SSE-7")
@pytest.mark.parametrize(("said", "takes_ms"), [(TALK, 4_999), (TITLE, 9_999), (CLIP, 99_999)])
def test_work_takes_its_time(said: str, takes_ms: int) -> None:
    scribe = Scribe().begun()
    scribe.chat(said, *(() if said == TALK else (CALL, DONE)), BEAT, WORDS, takes_ms=takes_ms)
    assert scribe.clauses == ["SSE-7"]


@pytest.mark.clause("SSE-5")
def test_shares_of_nothing_and_of_all() -> None:
    never = Scribe(silent_share=0).begun()
    never.chat(TITLE, CALL, DONE)
    always = Scribe(silent_share=1).begun()
    always.chat(TITLE, CALL, DONE, WORDS)
    assert never.clauses == always.clauses == ["SSE-5"]


# -- who may what --------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-5", "AUTH-6")
def test_a_token_is_good_to_its_last_millisecond_and_no_longer() -> None:
    path = "/api/credits/balance/simple"
    scribe = Scribe()
    scribe.issue()
    scribe.now_ms = T0 + 7 * DAY_MS - 1
    scribe.credits(100)
    scribe.now_ms += 1
    scribe.no("GET", path, 1001)
    assert not scribe.findings
    scribe.credits(100)
    scribe.no("GET", path, 403)
    scribe.now_ms -= 1
    scribe.no("GET", path, 1001)
    assert scribe.clauses == ["AUTH-5", "AUTH-6", "AUTH-6"]


@pytest.mark.clause("AUTH-6")
@pytest.mark.parametrize("header", [None, "", "Bearer ", "Basic abc", "nmv_usr_1", "Bearer nmv_usr_unknown"])
def test_without_a_good_token_nothing_is_told(header: str | None) -> None:
    scribe = Scribe().begun()
    scribe.no("GET", "/api/credits/balance/simple", 1001, headers={"authorization": header})
    assert not scribe.findings
    scribe.no("GET", "/api/credits/balance/simple", 400, headers={"authorization": header})
    assert scribe.clauses == ["AUTH-6"]


@pytest.mark.clause("SES-2")
def test_somebody_elses_session_and_none_are_told_apart_by_nothing() -> None:
    scribe = Scribe().begun()
    owner = scribe.token
    scribe.token, scribe.user_id = owner.replace("a", "b"), "anon_2"
    scribe.ok(
        "POST",
        "/api/auth/anonymous-token",
        {"token": scribe.token, "user_id": "anon_2", "credits": 100, "expires_at": utc(T0 + 7 * DAY_MS)},
        headers={"x-client-id": "c2"},
    )
    there, nowhere = (f"/api/state/nemo_agent/me/{sid}/latest" for sid in (SID, "9" * 19))
    scribe.no("GET", nowhere, 1002, words="not found")
    scribe.no("GET", there, 1002, words="not found")
    assert not scribe.findings
    scribe.no("GET", there, 1002, words="not yours")
    scribe.state()
    assert scribe.clauses == ["SES-2", "SES-2"]


@pytest.mark.clause("SES-3")
def test_users_are_me_or_oneself() -> None:
    scribe = Scribe().begun()
    scribe.ok("GET", f"/api/state/nemo_agent/anon_9/{SID}/latest", {})
    scribe.no("GET", f"/api/state/nemo_agent/anon_1/{SID}/latest", 1002)
    assert scribe.clauses[0] == "SES-3"
    assert scribe.clauses[-1] == "SES-3"


@pytest.mark.clause("AUTH-2", "AUTH-3")
def test_a_client_gets_one_token_a_week() -> None:
    scribe = Scribe()
    scribe.issue()
    scribe.no("POST", "/api/auth/anonymous-token", 400, headers={"x-client-id": " "})
    late = {"retry-after": str(7 * 86_400)}
    asked: dict[str, Any] = {"headers": {"x-client-id": "c1"}, "answer_headers": late}
    scribe.no("POST", "/api/auth/anonymous-token", 429, **asked)
    assert not scribe.findings
    scribe.no("POST", "/api/auth/anonymous-token", 429, **{**asked, "answer_headers": {}})
    scribe.no("POST", "/api/auth/anonymous-token", 429, **{**asked, "answer_headers": {"retry-after": "1"}})
    scribe.token, scribe.user_id = "nmv_usr_" + "c" * 32, "anon_3"
    scribe.issue()
    assert scribe.clauses == ["AUTH-3"] * 3


@pytest.mark.clause("ENV-4")
def test_a_body_that_is_wrong_is_named() -> None:
    wrong = {"session_id": SID, "new_message": {"parts": [{"text": 5}]}}
    assert complaints("chat", "application/json", wrong) == ("new_message.parts.0.text",)
    scribe = Scribe().begun()
    scribe.no("POST", "/run_sse", 400, words="new_message.parts.0.text: a string", body=wrong)
    assert not scribe.findings
    scribe.no("POST", "/run_sse", 400, words="something is wrong", body=wrong)
    scribe.see("POST", "/run_sse", '{"detail": Traceback (most recent call last): …', status=500, body=wrong)
    assert scribe.clauses[0] == "ENV-4"
    assert {"ENV-4", "ENV-2"} <= set(scribe.clauses[1:])


@pytest.mark.clause("ENV-1", "ENV-2", "ENV-3")
@pytest.mark.parametrize(
    ("answer", "status", "clause"),
    [
        ({"code": 0, "data": {}}, 200, "ENV-1"),
        ({"code": 0, "message": "fine", "data": {}}, 200, "ENV-1"),
        ({"code": 1001, "message": "No", "data": {}}, 200, "ENV-2"),
        ({"code": 1001, "message": "", "data": None}, 200, "ENV-2"),
        ({"code": 1001, "message": "No", "data": None}, 401, "ENV-3"),
    ],
)
def test_envelopes(answer: Any, status: int, clause: str) -> None:
    scribe = Scribe().begun()
    bearer = {"authorization": None} if answer["code"] else {}
    scribe.see("GET", "/api/credits/balance/simple", answer, status=status, headers=bearer)
    assert scribe.clauses[0] == clause


# -- exports -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "clause"),
    [
        pytest.param(("processing", 20), "REN-6", marks=pytest.mark.clause("REN-6")),
        pytest.param(("pending", 40), "REN-6", marks=pytest.mark.clause("REN-6")),
        pytest.param(("completed", 100), "REN-6", marks=pytest.mark.clause("REN-6")),
        pytest.param(("done", 40), "REN-6", marks=pytest.mark.clause("REN-6")),
        pytest.param(("cancelled", 40), "REN-12", marks=pytest.mark.clause("REN-12")),
        pytest.param(("processing", "40%"), "REN-7", marks=pytest.mark.clause("REN-7")),
    ],
)
def test_a_job_goes_forward_and_takes_its_time(told: tuple[str, Any], clause: str) -> None:
    scribe = Scribe().begun()
    scribe.submit()
    scribe.now_ms += 20_000
    scribe.poll("processing", 30)
    assert not scribe.findings
    scribe.poll(*told)
    assert scribe.clauses[0] == clause


@pytest.mark.clause("REN-6")
def test_a_job_ends_within_90_s() -> None:
    scribe = Scribe().begun()
    scribe.submit()
    scribe.now_ms += 89_999
    scribe.poll("processing", 30)
    assert not scribe.findings
    scribe.now_ms += 1
    scribe.poll("processing", 30)
    assert scribe.clauses == ["REN-6"]


@pytest.mark.clause("REN-3", "REN-4", "REN-5", "REN-11")
def test_exports_that_must_be_refused() -> None:
    scribe = Scribe().begun()
    scribe.submit()
    scribe.submit()
    scribe.submit("r2", headers={"x-skill-source": "a"})
    scribe.submit("r3", {"t": []})
    scribe.see("GET", "/api/render/proxy/lambda/r9", {"id": "r9"})
    assert scribe.clauses[:4] == ["REN-4", "REN-3", "REN-5", "REN-11"]


@pytest.mark.clause("REN-7")
def test_a_job_has_no_envelope() -> None:
    scribe = Scribe().begun()
    job = {"id": "r1", "status": "pending", "progress": 0, "createdAt": utc(T0)}
    scribe.submit(answer={"code": 0, "message": "success", "data": job})
    assert scribe.clauses == ["REN-7"]


# -- messages ------------------------------------------------------------------------------------


def test_the_grammar_has_both_languages_and_all_kinds() -> None:
    assert len(KNOWN) == len(MESSAGES) >= 25
    assert {(m.kind, m.language) for m in MESSAGES} == {
        (kind, language) for kind in ("talk", "edit", "generation") for language in ("en", "zh")
    }


def test_messages_come_to_what_they_are_said_to() -> None:
    chance, said = random.Random(4), set()
    with stepped() as server:
        target = stepped_target(server)
        world = target.fresh("grammar", clock="manual", seed=4)
        account = world.control("POST", "accounts", {"credits": 1_000_000})
        guest = Guest(Probe(world, Tally("x"), "x"), account["tokens"][0]["token"], account["user_id"])
        for _ in range(40):
            session_id = guest.session()
            guest.upload_urls(session_id, "https://a.test/walk_12s.mp4")
            for message in chance.sample(MESSAGES, 6):
                before = guest.state(session_id).data["state"]
                guest.chat(session_id, message.text)
                after = guest.state(session_id).data["state"]
                if message.sure(before):
                    said.add(message.text)
                    assert message.done(before, after), (message.text, before["draft"], after["draft"])
    assert said == set(KNOWN)
