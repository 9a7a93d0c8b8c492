"""The reference model on hand-written states and streams: what a message must change and may say."""

from __future__ import annotations

from typing import Any

import pytest

from nemocontract.server_model import drafts
from nemocontract.server_model.checker import kind_of

from .model_helpers import BEAT, CALL, DONE, FILM, WORDS, TrafficBuilder, draft

TITLE, SPEED, TALK = 'add the title "Alpha"', "speed it up 2x", "hello"
CLIP = "generate a 5 second clip of a city at night"
PROFILES = ("typed,envelope,render-flat", "adk,http-status,render-nested")


# -- states --------------------------------------------------------------------------------------


@pytest.mark.clause("STA-1")
def test_model_state_changed_by_read_violates_sta_1() -> None:
    traffic = TrafficBuilder().begun()
    traffic.state(draft())
    assert traffic.clauses == ["STA-1"]


@pytest.mark.parametrize(
    ("payload", "clauses"),
    [
        ({"silent": True}, ["SSE-5"]),
        ({"silent": False}, ["STA-1"]),
        ({"silent": False, "ending": "client-gone"}, ["SSE-11"]),
    ],
)
@pytest.mark.clause("SSE-5", "SSE-11", "STA-1")
def test_model_edit_not_done_violates_its_clause(payload: dict[str, Any], clauses: list[str]) -> None:
    traffic = TrafficBuilder().begun()
    words = () if payload.pop("silent") else (WORDS,)
    traffic.chat(TITLE, CALL, DONE, *words, **payload)
    traffic.now_ms += 60_000
    traffic.state()
    assert traffic.clauses == clauses


@pytest.mark.clause("SSE-8")
def test_model_clip_without_music_violates_sse_8() -> None:
    traffic = TrafficBuilder().begun()
    traffic.chat(CLIP, CALL, DONE, BEAT, BEAT, WORDS, takes_ms=120_000)
    traffic.state(draft(ms=5_000), generated_media=[{"name": "city"}])
    assert traffic.clauses == ["SSE-8"]


@pytest.mark.clause("SSE-8")
def test_model_music_before_clip_violates_sse_8() -> None:
    traffic = TrafficBuilder().begun()
    traffic.chat(CLIP, takes_ms=0, ending="client-gone")
    traffic.now_ms += 150_000
    title_alone = {"d": 3000, "t": [{"tt": 7, "sg": [{"s": 0, "d": 3000, "m": {"text": "City"}}], "m": {}}]}
    traffic.state(draft(ms=5_000))
    assert not traffic.violations
    traffic = TrafficBuilder().begun()
    traffic.chat(CLIP, takes_ms=0, ending="client-gone")
    traffic.now_ms += 150_000
    traffic.state(title_alone)
    assert traffic.clauses == ["SSE-8"]


def test_model_overlapping_turns_any_outcome_allowed() -> None:
    traffic = TrafficBuilder().begun()
    traffic.chat(TITLE, takes_ms=0, ending="client-gone")
    traffic.chat(SPEED, takes_ms=0, ending="client-gone")
    traffic.now_ms += 12_000
    traffic.state(draft(ms=6_000))
    traffic.now_ms += 60_000
    traffic.state(draft("Alpha", ms=6_000))
    assert not traffic.violations
    traffic.state(draft())
    assert traffic.clauses == ["STA-1"]


@pytest.mark.clause("STA-1")
def test_model_state_with_other_ids_violates_sta_1() -> None:
    traffic = TrafficBuilder().begun()
    traffic.user_id = "anon_2"
    traffic.state()
    assert traffic.clauses == ["STA-1"]


@pytest.mark.clause("UPL-2", "UPL-5")
def test_model_uploaded_files_missing_violates_upl_5() -> None:
    traffic = TrafficBuilder().begun()
    traffic.upload({**FILM, "filename": "song.mp3"})
    traffic.state(infos=(FILM,))
    assert traffic.clauses == ["UPL-2", "UPL-2"]


@pytest.mark.clause("UPL-3")
@pytest.mark.parametrize(("name", "kind"), [("a.mp4", "video"), ("B.JPG", "image"), ("c.aac", "audio")])
def test_kind_of_supported_ending_returns_kind(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.clause("UPL-3")
@pytest.mark.parametrize("name", ["a.jpeg", "flac", "b.txt", "mp4", ""])
def test_kind_of_other_ending_returns_none(name: str) -> None:
    assert kind_of(name) is None
    traffic = TrafficBuilder().begun()
    traffic.upload({**FILM, "filename": name, "file_type": None})
    assert traffic.clauses[0] == "UPL-3"


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
def test_draft_problems_invalid_draft_found(wrong: Any) -> None:
    assert list(drafts.problems(wrong))


def test_draft_problems_valid_draft_none() -> None:
    assert not list(drafts.problems({}))
    assert not list(drafts.problems(draft("Alpha", "Beta")))


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
def test_model_invalid_events_violate_sse_3(events: Any, clauses: list[str]) -> None:
    traffic = TrafficBuilder().begun()
    traffic.chat(TALK, *events, takes_ms=6_000)
    assert traffic.clauses == clauses


@pytest.mark.clause("SSE-3")
def test_model_unknown_dialect_mixed_violates_sse_3() -> None:
    traffic = TrafficBuilder(profile=None).begun()
    adk = {"author": "nemo_agent", "content": {"parts": [{"text": "a"}]}}
    traffic.chat(TALK, WORDS, takes_ms=6_000)
    traffic.chat(TALK, adk, takes_ms=6_000)
    assert not traffic.violations
    traffic.chat(TALK, adk, WORDS, takes_ms=6_000)
    assert traffic.clauses == ["SSE-3"]


@pytest.mark.clause("SSE-7")
@pytest.mark.parametrize(("said", "takes_ms"), [(TALK, 4_999), (TITLE, 9_999), (CLIP, 99_999)])
def test_model_wrong_duration_violates_sse_7(said: str, takes_ms: int) -> None:
    traffic = TrafficBuilder().begun()
    traffic.chat(said, *(() if said == TALK else (CALL, DONE)), BEAT, WORDS, takes_ms=takes_ms)
    assert traffic.clauses == ["SSE-7"]


@pytest.mark.clause("SSE-5")
def test_model_silent_share_0_or_1_violated_sse_5() -> None:
    never = TrafficBuilder(silent_share=0).begun()
    never.chat(TITLE, CALL, DONE)
    always = TrafficBuilder(silent_share=1).begun()
    always.chat(TITLE, CALL, DONE, WORDS)
    assert never.clauses == always.clauses == ["SSE-5"]
