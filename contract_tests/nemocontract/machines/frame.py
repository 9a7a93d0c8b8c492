"""The frame of a history: how it begins, that the auditor is heard after every step, how it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from nemocontract.machines import strategies as draw
from nemocontract.machines.player import Player
from nemocontract.machines.story import story_of
from nemocontract.machines.twins import differences
from nemocontract.machines.world import OpenWorld, World

CLIP = ("https://example.com/walk_12s.mp4",)


class HistoryError(AssertionError):
    """The auditor has something to say; the text has the findings, the story, and how to see it again."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.story = story_of(player.steps, str(player.world))
        found = [f"{f.clause}: expected {f.expected}; seen {f.seen}" for f in player.tally.findings]
        lines = [f"{nth}. {line}" for nth, line in enumerate(self.story, 1)]
        super().__init__("\n".join((*found, "", *lines, "", f"replay: {player.replay}")))


class Frame(RuleBasedStateMachine):
    """A history without anything to happen in it; ``ServerMachine`` has that.

    Class variables are filled in by ``server_machine``: how a world is opened, with which clocks, how to see
    a failure again, what was tried so far, and the last failure.
    """

    open_world: ClassVar[OpenWorld]
    clocks: ClassVar[tuple[str, ...]]
    replay: ClassVar[str]
    tried: ClassVar[Counter[str]]
    broken: ClassVar[HistoryError | None]
    player: Player | None = None

    @initialize(
        twice=st.booleans(), data=st.data(), rich=st.booleans(), text=draw.openings(), fails=draw.seldom()
    )
    def begin(self, twice: bool, data: Any, rich: bool, text: str | None, fails: bool) -> None:
        """Open a world with a guest, a session, a clip in it, and perhaps a first message."""
        self.twice = twice
        self.player = self.opened(data.draw(draw.worlds(self.clocks)))
        self.act("guest")
        if rich:
            self.act("grant", guest=0, credits=1_000)
        self.act("session", guest=0, language="en", user="me")
        self.act("upload", session=0, by=0, urls=CLIP)
        self.act("state", session=0, by=0)
        if fails:
            self.act("fail", fails=True)
        if text is not None:
            self.act("say", session=0, by=0, text=text, upto=None)
            self.act("state", session=0, by=0)
        if fails:
            self.act("fail", fails=False)

    def opened(self, world: World) -> Player:
        """Return a player in a fresh world."""
        return Player(world, type(self).open_world(world.settings), self.replay)

    @property
    def at(self) -> Player:
        """The player."""
        assert self.player is not None, "begun first"
        return self.player

    def act(self, verb: str, **told: Any) -> None:
        """Play a step; raise HistoryError at the first finding."""
        self.at.act(verb, **told)
        self.judge()

    def judge(self) -> None:
        """Raise HistoryError where there is a finding."""
        if self.at.tally.findings:
            failure = type(self).broken = HistoryError(self.at)
            raise failure

    def teardown(self) -> None:
        """Let everything come to its end, look at everything once more, and play it again elsewhere."""
        if self.player is None:
            return
        try:
            if not self.at.tally.findings:
                self.act("settle")
                self.play_again()
        finally:
            self.at.close()
            type(self).tried.update(self.at.tally.tried)

    def play_again(self) -> None:
        """Play the same steps in another world like this one: the same bytes must come."""
        # Under `auto` it is the server that decides how far time runs before it sees that somebody left.
        if self.twice and not (self.at.hangs_up and self.at.world.clock == "auto"):
            differences(self.at, self.opened(self.at.world))
            self.judge()

    # -- who and which -----------------------------------------------------------------------------

    def pick(self, number: int, among: Sequence[Any]) -> int:
        """Return a number that somebody or something has."""
        return number % len(among)

    def person(self, number: int) -> int:
        """Return the number of somebody."""
        return self.pick(number, self.at.guests)

    def place(self, session: int, other: int | None) -> dict[str, int]:
        """Return which session, and who acts on it: whose it is, or somebody else."""
        session = self.pick(session, self.at.places)
        by = self.at.places[session].guest if other is None else self.person(other)
        return {"session": session, "by": by}

    def task(self, job: int, other: int | None) -> dict[str, int]:
        """Return which job, and who asks for it."""
        job = self.pick(job, self.at.jobs)
        by = self.at.jobs[job].guest if other is None else self.person(other)
        return {"job": job, "by": by}


def any_guest(machine: Frame) -> bool:
    """Tell whether anybody is there."""
    return machine.player is not None and bool(machine.player.guests)


def any_place(machine: Frame) -> bool:
    """Tell whether there is a session."""
    return machine.player is not None and bool(machine.player.places)


def any_job(machine: Frame) -> bool:
    """Tell whether there is an export."""
    return machine.player is not None and bool(machine.player.jobs)


def any_stream(machine: Frame) -> bool:
    """Tell whether a stream is open."""
    return machine.player is not None and any(machine.player.streams)
