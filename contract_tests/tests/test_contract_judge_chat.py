"""The judge on messages: sent once, listened to with patience, and never left without an answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemocontract.client_rules.judge import judge
from nemocontract.client_rules.stream_outcome import outcome
from nemocontract.client_run import ClientRun
from nemocontract.protocol.events import ends_in_noise, summarize_stream, without_noise
from nemocontract.protocol.requests import message_of
from nemocontract.recording import Event, Exchange
from nemocontract.results import RunResult

from .streams_helpers import BEAT, CALL, RESULT, TITLED, adk, beats, state, text
from .traffic_helpers import MESSAGE, NEXT_SESSION, NEXT_TOKEN, broken, evidence, ex, tried, words

# -- what events mean ------------------------------------------------------------------------------


def events(*args: Any) -> tuple[Event, ...]:
    return tuple(Event(nth, one) for nth, one in enumerate(args))


@pytest.mark.clause("SSE-3")
def test_both_dialects_say_the_same() -> None:
    typed = summarize_stream(events(BEAT, "", CALL, RESULT, text("Cut. "), text("Done.")))
    other = summarize_stream(
        events(
            BEAT,
            adk(call="edit_multitrack"),
            adk(result="edit_multitrack"),
            adk("Cut. ", partial=True),
            adk("Done.", partial=True),
            adk("Cut. Done."),
        )
    )
    for found in (typed, other):
        assert found.texts == ("Cut. Done.",)
        assert found.tools == frozenset({"edit_multitrack"})
        assert (found.open_calls, found.results) == (0, 1)
        assert (found.half, found.failed, found.strange, found.spoke_last) == (False, False, False, True)


@pytest.mark.clause("SSE-3")
def test_pieces_without_their_whole_are_half_a_text() -> None:
    assert summarize_stream(events(adk("Cut. ", partial=True))).half
    assert summarize_stream(
        events(adk("Cut. ", partial=True), adk("Cut. Done."), adk("Mo", partial=True))
    ).half
    assert not summarize_stream(events(adk("Cut. ", partial=True), adk("Cut. Done."))).half


def test_thoughts_are_not_said_and_odd_events_do_no_harm() -> None:
    thought = {"content": {"parts": [{"text": "hm", "thought": True}, 3, {"text": None}]}}
    odds: tuple[Any, ...] = (
        thought,
        [],
        3,
        None,
        {"type": "text", "content": 3},
        {"content": []},
        {"type": "tomorrow"},
        "x",
    )
    for odd in odds:
        found = summarize_stream(events(odd))
        assert (found.texts, found.strange) == ((), True)


@pytest.mark.clause("SSE-10")
@pytest.mark.parametrize(
    ("message", "kept"),
    [
        ("Done. I encountered a temporary issue. Please try again later.", "Done. "),
        ("Done. I've encountered a temporary issue", "Done. "),
        ("已完成。我遇到了一个临时问题，请稍后再试。", "已完成。"),
        ("I encountered a temporary issue. Here is your film.", None),
        ("Done.", None),
    ],
)
def test_noise_is_known_at_the_end_only(message: str, kept: str | None) -> None:
    assert without_noise(message) == (message if kept is None else kept)
    assert ends_in_noise(message) is (kept is not None)


# -- how a message ended ---------------------------------------------------------------------------

_HTML = "<html>bad gateway</html>"


@pytest.mark.clause("SSE-4")
@pytest.mark.parametrize(
    ("chat", "ended"),
    [
        (ex(1, "chat"), "complete"),
        (ex(1, "chat", events=[CALL, RESULT, text("Done.")]), "complete"),
        (ex(1, "chat", events=[CALL, RESULT]), "silent"),
        (ex(1, "chat", events=[CALL, RESULT, text("I encountered a temporary issue.")]), "silent"),
        (ex(1, "chat", events=[CALL]), "broken"),
        (ex(1, "chat", events=[CALL, RESULT, CALL]), "broken"),
        (ex(1, "chat", events=[BEAT, ""]), "broken"),
        (ex(1, "chat", events=[]), "broken"),
        (ex(1, "chat", events=[adk("Do", partial=True)]), "either"),
        (ex(1, "chat", events=[text("I begin."), CALL, RESULT]), "either"),
        (ex(1, "chat", events=[{"type": "error", "message": "x"}]), "failed"),
        (ex(1, "chat", events=[CALL, RESULT], ending="cut"), "broken"),
        (ex(1, "chat", ending="cut"), "either"),
        (ex(1, "chat", took_s=130, events=[(1, CALL)], ending="client-gone"), "broken"),
        (ex(1, "chat", took_s=30, events=[(1, CALL)], ending="client-gone"), "either"),
        (ex(1, "chat", code=None), "broken"),
        (ex(1, "chat", code=1002), "refused"),
        (ex(1, "chat", code=429), "refused"),
        (ex(1, "chat", code=401, answer=None), "refused"),
        (ex(1, "chat", code=502, answer=_HTML), "either"),
        (ex(1, "chat", code=307, answer=None), "either"),
        (ex(1, "chat", ending="open", events=[BEAT]), "either"),
    ],
)
def test_an_ending_is_what_the_wire_shows(chat: Exchange, ended: str) -> None:
    assert outcome(chat) == ended


def test_a_message_is_the_text_of_its_parts() -> None:
    assert message_of(ex(1, "chat", text="cut it")) == "cut it"
    odds: tuple[Any, ...] = (
        None,
        "x",
        {},
        {"new_message": []},
        {"newMessage": {"parts": [{}, {"text": "a"}, {"text": "b"}]}},
    )
    for odd in odds:
        assert message_of(ex(1, "chat", body=odd)) in ("", "a\nb")


# -- C-SSE-4: sent once ----------------------------------------------------------------------------


def line(*exchanges: Exchange, heard: str = "All done.", **changes: Any) -> ClientRun:
    """Return one line of the user's and all that it led to."""
    recorded = words(MESSAGE, (9999, heard), first=1, last=exchanges[-1].seq, **changes)
    return evidence(*exchanges, said=[recorded])


