"""What a chat stream brings when: words or none, signs of life, its length, its stages, its price."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from .http_helpers import Api, wire
from .stream_helpers import EDIT, GENERATE, TALK, Line, kinds, payloads, prepared, texts, turns

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle

MINUTE_MS = 60_000
MANUAL = pytest.mark.nemofake(clock="manual")
LOUD = pytest.mark.nemofake(parameters={"silent_share": 0.0})
SILENT = pytest.mark.nemofake(parameters={"silent_share": 1.0})


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


def said(api: Api, text: str) -> list[bytes]:
    with Line(api, text) as line:
        line.rest()
    assert line.ending == "close"
    return line.frames


# -- SSE-5, SSE-6, SSE-7, SSE-8, SSE-10: what comes when ----------------------------------------------------


@pytest.mark.clause("SSE-5")
@SILENT
def test_silent_edit_closes_without_text_and_is_applied(api: Api) -> None:
    before = api.state()["draft"]
    frames = said(api, EDIT)
    assert {"tool_call", "tool_result"} <= set(kinds(frames))
    assert texts(frames) == ""
    assert api.state()["draft"] != before


@pytest.mark.clause("SSE-5")
@SILENT
@pytest.mark.parametrize("text", [TALK, GENERATE])
def test_only_edits_close_silently(api: Api, text: str) -> None:
    assert texts(said(api, text)) != ""


@pytest.mark.clause("SSE-5")
@LOUD
def test_spoken_edit_ends_with_text(api: Api) -> None:
    assert kinds(said(api, EDIT))[-1] == "text"


@pytest.mark.clause("SSE-6")
@pytest.mark.parametrize("text", [TALK, EDIT, GENERATE])
def test_heartbeat_comes_every_10_s_of_engine_time(api: Api, text: str) -> None:
    said(api, text)
    turn = turns(api.world)[-1]
    beats = [
        event["at_ms"] - turn["at_ms"]
        for event in turn["response"]["events"]
        if event["data"] in ("", {"type": "heartbeat"})
    ]
    assert beats == list(range(10_000, turn["ended_at_ms"] - turn["at_ms"], 10_000))


@pytest.mark.clause("SSE-6")
def test_both_heartbeat_forms_occur(api: Api) -> None:
    assert {"heartbeat", "empty"} <= set(kinds(said(api, GENERATE)))


@pytest.mark.clause("SSE-7")
@pytest.mark.parametrize(("text", "low", "high"), [(TALK, 5, 15), (EDIT, 10, 30), (GENERATE, 100, 300)])
def test_stream_duration_depends_on_the_work(api: Api, text: str, low: int, high: int) -> None:
    said(api, text)
    turn = turns(api.world)[-1]
    assert low * 1000 <= turn["ended_at_ms"] - turn["at_ms"] <= high * 1000


@pytest.mark.clause("SSE-7", "SSE-11")
@pytest.mark.nemofake(clock="manual", parameters={"generation_ms": [20 * MINUTE_MS, 20 * MINUTE_MS]})
def test_stream_closes_at_15_minutes_and_work_continues(api: Api) -> None:
    world, start = api.world, api.credits()["total"]
    with Line(api, GENERATE) as line:
        line.begun()
        world.clock.advance(15 * 60 - 0.001)
        line.now()
        assert line.ending == ""
        world.clock.advance(0.001)
        line.now()
        assert line.ending == "close"
    assert texts(line.frames) == ""
    assert api.credits()["frozen"] == 100
    world.clock.advance(5 * 60)
    assert api.credits() == {"available": start - 100, "frozen": 0, "total": start - 100}
    assert len(api.state()["generated_media"]) == 1


@pytest.mark.clause("SSE-8")
@MANUAL
def test_state_shows_the_raw_clip_first(api: Api) -> None:
    seen: list[int] = []
    with Line(api, GENERATE) as line:
        line.begun()
        while not line.ending:
            api.world.clock.advance(1)
            state = api.state()
            assert bool(state["generated_media"]) == ("tool_result" in kinds(line.frames + line.now()))
            tracks = len(state["draft"].get("t", []))
            seen += [tracks] if [tracks] != seen[-1:] else []
    assert seen[0] == 0
    assert seen == sorted(seen)
    assert len(seen) > 2, "the clip lands by itself, then more"


@pytest.mark.clause("SSE-10")
@pytest.mark.nemofake(parameters={"temporary_issue_share": 1.0, "silent_share": 0.0})
def test_stream_can_end_with_temporary_issue_text(api: Api) -> None:
    items = [one["content"] for one in payloads(said(api, TALK)) if one and one["type"] == "text"]
    assert len(items) > 1
    assert items[-1].startswith("I encountered a temporary issue")


@pytest.mark.clause("SSE-10")
@LOUD
def test_temporary_issue_text_is_off_by_default(api: Api) -> None:
    assert all("temporary issue" not in texts(said(api, text)) for text in (TALK, EDIT))


# -- SSE-12: twice ------------------------------------------------------------------------------------------


@pytest.mark.clause("SSE-12", "CRE-2")
def test_repeated_message_is_charged_again(api: Api) -> None:
    start = api.credits()["total"]
    said(api, GENERATE)
    assert api.credits()["total"] == start - 100
    said(api, GENERATE)
    assert api.credits() == {"available": start - 200, "frozen": 0, "total": start - 200}
    assert len(api.state()["generated_media"]) == 2


@pytest.mark.clause("CRE-3", "CRE-1")
@MANUAL
def test_price_is_frozen_during_the_stream(api: Api) -> None:
    start = api.credits()["total"]
    with Line(api, GENERATE) as line:
        line.begun()
        assert api.credits() == {"available": start - 100, "frozen": 100, "total": start}
        while not line.ending:
            assert api.credits()["frozen"] == 100
            api.world.clock.advance(5)
            line.now()
    assert api.credits() == {"available": start - 100, "frozen": 0, "total": start - 100}
