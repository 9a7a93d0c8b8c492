"""What the reference client does in a story on the stage, as evidence for the judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from nemocontract.evidence import Evidence, Heard, Known, Said
from nemocontract.traffic.journal import read_records
from nemofake.stage import Report, Stage, play
from nemofake.stage import playing as nemofake_playing
from nemofake.stage.acting import Actor, Played
from nemoscenarios import Act

BY_HAND = "nemofake-by-hand"  # what the stage itself sends, which is no client's doing


class Marked(Actor):
    """An actor that notes up to which request each step went."""

    marks: list[tuple[int, int]] = []  # noqa: RUF012  one story at a time

    def play(self, step: Act) -> Played:
        first = len(self._world.journal()) + 1
        played = super().play(step)
        Marked.marks.append((first, len(self._world.journal())))
        return played


@dataclass(frozen=True, slots=True)
class Staged:
    """A stage whose stories come back as evidence, one piece for each start of the client."""

    stage: Stage

    def play(self, name: str, profile: str = "") -> list[Evidence]:
        Marked.marks = []
        return [*_parts(self.stage.play(name, profile=profile), [*Marked.marks])]


@contextmanager
def staged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Staged]:
    """Give a stage for as long as the block lasts."""
    monkeypatch.setattr(nemofake_playing, "Actor", Marked)
    with play() as stage:
        yield Staged(stage)


def _parts(report: Report, marks: list[tuple[int, int]]) -> Iterator[Evidence]:
    traffic = [one for one in read_records(report.journal) if one.headers.get("user-agent") != BY_HAND]
    given = report.scenario.given
    first, token_set, session_kept = 1, given.has_token, False
    said: list[Said] = []

    def part(last: int) -> Evidence:
        known = Known(
            token_set=token_set,
            platform="cursor",
            registered=given.registered,
            language="zh" if given.language == "zh" else "en",
            timing="virtual",
            whole=not session_kept,
        )
        return Evidence(tuple(one for one in traffic if first <= one.seq <= last), tuple(said), known)

    for played, mark in zip(report.steps, marks, strict=True):
        step = played.step
        if step.come_back is None:
            said.append(_said(played, mark))
            continue
        yield part(mark[0] - 1)
        first, said = mark[0], []
        token_set, session_kept = step.come_back != "nothing", step.come_back == "session"
    yield part(10**9)


def _said(played: Played, mark: tuple[int, int]) -> Said:
    step = played.step
    line = step.say or step.do or ("export" if step.export else " ".join(step.upload or ()))
    heard = (Heard(played.ended_ms, played.text),)
    return Said(line, played.began_ms, played.ended_ms, heard, *mark, left=step.leave_after is not None)