@pytest.mark.clause("C-SSE-4")
@pytest.mark.parametrize("code", [1001, 1002, 429])
def test_a_message_goes_out_again_after_a_refusal(code: int) -> None:
    recorded = line(ex(1, "chat", code=code), ex(2, "chat", token=NEXT_TOKEN, about=NEXT_SESSION))
    assert not broken("chat.sent-once", recorded)
    assert tried("chat.sent-once", recorded) == 2


@pytest.mark.clause("C-SSE-4")
def test_each_refusal_is_healed_once() -> None:
    both = line(ex(1, "chat", code=1001), ex(2, "chat", code=1002), ex(3, "chat", about=NEXT_SESSION))
    assert not broken("chat.sent-once", both)
    looping = line(ex(1, "chat", code=1001), ex(2, "chat", code=1001), ex(3, "chat"))
    assert [found.at and found.at.seq for found in broken("chat.sent-once", looping)] == [3]


SENT_IN_VAIN = [
    ex(1, "chat"),
    ex(1, "chat", events=[CALL, RESULT]),
    ex(1, "chat", events=[CALL], ending="cut"),
    ex(1, "chat", code=None),
    ex(1, "chat", code=502, answer=_HTML),
    ex(1, "chat", code=2001),
    ex(1, "chat", took_s=620, events=beats(610), ending="client-gone"),
]


@pytest.mark.clause("C-SSE-4")
@pytest.mark.parametrize("first", SENT_IN_VAIN, ids=lambda chat: chat.title)
def test_nothing_else_allows_a_message_to_go_out_again(first: Exchange) -> None:
    assert len(broken("chat.sent-once", line(first, ex(2, "chat", at_s=700)))) == 1


@pytest.mark.clause("C-SSE-4")
@pytest.mark.parametrize("first", SENT_IN_VAIN[1:5], ids=lambda chat: chat.title)
def test_without_lines_a_repeat_after_no_answer_counts(first: Exchange) -> None:
    assert len(broken("chat.sent-once", evidence(first, ex(2, "chat", at_s=700)))) == 1


