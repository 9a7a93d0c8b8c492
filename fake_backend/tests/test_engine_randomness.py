"""Named streams: the same name gives the same numbers, and every draw keeps its bounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.randomness import SeededRandom

NAMES = st.lists(st.one_of(st.text(max_size=8), st.integers()), min_size=1, max_size=4)


@pytest.mark.clause("SSE-5")
@given(st.integers(), NAMES)
def test_the_same_seed_and_name_give_the_same_numbers(seed: int, names: list[object]) -> None:
    first, second = SeededRandom(seed).stream(*names), SeededRandom(seed).stream(*names)
    assert [first.hex(8) for _ in range(3)] == [second.hex(8) for _ in range(3)]


@pytest.mark.clause("SSE-5")
@given(NAMES)
def test_drawing_from_one_stream_leaves_every_other_as_it_was(names: list[object]) -> None:
    randomness = SeededRandom(1)
    undisturbed = randomness.stream(*names, "b").hex(16)
    randomness.stream(*names, "a").hex(16)
    assert randomness.stream(*names, "b").hex(16) == undisturbed


@pytest.mark.clause("SSE-5")
@given(st.integers(), st.integers(), st.text(max_size=8))
def test_another_seed_gives_other_numbers(one: int, other: int, name: str) -> None:
    same = SeededRandom(one).stream(name).hex(16) == SeededRandom(other).stream(name).hex(16)
    assert same == (one == other)


@pytest.mark.clause("SSE-5")
def test_names_are_not_run_together() -> None:
    randomness = SeededRandom(1)
    names = [("a", "bc"), ("ab", "c"), ("abc",), ("a", "b", "c"), ("", "abc"), (1, 23), (12, 3)]
    assert len({randomness.stream(*name).hex(16) for name in names}) == len(names)


@pytest.mark.clause("SSE-7")
@given(st.integers(-(10**12), 10**12), st.integers(0, 10**6), NAMES)
def test_a_number_between_two_bounds_is_between_them(low: int, width: int, names: list[object]) -> None:
    draw = SeededRandom(1).stream(*names)
    assert all(low <= draw.between(low, low + width) <= low + width for _ in range(5))


@pytest.mark.clause("SSE-7")
def test_both_bounds_are_drawn() -> None:
    draw = SeededRandom(1).stream("die")
    assert set(Counter(draw.between(1, 6) for _ in range(200))) == {1, 2, 3, 4, 5, 6}


@pytest.mark.clause("SSE-5")
@given(NAMES)
def test_a_share_of_nothing_never_and_a_share_of_all_always_happens(names: list[object]) -> None:
    draw = SeededRandom(1).stream(*names)
    assert not any(draw.chance(0.0) for _ in range(20))
    assert all(draw.chance(1.0) for _ in range(20))


@pytest.mark.clause("SES-1")
@given(NAMES)
def test_digits_are_a_decimal_number_of_that_length(names: list[object]) -> None:
    digits = SeededRandom(1).stream(*names).digits(19)
    assert len(digits) == 19
    assert str(int(digits)) == digits


@pytest.mark.clause("SSE-3")
@given(NAMES)
def test_a_uuid_is_one_of_version_4_in_the_usual_spelling(names: list[object]) -> None:
    text = SeededRandom(1).stream(*names).uuid()
    assert (str(UUID(text)), UUID(text).version, UUID(text).variant) == (
        text,
        4,
        "specified in RFC 4122",
    )


@pytest.mark.clause("AUTH-1", "SES-1")
@given(st.integers(0, 2**32))
def test_another_seed_gives_a_backend_with_other_ids(helpers: Any, seed: int) -> None:
    one, other = (set(ids(helpers, number)) for number in (seed, seed + 1))
    assert len(one) > 12
    assert not one & other


def ids(helpers: Any, seed: int) -> Iterator[str]:
    """Return every id that a user meets on the way from token to film."""
    fake = helpers.Fake(seed=seed)
    ann = fake.user()
    yield from (ann.bearer, ann.token().account.user_id)
    session_id = ann.session()
    yield from (session_id, ann.state(session_id)["task_id"])
    yield ann.claim(session_id, ann.state(session_id)["task_id"])["claim_token"]
    yield ann.upload(session_id)["files"][0]["media_id"]
    turn = ann.chat(session_id, "generate a 5 second clip of a cat")
    fake.to(turn.ends_at_ms)
    yield turn.turn_id
    yield from (event_id for _, event_id, *_ in helpers.events_of(turn))
    yield from (call_id for *_, body in helpers.events_of(turn) if (call_id := body.get("call_id")))
    yield ann.state(session_id)["state"]["generated_media"][0]["media_id"]
    yield ann.export(session_id).path
