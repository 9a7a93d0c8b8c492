"""The world of a sequence: what it is made with, and the one line that tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import yaml

from nemocontract.clauses import ALL
from nemocontract.client_tests.model import ClientTest, as_client_test
from nemocontract.http.target import Target
from nemoscenarios import Scenario

OpenWorld = Callable[[Mapping[str, Any]], Target]


@dataclass(frozen=True, slots=True)
class WorldSettings:
    """``profile`` names all three switches; ``clock``: `manual` (time passes as streams are read), `auto`."""

    profile: str
    seed: int
    silent_share: float
    clock: str

    def __str__(self) -> str:
        silent = f"{self.silent_share:.0%} of edits silent"
        return f"a world with {self.profile}, seed {self.seed}, clock {self.clock}, {silent}"

    @property
    def settings(self) -> dict[str, Any]:
        """The settings as ``Target.fresh`` takes them."""
        return {
            "profile": self.profile,
            "seed": self.seed,
            "clock": self.clock,
            "parameters": {"silent_share": self.silent_share},
        }


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done: a verb of the player's, and its arguments; people and things are numbers."""

    verb: str
    arguments: Mapping[str, Any]

    def __str__(self) -> str:
        return SENTENCES[self.verb](self.arguments)


def scenario_of(steps: list[Step], opening: str) -> tuple[str, ...]:
    """Return a scenario, the world first and then one line a step; who shows it numbers the lines from 1."""
    return (opening, *map(str, steps))


def _say(fields: Mapping[str, Any]) -> str:
    upto = fields["upto"]
    end = "and reads to the end" if upto is None else f"and hangs up after {upto} events"
    return f"account {fields['by'] + 1} says {fields['text']!r} in session {fields['session'] + 1} {end}"


def _session(fields: Mapping[str, Any]) -> str:
    user = {"me": "", "own": " by its user id", "other": " as another user"}[fields["user"]]
    language = fields["language"] or "no language"
    return f"account {fields['account'] + 1} makes a session in {language}{user}"


def _wait(fields: Mapping[str, Any]) -> str:
    return f"{fields['ms'] / 1000:g} s pass"


def _plain(sentence: str) -> Callable[[Mapping[str, Any]], str]:
    """Return a telling that counts people and things from 1."""

    def tell(fields: Mapping[str, Any]) -> str:
        counted = {k: v + 1 if k in _COUNTED and isinstance(v, int) else v for k, v in fields.items()}
        return sentence.format_map(counted)

    return tell


_COUNTED: Final = ("by", "account", "session", "job", "stream")
SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "account": _plain("an anonymous account asks for a token"),
    "again": _plain("account {account} asks for a token again"),
    "register": _plain("a registered account of {credits} credits is opened, with scopes {scopes}"),
    "session": _session,
    "upload": _plain("account {by} uploads {urls} to session {session}"),
    "say": _say,
    "open": _plain("account {by} says {text!r} in session {session}, and leaves the stream open"),
    "read": _plain("stream {stream} is read to its end"),
    "leave": _plain("stream {stream} is left"),
    "credits": _plain("account {account} reads its credits"),
    "state": _plain("account {by} reads the state of session {session}"),
    "stranger": _plain("account {account} asks for {endpoint} of a session and a job that never were"),
    "intrude": _plain("account {account} asks for {endpoint} of session {session} and the last job"),
    "submit": _plain("account {by} exports session {session} as {render_id}, a draft {draft}, {how}"),
    "poll": _plain("account {by} looks at job {job}"),
    "cancel": _plain("account {by} cancels job {job}"),
    "download": _plain("account {by} downloads job {job}"),
    "claim": _plain("account {by} asks for a claim token for session {session}"),
    "knock": _plain(
        "somebody asks for {endpoint} of session {session} with {token} token of account {account}"
    ),
    "malformed": _plain("account {by} sends {endpoint} for session {session} with {fault}"),
    "misname": _plain("account {by} asks for {endpoint} of session {session} as another user"),
    "lost": _plain("account {account} asks for a path that leads nowhere"),
    "end_token": _plain("the token of account {account} is ended: {how}"),
    "grant": _plain("account {account} is granted {credits} credits"),
    "plan": _plain("account {account} is put on plan {plan}, exports blocked: {blocked}"),
    "fail": _plain("from now on the agent fails: {fails}"),
    "wait": _wait,
    "settle": _plain("five minutes pass, and everybody looks at everything"),
}


FILE = "clip.mp4"


@dataclass(slots=True)
class Trace:
    """The account it begins with, what happened to which call, and what the user did, in order.

    ``lines`` tell it to people, one event a line; ``steps`` are the user's, as a scenario file has them.
    """

    given: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    profile: str = ""
    seed: int = 42
    triggers: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    steps: list[Any] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def tell(self, line: str) -> None:
        """Add a line for people."""
        self.lines.append(line)

    def scenario(self, name: str, title: str, clauses: Iterable[str]) -> Scenario:
        """Return it as a scenario; an incident or a fault is named by the call that it happened to."""
        return Scenario.model_validate(self._scenario_fields(name, title, clauses))

    def yaml(self, name: str, title: str, clauses: Iterable[str]) -> str:
        """Return it as the text of a scenario file; the profile it was seen under stands in the title."""
        fields = {
            key: value
            for key, value in self._scenario_fields(name, title, clauses).items()
            if value not in ([], {})
        }
        return yaml.safe_dump(fields, sort_keys=False, allow_unicode=True, width=110)

    def _scenario_fields(self, name: str, title: str, clauses: Iterable[str]) -> dict[str, Any]:
        return {
            "id": name,
            "title": title,
            "clauses": [clause for clause in dict.fromkeys(clauses) if clause in ALL] or ["C-UX-1"],
            "status": "assumed",
            "given": {**self.given, "files": {FILE: {}}},
            "parameters": self.rules,
            "triggers": self.triggers,
            "faults": self.faults,
            "user": self.steps,
        }


def empty_client_test(trace: Trace, name: str) -> ClientTest:
    """Return the client test that a sequence begins as: a world, and a user who has said nothing yet."""
    scenario = trace.scenario(name, "A sequence drawn at random.", ["C-UX-1"])
    return as_client_test(scenario.model_copy(update={"user": [_CONNECT]}))


_CONNECT = Scenario.model_validate(
    {"id": "x", "title": "x", "clauses": ["C-UX-1"], "status": "assumed", "user": ["connect"]}
).user[0]
