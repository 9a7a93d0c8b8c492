"""What events amount to: both dialects, texts said once, noise dropped, sentences whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemoclient.reply import Meaning, Reply, interpret
from nemoclient.reply_text import MAX_CHARS
from nemoclient.sse import ServerSentEvent

ACTIONS: dict[str, Any] = {
    "stateDelta": {},
    "artifactDelta": {},
    "requestedAuthConfigs": {},
    "requestedToolConfirmations": {},
}


def adk(*parts: dict[str, Any], role: str = "model", **more: Any) -> dict[str, Any]:
    author = {"invocationId": "e-1", "author": "nemo_agent", "actions": ACTIONS}
    return {"content": {"parts": list(parts), "role": role}, **author, **more}


def text(content: str, **more: Any) -> dict[str, Any]:
    return adk({"text": content}, **more)


CALL = {"functionCall": {"id": "adk-1", "args": {}, "name": "edit_multitrack"}}
RESULT = adk({"functionResponse": {"id": "adk-1", "name": "edit_multitrack", "response": {}}}, role="user")


def meanings(data: Any, event: str = "") -> list[Meaning]:
    return interpret(ServerSentEvent(event, data if isinstance(data, str) else json.dumps(data)))


def heard(*events: Any) -> tuple[str, Reply]:
    """Return what a user reads of these events, and the reply."""
    reply = Reply()
    shown: list[str] = []
    for event in events:
        for meaning in meanings(event):
            reply.add(meaning)
            shown += reply.text.take_ready()
    reply.close()
    assert "".join([*shown, *reply.text.take_ready()]) == reply.text.shown
    return reply.text.shown, reply


@pytest.mark.clause("SSE-3", "SSE-6")
def test_every_kind_of_event_means_the_same_in_both_dialects() -> None:
    assert meanings({"type": "text", "content": "x"}) == [Meaning("text", "x")]
    assert meanings(text("x")) == [Meaning("text", "x", ends_message=True)]
    assert meanings({"type": "tool_call", "name": "edit_multitrack", "args": {}}) == meanings(adk(CALL))
    assert meanings({"type": "tool_result", "name": "edit_multitrack", "result": {}}) == meanings(RESULT)
    assert meanings(adk(CALL)) == [Meaning("tool_call", "edit_multitrack")]
    assert meanings(RESULT) == [Meaning("tool_result", "edit_multitrack")]
    assert meanings(adk({"text": "Let me see."}, CALL))[1:] == [Meaning("tool_call", "edit_multitrack")]


@pytest.mark.parametrize(
    "data",
    [
        "",
        " ",
        {"type": "heartbeat"},
        {"actions": ACTIONS},
        adk(),
        text(""),
        adk({"text": "I think", "thought": True}),
        {"content": None},
        {"content": {"parts": [7, None]}},
        {"type": "text"},
        {"type": "text", "content": 7},
        adk({"inlineData": {"data": "iVBOR_v_AA==", "mimeType": "image/png"}}),
    ],
)
def test_an_event_without_words_is_a_sign_of_life(data: Any) -> None:
    assert meanings(data) == [Meaning("heartbeat")]
    assert meanings("whatever", event="heartbeat") == [Meaning("heartbeat")]


@pytest.mark.parametrize("data", ["{", "[]", "7", "null", "NaN", '"x"', "[" * 100_000, "9" * 5_000])
def test_what_is_no_object_is_unreadable(data: str) -> None:
    assert meanings(data) == [Meaning("invalid")]


def test_an_error_in_any_spelling_is_a_failure() -> None:
    (old,) = meanings('{"error": "kaboom "quoted"')
    (new,) = meanings({"error": "RuntimeError: kaboom", "error_details": {}})
    (event,) = meanings({"errorCode": "RESOURCE_EXHAUSTED", "errorMessage": "429 quota"})
    assert all(failure.kind == "error" for failure in (old, new, event))
    assert event == Meaning("error", "RESOURCE_EXHAUSTED 429 quota")


@pytest.mark.parametrize("data", ["", "{}", "oops", '{"type": "text", "content": "x"}', "[1]", "null"])
def test_event_named_error_is_a_failure_whatever_its_data(data: str) -> None:
    assert meanings(data, event="error") == [Meaning("error", data)]


@pytest.mark.parametrize("code", [1001, 2001, 500, 429])
def test_error_envelope_inside_a_stream_is_a_failure(code: int) -> None:
    assert meanings({"code": code, "message": "no", "data": None}) == [Meaning("error", f"{code}: no")]


@pytest.mark.parametrize(
    "data", [{"code": 0, "message": "success"}, {"type": "text", "content": "", "code": 5}]
)
def test_event_with_a_code_that_is_no_refusal_is_a_sign_of_life(data: dict[str, Any]) -> None:
    assert meanings(data) == [Meaning("heartbeat")]


def test_empty_object_is_a_failure_only_where_nothing_else_comes() -> None:
    assert meanings({}) == [Meaning("empty")]
    assert heard({})[1].is_empty
    assert heard({}, {"type": "heartbeat"})[1].is_empty
    assert not heard({}, {"type": "text", "content": "Done."})[1].is_empty
    assert not heard({"type": "heartbeat"})[1].is_empty


@given(st.text(max_size=300))
def test_any_data_has_a_meaning(data: str) -> None:
    assert meanings(data)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["type", "content", "parts", "text", "functionCall", "name", "error", "partial", "id"]
            ),
            inner,
            max_size=4,
        )
    ),
)


@given(st.lists(JSON, max_size=5))
def test_any_json_can_be_heard(events: list[Any]) -> None:
    heard(*events)


@pytest.mark.clause("C-SSE-1")
@pytest.mark.parametrize(("first_id", "last_id"), [("a", "a"), ("a", "c")], ids=["v2", "v1"])
def test_partials_and_the_final_that_repeats_them_are_said_once(first_id: str, last_id: str) -> None:
    events = [
        text("Let me ", partial=True, id=first_id),
        text("see.", partial=True, id=first_id),
        adk({"text": "Let me see."}, CALL, id=last_id),
        RESULT,
        text("All ", partial=True, id="x"),
        text("done.", partial=True, id="x"),
        text("All done.", id="x"),
    ]
    said, reply = heard(*events)
    assert said == "Let me see.\nAll done."
    assert reply.complete


def test_messages_stand_on_lines_of_their_own_and_parts_do_not() -> None:
    assert heard(text("One."), text("Two."))[0] == "One.\nTwo."
    assert heard(adk({"text": "One. "}, {"text": "Two."}), text("Three."))[0] == "One. Two.\nThree."
    partials = [text("On", partial=True), text("e.", partial=True), text("One.")]
    assert heard(*partials, text("Two.", partial=True), text("Two."))[0] == "One.\nTwo."


def test_a_tool_ends_what_was_said_in_pieces() -> None:
    _, reply = heard(text("On it.", partial=True), adk(CALL), RESULT)
    assert reply.is_final


def test_a_final_that_comes_twice_is_said_once() -> None:
    assert heard(text("Done.", id="a"), text("Done.", id="a"))[0] == "Done."
    assert heard(text("Do", partial=True, id="a"), text("Do", id="a"), text("Do", id="a"))[0] == "Do"


def test_a_final_may_repeat_in_parts_or_say_more_or_something_else() -> None:
    partials = [text("Let me ", partial=True), text("see.", partial=True)]
    assert heard(*partials, adk({"text": "Let me "}, {"text": "see."}))[0] == "Let me see."
    assert heard(*partials, text("Let me see. Now."))[0] == "Let me see. Now."
    assert heard(*partials, text("No."))[0] == "Let me see.\nNo."
    assert heard(*partials, text("  Let me see. \n"))[0] == "Let me see."


def test_the_same_words_twice_are_two_texts_where_nothing_says_otherwise() -> None:
    assert heard({"type": "text", "content": "ha "}, {"type": "text", "content": "ha "})[0] == "ha ha "


def test_both_dialects_read_the_same() -> None:
    typed = [
        {"type": "text", "content": "On "},
        {"type": "text", "content": "it."},
        {"type": "tool_call", "name": "t", "args": {}},
        {"type": "tool_result", "name": "t", "result": {}},
        {"type": "text", "content": "Done."},
    ]
    spoken = [text("On ", partial=True), text("it.", partial=True), adk({"text": "On it."}, CALL), RESULT]
    assert heard(*typed)[0] == heard(*spoken, text("Done."))[0] == "On it.\nDone."


def said_by(*pieces: str) -> str:
    return heard(*({"type": "text", "content": piece} for piece in pieces))[0]


@pytest.mark.clause("C-GUI-1")
def test_a_gui_phrase_in_pieces_is_still_translated() -> None:
    whole = "Your title is on. Click Export to save it."
    for at in range(len(whole)):
        assert said_by(whole[:at], whole[at:]) == "Your title is on. Say “export” to save it."


def test_a_quoted_title_is_not_torn_apart() -> None:
    assert said_by('Added "Stop. Click here. Now." as a title. Fine.') == (
        'Added "Stop. Click here. Now." as a title. Fine.'
    )


NOISE = "I encountered a temporary issue"


@pytest.mark.clause("C-SSE-5", "SSE-10")
@pytest.mark.parametrize(
    "noise",
    [
        f" {NOISE}",
        f"{NOISE}.",
        f"\n{NOISE}, please try again later.",
        f" {NOISE}. Please try again.",
        f" {NOISE}. Please try again later.{NOISE}. Please try again later.",
        "我遇到了临时问题，请稍后再试。",
    ],
)
def test_a_trailing_noise_is_dropped(noise: str) -> None:
    assert said_by("Your title is on.", noise).strip() == "Your title is on."
    assert said_by("Your title is on.", *noise).strip() == "Your title is on."


@pytest.mark.clause("C-SSE-5")
def test_a_trailing_noise_of_its_own_message_is_dropped() -> None:
    said, reply = heard(text("Your title is on."), text(NOISE))
    assert said.strip() == "Your title is on."
    assert reply.complete


@pytest.mark.clause("C-SSE-5")
def test_a_noise_that_does_not_trail_is_said() -> None:
    said = said_by(f"{NOISE}. Trying another way: your title is on.")
    assert said == f"{NOISE}. Trying another way: your title is on."
    events = [{"type": "text", "content": NOISE}, {"type": "tool_call", "name": "t"}, {"type": "tool_result"}]
    assert heard(*events)[0] == NOISE


@pytest.mark.clause("C-SSE-5")
def test_noise_and_nothing_else_is_a_failure() -> None:
    said, reply = heard({"type": "text", "content": NOISE})
    assert (said, bool(reply.failures), reply.is_final) == ("", True, False)
    worked = [{"type": "tool_call", "name": "t"}, {"type": "tool_result"}, {"type": "text", "content": NOISE}]
    said, reply = heard(*worked)
    assert (said, reply.failures, reply.is_final, reply.complete) == ("", [], True, False)


def test_an_endless_reply_is_kept_to_its_limit() -> None:
    reply = Reply()
    for _ in range(60):
        reply.add(Meaning("text", "x" * 20_000))
        reply.add(Meaning("text", "y" * 20_000, partial=True))
    reply.close()
    assert MAX_CHARS <= len(reply.text.shown) <= MAX_CHARS + 60  # line breaks are not counted
    assert len(reply._partial) <= MAX_CHARS


def test_half_characters_and_control_characters_do_not_reach_a_user() -> None:
    assert said_by("a\ud800b\x1b[31mc\x00") == "a?b[31mc"
