"""Which drafts are exported: those that are ready, whatever else is in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .http_helpers import (
    Api,
    failure,
    success,
    track,
    wire,
)

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


def of(*segments: Any, **more: Any) -> dict[str, Any]:
    """Return a draft of one track."""
    return {"t": [{"sg": [*segments]}], **more}


HOUR = 3_600_000
UNREADY: list[Any] = [
    {}, {"t": None}, {"t": {}}, {"t": "x"}, {"t": []}, {"t": [None]}, {"t": [{}]}, {"t": [{"sg": []}]},
    {"t": [{"sg": None}]}, {"t": [{"sg": [], "d": 5000}]}, {"t": [{"sg": "abc"}]},
    {"t": [{"sg": {"0": {"d": 5}}}]}, {"d": 5000}, {"d": 5000, "t": []}, {"t": ["x", {"sg": [{"d": 5}]}]},
    of(None), of({}), of({"s": 0}), of([]),
    of({"s": 0, "d": 0}), of({"s": 0, "d": -5}), of({"s": -1, "d": 5}), of({"s": "0", "d": 5}),
    of({"s": 0, "d": True}), of({"s": 0, "d": 10**30}), of({"s": 1e300, "d": 5}), of({"s": 0, "d": 5 * HOUR}),
    of({"s": 0, "d": 5}, {"s": 5}), of({"s": 0, "d": 5}, d=5 * HOUR), of({"s": 0, "d": 5}, d="long"),
    of({"s": 0, "d": 5}, d=-1),
]  # fmt: skip


@pytest.mark.clause("REN-5", "STA-3", "ENV-4")
def test_draft_that_is_not_ready_is_400_with_location(api: Api) -> None:
    before = api.credits(), api.session_id, api.everything()
    for draft in UNREADY:
        answer = api.submit(draft=draft)
        assert answer.status_code == 400, draft
        failure(answer, 400, "draft")
    assert (api.credits(), api.session_id, api.everything()) == before


JUNK = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**40), 10**40), st.floats(-1e308, 1e308),
    st.text(max_size=30),
    st.sampled_from(["😀" * 40, "\x1b[31m\0", "名字", "\u202e", "a" * 3000, 10**300, [], {}]),
)  # fmt: skip
METAS = (
    st.dictionaries(
        st.sampled_from(["name", "text", "volume", "position", "muted", "in", "out", "x"]), JUNK, max_size=4
    )
    | JUNK
)
SEGMENTS = st.fixed_dictionaries(
    {"s": st.integers(0, 900), "d": st.integers(0, 900) | st.floats(0, 900)},
    optional={"m": METAS, "name": JUNK},
)
TRACKS = st.fixed_dictionaries(
    {"sg": st.lists(SEGMENTS, max_size=3)}, optional={"tt": st.sampled_from([0, 1, 7]) | JUNK, "m": METAS}
)


@pytest.mark.clause("REN-5", "REN-6", "REN-8", "ENV-4")
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(draft=st.fixed_dictionaries({"t": st.lists(TRACKS, max_size=3)}, optional={"x": JUNK, "m": METAS}))
def test_random_draft_is_rejected_or_rendered(api: Api, draft: dict[str, Any]) -> None:
    render_id = f"r{len(api.everything()['renders'])}"
    answer = api.submit(render_id, draft)
    if answer.status_code == 400:
        failure(answer, 400, "draft")
        return
    assert answer.status_code == 200
    output = api.finished(render_id)["output"]
    film = api.client.get(output["url"])
    assert (film.status_code, len(film.content), film.content[4:8]) == (200, output["size"], b"ftyp")


@pytest.mark.clause("REN-1", "STA-3")
def test_draft_from_the_state_can_be_exported(api: Api) -> None:
    success(api.upload_urls("http://h/walk_12s.mp4"))
    api.say('add the title "Hello" at the start')
    draft = api.state()["draft"]
    assert api.submit(draft=json.loads(json.dumps(draft))).status_code == 200
    assert api.finished()["output"]["duration"] == draft["d"] / 1000
    assert (
        api.submit("r2", draft | {"t": [*draft["t"], track(9, "Unknown", {"s": 0, "d": 5})]}).status_code
        == 200
    )
