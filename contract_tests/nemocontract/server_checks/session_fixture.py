"""A session for checks: sends messages and reads what they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nemocontract.http.api_client import ApiAccount
from nemocontract.http.case import CaseContext
from nemocontract.recording import Event, Exchange
from nemocontract.recording.journal import read_records
from nemocontract.server_checks import drafts, sample_video
from nemocontract.server_checks.events import reply
from nemocontract.server_checks.expectations import expect_success, is_text, is_whole, seen

CLIP = "walk_12s.mp4"  # twelve seconds, as its name says
CLIP_MS = 12_000


@dataclass(frozen=True, slots=True)
class TurnTiming:
    """When a message came, when its stream ended, and its events, by the server's own clock."""

    message: str
    began_ms: int
    ended_ms: int
    events: tuple[Event, ...]

    @property
    def took_s(self) -> float:
        """How long it was."""
        return (self.ended_ms - self.began_ms) / 1000


class SessionFixture:
    """One session of one account."""

    def __init__(self, ctx: CaseContext, account: ApiAccount, session_id: str, task_id: str) -> None:
        self.ctx, self.account, self.session_id, self.task_id = ctx, account, session_id, task_id

    def say(self, text: str) -> Exchange:
        """Send a message and follow its stream to the end; raise CaseAbortedError where it is no stream."""
        exchange = self.account.chat(self.session_id, text)
        self.ctx.require(
            "SSE-2", exchange.events is not None, f"an event stream for {text!r}", seen(exchange)
        )
        return exchange

    def reply_to(self, text: str) -> str:
        """Send a message and return the reply."""
        return reply(self.say(text).events)

    def state(self) -> Mapping[str, Any]:
        """Return the state's ``data``; raise CaseAbortedError without one."""
        return expect_success(self.ctx, self.account.state(self.session_id), "STA-1", "the state").data

    def inner_state(self) -> Mapping[str, Any]:
        """Return what the state holds."""
        value = self.state().get("state")
        self.ctx.require("STA-1", isinstance(value, dict), "data.state", value)
        return value if isinstance(value, dict) else {}

    def draft(self) -> dict[str, Any]:
        """Return the draft."""
        value = self.inner_state().get("draft")
        self.ctx.require("STA-1", isinstance(value, dict), "data.state.draft", value)
        return value if isinstance(value, dict) else {}

    def length_ms(self) -> float:
        """Return how long the video is."""
        return drafts.length_ms(self.draft())

    def balance(self) -> tuple[int, int]:
        """Return the credits that are available and frozen."""
        data = expect_success(self.ctx, self.account.credits(), "CRE-1", "the balance").data
        whole = is_whole(data.get("available")) and is_whole(data.get("frozen"))
        self.ctx.require("CRE-1", whole, "available and frozen", data)
        return int(data["available"]), int(data["frozen"])

    def turns(self) -> tuple[TurnTiming, ...]:
        """Return when all messages of this world were; needs the control API."""
        chats = (e for e in read_records(self.ctx.recorder.target.journal()) if e.operation == "chat")
        return tuple(TurnTiming(_message(e), e.at_ms, e.ended_at_ms, e.events or ()) for e in chats)

    def times(self) -> TurnTiming:
        """Return when the last message was; needs the control API."""
        return self.turns()[-1]


def new_session(
    ctx: CaseContext, *, language: str = "en", account: ApiAccount | None = None, video: bool = False
) -> SessionFixture:
    """Make a session (SES-1), with an uploaded video of twelve seconds if ``video`` (UPL-1).

    A server with control API takes an address without fetching it (UPL-6); any other gets a real file.
    """
    responsible = ctx.account if account is None else account
    exchange = responsible.create_session({"task_name": "project", "language": language})
    payload = expect_success(ctx, exchange, "SES-1", "a session").data
    session_id, task_id = payload.get("session_id"), payload.get("task_id")
    ctx.require("SES-1", is_text(session_id) and is_text(task_id), "session_id and task_id", payload)
    if video:
        if ctx.recorder.target.has_control:
            exchange = responsible.upload_urls(str(session_id), f"https://example.com/{CLIP}")
        else:
            exchange = responsible.upload(str(session_id), (CLIP, sample_video.video(CLIP_MS / 1000)))
        expect_success(ctx, exchange, "UPL-1", "an upload")
    return SessionFixture(ctx, responsible, str(session_id), str(task_id))


def now_ms(ctx: CaseContext) -> int:
    """Return the world's time; needs the control API."""
    return int(ctx.control("GET", "clock")["now_ms"])


def volume_message(nth: int) -> str:
    """Return a message that always edits, because each sets another volume."""
    return f"set the music volume to {20 + nth % 50}%"


def session_with_music(ctx: CaseContext) -> SessionFixture:
    """Return a session with a video and with music."""
    session = new_session(ctx, account=ctx.registered(credits=1_000), video=True)
    session.say("add lo-fi background music")
    ctx.require(
        "SSE-5", bool(drafts.volumes(session.draft())), "an edit that is done: music", "none in the draft"
    )
    return session


def _message(exchange: Exchange) -> str:
    body = exchange.body if isinstance(exchange.body, dict) else {}
    return str(body.get("new_message", {}).get("parts", [{}])[0].get("text", ""))
