"""What is compared: one fact of a recorded answer and of the fake's, each under the clause it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a fact is to be found: the clause, the operation, and a JSON path or a few words."""

    clause: str
    operation: str
    path: str


Facts: TypeAlias = Mapping[Place, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A fact as ``recorded`` and as ``fake`` has it; ``seq`` is the recorded request's number."""

    place: Place
    recorded: str
    fake: str
    seq: int | None = None
    at_ms: int | None = None

    @property
    def equal(self) -> bool:
        """Whether there is no difference."""
        return self.recorded == self.fake


def compared(recorded: Facts, fake: Facts) -> Iterator[Comparison]:
    """Yield each fact that either side has; what is missing reads ``nothing``, what was renamed is one."""
    found = [
        Comparison(place, recorded.get(place, NOTHING), fake.get(place, NOTHING))
        for place in sorted({*recorded, *fake})
    ]
    yield from _renamed(found)


def _renamed(found: Iterable[Comparison]) -> Iterator[Comparison]:
    """Yield comparisons, a key gone and a key come at one place told as one that has another name."""
    all_of_them = list(found)
    gone = [one for one in all_of_them if one.recorded == NOTHING]
    come = [one for one in all_of_them if one.fake == NOTHING]
    taken: set[int] = set()
    for one in all_of_them:
        if id(one) in taken:
            continue
        others = come if one.recorded == NOTHING else gone if one.fake == NOTHING else []
        other = next((each for each in others if id(each) not in taken and _alike(one, each)), None)
        if other is None:
            yield one
            continue
        taken |= {id(one), id(other)}
        was, now = (one, other) if one.recorded == NOTHING else (other, one)
        yield replace(was, recorded=f"{now.recorded}, called {_name(now)}", fake=was.fake)


def _alike(one: Comparison, other: Comparison) -> bool:
    return _parent(one) == _parent(other) and {one.recorded, one.fake} == {other.recorded, other.fake}


def _parent(one: Comparison) -> tuple[str, str]:
    return one.place.operation, one.place.path.rpartition(".")[0]


def _name(one: Comparison) -> str:
    return one.place.path.rpartition(".")[2]
