"""The reference client in conversation with google-adk itself, through a vendor's front of a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from parity.proxy import VendorProxy, fronting
from parity.servers import AdkSide

from nemoclient import ChatResult, NemoClient, StreamEnd
from nemoclient.effects import InstantClock
from nemoclient.reply import Meaning, Reply, interpret
from nemoclient.sse import SseReader

TITLE = {"t": 0, "tt": 7, "sg": [{"s": 0, "d": 3000, "m": {"text": "Night Walk"}}]}
DRAFT = {"d": 3000, "t": [TITLE]}
EDIT = {"name": "edit_multitrack", "args": {"text": "夜"}, "result": {"status": "success"}, "draft": DRAFT}
WORDS = ["Your title ", "is in: 夜 “x”. ", "Enjoy."]


@pytest.fixture
def front(adk: AdkSide) -> Iterator[VendorProxy]:
    with fronting(adk) as served:
        yield served


def chat(front: VendorProxy, folder: Path, *turns: dict[str, Any]) -> ChatResult:
    """Return what became of one message to an agent that takes these turns."""
    front.script = {"turns": list(turns)}
    settings: dict[str, Any] = {"clock": InstantClock(), "client_id_file": folder / "id"}
    with NemoClient(front.url, token="nmv_usr_x", **settings) as client:
        chatted = client.chat("add a title").finish()
    assert len(front.messages) == 1, "a message is sent once"
    return chatted


@pytest.mark.clause("C-SSE-1", "SSE-3")
@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "whole"])
def test_a_reply_is_said_once_and_the_change_is_seen(
    front: VendorProxy, tmp_path: Path, streaming: bool
) -> None:
    front.streaming = streaming
    chatted = chat(front, tmp_path, {"calls": [EDIT]}, {"says": WORDS})
    assert chatted.text.strip() == "".join(WORDS)
    assert (chatted.ending, chatted.ok, chatted.skipped) == (StreamEnd.COMPLETE, True, 0)
    assert chatted.tools == ("edit_multitrack",)
    assert chatted.changes


@pytest.mark.clause("C-SSE-1")
@pytest.mark.parametrize("streaming", [True, False], ids=["streaming", "whole"])
def test_words_before_a_call_are_said_once_too(front: VendorProxy, tmp_path: Path, streaming: bool) -> None:
    front.streaming = streaming
    chatted = chat(front, tmp_path, {"says": ["Let me ", "see."], "calls": [EDIT]}, {"says": ["Done."]})
    assert chatted.text.split() == ["Let", "me", "see.", "Done."]
    assert chatted.ending is StreamEnd.COMPLETE


@pytest.mark.clause("C-SSE-3", "SSE-5")
def test_an_edit_without_words_is_read_off_the_project(front: VendorProxy, tmp_path: Path) -> None:
    chatted = chat(front, tmp_path, {"calls": [EDIT]})
    assert (chatted.text, chatted.ending, chatted.ok) == ("", StreamEnd.SILENT, True)
    assert "Night Walk" in " ".join(chatted.changes)


@pytest.mark.clause("C-SSE-3", "C-SSE-4")
def test_a_run_that_says_and_does_nothing_is_not_taken_for_a_success(
    front: VendorProxy, tmp_path: Path
) -> None:
    chatted = chat(front, tmp_path)
    assert (chatted.ending, chatted.ok, chatted.changes) == (StreamEnd.DROPPED, False, ())


@pytest.mark.clause("C-SSE-3")
@pytest.mark.parametrize("turns", [[], [{"calls": [EDIT]}]], ids=["at once", "after an edit"])
def test_a_model_that_breaks_is_a_failure_and_no_detail_reaches_the_user(
    front: VendorProxy, tmp_path: Path, turns: list[Any]
) -> None:
    chatted = chat(front, tmp_path, *turns, {"says": ["Well"], "raises": 'kaboom "quoted"'})
    assert chatted.ending is StreamEnd.FAILED
    assert "kaboom" not in chatted.text
    assert bool(chatted.changes) is bool(turns)


@pytest.mark.clause("SSE-3", "C-SSE-1")
def test_whatever_a_bare_agent_yields_is_read_as_it_is_meant(adk: AdkSide) -> None:
    """Thoughts, files, states and empty events are no words; an error event is a failure."""

    def event(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
        return {"content": {"role": "model", "parts": list(parts)}, **more}

    script = {
        "events": [
            event({"text": "hmm", "thought": True}),
            event({"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}}),
            event(),
            {"actions": {"stateDelta": {"a": 1}}},
            event({"text": "line\u2028sep \x7f 夜\n"}),
            event({"functionCall": {"id": "1", "name": "edit_multitrack", "args": {}}}),
            event({"text": "file"}, actions={"artifactDelta": {"film.mp4": 1}}),
            {"errorCode": "RESOURCE_EXHAUSTED", "errorMessage": "429 quota"},
        ]
    }
    reader = SseReader()
    received = b"".join(adk.play(script, app="bare_agent").chunks)
    meanings = [meaning for event in reader.feed(received) for meaning in interpret(event)]
    assert [meaning.content for meaning in meanings if meaning.kind == "text"] == [
        "line\u2028sep \x7f 夜\n",
        "file",
    ]
    assert [meaning for meaning in meanings if meaning.kind == "tool_call"] == [
        Meaning("tool_call", "edit_multitrack")
    ]
    assert [meaning.content for meaning in meanings if meaning.kind == "error"] == [
        "RESOURCE_EXHAUSTED 429 quota"
    ]
    reply = Reply()
    for meaning in meanings:
        reply.add(meaning)
    assert (reply.skipped, reader.strange, reader.unfinished) == (0, 0, False)
