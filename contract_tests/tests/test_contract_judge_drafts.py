"""The suite's own reading of drafts, and what it takes for telling a difference."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemocontract.client_rules.differences import differences
from nemocontract.protocol.drafts import draft_of, items, ready, words_in


def segment(start_ms: int, length_ms: int, **meta: Any) -> dict[str, Any]:
    return {"s": start_ms, "d": length_ms, "m": meta}


def track(kind: int, name: str, *segments: dict[str, Any]) -> dict[str, Any]:
    return {"tt": kind, "m": {"name": name}, "sg": [*segments]}


def state(*tracks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"draft": {"t": [*tracks], "d": 10_000} if tracks else {}, **more}


WALK = segment(0, 12_000, name="walk_12s.mp4", volume=1.0)
FILM = state(track(0, "Video", WALK))


@pytest.mark.clause("STA-2")
def test_a_draft_is_read_by_its_names() -> None:
    title = segment(500, 3000, text="Urban Dreams")
    found = [*items(draft_of(state(track(0, "Video", WALK), track(7, "Title", title))))]
    assert [(one.kind, one.track, one.name, one.start_ms, one.length_ms) for one in found] == [
        (0, "Video", "walk_12s.mp4", 0, 12_000),
        (7, "Title", "Urban Dreams", 500, 3000),
    ]
    assert [*items(draft_of({"draft": {}}))] == []


@pytest.mark.clause("STA-3")
@pytest.mark.parametrize(
    ("draft", "is_ready"),
    [
        ({}, False),
        (None, False),
        ({"t": []}, False),
        ({"t": [{"sg": []}]}, False),
        ({"t": [{"sg": {}}, "x", {"sg": None}]}, False),
        ({"t": [{"sg": []}, {"sg": [{"s": 0}]}]}, True),
    ],
)
def test_a_draft_is_ready_once_a_track_has_a_segment(draft: Any, is_ready: bool) -> None:
    assert ready(draft) is is_ready


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["t", "tt", "sg", "s", "d", "m", "name", "text", "volume"]), inner)
    ),
    max_leaves=15,
)


@given(_JSON, _JSON)
def test_nothing_a_draft_may_hold_raises(before: Any, after: Any) -> None:
    for one in differences({"draft": before, "video_infos": after}, {"draft": after, "video_infos": before}):
        one.mentioned_in("anything 4 s")
    ready(before)
    assert all(isinstance(word, str) for word in words_in(after))


def test_equal_states_have_no_difference() -> None:
    assert differences(FILM, FILM) == ()
    assert differences({}, {}) == ()


TITLED = state(track(0, "Video", WALK), track(7, "Title", segment(0, 3000, text="Hello")))


@pytest.mark.parametrize(
    ("before", "after", "what", "mentioned", "idle"),
    [
        (FILM, TITLED, "added", 'Title added: "Hello"', "Done."),
        (FILM, TITLED, "added", "已添加标题", "完成。"),
        (TITLED, FILM, "removed", "I removed hello.", "All good."),
        (
            FILM,
            state(track(0, "Video", segment(0, 9600, name="walk_12s.mp4", volume=1.0))),
            "resized",
            "It now runs 9.6 s.",
            "It is shorter now.",
        ),
        (
            TITLED,
            state(track(0, "Video", WALK), track(7, "Title", segment(4000, 3000, text="Hello"))),
            "moved",
            "It stands at 0:04 now.",
            "It stands elsewhere.",
        ),
        (
            FILM,
            state(track(0, "Video", segment(0, 12_000, name="walk_12s.mp4", volume=0.35))),
            "volume",
            "It is at 35% now.",
            "It is quieter.",
        ),
        (
            FILM,
            state(track(0, "Video", segment(0, 12_000, name="walk_12s.mp4", volume=1.0, look="warm"))),
            "changed",
            "walk_12s looks different",
            "Something looks different",
        ),
        (TITLED, state(*TITLED["draft"]["t"][::-1]), "order", "The tracks have a new order.", "Done."),
        (
            state(canvas_config={"width": 1080, "height": 1920}),
            state(canvas_config={"width": 1920, "height": 1080}),
            "canvas",
            "It is 1920×1080 now.",
            "Done.",
        ),
        (
            state(video_infos=[]),
            state(video_infos=[{"filename": "dog.mp4"}]),
            "media",
            "Footage added: dog.mp4",
            "Done.",
        ),
    ],
)
def test_a_difference_is_reported_by_its_words_or_figures(
    before: dict[str, Any], after: dict[str, Any], what: str, mentioned: str, idle: str
) -> None:
    found = differences(before, after)
    assert [one.what for one in found] == [what]
    assert any(one.mentioned_in(mentioned) for one in found)
    assert not any(one.mentioned_in(idle) for one in found)


def test_each_of_several_differences_is_found() -> None:
    after = state(
        track(0, "Video", segment(0, 6000, name="walk_12s.mp4", volume=1.0)),
        track(1, "BGM", segment(0, 6000, name="Lo-fi", volume=0.35)),
    )
    assert sorted(one.what for one in differences(TITLED, after)) == ["added", "removed", "resized"]


def test_figures_are_not_found_inside_other_figures() -> None:
    longer = state(track(0, "Video", segment(0, 4000, name="walk_12s.mp4", volume=1.0)))
    assert not any(one.mentioned_in("There are 14 of them, 2.45 in all") for one in differences(FILM, longer))
