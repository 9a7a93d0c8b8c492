"""Scenario scenarios played by the stage, as the judge gets them: traffic, lines, and what was read when."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from unittest import mock

from nemocontract.client_run import ClientRun, OutputChunk, RunFacts, UserLine
from nemocontract.recording.journal import read_records
from nemofake.scenario_runner import ScenarioRunner, scenario_runner
from nemofake.scenario_runner import runner as stage_playing
from nemofake.scenario_runner.steps import StepExecutor, StepResult
from nemofake.scenario_runner.virtual_time import BY_HAND
from nemoscenarios import UserStep

_LINES = {"credits": "credits", "state": "status", "connect": "", "claim": ""}


class _Times(list[Any]):
    """Notices, and when each came."""

    def __init__(self, now_ms: Callable[[], int]) -> None:
        super().__init__()
        self.now_ms, self.at_ms = now_ms, list[int]()

    def append(self, notice: Any) -> None:
        super().append(notice)
        self.at_ms.append(self.now_ms())


class _Watched(StepExecutor):
    """The stage's actor, with an eye on which requests a step leads to, and on the user's disk."""

    said: list[UserLine]
    kept: Path

    def play(self, step: UserStep) -> StepResult:
        first = self._made() + 1
        began_ms = self.clock_driver.now_ms
        times = _Times(lambda: self.clock_driver.now_ms)
        with mock.patch("nemofake.scenario_runner.steps.StepResult", _run_with(times)):
            played = super().play(step)
        line = _line(step)
        if line is not None:
            heard = _heard(times, played)
            self.said.append(
                UserLine(
                    line,
                    began_ms,
                    played.ended_ms,
                    heard,
                    first,
                    self._made(),
                    tuple(step.upload or ()),
                    left=step.disconnect_after is not None,
                )
            )
        return played

    def _made(self) -> int:
        return int(self._world.call(lambda world: len(world.journal.entries)))

    def close(self) -> None:
        super().close()
        shutil.copytree(self._home, self.kept, copy_function=_linked, dirs_exist_ok=True)
        settings = self.kept / ".config" / "nemovideo"
        settings.mkdir(parents=True)
        (self.kept / "client_id").rename(settings / "client_id")  # the stage keeps it elsewhere (C-AUTH-1)


def _linked(source: str, place: str) -> None:
    """Put a file at another place too; a copy only where links are not possible, as some are large."""
    try:
        os.link(source, place)
    except OSError:
        shutil.copy2(source, place)


def _run_with(times: _Times) -> Callable[[UserStep, int], StepResult]:
    return lambda step, began_ms: StepResult(step, began_ms, notices=times)


def _line(step: UserStep) -> str | None:
    """Return the line that a user would write for a step, None for what is none of a client's."""
    if step.say is not None:
        return step.say
    if step.upload:
        return "upload " + " ".join(step.upload)
    return "export" if step.export else _LINES.get(step.do or "")


def _heard(times: _Times, played: StepResult) -> tuple[OutputChunk, ...]:
    pieces = [
        OutputChunk(at_ms, notice.text if notice.kind == "text" else f"\n{notice.text}\n")
        for notice, at_ms in zip(times, times.at_ms, strict=True)
    ]
    return (
        *pieces,
        *([OutputChunk(played.ended_ms, f"\n{played.error_text}\n")] if played.error_text else []),
    )


class Scenarios:
    """A stage whose plays come as evidence; ``tmp`` keeps the users' disks."""

    def __init__(self, stage: ScenarioRunner, tmp: Path) -> None:
        self._stage, self._tmp = stage, tmp

    def run(self, name: str, profile: str = "", *, must_hold: bool = True) -> ClientRun:
        """Play a scenario with the reference client and return all that is known of it."""
        said: list[UserLine] = []
        kept = Path(mkdtemp(prefix=f"{name}-", dir=self._tmp))
        watched = type("Watched", (_Watched,), {"said": said, "kept": kept})
        with mock.patch.object(stage_playing, "StepExecutor", watched):
            report = self._stage.run(name, profile=profile)
        assert report.holds or not must_hold, report.replay
        given = report.scenario.given
        known = RunFacts(
            token_set=given.has_token,
            platform="cursor",
            registered=given.registered,
            language="zh" if given.language == "zh" else "en",
            home=kept,
            timing="virtual",
            complete=True,
        )
        traffic = read_records(report.journal)
        return ClientRun(
            tuple(one for one in traffic if one.headers.get("user-agent") != BY_HAND), tuple(said), known
        )


@contextmanager
def scenarios(tmp: Path) -> Iterator[Scenarios]:
    """Give a stage for as long as the block lasts."""
    with scenario_runner() as stage:
        yield Scenarios(stage, tmp)