@pytest.mark.clause("C-SSE-4")
def test_a_user_may_say_a_thing_twice() -> None:
    assert not broken("chat.sent-once", evidence(ex(1, "chat"), ex(2, "chat")))
    lines = [words(MESSAGE, first=1, last=1), words(MESSAGE, first=2, last=2)]
    twice = evidence(ex(1, "chat", events=[CALL], ending="cut"), ex(2, "chat"), said=lines)
    assert not broken("chat.sent-once", twice)


@pytest.mark.clause("C-SSE-4")
def test_what_is_sent_is_what_the_user_wrote() -> None:
    assert not broken("chat.text-unchanged", line(ex(1, "chat", text=f" {MESSAGE}\n")))
    assert broken("chat.text-unchanged", line(ex(1, "chat", text=f"{MESSAGE}, please")))
    assert broken("chat.text-unchanged", line(ex(1, "chat", text="")))


# -- C-SSE-4: recovery -----------------------------------------------------------------------------

CUT = ex(2, "chat", at_s=2, took_s=8, events=[(1, CALL)], ending="cut")


def after_cut(
    *looks: Exchange, chat: Exchange = CUT, heard: str = "It is lost.", **changes: Any
) -> ClientRun:
    return line(state(1, 1), chat, *looks, heard=heard, **changes)


def unchanged(count: int, first_s: float = 40, every_s: float = 60) -> list[Exchange]:
    return [state(3 + nth, first_s + every_s * nth) for nth in range(count)]


RECOVERY = (
    "recovery.first-read-after-30-s",
    "recovery.reads-60-s-apart",
    "recovery.at-most-five-unchanged-reads",
    "recovery.reads-until-changed",
    "recovery.end-reported",
    "recovery.failure-reported",
)


def found(client_run: ClientRun) -> list[str]:
    return [name for name in RECOVERY if broken(name, client_run)]


@pytest.mark.clause("C-SSE-4")
@pytest.mark.parametrize(
    "chat",
    [
        CUT,
        ex(2, "chat", at_s=2, took_s=8, code=None),
        ex(2, "chat", at_s=2, took_s=8, events=[(1, CALL)]),
        ex(2, "chat", at_s=2, took_s=8, events=[]),
    ],
    ids=["cut", "no answer", "open call", "nothing"],
)
def test_five_unchanged_looks_end_it(chat: Exchange) -> None:
    assert found(after_cut(*unchanged(5), chat=chat)) == []
    assert all(tried(name, after_cut(*unchanged(5), chat=chat)) for name in RECOVERY)


@pytest.mark.clause("C-SSE-4")
def test_a_change_ends_it_sooner() -> None:
    assert found(after_cut(state(3, 40), state(4, 100, TITLED))) == []
    assert found(after_cut(state(3, 40, TITLED), heard="Title added")) == []
    later = [state(9 + nth, 340 + 60 * nth, TITLED) for nth in range(5)]
    assert found(after_cut(*unchanged(5), *later)) == []  # five more after a change are nobody's fault


@pytest.mark.clause("C-SSE-4")
@pytest.mark.parametrize(
    ("client_run", "rules"),
    [
        (after_cut(*unchanged(5, first_s=39.99)), ["recovery.first-read-after-30-s"]),
        (after_cut(*unchanged(5, first_s=10)), ["recovery.first-read-after-30-s"]),
        (after_cut(*unchanged(5, every_s=59.9)), ["recovery.reads-60-s-apart"]),
        (after_cut(*unchanged(6)), ["recovery.at-most-five-unchanged-reads"]),
        (after_cut(*unchanged(4)), ["recovery.reads-until-changed"]),
        (after_cut(), ["recovery.reads-until-changed"]),
        (after_cut(*unchanged(5, first_s=71)), ["recovery.first-read-after-30-s"]),
        (after_cut(*unchanged(5, every_s=91)), ["recovery.reads-60-s-apart"]),
        (after_cut(*unchanged(5), heard="Done."), ["recovery.failure-reported"]),
        (after_cut(*unchanged(5), heard=" "), ["recovery.end-reported", "recovery.failure-reported"]),
    ],
)
def test_recovery_in_a_hurry_or_by_halves(client_run: ClientRun, rules: list[str]) -> None:
    assert found(client_run) == rules


