"""Histories drawn at random against a server: whatever anybody does, the auditor has nothing to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from nemocontract.machines import strategies as draw
from nemocontract.machines.player import Player
from nemocontract.machines.story import numbered
from nemocontract.machines.twins import differences
from nemocontract.machines.world import OpenWorld, World
from nemocontract.tally import Tally

CLIP = ("https://example.com/walk_12s.mp4",)


class HistoryError(AssertionError):
    """The auditor has something to say; the text has the findings, the story, and how to see it again."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.story = numbered(player.steps, str(player.world))
        found = [f"{f.clause}: expected {f.expected}; seen {f.seen}" for f in player.tally.findings]
        super().__init__("\n".join((*found, "", *self.story, "", f"replay: {player.replay}")))


class ServerMachine(RuleBasedStateMachine):
    """Anything that users, strangers and the control API may do, in any order, at any pace.

    ``server_machine`` fills in the class variables: how a world is opened, with which clocks, how to see a
    failure again, what was tried so far, and the last failure.
    """

    open_world: ClassVar[OpenWorld]
    clocks: ClassVar[tuple[str, ...]]
    replay: ClassVar[str]
    tried: ClassVar[Counter[str]]
    broken: ClassVar[HistoryError | None]
    player: Player | None = None

    # -- the frame ---------------------------------------------------------------------------------

    @initialize(twice=st.booleans(), data=st.data(), text=st.none() | draw.edits() | draw.generations())
    def begin(self, twice: bool, data: Any, text: str | None) -> None:
        """Open a world with a guest, a session, a clip in it, and perhaps a first message."""
        self.twice = twice
        self.player = self.opened(data.draw(draw.worlds(self.clocks)))
        self.act("guest")
        self.act("session", guest=0, language="en", user="me")
        self.act("upload", session=0, by=0, urls=CLIP)
        self.act("state", session=0, by=0)
        if text is not None:
            self.act("say", session=0, by=0, text=text, upto=None)
            self.act("state", session=0, by=0)

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

    def place(self, session: int, other: int | None) -> dict[str, int]:
        """Return which session, and who acts on it: whose it is, or somebody else."""
        session = self.pick(session, self.at.places)
        by = self.at.places[session].guest if other is None else self.pick(other, self.at.guests)
        return {"session": session, "by": by}

    def task(self, job: int, other: int | None) -> dict[str, int]:
        """Return which job, and who asks for it."""
        job = self.pick(job, self.at.jobs)
        by = self.at.jobs[job].guest if other is None else self.pick(other, self.at.guests)
        return {"job": job, "by": by}

    def _any_guest(self) -> bool:
        return self.player is not None and bool(self.player.guests)

    def _any_place(self) -> bool:
        return self.player is not None and bool(self.player.places)

    def _any_job(self) -> bool:
        return self.player is not None and bool(self.player.jobs)

    def _any_stream(self) -> bool:
        return self.player is not None and any(self.player.streams)

    # -- people ------------------------------------------------------------------------------------

    @rule()
    def guest(self) -> None:
        """Let a guest come."""
        self.act("guest")

    @rule(told=draw.registrations())
    def register(self, told: dict[str, Any]) -> None:
        """Open a registered account."""
        self.act("register", **told)
        self.act("session", guest=len(self.at.guests) - 1, language="en", user="me")

    @precondition(_any_guest)
    @rule(guest=draw.numbers())
    def again(self, guest: int) -> None:
        """Ask for a token again, with the same client id."""
        self.act("again", guest=self.pick(guest, self.at.guests))

    @precondition(_any_guest)
    @rule(guest=draw.numbers(), how=st.sampled_from(["expire", "revoke"]))
    def end_token(self, guest: int, how: str) -> None:
        """End a token early."""
        self.act("end_token", guest=self.pick(guest, self.at.guests), how=how)

    @precondition(_any_guest)
    @rule(guest=draw.numbers(), credits_=st.sampled_from([50, 100, 1_000]))
    def grant(self, guest: int, credits_: int) -> None:
        """Grant credits."""
        self.act("grant", guest=self.pick(guest, self.at.guests), credits=credits_)

    @precondition(_any_guest)
    @rule(guest=draw.numbers(), plan=st.sampled_from(["free", "paid"]), blocked=st.booleans())
    def plan(self, guest: int, plan: str, blocked: bool) -> None:
        """Change a plan."""
        self.act("plan", guest=self.pick(guest, self.at.guests), plan=plan, blocked=blocked)

    # -- sessions ----------------------------------------------------------------------------------

    @precondition(_any_guest)
    @rule(
        guest=draw.numbers(),
        language=st.sampled_from(["en", "zh", None]),
        user=st.sampled_from(["me", "me", "own", "other"]),
    )
    def session(self, guest: int, language: str | None, user: str) -> None:
        """Make a session."""
        self.act("session", guest=self.pick(guest, self.at.guests), language=language, user=user)

    @precondition(_any_place)
    @rule(session=draw.numbers(), other=draw.someone(), urls=draw.uploads())
    def upload(self, session: int, other: int | None, urls: tuple[str, ...]) -> None:
        """Upload by address."""
        self.act("upload", **self.place(session, other), urls=urls)

    @precondition(_any_place)
    @rule(session=draw.numbers(), other=draw.someone())
    def state(self, session: int, other: int | None) -> None:
        """Read a state."""
        self.act("state", **self.place(session, other))

    @precondition(_any_place)
    @rule(session=draw.numbers(), other=draw.someone())
    def claim(self, session: int, other: int | None) -> None:
        """Ask for a claim token."""
        self.act("claim", **self.place(session, other))

    @precondition(_any_guest)
    @rule(guest=draw.numbers())
    def credits(self, guest: int) -> None:
        """Read a balance."""
        self.act("credits", guest=self.pick(guest, self.at.guests))

    # -- chat --------------------------------------------------------------------------------------

    @precondition(_any_place)
    @rule(session=draw.numbers(), other=draw.someone(), text=draw.texts())
    def say(self, session: int, other: int | None, text: str) -> None:
        """Say something and read to the end."""
        self.act("say", **self.place(session, other), text=text, upto=None)

    @precondition(_any_place)
    @rule(session=draw.numbers(), text=draw.edits(), times=st.integers(1, 2))
    def edit(self, session: int, text: str, times: int) -> None:
        """Ask for an edit, perhaps twice (SSE-12), and look at what came of it."""
        where = self.place(session, None)
        for _ in range(times):
            self.act("say", **where, text=text, upto=None)
        self.act("state", **where)

    @precondition(_any_place)
    @rule(session=draw.numbers(), text=draw.generations())
    def generate(self, session: int, text: str) -> None:
        """Have a clip generated, and look at what came of it."""
        where = self.place(session, None)
        self.act("say", **where, text=text, upto=None)
        self.act("state", **where)

    @precondition(_any_place)
    @rule(session=draw.numbers(), text=draw.texts(), upto=st.integers(0, 4), look=draw.looks())
    def say_and_go(self, session: int, text: str, upto: int, look: str) -> None:
        """Say something, hang up early (SSE-11), and perhaps look."""
        where = self.place(session, None)
        self.act("say", **where, text=text, upto=upto)
        self.look(where, look)

    def look(self, where: dict[str, int], look: str) -> None:
        """Read a balance or a state."""
        if look == "credits":
            self.act("credits", guest=where["by"])
        elif look == "state":
            self.act("state", **where)

    @precondition(_any_place)
    @rule(session=draw.numbers(), other=draw.someone(), text=draw.texts(), look=draw.looks())
    def open(self, session: int, other: int | None, text: str, look: str) -> None:
        """Say something, leave the stream open, and perhaps look."""
        where = self.place(session, other)
        self.act("open", **where, text=text)
        self.look(where, look)

    @precondition(_any_stream)
    @rule(stream=draw.numbers(), how=st.sampled_from(["read", "leave"]))
    def end_stream(self, stream: int, how: str) -> None:
        """Read an open stream to its end, or leave it."""
        held = [nth for nth, one in enumerate(self.at.streams) if one is not None]
        self.act(how, stream=held[self.pick(stream, held)])

    # -- exports -----------------------------------------------------------------------------------

    @precondition(_any_place)
    @rule(session=draw.numbers(), other=draw.someone(), told=draw.exports(), then=draw.sequels())
    def submit(self, session: int, other: int | None, told: dict[str, Any], then: list[str]) -> None:
        """Ask for an export, and perhaps follow it, stop it, or ask for the same again."""
        where, jobs = self.place(session, other), len(self.at.jobs)
        self.act("submit", **where, **told)
        for verb in then if len(self.at.jobs) > jobs else ():
            if verb == "submit":
                self.act(verb, **where, **told)
            elif verb == "wait":
                self.act(verb, ms=10_000)
            else:
                self.act(verb, **self.task(jobs, None))

    @precondition(_any_place)
    @rule(session=draw.numbers(), told=draw.exports())
    def submit_wrongly(self, session: int, told: dict[str, Any]) -> None:
        """Ask for exports that must be refused, unless the plan is a paid one (REN-3, REN-5)."""
        where = self.place(session, None)
        self.act("submit", **where, **{**told, "how": "without attribution"})
        self.act("submit", **where, **{**told, "draft": "without segments"})
        self.act("submit", **where, **{**told, "draft": "without tracks"})

    @precondition(_any_job)
    @rule(job=draw.numbers(), other=draw.someone(), times=st.integers(1, 3), ms=st.sampled_from([0, 10_000]))
    def poll(self, job: int, other: int | None, times: int, ms: int) -> None:
        """Look at a job some times."""
        for _ in range(times):
            self.act("poll", **self.task(job, other))
            self.act("wait", ms=ms)

    @precondition(_any_job)
    @rule(job=draw.numbers(), other=draw.someone(), verb=st.sampled_from(["cancel", "download"]))
    def take(self, job: int, other: int | None, verb: str) -> None:
        """Cancel a job, or download its film."""
        self.act(verb, **self.task(job, other))

    # -- what nobody should do ---------------------------------------------------------------------

    @precondition(_any_guest)
    @rule(guest=draw.numbers(), endpoint=draw.strangers())
    def stranger(self, guest: int, endpoint: str) -> None:
        """Ask for what never was."""
        self.act("stranger", guest=self.pick(guest, self.at.guests), endpoint=endpoint)

    @precondition(_any_place)
    @rule(guest=draw.numbers(), session=draw.numbers(), endpoint=draw.strangers(), both=st.booleans())
    def intrude(self, guest: int, session: int, endpoint: str, both: bool) -> None:
        """Ask for what may be somebody else's, and perhaps for what never was."""
        if len(self.at.guests) < 2:
            self.act("guest")
        guest, session = self.pick(guest, self.at.guests), self.pick(session, self.at.places)
        self.act("intrude", guest=guest, session=session, endpoint=endpoint)
        if both:
            self.act("stranger", guest=guest, endpoint=endpoint)

    @precondition(_any_place)
    @rule(guest=draw.numbers(), session=draw.numbers(), told=draw.knocks())
    def knock(self, guest: int, session: int, told: dict[str, Any]) -> None:
        """Come without a token that is any good."""
        session = self.pick(session, self.at.places)
        self.act("knock", guest=self.pick(guest, self.at.guests), session=session, **told)

    @precondition(_any_place)
    @rule(session=draw.numbers(), other=draw.someone(), told=draw.wrongs())
    def malformed(self, session: int, other: int | None, told: dict[str, str]) -> None:
        """Send what is wrong."""
        self.act("malformed", **self.place(session, other), **told)

    # -- time and fate -----------------------------------------------------------------------------

    @precondition(_any_guest)
    @rule(ms=draw.waits())
    def wait(self, ms: int) -> None:
        """Let time pass."""
        self.act("wait", ms=ms)

    @precondition(_any_guest)
    @rule(fails=st.booleans())
    def fail(self, fails: bool) -> None:
        """Let the agent fail from now on, or no more."""
        self.act("fail", fails=fails)

    @precondition(_any_place)
    @rule(session=draw.numbers(), text=draw.edits() | draw.generations(), upto=st.none() | st.integers(0, 4))
    def fail_once(self, session: int, text: str, upto: int | None) -> None:
        """Let the agent fail at one message (CRE-3)."""
        where = self.place(session, None)
        self.act("fail", fails=True)
        self.act("say", **where, text=text, upto=upto)
        self.act("fail", fails=False)
        self.act("state", **where)


def server_machine(
    open_world: OpenWorld,
    tally: Tally,
    *,
    clocks: tuple[str, ...] = ("manual", "auto"),
    seed: int = 0,
) -> type[ServerMachine]:
    """Return a machine whose worlds are opened with ``open_world``; what it tries is counted in ``tally``.

    ``clocks``: ``manual`` needs a target whose time passes as streams are read, ``auto`` works with any.
    """
    told = {
        "open_world": staticmethod(open_world),
        "clocks": clocks,
        "replay": f"nemofake verify --server --property histories --seed {seed}",
        "tried": tally.tried,
        "broken": None,
    }
    return type("Server", (ServerMachine,), told)
