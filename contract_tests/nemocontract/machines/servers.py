"""Histories drawn at random against a server: whatever anybody does, the auditor has nothing to say."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from nemocontract.machines import strategies as draw
from nemocontract.machines.frame import Frame, any_guest, any_job, any_place, any_stream
from nemocontract.machines.world import OpenWorld
from nemocontract.tally import Tally


class ServerMachine(Frame):
    """Anything that users, strangers and the control API may do, in any order, at any pace."""

    # -- people ------------------------------------------------------------------------------------

    @rule(told=st.none() | draw.registrations())
    def come(self, told: dict[str, Any] | None) -> None:
        """Let a guest come, or open a registered account; and make a session."""
        people = len(self.at.guests)
        self.act("register" if told else "guest", **(told or {}))
        if len(self.at.guests) > people:
            self.act("session", guest=people, language="en", user="me")

    @precondition(any_guest)
    @rule(guest=draw.numbers(), how=st.sampled_from(["expire", "revoke", "", ""]))
    def again(self, guest: int, how: str) -> None:
        """Ask for a token again, with the same client id, perhaps after the first one was ended."""
        guest = self.person(guest)
        if how:
            self.act("end_token", guest=guest, how=how)
            self.act("credits", guest=guest)
        self.act("again", guest=guest)

    @precondition(any_guest)
    @rule(guest=draw.numbers(), told=draw.fortunes())
    def change(self, guest: int, told: tuple[str, dict[str, Any]]) -> None:
        """Grant credits, change a plan, or end a token."""
        self.act(told[0], guest=self.person(guest), **told[1])

    # -- sessions ----------------------------------------------------------------------------------

    @precondition(any_guest)
    @rule(
        guest=draw.numbers(),
        language=st.sampled_from(["en", "zh", None]),
        user=st.sampled_from(["me", "me", "own", "other"]),
    )
    def session(self, guest: int, language: str | None, user: str) -> None:
        """Make a session."""
        self.act("session", guest=self.person(guest), language=language, user=user)

    @precondition(any_place)
    @rule(session=draw.numbers(), other=draw.someone(), urls=draw.uploads())
    def upload(self, session: int, other: int | None, urls: tuple[str, ...]) -> None:
        """Upload by address, and look."""
        where = self.place(session, other)
        self.act("upload", **where, urls=urls)
        self.act("state", **where)

    @precondition(any_place)
    @rule(session=draw.numbers(), other=draw.someone(), look=st.sampled_from(["credits", "state", "claim"]))
    def look(self, session: int, other: int | None, look: str) -> None:
        """Read a state or a balance, or ask for a claim token."""
        self._look(self.place(session, other), look)

    def _look(self, where: dict[str, int], look: str) -> None:
        if look == "credits":
            self.act("credits", guest=where["by"])
        elif look:
            self.act(look, **where)

    # -- chat --------------------------------------------------------------------------------------

    @precondition(any_place)
    @rule(session=draw.numbers(), other=draw.someone(), text=draw.texts(), look=draw.looks())
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
    @rule(session=draw.numbers(), other=draw.someone(), text=draw.texts(), look=draw.looks())
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
    @rule(session=draw.numbers(), text=draw.edits() | draw.generations(), upto=draw.departures())
    def fail(self, session: int, text: str, upto: int | None) -> None:
        """Let the agent fail at one message (CRE-3)."""
        where = self.place(session, None)
        self.act("fail", fails=True)
        self.act("say", **where, text=text, upto=upto)
        self.act("fail", fails=False)
        self.act("state", **where)

    # -- exports -----------------------------------------------------------------------------------

    @precondition(any_place)
    @rule(session=draw.numbers(), other=draw.someone(), told=draw.exports(), then=draw.sequels())
    def submit(self, session: int, other: int | None, told: dict[str, Any], then: list[str]) -> None:
        """Ask for an export, and perhaps follow it, stop it, or ask for the same again."""
        where, jobs = self.place(session, other), len(self.at.jobs)
        self.act("submit", **where, **told)
        for verb in then if len(self.at.jobs) > jobs else ():
            if verb == "submit":
                self.act(verb, **where, **told)
            elif verb == "wait":
                self.act(verb, ms=30_000)
            else:
                self.act(verb, **self.task(jobs, None))

    @precondition(any_place)
    @rule(session=draw.numbers(), told=draw.exports(), wrong=st.none() | draw.obstacles())
    def submit_wrongly(self, session: int, told: dict[str, Any], wrong: dict[str, str] | None) -> None:
        """Ask for an export that must be refused: by what it lacks, or for the account (REN-3, REN-5)."""
        where = self.place(session, None)
        if wrong is None:
            self.act("plan", guest=where["by"], plan="paid", blocked=True)
        self.act("submit", **where, **{**told, **(wrong or {})})

    @precondition(any_job)
    @rule(job=draw.numbers(), other=draw.someone(), verb=st.sampled_from(["poll", "cancel", "download"]))
    def job(self, job: int, other: int | None, verb: str) -> None:
        """Look at a job, cancel it, or download its film."""
        self.act(verb, **self.task(job, other))

    # -- what nobody should do ---------------------------------------------------------------------

    @precondition(any_place)
    @rule(guest=draw.numbers(), session=draw.numbers(), endpoint=draw.strangers(), both=st.booleans())
    def intrude(self, guest: int, session: int, endpoint: str, both: bool) -> None:
        """Ask for what may be somebody else's, and perhaps for what never was (SES-2, REN-10)."""
        if len(self.at.guests) < 2:
            self.act("guest")
        guest, session = self.person(guest), self.pick(session, self.at.places)
        self.act("intrude", guest=guest, session=session, endpoint=endpoint)
        if both:
            self.act("stranger", guest=guest, endpoint=endpoint)

    @precondition(any_place)
    @rule(guest=draw.numbers(), session=draw.numbers(), told=draw.knocks() | draw.wrongs())
    def offend(self, guest: int, session: int, told: tuple[str, dict[str, str]]) -> None:
        """Come without a token that is any good, or send what is wrong."""
        session, verb = self.pick(session, self.at.places), told[0]
        if told[1].get("token") == "a claim" and not self.at.claims:
            self.act("claim", **self.place(session, None))
        who = {"guest": self.person(guest)} if verb == "knock" else {"by": self.at.places[session].guest}
        self.act(verb, session=session, **who, **told[1])

    @precondition(any_place)
    @rule(session=draw.numbers(), endpoint=st.sampled_from(["state", "chat", "upload", "lost"]))
    def stray(self, session: int, endpoint: str) -> None:
        """Come under another's name (SES-3), or to a path that leads nowhere (ENV-2)."""
        where = self.place(session, None)
        if endpoint == "lost":
            self.act("lost", guest=where["by"])
        else:
            self.act("misname", **where, endpoint=endpoint)

    # -- time --------------------------------------------------------------------------------------

    @precondition(any_guest)
    @rule(ms=draw.waits())
    def wait(self, ms: int) -> None:
        """Let time pass."""
        self.act("wait", ms=ms)


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
        "replay": f"nemofake verify --server --only histories --seed {seed}",
        "tried": tally.tried,
        "broken": None,
    }
    return type("Server", (ServerMachine,), told)
