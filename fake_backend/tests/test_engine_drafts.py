"""A draft handed in for export: ready or refused by name, whatever JSON it is (REN-5, STA-3)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemofake.engine.errors import BackendError
from nemofake.engine.parameters import Parameters
from nemofake.engine.renders import check_ready, draft_length_ms

HOURS = 3_600_000
NUMBERS = st.one_of(
    st.integers(-5, 10_000),
    st.integers(),
    st.floats(),
    st.sampled_from([10**400, -(10**400), 1e308, float("nan"), float("inf"), -0.0, 0.4, True, False]),
)
JSON = st.recursive(
    st.none() | NUMBERS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
SEGMENTS = st.one_of(
    JSON, st.fixed_dictionaries({}, optional={"s": NUMBERS | JSON, "d": NUMBERS | JSON, "m": JSON})
)
TRACKS = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {}, optional={"tt": JSON, "sg": st.lists(SEGMENTS, max_size=3) | JSON, "d": NUMBERS}
    ),
)
DRAFTS = st.dictionaries(st.text(max_size=3), JSON, max_size=3) | st.fixed_dictionaries(
    {}, optional={"t": st.lists(TRACKS, max_size=3) | JSON, "d": NUMBERS | JSON, "x": JSON}
)
MS = st.integers(0, 100_000)
GOOD_SEGMENTS = st.fixed_dictionaries({"d": MS}, optional={"s": MS, "m": JSON, "x": JSON})
GOOD = st.lists(
    st.fixed_dictionaries({"sg": st.lists(GOOD_SEGMENTS, max_size=4)}, optional={"tt": JSON, "m": JSON}),
    max_size=4,
)


def draft(*segments: Any, **more: Any) -> dict[str, Any]:
    return {"t": [{"tt": 0, "sg": list(segments)}], **more}


@pytest.mark.clause("REN-5", "ENV-4")
@settings(max_examples=100)
@given(DRAFTS)
def test_a_draft_of_any_shape_is_accepted_or_refused_with_400(anything: dict[str, Any]) -> None:
    refused = None
    try:
        check_ready(anything, Parameters())
    except BackendError as error:
        refused = error
    if refused:
        assert refused.code == 400
        assert "draft" in refused.message
    else:
        assert any(track["sg"] for track in anything["t"])
        assert 0 < draft_length_ms(anything) <= Parameters().max_draft_ms


@pytest.mark.clause("STA-3", "REN-5", "REN-8")
@given(GOOD)
def test_a_draft_with_a_segment_that_lasts_is_ready_and_as_long_as_its_last_one(tracks: list[Any]) -> None:
    ends = [segment.get("s", 0) + segment["d"] for track in tracks for segment in track["sg"]]
    if max(ends, default=0) > 0:
        check_ready({"t": tracks}, Parameters())
        assert draft_length_ms({"t": tracks}) == max(ends)
    else:
        with pytest.raises(BackendError) as caught:
            check_ready({"t": tracks}, Parameters())
        assert caught.value.code == 400


@pytest.mark.clause("REN-8")
@pytest.mark.parametrize(
    ("value", "length_ms"), [(None, 4_000), (0, 4_000), (6_000, 6_000), (2_500.0, 2_500)]
)
def test_a_draft_that_tells_its_duration_is_that_long(value: Any, length_ms: int) -> None:
    assert draft_length_ms(draft({"s": 1_000, "d": 3_000}, d=value)) == length_ms


@pytest.mark.clause("REN-5", "STA-3")
@pytest.mark.parametrize(
    ("bad", "named"),
    [
        ({}, "draft.t"),
        ({"t": None}, "draft.t"),
        ({"t": {}}, "draft.t"),
        ({"t": []}, "draft.t"),
        ({"t": [{"tt": 0}]}, "draft.t"),
        ({"t": [{"sg": []}]}, "draft.t"),
        ({"t": [{"sg": [{"d": 1}]}, None]}, "draft.t[1]"),
        ({"t": [{"sg": "abc"}]}, "draft.t[0]"),
        ({"t": [{"sg": [{"d": 1}]}, {"sg": {"d": 1}}]}, "draft.t[1]"),
        (draft({"d": 1}, None), "draft.t[0].sg[1]"),
        (draft({"d": 1}, {"d": "9"}), "draft.t[0].sg[1]"),
        (draft({"d": 1, "s": -1}), "draft.t[0].sg[0]"),
        (draft({"d": True}), "draft.t[0].sg[0]"),
        (draft({"d": float("nan")}), "draft.t[0].sg[0]"),
        (draft({"d": 10**400}), "draft.t[0].sg[0]"),
        (draft({"s": 5}), "draft.t[0].sg[0]"),
        (draft({"d": 0}), "draft"),
        (draft({"d": 1}, d="10"), "draft.d"),
    ],
)
def test_a_draft_that_is_not_ready_is_reported_where(bad: Any, named: str) -> None:
    with pytest.raises(BackendError) as caught:
        check_ready(bad, Parameters())
    assert caught.value.code == 400
    assert named in caught.value.message


@pytest.mark.clause("REN-5")
@pytest.mark.parametrize("late", [draft({"d": 4 * HOURS}), draft({"s": 4 * HOURS - 1, "d": 1})])
def test_a_film_of_four_hours_passes_and_a_millisecond_more_does_not(late: Any) -> None:
    check_ready(late, Parameters())
    late["t"][0]["sg"][0]["d"] += 1
    with pytest.raises(BackendError):
        check_ready(late, Parameters())


@pytest.mark.clause("REN-5", "STA-2")
@pytest.mark.parametrize("message", ['add a title "Hello" at the start', "generate a 5 second clip of a cat"])
def test_what_the_state_shows_after_work_is_ready_and_before_it_is_not(
    fake: Any, helpers: Any, message: str
) -> None:
    ann = fake.user(grant=100)
    session_id = ann.project()
    with pytest.raises(BackendError):
        check_ready(ann.draft(session_id), Parameters())
    fake.to(ann.chat(session_id, message).ends_at_ms)
    shown = ann.draft(session_id)
    check_ready(shown, Parameters())
    assert draft_length_ms(shown) == shown["d"]
