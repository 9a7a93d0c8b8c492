"""Everything that is compared of a recording and of the fake's answers to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from email.utils import parsedate_to_datetime

from nemocontract.drift import behaviour
from nemocontract.drift.answers import facts, outcome
from nemocontract.drift.belonging import of_outcome
from nemocontract.drift.fact import Comparison, Facts, Place, compared
from nemocontract.drift.profile import job_in
from nemocontract.drift.replay import Pair
from nemocontract.drift.streams import event_facts, stream_facts
from nemocontract.traffic import Exchange

_CLOCKS_AGREE_MS = 3_000  # a Date header tells whole seconds, and is as old as the way is long


def comparisons(pairs: Sequence[Pair]) -> Iterator[Comparison]:
    """Yield every comparison, those of single answers first."""
    times = _times_are_true([pair.recorded for pair in pairs])
    answered = [pair for pair in pairs if pair.fake is not None]
    for pair in answered:
        yield from _one(pair, answered)
        yield from stream_facts(pair, times=times)
    alike = [pair for pair in answered if pair.fake and outcome(pair.recorded) == outcome(pair.fake)]
    yield from event_facts(alike)
    for look in (behaviour.sums, behaviour.prices, behaviour.exports):
        yield from look(alike)


def _one(pair: Pair, all_of_them: Iterable[Pair]) -> Iterator[Comparison]:
    recorded, fake = pair.recorded, pair.fake
    assert fake is not None, "only what was answered"
    if outcome(recorded) != outcome(fake):
        place = Place(of_outcome(fake), recorded.operation, "outcome")
        yield _at(pair, Comparison(place, outcome(recorded), outcome(fake)))
        return
    documented = _counterpart(pair, all_of_them)
    if documented is None:
        return
    sides = [facts(one, documented) for one in (recorded, documented)]
    for one in compared(*_without_drafts(*sides)):
        yield _at(pair, one)


def _at(pair: Pair, one: Comparison) -> Comparison:
    return replace(one, seq=pair.recorded.seq, at_ms=pair.recorded.at_ms)


def _counterpart(pair: Pair, all_of_them: Iterable[Pair]) -> Exchange | None:
    """Return the fake's answer to compare with: of an export one that is as far, None where none is."""
    if not pair.recorded.operation.startswith("render.") or pair.recorded.code != 0:
        return pair.fake
    wanted = job_in(pair.recorded.answer).get("status")
    candidates = [pair.fake, *(one.fake for one in all_of_them if one.fake and _same_call(one, pair))]
    as_far = (one for one in candidates if one and job_in(one.answer).get("status") == wanted)
    return next(as_far, None if wanted else pair.fake)


def _same_call(one: Pair, other: Pair) -> bool:
    return one.recorded.operation == other.recorded.operation and one.fake is not None and one.fake.code == 0


def _without_drafts(recorded: Facts, fake: Facts) -> tuple[Facts, Facts]:
    """Leave out the draft's insides where one side has none: an agent may have understood something else."""
    if all(any(_inside(place) for place in side) for side in (recorded, fake)):
        return recorded, fake
    kept = [{place: what for place, what in side.items() if not _inside(place)} for side in (recorded, fake)]
    return kept[0], kept[1]


def _inside(place: Place) -> bool:
    return place.path.startswith("data.state.draft.")


def _times_are_true(traffic: Iterable[Exchange]) -> bool:
    """Tell whether the recorder's clock went as the server's did: else a stream's length means nothing."""
    apart = [told for one in traffic if one.events is None and (told := _apart_ms(one)) is not None]
    return bool(apart) and max(apart) - min(apart) <= _CLOCKS_AGREE_MS


def _apart_ms(exchange: Exchange) -> float | None:
    try:
        told = parsedate_to_datetime(exchange.answer_headers.get("date", ""))
    except ValueError:
        return None
    return told.timestamp() * 1000 - exchange.at_ms
