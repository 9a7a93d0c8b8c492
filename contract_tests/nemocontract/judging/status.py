"""Rules about what a user reads who asks for the status: the project as the auditor reads it (STA-4)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nemocontract.evidence import Evidence, Said
from nemocontract.judging.drafts import draft_of, items, state_in
from nemocontract.judging.routing import asked_for
from nemocontract.judging.rule import Verdict, rule

_MOST = 6  # of a track that a line still has to carry
_SPACE = re.compile(r"\s+")


@rule(
    "STA-4", "status.tells-the-timeline", "Who asks for the status reads each thing that is in the project."
)
def _tells(evidence: Evidence) -> Iterator[Verdict]:
    for said, draft in _asked(evidence):
        names = _names(draft)
        missing = [name for name in names if _plain(name) not in _plain(said.text)]
        told = ", ".join(repr(name) for name in names) or "that there is nothing"
        holds = not missing and bool(said.text.strip())
        seen = f"nothing of {', '.join(map(repr, missing))}" if missing else f"{said.text.strip()[:120]!r}"
        yield Verdict(holds, f"the user reads of {told}", seen, at_ms=said.at_ms)


@rule("STA-4", "status.tells-its-end", "Who asks for the status reads how long the project plays.")
def _tells_end(evidence: Evidence) -> Iterator[Verdict]:
    for said, draft in _asked(evidence):
        end_s = max((item.start_ms + item.length_ms for item in items(draft)), default=0.0) / 1000
        if end_s:
            figures = {float(figure) for figure in re.findall(r"\d+(?:\.\d+)?", said.text)}
            holds = any(abs(figure - end_s) < 0.06 or abs(figure - end_s * 1000) < 60 for figure in figures)
            expected = f"the user reads of an end at {end_s:g} s"
            yield Verdict(holds, expected, f"{said.text.strip()[:160]!r}", at_ms=said.at_ms)


def _asked(evidence: Evidence) -> Iterator[tuple[Said, Mapping[str, Any]]]:
    """Yield each line that asked for the status and nothing else, with the draft that was read for it."""
    for said in evidence.said or ():
        if said.told and not said.left and asked_for(said.line) == {"state"}:
            states = [state for one in evidence.during(said) if (state := state_in(one)) is not None]
            if states:
                yield said, draft_of(states[-1])


def _names(draft: Mapping[str, Any]) -> list[str]:
    """Return what the things in a draft are called, the first few of each track."""
    of_track: dict[str, list[str]] = {}
    for item in items(draft):
        known = of_track.setdefault(f"{item.kind} {item.track}", [])
        if item.name and item.name not in known:
            known.append(item.name)
    return [name for names in of_track.values() for name in names[:_MOST]]


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).casefold()
