"""Cases of streams that say little: silent edits, signs of life, noise (SSE-5, SSE-6, SSE-10)."""

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
    scene,
    session_with_music,
    volume_message,
)

EDIT: Final = "trim the first 2 seconds"
GENERATE: Final = "generate a 6 second clip of a city at night"
QUIET_S: Final = 15  # SSE-6 names no interval; ours is 10 s, and half as much again is still a sign of life
SILENT: Final = 0.30  # SSE-5
EDITS: Final = 200
NOISE: Final = "I encountered a temporary issue"  # SSE-10


@case(
    "SSE-5", control=True, looks_for="about three in ten edits close without text, and all of them are done"
)
def _silent_share(ctx: CaseContext) -> None:
    at, silent = session_with_music(ctx), 0
    for nth in range(EDITS):
        told = at.say(volume_message(nth))
        if not reply(told.events):
            silent += 1
            _silent_edit(ctx, at, nth)
    spread = 5 * math.sqrt(SILENT * (1 - SILENT) / EDITS)
    near = abs(silent / EDITS - SILENT) <= spread
    ctx.claim("SSE-5", near, f"{SILENT:.0%} ± {spread:.0%} of {EDITS} edits without text", silent)


@case(
    "SSE-5",
    control=True,
    parameters={"silent_share": 1.0},
    looks_for="a story makes every edit silent; talk never is",
)
def _all_silent(ctx: CaseContext) -> None:
    at = session_with_music(ctx)
    for nth in range(12):
        told = at.say(volume_message(nth))
        ctx.claim("SSE-5", not reply(told.events), "no text at 100 %", reply(told.events))
        _silent_edit(ctx, at, nth)
    ctx.claim("SSE-5", bool(at.said("hi")), "words in answer to a greeting: only edits are silent")


@case("SSE-5", control=True, parameters={"silent_share": 0.0}, looks_for="a story lets every edit speak")
def _none_silent(ctx: CaseContext) -> None:
    at = session_with_music(ctx)
    for nth in range(30):
        ctx.claim("SSE-5", bool(at.said(volume_message(nth))), "a text at 0 %", "none")


@case("SSE-5", control=True, looks_for="talk is never silent: only edits are")
def _talk(ctx: CaseContext) -> None:
    at = scene(ctx)
    for nth in range(24):
        text = ("hi", "how long is the film?", "flurble")[nth % 3]
        told = at.say(text)
        ctx.claim("SSE-5", bool(reply(told.events)), f"a text in answer to {text!r}", kinds(told.events))


@case(
    "SSE-5",
    control=True,
    looks_for="which edits are silent follows from the seed: the same again, the same silence",
)
def _seeded_silence(ctx: CaseContext) -> None:
    first = _pattern(ctx)
    again = _pattern(_twin(ctx))
    ctx.claim("SSE-5", first == again, f"silent edits as in a world of the same seed: {first}", again)


@case("SSE-6", control=True, looks_for="while work goes on a sign of life comes every few seconds")
def _heartbeats(ctx: CaseContext) -> None:
    at = scene(ctx, account=ctx.registered(credits=1_000), video=True)
    for text in (EDIT, GENERATE):
        at.say(text)
        times = at.times()
        _lively(ctx, text, times)
    beats = kinds(times.events) & {"beat", "empty"}
    ctx.claim("SSE-6", bool(beats), "heartbeats or empty lines in a generation", kinds(times.events))


@case(
    "SSE-6",
    control=True,
    parameters={"edit_ms": [840_000, 840_000]},
    looks_for="signs of life come to the end",
)
def _heartbeats_for_long(ctx: CaseContext) -> None:
    at = scene(ctx, video=True)
    at.say(EDIT)
    _lively(ctx, "an edit of 14 minutes", at.times())


@case(
    "SSE-10",
    control=True,
    parameters={"temporary_issue_share": 1.0, "silent_share": 0.0},
    looks_for="the noise comes after a proper reply",
)
def _noise(ctx: CaseContext) -> None:
    at = scene(ctx, video=True)
    for text in ("hi", 'add the title "Hello"'):
        before, found, _ = at.said(text).partition(NOISE)
        ctx.claim("SSE-10", bool(found), f"{NOISE!r} at the end of a reply", before[-200:])
        ctx.claim("SSE-10", bool(before.strip()), "a normal reply before the noise", before)
    ctx.claim("SSE-10", drafts.texts(at.draft()) == ["Hello"], "the edit done for all that", at.draft())


def _silent_edit(ctx: CaseContext, at: SessionFixture, nth: int) -> None:
    """Claim that an edit without text has its tool's events, and is in the state (SSE-5)."""
    met = kinds(ctx.probe.exchanges[-1].events)
    ctx.claim("SSE-5", {"call", "result"} <= met, "tool call and result", met)
    wanted, heard = 0.2 + nth % 50 / 100, drafts.volumes(at.draft())
    near = [math.isclose(volume, wanted, abs_tol=0.005) for volume in heard]
    ctx.claim("SSE-5", any(near), f"the silent edit done: volume {wanted:.2f}", heard)


def _pattern(ctx: CaseContext) -> str:
    at = session_with_music(ctx)
    return "".join("x" if at.said(volume_message(nth)) else "-" for nth in range(24))


def _twin(ctx: CaseContext) -> CaseContext:
    """Return a bench in another world with the same seed and profile."""
    here = ctx.probe.target
    mine = next(world for world in ctx.control("GET", "worlds") if here.url.endswith(f"/w/{world['name']}"))
    name = f"{mine['name'][:50]}-twin"
    twin = here.fresh(name, seed=mine["seed"], profile=mine["profile"], clock="auto")
    return CaseContext(ApiRecorder(twin, ctx.probe.tally, ctx.probe.name, ctx.probe.replay))


def _lively(ctx: CaseContext, what: str, times: TurnTiming) -> None:
    """Claim that no stretch of a stream is without an event for long (SSE-6)."""
    at_ms = [times.began_ms, *(event.at_ms for event in times.events), times.ended_ms]
    longest_s = max(later - earlier for earlier, later in pairwise(at_ms)) / 1000
    expected = f"an event at least every {QUIET_S} s in {what!r}"
    ctx.claim("SSE-6", longest_s <= QUIET_S, expected, f"{longest_s} s of nothing")
