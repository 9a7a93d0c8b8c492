"""A recording against the fake: what differs, by clause, and what was seen to hold, with the date."""

from __future__ import annotations

import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from nemocontract.arms.beside import fake_beside
from nemocontract.drift.comparing import comparisons
from nemocontract.drift.fact import Comparison
from nemocontract.drift.profile import profile_of
from nemocontract.drift.replay import Pair, Replay
from nemocontract.drift.verified import verified
from nemocontract.tally import Tally
from nemocontract.traffic import Exchange


@dataclass(frozen=True, slots=True)
class Drift:
    """``verified`` are the clauses that were seen to hold, ``partly`` those of which only a part was seen."""

    tally: Tally
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

    Each difference is a finding, told once however often it was met: ``expected`` is what the fake has,
    ``seen`` what was recorded. ``date`` is the day of the recording, if not that of its first exchange;
    ``profile`` what the fake is to speak, if not what the recording does. ``replay`` is a command that
    compares them again.
    """
    began_s = time.perf_counter()
    spoken = profile or profile_of(traffic)
    tally = Tally(name, "recorded traffic", seed)
    tally.played.append(name)
    found: list[Comparison] = []
    with fake_beside(spoken, balance=_balance(traffic), start_ms=_start_ms(traffic), seed=seed) as beside:
        try:
            pairs = [*Replay(beside, traffic).pairs()]
            _note_left_out(pairs, tally)
            found += comparisons(pairs)
        except Exception:  # noqa: BLE001  a fault of the suite, told apart from a difference
            tally.broke(name, traceback.format_exc(limit=-6))
    for one in _once(found):
        _note(one, traffic, tally, replay)
    tally.took_s = time.perf_counter() - began_s
    return Drift(tally, spoken, date or _day(traffic), *verified(found))


def _start_ms(traffic: Sequence[Exchange]) -> int | None:
    return max(0, traffic[0].at_ms) if traffic else None


def _day(traffic: Sequence[Exchange]) -> str:
    return f"{datetime.fromtimestamp(traffic[0].at_ms / 1000, UTC):%Y-%m-%d}" if traffic else ""


def _balance(traffic: Sequence[Exchange]) -> int | None:
    """Return what the account had, where it was made before the recording; None for a new one."""
    if any(one.operation == "token.issue" and one.code == 0 for one in traffic):
        return None
    told = (one.data.get("total") for one in traffic if one.operation == "credits" and one.code == 0)
    return next((value for value in told if isinstance(value, int) and not isinstance(value, bool)), None)


def _once(found: Sequence[Comparison]) -> list[Comparison]:
    """Return what was equal as often as it was, and each difference where it was met first."""
    met: set[tuple[object, ...]] = set()
    kept = []
    for one in found:
        key = (one.place, one.recorded, one.fake)
        if one.equal or key not in met:
            kept.append(one)
        met.add(key)
    return kept


def _note(one: Comparison, traffic: Sequence[Exchange], tally: Tally, replay: str) -> None:
    at = next((exchange for exchange in traffic if exchange.seq == one.seq), None)
    tally.saw(
        one.place.clause,
        f"drift.{one.place.operation}",
        one.equal,
        expected=f"{one.place.path}: {one.fake}",
        seen=f"{one.place.path}: {one.recorded}",
        whose="server",
        seq=one.seq,
        where=at.title if at else one.place.operation,
        at_ms=one.at_ms,
        replay=replay,
    )


def _note_left_out(pairs: Sequence[Pair], tally: Tally) -> None:
    for (operation, reason), count in Counter(
        (pair.recorded.operation, pair.reason) for pair in pairs if pair.reason
    ).items():
        tally.skip(f"{operation}, {count} times", (), reason)