@pytest.mark.clause("C-SSE-4")
def test_looks_that_fail_count_and_may_be_tried_again_at_once() -> None:
    def failed(seq: int, at_s: float) -> Exchange:
        return state(seq, at_s, code=502, answer=None)

    tries = [failed(3 + 3 * nth + again, 40 + 64 * nth + 2 * again) for nth in range(5) for again in range(3)]
    assert found(after_cut(*tries)) == []
    assert found(after_cut(*tries[:12])) == ["recovery.reads-until-changed"]
    more = [failed(40, 360), failed(41, 422)]
    assert found(after_cut(*tries, *more)) == ["recovery.at-most-five-unchanged-reads"]


@pytest.mark.clause("C-SSE-4")
def test_a_refused_look_may_be_the_last() -> None:
    assert found(after_cut(state(3, 40, code=1002))) == []


@pytest.mark.clause("C-SSE-4")
def test_who_left_owes_nothing() -> None:
    assert found(after_cut(left=True)) == []


@pytest.mark.clause("C-SSE-4")
def test_a_look_at_once_after_a_proper_close_is_for_the_changes() -> None:
    open_call = ex(2, "chat", at_s=2, took_s=8, events=[(1, CALL)])
    at_once = state(3, 10)
    later = [state(4 + nth, 40 + 60 * nth) for nth in range(5)]
    assert found(after_cut(at_once, *later, chat=open_call)) == []
    assert "recovery.first-read-after-30-s" in found(after_cut(at_once, *later))


@pytest.mark.clause("C-SSE-4")
def test_a_whole_reply_on_a_cut_connection_may_be_taken_either_way() -> None:
    cut = ex(2, "chat", at_s=2, took_s=8, ending="cut")
    for looks in ([], [state(3, 10)], unchanged(5)):
        assert found(after_cut(*looks, chat=cut)) == []


@pytest.mark.clause("C-SSE-4")
def test_where_times_are_unknown_only_counts_matter() -> None:
    recorded = after_cut(*unchanged(6, first_s=10, every_s=1))
    unclear = evidence(*recorded.traffic, said=recorded.said, timing="unknown")
    assert found(unclear) == ["recovery.at-most-five-unchanged-reads"]


@pytest.mark.clause("C-SSE-4")
def test_without_lines_the_look_before_the_next_message_is_no_look_back() -> None:
    looks = [state(3, 40, TITLED), state(4, 50, TITLED), ex(5, "chat", at_s=50)]
    assert found(evidence(state(1, 1), CUT, *looks)) == []
    asked = [state(3, 12, TITLED), ex(4, "credits", at_s=13)]
    assert found(evidence(state(1, 1), CUT, *asked)) == ["recovery.first-read-after-30-s"]


# -- C-SSE-3: silence ------------------------------------------------------------------------------

SILENT = ex(2, "chat", at_s=2, took_s=8, events=[CALL, RESULT])


def after_silence(*looks: Exchange, heard: str, **changes: Any) -> ClientRun:
    return line(state(1, 1), SILENT, *looks, heard=heard, **changes)


@pytest.mark.clause("C-SSE-3")
@pytest.mark.parametrize(
    "heard", ['Title added: "Hello"', "已添加标题：Hello", "Timeline (2 tracks): … 0-3s"]
)
def test_a_silent_edit_is_reported(heard: str) -> None:
    recorded = after_silence(state(3, 10, TITLED), heard=heard)
    for name in ("silent-edits.state-read", "silent-edits.change-reported"):
        assert not broken(name, recorded)
        assert tried(name, recorded) == 1


