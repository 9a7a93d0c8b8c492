"""Time ranges are sets of times."""

from __future__ import annotations

import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from nemofake.engine.timeline import subtract, total, union

RANGE_SETS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


@given(RANGE_SETS, RANGE_SETS)
@settings(max_examples=100, deadline=None)
def test_ranges_are_sets_of_times(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> None:
    def times(ranges: object) -> set[int]:
        return {t for a, b in ranges for t in range(a, b)}  # type: ignore[attr-defined]

    left, right = union(first), union(second)
    assert times(left) == times(first)
    assert times(subtract(left, right)) == times(first) - times(second)
    assert total(left) == len(times(first))
    assert all(a < b for a, b in left)
    assert all(x[1] < y[0] for x, y in itertools.pairwise(left))
    assert times(union(first, within=(10, 20))) == times(first) & set(range(10, 20))
