"""Which scenarios are played as client tests, and which cannot be, with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from nemoscenarios import Scenario, ScenarioStore, UserStep


@dataclass(slots=True)
class Selection:
    """The client tests to play, and by name of each scenario that is left out, its clauses and why."""

    tests: list[ClientTest] = field(default_factory=list)
    left_out: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)


def choose(
    store: ScenarioStore,
    *,
    only: Iterable[str] = (),
    at_once: bool = False,
    real_time: bool = False,
    limit_s: float | None = None,
) -> Selection:
    """Choose among the scenarios of a store; raise KeyError naming one that is not there.

    ``at_once``: the client takes all its lines at once; then only scenarios of nothing but lines are played.
    ``real_time``: its waits are real; then only scenarios which say how long they take are played, and of
    these only those that take no longer than ``limit_s``.
    """
    wanted, known, choice = [*only], store.names(), Selection()
    for name in wanted or known:
        scenario = store.load(name)
        try:
            test = as_client_test(scenario)
            if at_once:
                _check_lines(test)
            if real_time:
                _check_time(test, limit_s)
            choice.tests.append(test)
        except NotPlayableError as obstacle:
            choice.left_out[name] = (tuple(scenario.clauses), str(obstacle))
    return choice


def _check_lines(test: ClientTest) -> None:
    if not test.is_lines_only:
        raise NotPlayableError(
            "the program is given all lines at once, and this scenario has something in between"
        )


def _check_time(test: ClientTest, limit_s: float | None) -> None:
    real_time_limit_s = test.scenario.real_time_limit_s
    if real_time_limit_s is None:
        raise NotPlayableError("it does not say how long a program may take in real time (real_time_limit_s)")
    if limit_s is not None and real_time_limit_s > limit_s:
        raise NotPlayableError(
            f"it takes a program up to {real_time_limit_s:g} s of real time; --slow runs it"
        )


Kind = Literal["say", "wait", "restart", "send"]
_WORDS = {"credits": "credits", "state": "status"}  # C-ROU-1
_BY_HAND_NEEDS = ("{session}", "{task}", "{render}", "{user}")


class NotPlayableError(ValueError):
    """A scenario that not every client can be led through; says why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step: a ``line`` with the ``files`` it names, ``wait_s`` of backend time, a restart, a request.

    ``disconnect_after``: the user goes away after so many texts. ``keeps_token``: whether the client that is
    started anew is given the token that it had.
    """

    kind: Kind
    line: str = ""
    files: tuple[str, ...] = ()
    wait_s: float = 0.0
    disconnect_after: int | None = None
    keeps_token: bool = False
    act: UserStep | None = None

    @property
    def text(self) -> str:
        """The step as a line of a readable scenario."""
        if self.kind == "say":
            leaves = f", and leaves after {self.disconnect_after} texts" if self.disconnect_after else ""
            return f"the user says {self.line!r}{leaves}"
        if self.kind == "wait":
            return f"{self.wait_s:g} s pass"
        if self.kind == "restart":
            return "the client is started anew" + (", with its token" if self.keeps_token else "")
        return f"somebody else sends {self.act.title() if self.act else 'a request'}"


@dataclass(frozen=True, slots=True)
class ClientTest:
    """A scenario, and its steps as lines."""

    scenario: Scenario
    steps: tuple[Step, ...]

    @property
    def name(self) -> str:
        """The scenario's name."""
        return self.scenario.id

    @property
    def clauses(self) -> tuple[str, ...]:
        """What the scenario says it shows; the rules of the judge look at more."""
        return tuple(self.scenario.clauses)

    @property
    def lines(self) -> tuple[str, ...]:
        """What the user says, in order."""
        return tuple(step.line for step in self.steps if step.kind == "say")

    @property
    def is_lines_only(self) -> bool:
        """Whether it is nothing but lines, so that a program can be given all of them at once."""
        return all(step.kind == "say" and step.disconnect_after is None for step in self.steps)

    @property
    def trace(self) -> tuple[str, ...]:
        """The client test as readable lines."""
        return (self.scenario.title, *(step.text for step in self.steps))


def as_client_test(scenario: Scenario) -> ClientTest:
    """Return a scenario as a client test; raise NotATrialError where it tells of no user.

    What takes more than lines is left out of it: a claim link, for which no words ask, and requests by hand
    that need the client's own ids. A client that comes back to its session is given its token, no more.
    """
    if not scenario.user:
        raise NotPlayableError("it tells of no user")
    steps = tuple(step for act in scenario.user if (step := _step(act)) is not None)
    if not any(step.kind == "say" for step in steps):
        steps = (Step("say", _WORDS["state"]), *steps)  # someone who only connects is asked for something
    return ClientTest(scenario, steps)


def _step(act: UserStep) -> Step | None:
    if act.do is not None:
        return Step("say", _WORDS[act.do]) if act.do in _WORDS else None  # any line makes a client connect
    if act.say is not None:
        return Step("say", act.say, disconnect_after=act.disconnect_after)
    if act.upload is not None:
        return Step("say", f"upload {' '.join(act.upload)}", files=tuple(act.upload))
    if act.export is not None:
        return Step("say", "export", disconnect_after=act.disconnect_after)
    if act.wait_s is not None:
        return Step("wait", wait_s=act.wait_s)
    if act.restart_client is not None:
        return Step("restart", keeps_token=act.restart_client != "nothing")
    return _by_hand(act)


def _by_hand(act: UserStep) -> Step | None:
    text = str(act.send)
    bears_none = act.send is not None and act.send.token == "none"  # noqa: S105  whose it is, no secret
    needs_ids = not bears_none or any(word in text for word in _BY_HAND_NEEDS)
    return None if needs_ids else Step("send", act=act)
