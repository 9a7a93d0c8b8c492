"""What the reference client does in a scenario on the stage, as evidence for the judge."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from nemocontract.client_run import ClientRun, OutputChunk, RunFacts, UserLine
from nemocontract.recording.journal import read_records
from nemofake.scenario_runner import Report, ScenarioRunner, scenario_runner
from nemofake.scenario_runner import runner as nemofake_playing
from nemofake.scenario_runner.steps import StepExecutor, StepResult
from nemoscenarios import UserStep

BY_HAND = "nemofake-by-hand"  # what the stage itself sends, which is no client's doing


class Marked(StepExecutor):
    """An actor that notes up to which request each step went."""

    marks: list[tuple[int, int]] = []  # noqa: RUF012  one scenario at a time

    def play(self, step: UserStep) -> StepResult:
        first = len(self._world.journal()) + 1
        played = super().play(step)
        Marked.marks.append((first, len(self._world.journal())))
        return played


@dataclass(frozen=True, slots=True)
class Staged:
    """A stage whose scenarios come back as evidence, one piece for each start of the client."""

    stage: ScenarioRunner

    def run(self, name: str, profile: str = "") -> list[ClientRun]:
        Marked.marks = []
        return [*_parts(self.stage.run(name, profile=profile), [*Marked.marks])]


@contextmanager
def staged(monkeypatch: pytest.MonkeyPatch) -> Iterator[Staged]:
    """Give a stage for as long as the block lasts."""
    monkeypatch.setattr(nemofake_playing, "StepExecutor", Marked)
    with scenario_runner() as stage:
        yield Staged(stage)


def _parts(report: Report, marks: list[tuple[int, int]]) -> Iterator[ClientRun]:
    traffic = [one for one in read_records(report.journal) if one.headers.get("user-agent") != BY_HAND]
    given = report.scenario.given
    first, token_set, session_kept = 1, given.has_token, False
    said: list[UserLine] = []

    def part(last: int) -> ClientRun:
        known = RunFacts(
            token_set=token_set,
            platform="cursor",
            registered=given.registered,
            language="zh" if given.language == "zh" else "en",
            timing="virtual",
            complete=not session_kept,
        )
        return ClientRun(tuple(one for one in traffic if first <= one.seq <= last), tuple(said), known)

    for played, mark in zip(report.steps, marks, strict=True):
        step = played.step
        if step.restart_client is None:
            said.append(_said(played, mark))
            continue
        yield part(mark[0] - 1)
        first, said = mark[0], []
        token_set, session_kept = step.restart_client != "nothing", step.restart_client == "session"
    yield part(10**9)


def _said(played: StepResult, mark: tuple[int, int]) -> UserLine:
    step = played.step
    line = step.say or step.do or ("export" if step.export else " ".join(step.upload or ()))
    heard = (OutputChunk(played.ended_ms, played.text),)
    return UserLine(
        line, played.began_ms, played.ended_ms, heard, *mark, left=step.disconnect_after is not None
    )
