"""Which expectations of a story held: one line each, with what was expected, what was seen, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nemoclient import summarise
from nemoclient.draft import read_draft
from nemoscenarios import Act, Credits, Expect, Film, Request, Timeline, pattern, within

from .acting import Played
from .traffic import Seen

_MOST_SEEN = 600


@dataclass(frozen=True, slots=True)
class Line:
    """One expectation: ``key`` is its place in the file, ``at_ms`` engine time where it was decided."""

    holds: bool
    key: str
    expected: str
    seen: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is left of a story once it was played."""

    steps: list[Played]
    traffic: list[Seen]
    account: dict[str, Any] | None
    draft: dict[str, Any] | None
    language: str
    home: Path
    ended_ms: int
    accounts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Everything that the user read."""
        return "\n".join(played.text for played in self.steps)


def judge(expect: Expect | None, found: Evidence) -> Iterator[Line]:
    """Yield a line for each expectation of a story, and for what holds in every story."""
    for nth, played in enumerate(found.steps):
        yield from _step(f"user.{nth}", played)
    if expect is not None:
        yield from _requests(expect, found)
        yield from _read("expect", expect.reads, expect.never_reads, found.text, found.ended_ms)
        yield from _credits(expect.credits, found)
        yield from _timeline(expect.timeline, found)
        for name, film in expect.files.items():
            yield from _film(f"expect.files.{name}", film, found.home / name, found.ended_ms)


# -- steps -----------------------------------------------------------------------------------------


def _step(key: str, played: Played) -> Iterator[Line]:
    step, at_ms = played.step, played.ended_ms
    title = f"{step.title()!r}"
    if step.deed not in ("wait_s", "come_back", "send"):
        seen = f"{played.outcome} ({played.detail})" if played.detail else played.outcome
        yield Line(
            played.outcome == step.outcome, f"{key}.outcome", f"{title} ends with {step.outcome}", seen, at_ms
        )
    if step.ending is not None:
        told = f"{title} ends {step.ending}"
        yield Line(played.ending == step.ending, f"{key}.ending", told, played.ending or "no chat", at_ms)
    if step.leave_after is not None:
        told = f"the user leaves after {step.leave_after} notices"
        heard = len(played.notices)
        yield Line(heard == step.leave_after, f"{key}.leave_after", told, f"{heard} notices", at_ms)
    yield from _answer(key, step, played)
    yield from _read(key, step.reads, step.never_reads, played.text, at_ms)


def _answer(key: str, step: Act, played: Played) -> Iterator[Line]:
    if step.code is not None:
        seen = "no answer" if played.code is None else f"{played.code}: {_short(played.answer)}"
        told = f"{step.title()} is answered with {step.code}"
        yield Line(played.code == step.code, f"{key}.code", told, seen, played.ended_ms)
    for words in step.answers:
        holds = pattern(words).search(played.answer) is not None
        yield Line(
            holds, f"{key}.answers", f"the answer has {words!r}", _short(played.answer), played.ended_ms
        )


def _read(key: str, wanted: Sequence[str], unwanted: Sequence[str], text: str, at_ms: int) -> Iterator[Line]:
    for words in wanted:
        holds = pattern(words).search(text) is not None
        yield Line(holds, f"{key}.reads", f"the user reads {words!r}", _short(text), at_ms)
    for words in unwanted:
        found = pattern(words).search(text)
        seen = _short(text[max(0, found.start() - 60) : found.end() + 60]) if found else "nothing of it"
        yield Line(found is None, f"{key}.never_reads", f"the user never reads {words!r}", seen, at_ms)


# -- requests --------------------------------------------------------------------------------------


def _requests(expect: Expect, found: Evidence) -> Iterator[Line]:
    yield from _order(expect.order, found)
    for on, count in expect.counts.items():
        made = [seen for seen in found.traffic if on in ("any", seen.operation)]
        told = (
            f"{on} {count} times" if not isinstance(count, list) else f"{on} {count[0]} to {count[1]} times"
        )
        yield Line(
            within(len(made), count), f"expect.counts.{on}", told, f"{len(made)} times", _last_ms(made, found)
        )
    for nth, wanted in enumerate(expect.never):
        made = [seen for seen in found.traffic if seen.fits(wanted)]
        seen = "; ".join(one.title for one in made[:5]) or "none"
        yield Line(not made, f"expect.never.{nth}", f"no {wanted.title()}", seen, _last_ms(made, found))


def _order(wanted: Sequence[Request], found: Evidence) -> Iterator[Line]:
    """Yield a line for each request of the order as far as it was kept, and for the first that is missing."""
    best = _matched(wanted, found.traffic)
    for nth, (pattern_, seen) in enumerate(zip(wanted, best, strict=False)):
        yield Line(True, f"expect.order.{nth}", pattern_.title(), seen.title, seen.at_ms)
    if len(best) < len(wanted):
        after = found.traffic.index(best[-1]) + 1 if best else 0
        rest = [f"{seen.title} at {seen.at_ms}" for seen in found.traffic[after:]]
        told = wanted[len(best)].title() + (
            f", after {best[-1].title} until {best[-1].ended_at_ms}" if best else ""
        )
        nth = len(best)
        at_ms = best[-1].ended_at_ms if best else found.ended_ms
        yield Line(False, f"expect.order.{nth}", told, _short("; ".join(rest) or "nothing more"), at_ms)


def _matched(wanted: Sequence[Request], traffic: Sequence[Seen]) -> list[Seen]:
    """Return the longest beginning of the order that was made, each request at its first fitting place."""
    best: list[Seen] = []
    known: set[tuple[int, int, int]] = set()  # dead ends: pattern, place, the one before

    def search(nth: int, start: int, chosen: list[Seen], last: int) -> bool:
        nonlocal best
        if len(chosen) > len(best):
            best = list(chosen)
        if nth == len(wanted):
            return True
        if (nth, start, last) in known:
            return False
        known.add((nth, start, last))
        before = traffic[last] if last >= 0 else None
        return any(
            seen.fits(wanted[nth])
            and seen.follows(wanted[nth], before, traffic[start:at])
            and search(nth + 1, at + 1, [*chosen, seen], at)
            for at, seen in enumerate(traffic[start:], start)
        )

    search(0, 0, [], -1)
    return best


def _last_ms(made: Sequence[Seen], found: Evidence) -> int:
    return made[-1].at_ms if made else found.ended_ms


# -- what is left ----------------------------------------------------------------------------------


def _credits(wanted: Credits | None, found: Evidence) -> Iterator[Line]:
    if wanted is None:
        return
    ledger = (found.account or {}).get("credits", {})
    seen = {
        "available": ledger.get("available"),
        "frozen": ledger.get("frozen"),
        "spent": ledger.get("consumed"),
    }
    for name, amount in wanted.model_dump(exclude_none=True).items():
        told = f"{amount} credits {name}"
        yield Line(seen[name] == amount, f"expect.credits.{name}", told, str(seen[name]), found.ended_ms)


def _timeline(wanted: Timeline | None, found: Evidence) -> Iterator[Line]:
    if wanted is None:
        return
    draft = read_draft(found.draft)
    if wanted.tracks is not None:
        count = len(draft.tracks)
        told = f"{wanted.tracks} tracks"
        yield Line(within(count, wanted.tracks), "expect.timeline.tracks", told, str(count), found.ended_ms)
    if wanted.duration_s is not None:
        length_s, told = draft.duration_ms / 1000, f"{wanted.duration_s} s of film"
        holds = within(length_s, wanted.duration_s)
        yield Line(holds, "expect.timeline.duration_s", told, f"{length_s:g} s", found.ended_ms)
    summary = summarise(draft, found.language)
    for words in wanted.summary:
        holds = pattern(words).search(summary) is not None
        yield Line(holds, "expect.timeline.summary", f"the timeline tells {words!r}", summary, found.ended_ms)


def _film(key: str, wanted: Film, path: Path, at_ms: int) -> Iterator[Line]:
    parts = [part.name for part in path.parent.glob(".*.part")]
    if wanted.absent:
        seen = ", ".join([*([path.name] if path.exists() else []), *parts]) or "none"
        yield Line(seen == "none", key, f"no file {path.name}, nor a part of one", seen, at_ms)
        return
    if not path.is_file():
        yield Line(False, key, f"a file {path.name}", ", ".join(parts) or "none", at_ms)
        return
    from av.error import FFmpegError  # video libraries are loaded by the first film

    from ..media import inspect_film

    try:
        report = inspect_film(path)
    except (FFmpegError, ValueError) as error:
        yield Line(False, key, f"{path.name} plays", f"it does not: {error}", at_ms)
        return
    found = {"seconds": report.duration_ms / 1000, "width": report.width, "height": report.height}
    yield Line(report.codec == "h264", key, f"{path.name} is H.264", report.codec, at_ms)
    for name, figure in wanted.model_dump(exclude_none=True, exclude={"absent"}).items():
        holds = within(found[name], figure)
        yield Line(holds, f"{key}.{name}", f"{path.name}: {name} {figure}", f"{found[name]:g}", at_ms)


def _short(text: str) -> str:
    told = " ".join(text.split())
    return told if len(told) <= _MOST_SEEN else f"{told[: _MOST_SEEN // 2]} … {told[-_MOST_SEEN // 2 :]}"