@pytest.mark.clause("C-SSE-3")
@pytest.mark.parametrize("heard", ["", " \n", "Done.", "Nothing in the project changed."])
def test_a_silent_edit_is_not_reported(heard: str) -> None:
    assert broken("silent-edits.change-reported", after_silence(state(3, 10, TITLED), heard=heard))


@pytest.mark.clause("C-SSE-3")
def test_after_silence_somebody_has_to_look() -> None:
    assert broken("silent-edits.state-read", after_silence(heard="Done."))
    assert not broken("silent-edits.state-read", after_silence(heard="", left=True))


@pytest.mark.clause("C-SSE-3")
def test_where_nothing_changed_any_words_will_do() -> None:
    assert not broken("silent-edits.change-reported", after_silence(state(3, 10), heard="Nothing changed."))
    assert broken("silent-edits.change-reported", after_silence(state(3, 10), heard=""))


BOTH = {
    **TITLED,
    "draft": {
        "t": [
            {"tt": 0, "sg": [{"s": 0, "d": 4000, "m": {"name": "clip"}}]},
            {"tt": 7, "sg": [{"s": 0, "d": 3000, "m": {"text": "Hello"}}]},
        ]
    },
}


@pytest.mark.clause("C-SSE-3")
@pytest.mark.parametrize(
    ("heard", "passed"),
    [
        ("clip is 4 s long now. Title added: Hello", True),
        ("Timeline (2 tracks): 1. Video: clip (0-4s) 2. Title: Hello (0-3s)", True),
        ("clip is 4 s long now.", False),
        ("Title: Hello is no longer there.\nclip is 4 s long now.", False),
        ("No longer there: clip (0-5s)\nNow there: clip (0-4s)\nNow there: Hello (0-3s)", True),
    ],
)
def test_every_change_is_reported_and_none_as_its_opposite(heard: str, passed: bool) -> None:
    recorded = after_silence(state(3, 10, BOTH), heard=heard)
    assert bool(broken("silent-edits.every-change-reported", recorded)) is not passed
    assert tried("silent-edits.every-change-reported", recorded) == 2


@pytest.mark.clause("C-SSE-3")
def test_a_reply_in_words_is_not_silent() -> None:
    recorded = line(state(1, 1), ex(2, "chat", events=[CALL, RESULT, text("Done.")]), heard="Done.")
    assert tried("silent-edits.change-reported", recorded) == 0
    assert tried("silent-edits.state-read", recorded) == 0


# -- C-SSE-2: patience -----------------------------------------------------------------------------


def waited(lasted_s: float, *spoken_s: float, events: Any = None, **changes: Any) -> ClientRun:
    chat = ex(1, "chat", at_s=0, took_s=lasted_s, events=events or [*beats(lasted_s - 1)], **changes)
    progress = [(at_s, "⏳ Still working...\n") for at_s in spoken_s]
    return evidence(chat, said=[words(MESSAGE, *progress, (lasted_s, "Over."), first=1, last=1)])


@pytest.mark.clause("C-SSE-2")
@pytest.mark.parametrize("spoken", [(120, 240, 360), (130, 260, 390), (115, 235, 355, 399)])
def test_work_is_reported_every_two_minutes(spoken: tuple[float, ...]) -> None:
    assert not broken("stream-waiting.still-working-shown", waited(400, *spoken))


@pytest.mark.clause("C-SSE-2")
@pytest.mark.parametrize("spoken", [(), (120,), tuple(range(10, 400, 10)), tuple(range(60, 400, 60))])
def test_work_is_reported_too_seldom_or_too_often(spoken: tuple[float, ...]) -> None:
    assert len(broken("stream-waiting.still-working-shown", waited(400, *spoken))) == 1


@pytest.mark.clause("C-SSE-2")
def test_texts_count_as_words_and_silence_of_the_line_as_none() -> None:
    talking = [(at_s, text("More. ")) for at_s in range(60, 400, 60)]
    assert tried("stream-waiting.still-working-shown", waited(400, events=talking)) == 0
    dead = waited(290, events=[(5, CALL)], ending="client-gone")
    assert not broken(
        "stream-waiting.still-working-shown", dead
    )  # nothing came that would have woken a client
    half = waited(400, events=[*beats(250), (260, text("So. ")), *beats(399, 270)])
    assert len(broken("stream-waiting.still-working-shown", half)) == 1


