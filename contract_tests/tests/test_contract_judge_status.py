"""What a user reads who asks for the status: all of the project, as it is (STA-4)."""

from __future__ import annotations

import pytest

from .traffic_helpers import broken, evidence, ex, words

pytestmark = pytest.mark.clause("STA-4")

DRAFT = {
    "d": 10_000,
    "t": [
        {"tt": 0, "m": {"name": "Video"}, "sg": [{"s": 0, "d": 10_000, "m": {"name": "city timelapse"}}]},
        {
            "tt": 1,
            "m": {"name": "BGM"},
            "sg": [{"s": 0, "d": 10_000, "m": {"name": "Lo-fi", "volume": 0.35}}],
        },
        {"tt": 7, "m": {"name": "Title"}, "sg": [{"s": 0, "d": 3_000, "m": {"text": "Urban Dreams"}}]},
    ],
}
LINE = (
    "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) "
    '3. Title: "Urban Dreams" (0-3s)'
)


def asked(text: str, line: str = "status", draft: object = DRAFT, **changes: object) -> list[str]:
    state = ex(1, "state", data={"state": {"draft": draft}})
    recorded = evidence(state, said=[words(line, text, first=1, last=1, **changes)])
    rules = ("routing.status-shows-timeline", "routing.status-shows-length")
    return [name for name in rules if broken(name, recorded)]


@pytest.mark.parametrize(
    "text",
    [
        LINE,
        LINE.upper(),
        "You have city timelapse until second 10, with lo-fi, and Urban\nDreams on top.",
        "city timelapse 10.0 s / Lo-fi / Urban Dreams 3 s",
    ],
)
def test_all_of_it_in_whatever_words_is_the_status(text: str) -> None:
    assert asked(text) == []


@pytest.mark.parametrize("name", ["city timelapse", "Lo-fi", "Urban Dreams"])
def test_a_thing_that_is_left_out_is_found(name: str) -> None:
    assert asked(LINE.replace(name, "something")) == ["routing.status-shows-timeline"]


@pytest.mark.parametrize("text", ["0-12s", "0-1s"])
def test_another_length_is_found(text: str) -> None:
    assert asked(LINE.replace("0-10s", text)) == ["routing.status-shows-length"]


def test_nothing_but_silence_is_found_also_where_nothing_is_there() -> None:
    assert asked("", draft={}) == ["routing.status-shows-timeline"]
    assert asked("The timeline is empty.", draft={}) == []


@pytest.mark.parametrize("line", ["show tracks", "状态"])
def test_other_words_for_it_are_judged_as_well(line: str) -> None:
    assert asked("no idea", line) != []


@pytest.mark.parametrize("line", ["hello", "status and credits", 'add the title "status"'])
def test_a_line_that_asks_for_more_or_for_something_else_is_not(line: str) -> None:
    assert asked("no idea", line) == []


def test_who_left_and_who_got_no_answer_are_not_judged() -> None:
    assert asked("no idea", left=True) == []
    lost = ex(1, "state", code=502, answer=None)
    recorded = evidence(lost, said=[words("status", "Sorry.", first=1, last=1)])
    assert broken("routing.status-shows-timeline", recorded) == []
