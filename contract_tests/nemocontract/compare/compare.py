"""Compares a recording with the fake's answers to the same requests."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from nemocontract.compare import behavior
from nemocontract.compare.answers import facts, outcome
from nemocontract.compare.clause_map import of_outcome, verified
from nemocontract.compare.fact import Comparison, Facts, Place, compared
from nemocontract.compare.replay import ExchangePair, Replay, job_in, profile_of
from nemocontract.compare.streams import event_facts, stream_facts
from nemocontract.environments.replay_target import replay_target
from nemocontract.recording import Exchange
from nemocontract.results import RunResult

_CLOCKS_AGREE_MS = 3_000  # a Date header has whole seconds and is as old as the network delay


def comparisons(pairs: Sequence[ExchangePair]) -> Iterator[Comparison]:
    """Yield every comparison, those of single answers first."""
    times = _times_are_true([pair.recorded for pair in pairs])
    answered = [pair for pair in pairs if pair.fake is not None]
    for pair in answered:
        yield from _one(pair, answered)
        yield from stream_facts(pair, times=times)
    alike = [pair for pair in answered if pair.fake and outcome(pair.recorded) == outcome(pair.fake)]
    yield from event_facts(alike)
    for look in (behavior.sums, behavior.prices, behavior.exports):
        yield from look(alike)


def _one(pair: ExchangePair, all_of_them: Iterable[ExchangePair]) -> Iterator[Comparison]:
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


def _at(pair: ExchangePair, one: Comparison) -> Comparison:
    return replace(one, seq=pair.recorded.seq, at_ms=pair.recorded.at_ms)


def _counterpart(pair: ExchangePair, all_of_them: Iterable[ExchangePair]) -> Exchange | None:
    """Return the fake's answer to compare with; for an export one of the same status, or None."""
    if not pair.recorded.operation.startswith("render.") or pair.recorded.code != 0:
        return pair.fake
    wanted = job_in(pair.recorded.answer).get("status")
    candidates = [pair.fake, *(one.fake for one in all_of_them if one.fake and _same_call(one, pair))]
    as_far = (one for one in candidates if one and job_in(one.answer).get("status") == wanted)
    return next(as_far, None if wanted else pair.fake)


def _same_call(one: ExchangePair, other: ExchangePair) -> bool:
    return one.recorded.operation == other.recorded.operation and one.fake is not None and one.fake.code == 0


def _without_drafts(recorded: Facts, fake: Facts) -> tuple[Facts, Facts]:
    """Leave out the draft's content if one side has none: the agents may differ."""
    if all(any(_inside(place) for place in side) for side in (recorded, fake)):
        return recorded, fake
    sides = [{place: what for place, what in side.items() if not _inside(place)} for side in (recorded, fake)]
    return sides[0], sides[1]


def _inside(place: Place) -> bool:
    return place.path.startswith("data.state.draft.")


def _times_are_true(traffic: Iterable[Exchange]) -> bool:
    """Return whether the recording's clock agrees with the server's, so that durations mean something."""
    apart = [number for one in traffic if one.events is None and (number := _apart_ms(one)) is not None]
    return bool(apart) and max(apart) - min(apart) <= _CLOCKS_AGREE_MS


def _apart_ms(exchange: Exchange) -> float | None:
    try:
        reported = parsedate_to_datetime(exchange.answer_headers.get("date", ""))
    except ValueError:
        return None
    return reported.timestamp() * 1000 - exchange.at_ms


@dataclass(frozen=True, slots=True)
class Drift:
    """``verified`` are the clauses confirmed in full, ``partly`` those confirmed in part."""

    run_result: RunResult
    profile: str
    date: str
    verified: tuple[str, ...]
    partly: tuple[str, ...]


def drift(
    traffic: Sequence[Exchange],
    name: str,
    *,
    date: str = "",
    profile: str = "",
    seed: int = 42,
    replay: str = "",
) -> Drift:
    """Compare recorded traffic with the fake's answers to the same requests.

    Each difference is one violation, however often it occurs: ``expected`` is what the fake has,
    ``seen`` what was recorded. ``date`` is the day of the recording, if not that of its first exchange;
    ``profile`` the fake's wire profile, if not that of the recording. ``replay`` is a command that
    compares them again.
    """
    began_s = time.perf_counter()
    spoken = profile or profile_of(traffic)
    run_result = RunResult(name, "recorded traffic", seed)
    run_result.played.append(name)
    found: list[Comparison] = []
    with replay_target(spoken, balance=_balance(traffic), start_ms=_start_ms(traffic), seed=seed) as beside:
        try:
            pairs = [*Replay(beside, traffic).pairs()]
            _note_left_out(pairs, run_result)
            found += comparisons(pairs)
        except Exception:  # noqa: BLE001  an error of the suite, not a difference
            run_result.add_harness_error(name, traceback.format_exc(limit=-6))
    for one in _once(found):
        _note(one, traffic, run_result, replay)
    run_result.took_s = time.perf_counter() - began_s
    return Drift(run_result, spoken, date or _day(traffic), *verified(found))


def _start_ms(traffic: Sequence[Exchange]) -> int | None:
    return max(0, traffic[0].at_ms) if traffic else None


def _day(traffic: Sequence[Exchange]) -> str:
    return f"{datetime.fromtimestamp(traffic[0].at_ms / 1000, UTC):%Y-%m-%d}" if traffic else ""


def _balance(traffic: Sequence[Exchange]) -> int | None:
    """Return the first balance of an account older than the recording; None for a new account."""
    if any(one.operation == "token.issue" and one.code == 0 for one in traffic):
        return None
    reported = (one.data.get("total") for one in traffic if one.operation == "credits" and one.code == 0)
    return next((value for value in reported if isinstance(value, int) and not isinstance(value, bool)), None)


def _once(found: Sequence[Comparison]) -> list[Comparison]:
    """Return every equal comparison, and the first of each difference."""
    met: set[tuple[object, ...]] = set()
    first_seen = []
    for one in found:
        key = (one.place, one.recorded, one.fake)
        if one.equal or key not in met:
            first_seen.append(one)
        met.add(key)
    return first_seen


def _note(one: Comparison, traffic: Sequence[Exchange], run_result: RunResult, replay: str) -> None:
    at = next((exchange for exchange in traffic if exchange.seq == one.seq), None)
    run_result.record_check(
        one.place.clause,
        f"drift.{one.place.operation}",
        one.equal,
        expected=f"{one.place.path}: {one.fake}",
        seen=f"{one.place.path}: {one.recorded}",
        responsible="server",
        seq=one.seq,
        where=at.title if at else one.place.operation,
        at_ms=one.at_ms,
        replay=replay,
    )


def _note_left_out(pairs: Sequence[ExchangePair], run_result: RunResult) -> None:
    for (operation, reason), count in Counter(
        (pair.recorded.operation, pair.reason) for pair in pairs if pair.reason
    ).items():
        run_result.skip(f"{operation}, {count} times", (), reason)
