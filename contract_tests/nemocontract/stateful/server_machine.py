"""The frame of a sequence: how it begins, that the reference model is heard after every step, how it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from nemocontract.results import RunResult
from nemocontract.stateful import strategies as draw
from nemocontract.stateful.runner import SequenceRunner
from nemocontract.stateful.shrink import differences
from nemocontract.stateful.trace import OpenWorld, WorldSettings, scenario_of

CLIP = ("https://example.com/walk_12s.mp4",)


class SequenceError(AssertionError):
    """The reference model found violations; the text has them, the steps, and a replay command."""

    def __init__(self, player: SequenceRunner) -> None:
        self.player = player
        self.trace = scenario_of(player.steps, str(player.world))
        found = [f"{f.clause}: expected {f.expected}; seen {f.seen}" for f in player.run_result.violations]
        lines = [f"{nth}. {line}" for nth, line in enumerate(self.trace, 1)]
        super().__init__("\n".join((*found, "", *lines, "", f"replay: {player.replay}")))


class SequenceMachine(RuleBasedStateMachine):
    """A sequence without anything to happen in it; ``ServerMachine`` has that.

    Class variables are filled in by ``server_machine``: how a world is opened, with which clocks, how to see
    a failure again, what was tried so far, and the last failure.
    """

    open_world: ClassVar[OpenWorld]
    clocks: ClassVar[tuple[str, ...]]
    replay: ClassVar[str]
    tried: ClassVar[Counter[str]]
    broken: ClassVar[SequenceError | None]
    player: SequenceRunner | None = None

    @initialize(
        twice=st.booleans(), data=st.data(), rich=st.booleans(), text=draw.openings(), fails=draw.rarely()
    )
    def begin(self, twice: bool, data: Any, rich: bool, text: str | None, fails: bool) -> None:
        """Open a world with an account, a session, a clip in it, and perhaps a first message."""
        self.twice = twice
        self.player = self.opened(data.draw(draw.worlds(self.clocks)))
        self.act("account")
        if rich:
            self.act("grant", account=0, credits=1_000)
        self.act("session", account=0, language="en", user="me")
        self.act("upload", session=0, by=0, urls=CLIP)
        self.act("state", session=0, by=0)
        if fails:
            self.act("fail", fails=True)
        if text is not None:
            self.act("say", session=0, by=0, text=text, upto=None)
            self.act("state", session=0, by=0)
        if fails:
            self.act("fail", fails=False)

    def opened(self, world: WorldSettings) -> SequenceRunner:
        """Return a player in a fresh world."""
        return SequenceRunner(world, type(self).open_world(world.settings), self.replay)

    @property
    def at(self) -> SequenceRunner:
        """The player."""
        assert self.player is not None, "begun first"
        return self.player

    def act(self, verb: str, **kwargs: Any) -> None:
        """Play a step; raise SequenceError at the first finding."""
        self.at.act(verb, **kwargs)
        self.judge()

    def judge(self) -> None:
        """Raise SequenceError where there is a finding."""
        if self.at.run_result.violations:
            failure = type(self).broken = SequenceError(self.at)
            raise failure

    def teardown(self) -> None:
        """Let everything come to its end, look at everything once more, and play it again elsewhere."""
        if self.player is None:
            return
        try:
            if not self.at.run_result.violations:
                self.act("settle")
                self.run_again()
        finally:
            self.at.close()
            type(self).tried.update(self.at.run_result.tried)

    def run_again(self) -> None:
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
        return self.pick(number, self.at.accounts)

    def place(self, session: int, other: int | None) -> dict[str, int]:
        """Return which session, and who acts on it: whose it is, or somebody else."""
        session = self.pick(session, self.at.places)
        by = self.at.places[session].account if other is None else self.person(other)
        return {"session": session, "by": by}

    def task(self, job: int, other: int | None) -> dict[str, int]:
        """Return which job, and who asks for it."""
        job = self.pick(job, self.at.jobs)
        by = self.at.jobs[job].account if other is None else self.person(other)
        return {"job": job, "by": by}


def any_account(machine: SequenceMachine) -> bool:
    """Tell whether anybody is there."""
    return machine.player is not None and bool(machine.player.accounts)


def any_place(machine: SequenceMachine) -> bool:
    """Tell whether there is a session."""
    return machine.player is not None and bool(machine.player.places)


def any_job(machine: SequenceMachine) -> bool:
    """Tell whether there is an export."""
    return machine.player is not None and bool(machine.player.jobs)


def any_stream(machine: SequenceMachine) -> bool:
    """Tell whether a stream is open."""
    return machine.player is not None and any(machine.player.streams)


class ServerMachine(SequenceMachine):
    """Anything that users, strangers and the control API may do, in any order, at any pace."""

    # -- people ------------------------------------------------------------------------------------

    @rule(fields=st.none() | draw.registrations())
    def come(self, fields: dict[str, Any] | None) -> None:
        """Open an anonymous or a registered account, and make a session."""
        people = len(self.at.accounts)
        self.act("register" if fields else "account", **(fields or {}))
        if len(self.at.accounts) > people:
            self.act("session", account=people, language="en", user="me")

    @precondition(any_account)
    @rule(account=draw.numbers(), how=st.sampled_from(["expire", "revoke", "", ""]))
    def again(self, account: int, how: str) -> None:
        """Ask for a token again, with the same client id, perhaps after the first one was ended."""
        account = self.person(account)
        if how:
            self.act("end_token", account=account, how=how)
            self.act("credits", account=account)
        self.act("again", account=account)

    @precondition(any_account)
    @rule(account=draw.numbers(), call=draw.account_changes())
    def change(self, account: int, call: tuple[str, dict[str, Any]]) -> None:
        """Grant credits, change a plan, or end a token."""
        self.act(call[0], account=self.person(account), **call[1])

    # -- sessions ----------------------------------------------------------------------------------

    @precondition(any_account)
    @rule(
        account=draw.numbers(),
        language=st.sampled_from(["en", "zh", None]),
        user=st.sampled_from(["me", "me", "own", "other"]),
    )
    def session(self, account: int, language: str | None, user: str) -> None:
        """Make a session."""
        self.act("session", account=self.person(account), language=language, user=user)

    @precondition(any_place)
    @rule(session=draw.numbers(), other=draw.maybe_other_user(), urls=draw.uploads())
    def upload(self, session: int, other: int | None, urls: tuple[str, ...]) -> None:
        """Upload by address, and look."""
        where = self.place(session, other)
        self.act("upload", **where, urls=urls)
        self.act("state", **where)

    @precondition(any_place)
    @rule(
        session=draw.numbers(),
        other=draw.maybe_other_user(),
        look=st.sampled_from(["credits", "state", "claim"]),
    )
    def look(self, session: int, other: int | None, look: str) -> None:
        """Read a state or a balance, or ask for a claim token."""
        self._look(self.place(session, other), look)

    def _look(self, where: dict[str, int], look: str) -> None:
        if look == "credits":
            self.act("credits", account=where["by"])
        elif look:
            self.act(look, **where)

    # -- chat --------------------------------------------------------------------------------------

    @precondition(any_place)
    @rule(session=draw.numbers(), other=draw.maybe_other_user(), text=draw.texts(), look=draw.looks())
    def say(self, session: int, other: int | None, text: str, look: str) -> None:
        """Say something and read to the end."""
        where = self.place(session, other)
        self.act("say", **where, text=text, upto=None)
        self._look(where, look)

    @precondition(any_place)
    @rule(session=draw.numbers(), text=draw.edits() | draw.generations(), times=st.integers(1, 2))
    def edit(self, session: int, text: str, times: int) -> None:
        """Ask for work, perhaps twice (SSE-12), and look at what came of it."""
        where = self.place(session, None)
        for _ in range(times):
            self.act("say", **where, text=text, upto=None)
        self.act("state", **where)

    @precondition(any_place)
    @rule(session=draw.numbers(), text=draw.texts(), upto=st.integers(0, 4), look=draw.looks())
    def say_and_go(self, session: int, text: str, upto: int, look: str) -> None:
        """Say something, hang up early (SSE-11), and perhaps look."""
        where = self.place(session, None)
        self.act("say", **where, text=text, upto=upto)
        self._look(where, look)

    @precondition(any_place)
    @rule(session=draw.numbers(), other=draw.maybe_other_user(), text=draw.texts(), look=draw.looks())
    def open(self, session: int, other: int | None, text: str, look: str) -> None:
        """Say something, leave the stream open, and perhaps look."""
        where = self.place(session, other)
        self.act("open", **where, text=text)
        self._look(where, look)

    @precondition(any_stream)
    @rule(stream=draw.numbers(), how=st.sampled_from(["read", "leave"]))
    def end_stream(self, stream: int, how: str) -> None:
        """Read an open stream to its end, or leave it."""
        held = [nth for nth, one in enumerate(self.at.streams) if one is not None]
        self.act(how, stream=held[self.pick(stream, held)])

    @precondition(any_place)
    @rule(session=draw.numbers(), text=draw.edits() | draw.generations(), upto=draw.disconnect_points())
    def fail(self, session: int, text: str, upto: int | None) -> None:
        """Let the agent fail at one message (CRE-3)."""
        where = self.place(session, None)
        self.act("fail", fails=True)
        self.act("say", **where, text=text, upto=upto)
        self.act("fail", fails=False)
        self.act("state", **where)

    # -- exports -----------------------------------------------------------------------------------

    @precondition(any_place)
    @rule(
        session=draw.numbers(),
        other=draw.maybe_other_user(),
        fields=draw.exports(),
        then=draw.export_follow_ups(),
    )
    def submit(self, session: int, other: int | None, fields: dict[str, Any], then: list[str]) -> None:
        """Ask for an export, and perhaps follow it, stop it, or ask for the same again."""
        where, jobs = self.place(session, other), len(self.at.jobs)
        self.act("submit", **where, **fields)
        for verb in then if len(self.at.jobs) > jobs else ():
            if verb == "submit":
                self.act(verb, **where, **fields)
            elif verb == "wait":
                self.act(verb, ms=30_000)
            else:
                self.act(verb, **self.task(jobs, None))

    @precondition(any_place)
    @rule(session=draw.numbers(), fields=draw.exports(), wrong=st.none() | draw.export_defects())
    def submit_wrongly(self, session: int, fields: dict[str, Any], wrong: dict[str, str] | None) -> None:
        """Ask for an export that must be refused: by what it lacks, or for the account (REN-3, REN-5)."""
        where = self.place(session, None)
        if wrong is None:
            self.act("plan", account=where["by"], plan="paid", blocked=True)
        self.act("submit", **where, **{**fields, **(wrong or {})})

    @precondition(any_job)
    @rule(
        job=draw.numbers(),
        other=draw.maybe_other_user(),
        verb=st.sampled_from(["poll", "cancel", "download"]),
    )
    def job(self, job: int, other: int | None, verb: str) -> None:
        """Look at a job, cancel it, or download its video."""
        self.act(verb, **self.task(job, other))

    # -- what nobody should do ---------------------------------------------------------------------

    @precondition(any_place)
    @rule(
        account=draw.numbers(),
        session=draw.numbers(),
        endpoint=draw.unknown_resource_requests(),
        both=st.booleans(),
    )
    def intrude(self, account: int, session: int, endpoint: str, both: bool) -> None:
        """Ask for what may be somebody else's, and perhaps for what never was (SES-2, REN-10)."""
        if len(self.at.accounts) < 2:
            self.act("account")
        account, session = self.person(account), self.pick(session, self.at.places)
        self.act("intrude", account=account, session=session, endpoint=endpoint)
        if both:
            self.act("stranger", account=account, endpoint=endpoint)

    @precondition(any_place)
    @rule(
        account=draw.numbers(),
        session=draw.numbers(),
        call=draw.bad_auth_requests() | draw.malformed_requests(),
    )
    def offend(self, account: int, session: int, call: tuple[str, dict[str, str]]) -> None:
        """Come without a token that is any good, or send what is wrong."""
        session, verb = self.pick(session, self.at.places), call[0]
        if call[1].get("token") == "a claim" and not self.at.claims:
            self.act("claim", **self.place(session, None))
        who = (
            {"account": self.person(account)} if verb == "knock" else {"by": self.at.places[session].account}
        )
        self.act(verb, session=session, **who, **call[1])

    @precondition(any_place)
    @rule(session=draw.numbers(), endpoint=st.sampled_from(["state", "chat", "upload", "lost"]))
    def stray(self, session: int, endpoint: str) -> None:
        """Come under another's name (SES-3), or to a path that leads nowhere (ENV-2)."""
        where = self.place(session, None)
        if endpoint == "lost":
            self.act("lost", account=where["by"])
        else:
            self.act("misname", **where, endpoint=endpoint)

    # -- time --------------------------------------------------------------------------------------

    @precondition(any_account)
    @rule(ms=draw.waits())
    def wait(self, ms: int) -> None:
        """Let time pass."""
        self.act("wait", ms=ms)


def server_machine(
    open_world: OpenWorld,
    run_result: RunResult,
    *,
    clocks: tuple[str, ...] = ("manual", "auto"),
    seed: int = 0,
) -> type[ServerMachine]:
    """Return a machine whose worlds are opened with ``open_world``; what it tries is counted in ``tally``.

    ``clocks``: ``manual`` needs a target whose time passes as streams are read, ``auto`` works with any.
    """
    fields = {
        "open_world": staticmethod(open_world),
        "clocks": clocks,
        "replay": f"nemofake verify --server --only server-sequences --seed {seed}",
        "tried": run_result.tried,
        "broken": None,
    }
    return type("Server", (ServerMachine,), fields)
