"""A session to work in: somebody who says things, and looks at what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nemocontract.cases import drafts, footage
from nemocontract.cases.events import reply
from nemocontract.cases.outcomes import accepted, seen
from nemocontract.cases.shapes import is_text, is_whole
from nemocontract.probing.case import Bench
from nemocontract.probing.guest import Guest
from nemocontract.traffic import Event, Exchange
from nemocontract.traffic.journal import read_records

CLIP = "walk_12s.mp4"  # twelve seconds, as its name says
CLIP_MS = 12_000


@dataclass(frozen=True, slots=True)
class Times:
    """When a message came, when its stream ended, and its events, by the server's own clock."""

    message: str
    began_ms: int
    ended_ms: int
    events: tuple[Event, ...]

    @property
    def took_s(self) -> float:
        """How long it was."""
        return (self.ended_ms - self.began_ms) / 1000


class Scene:
    """One session of one guest."""

    def __init__(self, bench: Bench, guest: Guest, session_id: str, task_id: str) -> None:
        self.bench, self.guest, self.session_id, self.task_id = bench, guest, session_id, task_id

    def say(self, text: str) -> Exchange:
        """Send a message and follow its stream to the end; raise CannotGoOnError where it is no stream."""
        told = self.guest.chat(self.session_id, text)
        self.bench.must("SSE-2", told.events is not None, f"an event stream for {text!r}", seen(told))
        return told

    def said(self, text: str) -> str:
        """Send a message and return the reply."""
        return reply(self.say(text).events)

    def state(self) -> Mapping[str, Any]:
        """Return the state's ``data``; raise CannotGoOnError where there is none."""
        return accepted(self.bench, self.guest.state(self.session_id), "STA-1", "the state").data

    def inner(self) -> Mapping[str, Any]:
        """Return what the state holds."""
        held = self.state().get("state")
        self.bench.must("STA-1", isinstance(held, dict), "data.state", held)
        return held if isinstance(held, dict) else {}

    def draft(self) -> dict[str, Any]:
        """Return the draft."""
        held = self.inner().get("draft")
        self.bench.must("STA-1", isinstance(held, dict), "data.state.draft", held)
        return held if isinstance(held, dict) else {}

    def length_ms(self) -> float:
        """Return how long the film is."""
        return drafts.length_ms(self.draft())

    def balance(self) -> tuple[int, int]:
        """Return the credits that are available and frozen."""
        data = accepted(self.bench, self.guest.credits(), "CRE-1", "the balance").data
        whole = is_whole(data.get("available")) and is_whole(data.get("frozen"))
        self.bench.must("CRE-1", whole, "available and frozen", data)
        return int(data["available"]), int(data["frozen"])

    def turns(self) -> tuple[Times, ...]:
        """Return when all messages of this world were; needs the control API."""
        chats = (e for e in read_records(self.bench.probe.target.journal()) if e.operation == "chat")
        return tuple(Times(_message(e), e.at_ms, e.ended_at_ms, e.events or ()) for e in chats)

    def times(self) -> Times:
        """Return when the last message was; needs the control API."""
        return self.turns()[-1]


def scene(bench: Bench, *, language: str = "en", guest: Guest | None = None, film: bool = False) -> Scene:
    """Make a session (SES-1), with a film of twelve seconds to work on if told so (UPL-1).

    A server with control API takes an address without fetching it (UPL-6); any other gets a real file.
    """
    whose = bench.guest if guest is None else guest
    told = whose.create_session({"task_name": "project", "language": language})
    made = accepted(bench, told, "SES-1", "a session").data
    session_id, task_id = made.get("session_id"), made.get("task_id")
    bench.must("SES-1", is_text(session_id) and is_text(task_id), "session_id and task_id", made)
    if film:
        if bench.probe.target.has_control:
            told = whose.upload_urls(str(session_id), f"https://example.com/{CLIP}")
        else:
            told = whose.upload(str(session_id), (CLIP, footage.film(CLIP_MS / 1000)))
        accepted(bench, told, "UPL-1", "an upload")
    return Scene(bench, whose, str(session_id), str(task_id))


def now_ms(bench: Bench) -> int:
    """Return the world's time; needs the control API."""
    return int(bench.control("GET", "clock")["now_ms"])


def louder(nth: int) -> str:
    """Return a message that edits whenever it comes, since the music was never as loud as that before."""
    return f"set the music volume to {20 + nth % 50}%"


def scored(bench: Bench) -> Scene:
    """Return a scene with a film, and with music, which is there for sure."""
    at = scene(bench, guest=bench.registered(credits=1_000), film=True)
    at.say("add lo-fi background music")
    bench.must("SSE-5", bool(drafts.volumes(at.draft())), "an edit that is done: music", "none in the draft")
    return at


def _message(told: Exchange) -> str:
    body = told.body if isinstance(told.body, dict) else {}
    return str(body.get("new_message", {}).get("parts", [{}])[0].get("text", ""))
