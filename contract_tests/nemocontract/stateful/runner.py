"""Runs steps on a world watched by the reference model; equal worlds give equal bytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from nemocontract.http.api_client import ApiAccount
from nemocontract.http.recorder import ApiRecorder, Stream
from nemocontract.http.target import Target
from nemocontract.results import RunResult
from nemocontract.server_model.oracle import ServerModel
from nemocontract.server_model.turns import Span
from nemocontract.stateful.trace import Step, WorldSettings

# After these, the world's own ledgers are looked at.
_MOVES_CREDITS: Final = (
    "account",
    "register",
    "say",
    "open",
    "read",
    "leave",
    "wait",
    "grant",
    "fail",
    "settle",
)


@dataclass(frozen=True, slots=True)
class SessionRef:
    """A session as the player knows it: whose, and its two ids."""

    account: int
    session_id: str
    task_id: str


@dataclass(frozen=True, slots=True)
class ExportRef:
    """An export as the player knows it: who asked for it, and its id."""

    account: int
    render_id: str


@dataclass(slots=True)
class SequenceRunner:
    """``act`` plays a step and returns the number of what it made, None where nothing was made.

    ``raws`` are the bodies of all answers, ``run_result`` what the reference model found; ``former``
    are tokens that were replaced, ``claims`` claim tokens. An open stream that is over is None.
    """

    world: WorldSettings
    target: Target
    replay: str = ""
    run_result: RunResult = field(default_factory=lambda: RunResult("sequence"))
    steps: list[Step] = field(default_factory=list)
    made: list[int | None] = field(default_factory=list)  # by each step
    accounts: list[ApiAccount] = field(default_factory=list)
    asked: int = 0  # how many client ids were used
    former: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    places: list[SessionRef] = field(default_factory=list)
    jobs: list[ExportRef] = field(default_factory=list)
    streams: list[tuple[ExitStack, Stream] | None] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    recorder: ApiRecorder = field(init=False)
    model: ServerModel = field(init=False)
    twinned: bool = False  # what was found is about the same steps in another world
    followed: bool = False  # the message that is sent next is read all the time

    def __post_init__(self) -> None:
        self.recorder = ApiRecorder(self.target, self.run_result, "server-sequences", self.replay)
        self.model = ServerModel(
            self.run_result,
            profile=self.world.profile,
            silent_share=self.world.silent_share,
            alone=True,
            test_name="server-sequences",
            replay=self.replay,
        )
        self.recorder.watchers += [self.model.observe, lambda _: self.raws.append(self.recorder.raw)]
        self.recorder.starters.append(lambda value: self.model.stream_opened(value, followed=self.followed))

    def act(self, verb: str, **kwargs: Any) -> int | None:
        """Play a step; an answer that never comes is a finding."""
        from nemocontract.stateful.actions import ACTIONS  # they know the player

        self.steps.append(Step(verb, kwargs))
        self.made.append(None)
        try:
            self.made[-1] = ACTIONS[verb](self, **kwargs)
        except httpx.TransportError as error:
            seen = f"{type(error).__name__}: {error}"
            self.model.check("ENV-4", False, "an answer to every request", seen)
        if verb in _MOVES_CREDITS and not self.run_result.violations:
            self._check_ledgers()
        return self.made[-1]

    def close(self) -> None:
        """Leave every stream that is open."""
        for nth, _ in enumerate(self.streams):
            self.leave(nth)

    def leave(self, stream: int) -> None:
        """Leave an open stream."""
        if (held := self.streams[stream]) is not None:
            self.streams[stream] = None
            held[0].close()

    @property
    def hangs_up(self) -> bool:
        """Whether somebody left a stream early, or left one open for a while."""
        return any(step.verb == "open" or step.arguments.get("upto") is not None for step in self.steps)

    @contextmanager
    def timed(self) -> Iterator[list[Span]]:
        """Give a list that holds afterwards how long the block took."""
        spans: list[Span] = []
        since_ms = self.target.now_ms()
        yield spans
        spans.append(Span(since_ms, self.target.now_ms()))

    def _check_ledgers(self) -> None:
        with self.timed() as spans:
            accounts = self.target.control("GET", "accounts")
        self.model.check_ledgers(accounts, spans[0])
