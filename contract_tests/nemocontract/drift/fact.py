"""What is compared: one fact of a recorded answer and of the fake's, each under the clause it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    """Yield each fact that either side has; what is missing reads ``nothing``.

    A key that is gone, with one of the same shape come in its place, has another name: that is one
    difference, and what lies below is compared as if it were called the same.
    """
    for was, now in (renames := [*_renames(recorded, fake)]):
        yield Comparison(was, f"{recorded[now]}, called {_name(now)}", fake[was])
    told = _rewritten(recorded, fake, renames)
    known = {_where(place) for place in told} | {_where(was) for was, _ in renames}
    for place in sorted({*told, *fake} - {was for was, _ in renames}):
        sides = (told, known), (fake, {_where(each) for each in fake})
        if not any(place not in side and _above(place) - {*there} for side, there in sides):
            yield Comparison(place, told.get(place, NOTHING), fake.get(place, NOTHING))


def _renames(recorded: Facts, fake: Facts) -> Iterator[tuple[Place, Place]]:
    """Yield pairs of places, the fake's and the recorded one, whose last key has another name."""
    known = {_where(place) for place in recorded}, {_where(place) for place in fake}
    gone = [place for place in sorted(fake, key=_depth) if _where(place) not in known[0]]
    come = [place for place in sorted(recorded, key=_depth) if _where(place) not in known[1]]
    parents: set[tuple[str, str]] = set()
    for was in gone:
        now = next((one for one in come if _parent(one) == _parent(was) and recorded[one] == fake[was]), None)
        if now is not None and "[" not in _name(was) and not _below(was, parents):
            come.remove(now)
            parents.add(_where(was))
            yield was, now


def _rewritten(recorded: Facts, fake: Facts, renames: list[tuple[Place, Place]]) -> dict[Place, str]:
    """Return the recorded facts with the fake's names in their paths."""
    clauses = {_where(place): place for place in fake}
    told: dict[Place, str] = {}
    for place, what in recorded.items():
        path = place.path
        for was, now in renames:
            if path == now.path or path.startswith((f"{now.path}.", f"{now.path}[")):
                path = was.path + path.removeprefix(now.path)
        told[clauses.get((place.operation, path), replace(place, path=path))] = what
    return {place: what for place, what in told.items() if place not in {was for was, _ in renames}}


def _above(place: Place) -> set[tuple[str, str]]:
    """Return the place that holds this one, where it is one of JSON's; what has no holder has no places."""
    path = place.path
    holder = path.removesuffix("[]") if path.endswith("[]") else path.rpartition(".")[0]
    return {(place.operation, holder)} if holder else set()


def _where(place: Place) -> tuple[str, str]:
    return place.operation, place.path


def _depth(place: Place) -> tuple[int, Place]:
    return place.path.count("."), place


def _parent(place: Place) -> tuple[str, str]:
    return place.operation, place.path.rpartition(".")[0]


def _name(place: Place) -> str:
    return place.path.rpartition(".")[2]


def _below(place: Place, parents: set[tuple[str, str]]) -> bool:
    """Tell whether a place lies below one that has another name."""
    return any(
        place.operation == operation and place.path.startswith((f"{path}.", f"{path}["))
        for operation, path in parents
    )
