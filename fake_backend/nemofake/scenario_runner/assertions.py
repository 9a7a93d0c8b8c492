"""What must hold in every scenario, whatever it is about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nemoclient import summarise
from nemoclient.draft import read_draft
from nemoscenarios import Credits, Expect, ExpectedFile, Request, Timeline, UserStep, pattern, within

from .recorded_requests import RecordedRequest
from .steps import StepResult

_ATTRIBUTION = ("x-skill-source", "x-skill-version", "x-skill-platform")
_TOKEN = re.compile(r"nmv_usr_")
# What no user should have to read: codes, JSON, the names of endpoints and headers, types of Python.
_PROTOCOL = re.compile(
    r"\bHTTP\b|\{\"|/run_sse|/api/|X-Skill|Bearer|\b(?:1001|1002|2001|4001|4002)\b|Traceback"
)


def check_invariants(found: RunRecord) -> Iterator[AssertionResult]:
    """Yield a line for each law that every scenario is under."""
    yield _tokens_stay_inside(found)
    yield _plain_words(found)
    yield _all_attributed(found)
    yield _books_balance(found)


def _tokens_stay_inside(found: RunRecord) -> AssertionResult:
    """C-SEC-1: in no address, and nowhere that the user reads."""
    leaks = [seen.path for seen in found.traffic if _TOKEN.search(seen.path)]
    leaks += ["what the user reads"] * bool(_TOKEN.search(found.text))
    return _line(found, "C-SEC-1", "no token in an address or a text", leaks)


def _plain_words(found: RunRecord) -> AssertionResult:
    """C-UX-1: no detail of the protocol in what the user reads."""
    items = [played.text for played in found.steps if played.step.do != "claim"]
    slips = [word[0] for text in items for word in _PROTOCOL.finditer(text)]
    return _line(found, "C-UX-1", "no protocol in what the user reads", slips)


def _all_attributed(found: RunRecord) -> AssertionResult:
    """C-ATT-1: the bearer on all but the request for it, attribution on all."""
    return _line(
        found,
        "C-ATT-1",
        "bearer and attribution on each request",
        [*filter(None, map(_lacks, found.traffic))],
    )


def _lacks(seen: RecordedRequest) -> str:
    needed = _ATTRIBUTION if seen.operation == "token.issue" else ("authorization", *_ATTRIBUTION)
    lacking = [name for name in needed if not seen.headers.get(name)]
    return f"{seen.operation} lacks {', '.join(lacking)}" if lacking else ""


def _books_balance(found: RunRecord) -> AssertionResult:
    """CRE-5: credits come by grants and go by being spent."""
    wrong = []
    for account in found.accounts:
        books = account["credits"]
        left = books["granted"] - books["available"] - books["frozen"] - books["consumed"]
        wrong += [f"{account['user_id']}: {left} missing"] if left else []
    return _line(found, "CRE-5", "the books balance", wrong)


def _line(found: RunRecord, clause: str, expected: str, wrong: list[str]) -> AssertionResult:
    return AssertionResult(
        not wrong, f"always.{clause}", expected, "; ".join(wrong[:5]) or "so it is", found.ended_ms
    )


_MOST_SEEN = 600


@dataclass(frozen=True, slots=True)
class AssertionResult:
    """One expectation: ``key`` is its place in the file, ``at_ms`` engine time where it was decided."""

    holds: bool
    key: str
    expected: str
    seen: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class RunRecord:
    """All that is left of a scenario once it was played."""

    steps: list[StepResult]
    traffic: list[RecordedRequest]
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


def judge(expect: Expect | None, found: RunRecord) -> Iterator[AssertionResult]:
    """Yield a line for each expectation of a scenario, and for what holds in every scenario."""
    for nth, played in enumerate(found.steps):
        yield from _step(f"user.{nth}", played)
    if expect is not None:
        yield from _requests(expect, found)
        yield from _read("expect", expect.user_sees, expect.user_never_sees, found.text, found.ended_ms)
        yield from _credits(expect.credits, found)
        yield from _timeline(expect.timeline, found)
        for name, film in expect.files.items():
            yield from _film(f"expect.files.{name}", film, found.home / name, found.ended_ms)


# -- steps -----------------------------------------------------------------------------------------


def _step(key: str, played: StepResult) -> Iterator[AssertionResult]:
    step, at_ms = played.step, played.ended_ms
    title = f"{step.title()!r}"
    if step.action not in ("wait_s", "restart_client", "send"):
        seen = f"{played.outcome} ({played.detail})" if played.detail else played.outcome
        yield AssertionResult(
            played.outcome == step.outcome, f"{key}.outcome", f"{title} ends with {step.outcome}", seen, at_ms
        )
    if step.ending is not None:
        text = f"{title} ends {step.ending}"
        yield AssertionResult(
            played.ending == step.ending, f"{key}.ending", text, played.ending or "no chat", at_ms
        )
    if step.disconnect_after is not None:
        text = f"the user leaves after {step.disconnect_after} notices"
        heard = len(played.notices)
        yield AssertionResult(
            heard == step.disconnect_after, f"{key}.disconnect_after", text, f"{heard} notices", at_ms
        )
    yield from _answer(key, step, played)
    yield from _read(key, step.user_sees, step.user_never_sees, played.text, at_ms)


def _answer(key: str, step: UserStep, played: StepResult) -> Iterator[AssertionResult]:
    if step.code is not None:
        seen = "no answer" if played.code is None else f"{played.code}: {_short(played.answer)}"
        text = f"{step.title()} is answered with {step.code}"
        yield AssertionResult(played.code == step.code, f"{key}.code", text, seen, played.ended_ms)
    for words in step.answers:
        holds = pattern(words).search(played.answer) is not None
        yield AssertionResult(
            holds, f"{key}.answers", f"the answer has {words!r}", _short(played.answer), played.ended_ms
        )


def _read(
    key: str, wanted: Sequence[str], unwanted: Sequence[str], text: str, at_ms: int
) -> Iterator[AssertionResult]:
    for words in wanted:
        holds = pattern(words).search(text) is not None
        yield AssertionResult(holds, f"{key}.user_sees", f"the user reads {words!r}", _short(text), at_ms)
    for words in unwanted:
        found = pattern(words).search(text)
        seen = _short(text[max(0, found.start() - 60) : found.end() + 60]) if found else "nothing of it"
        yield AssertionResult(
            found is None, f"{key}.user_never_sees", f"the user never reads {words!r}", seen, at_ms
        )


# -- requests --------------------------------------------------------------------------------------


def _requests(expect: Expect, found: RunRecord) -> Iterator[AssertionResult]:
    yield from _order(expect.order, found)
    for on, count in expect.counts.items():
        made = [seen for seen in found.traffic if on in ("any", seen.operation)]
        text = (
            f"{on} {count} times" if not isinstance(count, list) else f"{on} {count[0]} to {count[1]} times"
        )
        yield AssertionResult(
            within(len(made), count), f"expect.counts.{on}", text, f"{len(made)} times", _last_ms(made, found)
        )
    for nth, wanted in enumerate(expect.never):
        made = [seen for seen in found.traffic if seen.fits(wanted)]
        seen = "; ".join(one.title for one in made[:5]) or "none"
        yield AssertionResult(
            not made, f"expect.never.{nth}", f"no {wanted.title()}", seen, _last_ms(made, found)
        )


def _order(wanted: Sequence[Request], found: RunRecord) -> Iterator[AssertionResult]:
    """Yield a line for each request of the order as far as it was kept, and for the first that is missing."""
    best = _matched(wanted, found.traffic)
    for nth, (pattern_, seen) in enumerate(zip(wanted, best, strict=False)):
        yield AssertionResult(True, f"expect.order.{nth}", pattern_.title(), seen.title, seen.at_ms)
    if len(best) < len(wanted):
        after = found.traffic.index(best[-1]) + 1 if best else 0
        rest = [f"{seen.title} at {seen.at_ms}" for seen in found.traffic[after:]]
        result = wanted[len(best)].title() + (
            f", after {best[-1].title} until {best[-1].ended_at_ms}" if best else ""
        )
        nth = len(best)
        at_ms = best[-1].ended_at_ms if best else found.ended_ms
        yield AssertionResult(
            False, f"expect.order.{nth}", result, _short("; ".join(rest) or "nothing more"), at_ms
        )


def _matched(wanted: Sequence[Request], traffic: Sequence[RecordedRequest]) -> list[RecordedRequest]:
    """Return the longest beginning of the order that was made, each request at its first fitting place."""
    best: list[RecordedRequest] = []
    known: set[tuple[int, int, int]] = set()  # dead ends: pattern, place, the one before

    def search(nth: int, start: int, chosen: list[RecordedRequest], last: int) -> bool:
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


def _last_ms(made: Sequence[RecordedRequest], found: RunRecord) -> int:
    return made[-1].at_ms if made else found.ended_ms


# -- what is left ----------------------------------------------------------------------------------


def _credits(wanted: Credits | None, found: RunRecord) -> Iterator[AssertionResult]:
    if wanted is None:
        return
    ledger = (found.account or {}).get("credits", {})
    seen = {
        "available": ledger.get("available"),
        "frozen": ledger.get("frozen"),
        "spent": ledger.get("consumed"),
    }
    for name, amount in wanted.model_dump(exclude_none=True).items():
        text = f"{amount} credits {name}"
        yield AssertionResult(
            seen[name] == amount, f"expect.credits.{name}", text, str(seen[name]), found.ended_ms
        )


def _timeline(wanted: Timeline | None, found: RunRecord) -> Iterator[AssertionResult]:
    if wanted is None:
        return
    draft = read_draft(found.draft)
    if wanted.tracks is not None:
        count = len(draft.tracks)
        text = f"{wanted.tracks} tracks"
        yield AssertionResult(
            within(count, wanted.tracks), "expect.timeline.tracks", text, str(count), found.ended_ms
        )
    if wanted.duration_s is not None:
        length_s, text = draft.duration_ms / 1000, f"{wanted.duration_s} s of film"
        holds = within(length_s, wanted.duration_s)
        yield AssertionResult(holds, "expect.timeline.duration_s", text, f"{length_s:g} s", found.ended_ms)
    summary = summarise(draft, found.language)
    for words in wanted.summary:
        holds = pattern(words).search(summary) is not None
        yield AssertionResult(
            holds, "expect.timeline.summary", f"the timeline tells {words!r}", summary, found.ended_ms
        )


def _film(key: str, wanted: ExpectedFile, path: Path, at_ms: int) -> Iterator[AssertionResult]:
    parts = [part.name for part in path.parent.glob(".*.part")]
    if wanted.absent:
        seen = ", ".join([*([path.name] if path.exists() else []), *parts]) or "none"
        yield AssertionResult(seen == "none", key, f"no file {path.name}, nor a part of one", seen, at_ms)
        return
    if not path.is_file():
        yield AssertionResult(False, key, f"a file {path.name}", ", ".join(parts) or "none", at_ms)
        return
    from av.error import FFmpegError  # video libraries are loaded by the first film

    from ..media import inspect_video

    try:
        report = inspect_video(path)
    except (FFmpegError, ValueError) as error:
        yield AssertionResult(False, key, f"{path.name} plays", f"it does not: {error}", at_ms)
        return
    found = {"seconds": report.duration_ms / 1000, "width": report.width, "height": report.height}
    yield AssertionResult(report.codec == "h264", key, f"{path.name} is H.264", report.codec, at_ms)
    for name, figure in wanted.model_dump(exclude_none=True, exclude={"absent"}).items():
        holds = within(found[name], figure)
        yield AssertionResult(
            holds, f"{key}.{name}", f"{path.name}: {name} {figure}", f"{found[name]:g}", at_ms
        )


def _short(text: str) -> str:
    message = " ".join(text.split())
    return (
        message
        if len(message) <= _MOST_SEEN
        else f"{message[: _MOST_SEEN // 2]} … {message[-_MOST_SEEN // 2 :]}"
    )