@pytest.mark.clause("C-SSE-2")
@pytest.mark.parametrize(
    ("client_run", "passed"),
    [
        (waited(600, ending="client-gone"), True),
        (waited(610, ending="client-gone"), True),
        (waited(640, ending="client-gone"), False),
        (waited(640), False),
        (waited(300), True),
        (waited(890, events=[(5, CALL), *beats(889)], ending="complete"), True),
        (waited(910, events=[(5, CALL), *beats(909)], ending="client-gone"), True),
        (waited(960, events=[(5, CALL), *beats(959)], ending="client-gone"), False),
        (waited(960, events=[(5, CALL), *beats(959)]), False),
    ],
)
def test_a_client_leaves_in_time(client_run: ClientRun, passed: bool) -> None:
    assert bool(broken("stream-waiting.gives-up-in-time", client_run)) is not passed


@pytest.mark.clause("C-SSE-2")
@pytest.mark.parametrize(
    ("client_run", "passed"),
    [
        (waited(600, ending="client-gone"), True),
        (waited(900, events=[(880, CALL), *beats(899)], ending="client-gone"), True),
        (waited(140, events=[(10, BEAT)], ending="client-gone"), True),
        (waited(400), True),
        (waited(599, ending="client-gone"), False),
        (waited(120, ending="client-gone"), False),
        (waited(610, events=[(300, CALL), *beats(609)], ending="client-gone"), False),
        (waited(60, events=[(10, BEAT)], ending="client-gone"), False),
    ],
)
def test_a_client_waits_as_long_as_it_should(client_run: ClientRun, passed: bool) -> None:
    assert bool(broken("stream-waiting.waits-while-alive", client_run)) is not passed
    assert tried("stream-waiting.waits-while-alive", client_run) == 1


@pytest.mark.clause("C-SSE-2")
def test_who_leaves_is_the_user() -> None:
    gone = ex(1, "chat", took_s=30, events=beats(29), ending="client-gone")
    left = evidence(gone, said=[words(MESSAGE, first=1, last=1, left=True)])
    assert not broken("stream-waiting.waits-while-alive", left)
    assert not broken("stream-waiting.waits-while-alive", evidence(gone))
    assert broken("stream-waiting.waits-while-alive", line(gone))


# -- whatever stands in a recording ----------------------------------------------------------------

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["type", "content", "parts", "text", "data", "state", "draft", "t", "sg", "m", "new_message",
             "status", "output", "size", "id", "session_id", "functionCall", "partial", "code", "name"]
        ),
        inner,
        max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip
_OPERATIONS = ["chat", "state", "upload", "render.submit", "render.status", "media", "session.create"]
_STRANGE = st.tuples(
    st.sampled_from(_OPERATIONS),
    _JSON,
    _JSON,
    st.lists(_JSON, max_size=4),
    st.sampled_from([0, 1001, 404, 409, 502, None]),
    st.sampled_from(["complete", "cut", "client-gone", "open"]),
)


@given(st.lists(_STRANGE, max_size=6), st.text(max_size=20), st.booleans())
def test_no_recording_makes_a_rule_raise(strange: list[Any], read: str, reported: bool) -> None:
    traffic = [
        ex(seq, operation, code=code, body=body, answer=answer, ending=ending, took_s=1,
           events=events if operation == "chat" and code == 0 else None)
        for seq, (operation, body, answer, events, code, ending) in enumerate(strange, start=1)
    ]  # fmt: skip
    said = [words(MESSAGE, read, first=1, last=9, attributed=reported)]
    for known in (evidence(*traffic, said=said), evidence(*traffic), evidence(*traffic, timing="unknown")):
        run_result = RunResult("a recording")
        judge(known, run_result)
        assert run_result.harness == []
