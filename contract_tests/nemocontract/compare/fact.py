"""The shape of a JSON value (keys, types, text formats) and the comparison of two shapes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

_SPELLINGS: Final = (
    ("a time in UTC, ISO 8601", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)"),
    ("a time, ISO 8601, not in UTC", r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:\.\d+)?(?:[+-]\d\d:?\d\d)?"),
    ("19 digits", r"\d{19}"),
    ("a token nmv_usr_…", r"nmv_usr_.+"),
    ("a token clm_…", r"clm_.+"),
    ("an id anon_…", r"anon_.+"),
    ("an id render_…", r"render_.+"),
    ("an address", r"https?://\S+"),
    ("a UUID", r"(?i:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"),
    ("hexadecimal digits", r"[0-9a-f]{12,}"),
)
_PATTERNS: Final = tuple((label, re.compile(pattern)) for label, pattern in _SPELLINGS)


def label(value: Any) -> str:
    """Return a value's type; for texts of a known format that format."""
    if isinstance(value, str):
        return next((known for known, pattern in _PATTERNS if pattern.fullmatch(value)), "a text")
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "null" if value is None else "a list" if isinstance(value, list) else "an object"


def shape(value: Any, path: str = "") -> dict[str, str]:
    """Return the label of every place in a value; the items of a list count as one, ``path[]``.

    Where items differ in type their labels are joined. A key is there if any item has it.
    """
    found: dict[str, set[str]] = {}
    for place, reported in _walk(value, path):
        found.setdefault(place, set()).add(reported)
    return {place: " or ".join(sorted(reported)) for place, reported in found.items()}


def _walk(value: Any, path: str) -> Iterator[tuple[str, str]]:
    yield path, label(value)
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item, f"{path}[]")


NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a fact is: its clause, operation, and JSON path or short name."""

    clause: str
    operation: str
    path: str


Facts: TypeAlias = Mapping[Place, str]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact in the recording and in the fake; ``seq`` is the number of the recorded request."""

    place: Place
    recorded: str
    fake: str
    seq: int | None = None
    at_ms: int | None = None

    @property
    def equal(self) -> bool:
        """Whether both sides are equal."""
        return self.recorded == self.fake


def compared(recorded: Facts, fake: Facts) -> Iterator[Comparison]:
    """Yield each fact of either side; a missing one is ``nothing``.

    A missing key with a new one of the same shape in its place was renamed: that is one
    difference, and what is inside is compared under the fake's name.
    """
    for was, now in (renames := [*_renames(recorded, fake)]):
        yield Comparison(was, f"{recorded[now]}, called {_name(now)}", fake[was])
    payload = _rewritten(recorded, fake, renames)
    known = {_where(place) for place in payload} | {_where(was) for was, _ in renames}
    for place in sorted({*payload, *fake} - {was for was, _ in renames}):
        sides = (payload, known), (fake, {_where(each) for each in fake})
        if not any(place not in side and _above(place) - {*there} for side, there in sides):
            yield Comparison(place, payload.get(place, NOTHING), fake.get(place, NOTHING))


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
    payload: dict[Place, str] = {}
    for place, what in recorded.items():
        path = place.path
        for was, now in renames:
            if path == now.path or path.startswith((f"{now.path}.", f"{now.path}[")):
                path = was.path + path.removeprefix(now.path)
        payload[clauses.get((place.operation, path), replace(place, path=path))] = what
    return {place: what for place, what in payload.items() if place not in {was for was, _ in renames}}


def _above(place: Place) -> set[tuple[str, str]]:
    """Return the JSON place that contains this one, or None."""
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
    """Return whether a place is inside a renamed one."""
    return any(
        place.operation == operation and place.path.startswith((f"{path}.", f"{path}["))
        for operation, path in parents
    )
