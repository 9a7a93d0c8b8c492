"""Steps of a history, and how each is told: `guest 1 says 'hello' in session 1 and reads to the end`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done: a verb of the player's, and its arguments; people and things are numbers."""

    verb: str
    told: Mapping[str, Any]

    def __str__(self) -> str:
        return SENTENCES[self.verb](self.told)


def story_of(steps: list[Step], opening: str) -> tuple[str, ...]:
    """Return a story, the world first and then one line a step; who shows it numbers the lines from 1."""
    return (opening, *map(str, steps))


def _say(told: Mapping[str, Any]) -> str:
    upto = told["upto"]
    end = "and reads to the end" if upto is None else f"and hangs up after {upto} events"
    return f"guest {told['by'] + 1} says {told['text']!r} in session {told['session'] + 1} {end}"


def _session(told: Mapping[str, Any]) -> str:
    whose = {"me": "", "own": " by its user id", "other": " as another user"}[told["user"]]
    return f"guest {told['guest'] + 1} makes a session in {told['language'] or 'no language'}{whose}"


def _wait(told: Mapping[str, Any]) -> str:
    return f"{told['ms'] / 1000:g} s pass"


def _plain(sentence: str) -> Callable[[Mapping[str, Any]], str]:
    """Return a telling that counts people and things from 1."""

    def tell(told: Mapping[str, Any]) -> str:
        counted = {k: v + 1 if k in _COUNTED and isinstance(v, int) else v for k, v in told.items()}
        return sentence.format_map(counted)

    return tell


_COUNTED: Final = ("by", "guest", "session", "job", "stream")
SENTENCES: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "guest": _plain("a guest asks for a token"),
    "again": _plain("guest {guest} asks for a token again"),
    "register": _plain("a registered account of {credits} credits is opened, with scopes {scopes}"),
    "session": _session,
    "upload": _plain("guest {by} uploads {urls} to session {session}"),
    "say": _say,
    "open": _plain("guest {by} says {text!r} in session {session}, and leaves the stream open"),
    "read": _plain("stream {stream} is read to its end"),
    "leave": _plain("stream {stream} is left"),
    "credits": _plain("guest {guest} reads its credits"),
    "state": _plain("guest {by} reads the state of session {session}"),
    "stranger": _plain("guest {guest} asks for {endpoint} of a session and a job that never were"),
    "intrude": _plain("guest {guest} asks for {endpoint} of session {session} and the last job"),
    "submit": _plain("guest {by} exports session {session} as {render_id}, a draft {draft}, {how}"),
    "poll": _plain("guest {by} looks at job {job}"),
    "cancel": _plain("guest {by} cancels job {job}"),
    "download": _plain("guest {by} downloads job {job}"),
    "claim": _plain("guest {by} asks for a claim token for session {session}"),
    "knock": _plain("somebody asks for {endpoint} of session {session} with {token} token of guest {guest}"),
    "malformed": _plain("guest {by} sends {endpoint} for session {session} with {fault}"),
    "misname": _plain("guest {by} asks for {endpoint} of session {session} as another user"),
    "lost": _plain("guest {guest} asks for a path that leads nowhere"),
    "end_token": _plain("the token of guest {guest} is ended: {how}"),
    "grant": _plain("guest {guest} is granted {credits} credits"),
    "plan": _plain("guest {guest} is put on plan {plan}, exports blocked: {blocked}"),
    "fail": _plain("from now on the agent fails: {fails}"),
    "wait": _wait,
    "settle": _plain("five minutes pass, and everybody looks at everything"),
}
