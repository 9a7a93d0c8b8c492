"""Checks of silent edits, heartbeats and the "temporary issue" text (SSE-5, SSE-6, SSE-10)."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

from nemocontract.http.case import CaseContext, case
from nemocontract.http.recorder import ApiRecorder
from nemocontract.server_checks import drafts
from nemocontract.server_checks.events import kinds, reply
from nemocontract.server_checks.session_fixture import (
    SessionFixture,
    TurnTiming,
    new_session,
    session_with_music,
    volume_message,
)

EDIT: Final = "trim the first 2 seconds"
GENERATE: Final = "generate a 6 second clip of a city at night"
QUIET_S: Final = 15  # SSE-6 names no interval; ours is 10 s, and half as much again is still a heartbeat
SILENT: Final = 0.30  # SSE-5
EDITS: Final = 200
NOISE: Final = "I encountered a temporary issue"  # SSE-10


@case("SSE-5", control=True, description="about 30 % of edits close without text, and all are done")
def _share(ctx: CaseContext) -> None:
    session, silent = session_with_music(ctx), 0
    for nth in range(EDITS):
        exchange = session.say(volume_message(nth))
        if not reply(exchange.events):
            silent += 1
            _silent_edit(ctx, session, nth)
    spread = 5 * math.sqrt(SILENT * (1 - SILENT) / EDITS)
    near = abs(silent / EDITS - SILENT) <= spread
    ctx.check("SSE-5", near, f"{SILENT:.0%} ± {spread:.0%} of {EDITS} edits without text", silent)


@case(
    "SSE-5",
    control=True,
    parameters={"silent_share": 1.0},
    description="a scenario can make every edit silent; text replies never are",
)
def _all_silent(ctx: CaseContext) -> None:
    session = session_with_music(ctx)
    for nth in range(12):
        exchange = session.say(volume_message(nth))
        ctx.check("SSE-5", not reply(exchange.events), "no text at 100 %", reply(exchange.events))
        _silent_edit(ctx, session, nth)
    ctx.check("SSE-5", bool(session.reply_to("hi")), "words in answer to a greeting: only edits are silent")


@case(
    "SSE-5",
    control=True,
    parameters={"silent_share": 0.0},
    description="a scenario can make every edit reply with text",
)
def _none_silent(ctx: CaseContext) -> None:
    session = session_with_music(ctx)
    for nth in range(30):
        ctx.check("SSE-5", bool(session.reply_to(volume_message(nth))), "a text at 0 %", "none")


@case("SSE-5", control=True, description="text replies are never silent")
def _text_replies(ctx: CaseContext) -> None:
    session = new_session(ctx)
    for nth in range(24):
        text = ("hi", "how long is the video?", "flurble")[nth % 3]
        exchange = session.say(text)
        ctx.check(
            "SSE-5", bool(reply(exchange.events)), f"a text in answer to {text!r}", kinds(exchange.events)
        )


@case(
    "SSE-5",
    control=True,
    description="the seed decides which edits are silent: the same seed, the same edits",
)
def _seeded(ctx: CaseContext) -> None:
    first = _pattern(ctx)
    again = _pattern(_made_anew(ctx))
    ctx.check("SSE-5", first == again, f"silent edits as in this world of the same seed: {first}", again)


@case("SSE-6", control=True, description="while work runs a heartbeat comes every few seconds")
def _heartbeats(ctx: CaseContext) -> None:
    session = new_session(ctx, account=ctx.registered(credits=1_000), video=True)
    for text in (EDIT, GENERATE):
        session.say(text)
        times = session.times()
        _lively(ctx, text, times)
    beats = kinds(times.events) & {"beat", "empty"}
    ctx.check("SSE-6", bool(beats), "heartbeats or empty lines in a generation", kinds(times.events))


@case(
    "SSE-6",
    control=True,
    parameters={"edit_ms": [840_000, 840_000]},
    description="heartbeats continue until the stream ends",
)
def _heartbeats_until_end(ctx: CaseContext) -> None:
    session = new_session(ctx, video=True)
    session.say(EDIT)
    _lively(ctx, "an edit of 14 minutes", session.times())


@case(
    "SSE-10",
    control=True,
    parameters={"temporary_issue_share": 1.0, "silent_share": 0.0},
    description='the "temporary issue" text follows a normal reply',
)
def _temporary_issue(ctx: CaseContext) -> None:
    session = new_session(ctx, video=True)
    for text in ("hi", 'add the title "Hello"'):
        before, found, _ = session.reply_to(text).partition(NOISE)
        ctx.check("SSE-10", bool(found), f"{NOISE!r} at the end of a reply", before[-200:])
        ctx.check("SSE-10", bool(before.strip()), "a normal reply before the noise", before)
    ctx.check(
        "SSE-10", drafts.texts(session.draft()) == ["Hello"], "the edit done for all that", session.draft()
    )


def _silent_edit(ctx: CaseContext, session: SessionFixture, nth: int) -> None:
    """Check that an edit without text has its tool's events, and is in the state (SSE-5)."""
    met = kinds(ctx.recorder.exchanges[-1].events)
    ctx.check("SSE-5", {"call", "result"} <= met, "tool call and result", met)
    wanted, volumes = 0.2 + nth % 50 / 100, drafts.volumes(session.draft())
    near = [math.isclose(volume, wanted, abs_tol=0.005) for volume in volumes]
    ctx.check("SSE-5", any(near), f"the silent edit done: volume {wanted:.2f}", volumes)


def _pattern(ctx: CaseContext) -> str:
    session = session_with_music(ctx)
    return "".join("x" if session.reply_to(volume_message(nth)) else "-" for nth in range(24))


def _made_anew(ctx: CaseContext) -> CaseContext:
    """Return a context in this world, made anew with its seed: another name may draw other numbers."""
    here = ctx.recorder.target
    mine = next(world for world in ctx.control("GET", "worlds") if here.url.endswith(f"/w/{world['name']}"))
    anew = here.fresh(mine["name"], seed=mine["seed"], profile=mine["profile"], clock="auto")
    return CaseContext(ApiRecorder(anew, ctx.recorder.run_result, ctx.recorder.name, ctx.recorder.replay))


def _lively(ctx: CaseContext, what: str, times: TurnTiming) -> None:
    """Check that no stretch of a stream is without an event for long (SSE-6)."""
    at_ms = [times.began_ms, *(event.at_ms for event in times.events), times.ended_ms]
    longest_s = max(later - earlier for earlier, later in pairwise(at_ms)) / 1000
    expected = f"an event at least every {QUIET_S} s in {what!r}"
    ctx.check("SSE-6", longest_s <= QUIET_S, expected, f"{longest_s} s of nothing")
