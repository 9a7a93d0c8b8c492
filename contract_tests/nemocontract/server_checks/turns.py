"""Cases of what a message sets going: length, stages, hang-ups, repeats (SSE-7, SSE-8, SSE-11, SSE-12)."""

from __future__ import annotations

from typing import Any, Final

from nemocontract.http.case import CaseContext, case
from nemocontract.server_checks import drafts
from nemocontract.server_checks.events import reply
from nemocontract.server_checks.expectations import seen
from nemocontract.server_checks.session_fixture import (
    CLIP_MS,
    SessionFixture,
    now_ms,
    scene,
    session_with_music,
    volume_message,
)

EDIT: Final = "trim the first 2 seconds"
EDIT_MS: Final = 2_000  # what it takes away
GENERATE: Final = "generate a 6 second clip of a city at night"
# SSE-7, in seconds
TALK_S: Final = (5, 15)
EDIT_S: Final = (10, 30)
GENERATION_S: Final = (100, 300)
LIMIT_S: Final = 15 * 60
_LASTING: Final = {"hi": TALK_S, "how long is the film?": TALK_S, GENERATE: GENERATION_S}


@case("SSE-7", control=True, looks_for="talk, edits and generations each take the time that is theirs")
def _durations(ctx: CaseContext) -> None:
    at = session_with_music(ctx)
    for text, often in (("hi", 30), ("how long is the film?", 5), ("", 40), (GENERATE, 6)):
        for nth in range(often):
            at.say(text or volume_message(nth))
    for turn in at.turns()[1:]:
        low, high = _LASTING.get(turn.message, EDIT_S)
        expected = f"{low} to {high} s for {turn.message!r}"
        ctx.claim("SSE-7", low <= turn.took_s <= high, expected, f"{turn.took_s} s")


@case(
    "SSE-7",
    control=True,
    parameters={"edit_ms": [960_000, 960_000]},
    looks_for="the server closes after 15 minutes",
)
def _closed_at_the_limit(ctx: CaseContext) -> None:
    at = scene(ctx, video=True)
    told = at.say(EDIT)
    took_s = at.times().took_s
    ctx.claim("SSE-7", abs(took_s - LIMIT_S) <= 1, "closed by the server at 900 s", f"{took_s} s")
    ctx.claim("SSE-7", told.ending == "complete", "closed properly", told.ending)


@case(
    "SSE-7",
    control=True,
    parameters={"edit_ms": [899_000, 899_000], "silent_share": 0.0},
    looks_for="work that ends just before the 15 minutes is told to its end",
)
def _just_below_the_limit(ctx: CaseContext) -> None:
    at = scene(ctx, video=True)
    told = at.say(EDIT)
    took_s = at.times().took_s
    ctx.claim("SSE-7", abs(took_s - 899) <= 1, "899 s", f"{took_s} s")
    ctx.claim("SSE-7", bool(reply(told.events)), "the reply", seen(told))


@case(
    "SSE-8",
    control=True,
    clock="manual",
    looks_for="a clip lands alone, then music, title and effects one by one",
)
def _two_stages(ctx: CaseContext) -> None:
    at = scene(ctx)
    with at.account.chatting(at.session_id, GENERATE):
        pass  # SSE-11: the work goes on
    stages, media = _landing(ctx, at)
    ctx.must("SSE-8", bool(stages), "a clip within 300 s", "an empty draft")
    first, last = stages[0], stages[-1]
    alone = bool(drafts.segments(first, drafts.VIDEO)) and len(drafts.tracks(first)) == 1
    ctx.claim("SSE-8", alone, "the raw clip alone at first", drafts.summary(first))
    ctx.claim("SSE-8", bool(media[0]), "the clip among generated_media as soon as it lands", media[0])
    whole = bool(drafts.segments(last, drafts.AUDIO)) and any(drafts.texts(last))
    ctx.claim("SSE-8", whole, "music and a title in the end", drafts.summary(last))
    clips = [[drafts.about(one) for one in drafts.segments(draft, drafts.VIDEO)] for draft in (first, last)]
    ctx.claim("SSE-8", clips[0] != clips[1], "effects on the clip in the end", clips[1])
    ctx.claim("SSE-8", len(stages) >= 4, "the clip, music, title, effects seen one by one", len(stages))


@case("SSE-8", control=True, clock="manual", looks_for="what follows a clip was not there before it")
def _nothing_before_the_clip(ctx: CaseContext) -> None:
    at = scene(ctx)
    with at.account.chatting(at.session_id, GENERATE):
        ctx.advance(1)
        ctx.claim("SSE-8", at.draft() == {}, "an empty draft after one second of 100 or more", at.draft())
        ctx.advance(GENERATION_S[1])
        ctx.claim("SSE-8", bool(drafts.texts(at.draft())), "all of it after 300 s", at.draft())


@case(
    "SSE-11",
    control=True,
    looks_for="an edit whose client hangs up after the first event is done, charged once",
)
def _hang_up_after_an_event(ctx: CaseContext) -> None:
    at = scene(ctx, video=True)
    with at.account.chatting(at.session_id, EDIT) as stream:
        next(iter(stream), None)
    _done_once(ctx, at)


@case("SSE-11", control=True, looks_for="an edit whose client hangs up at once is done, and charged once")
def _hang_up_at_once(ctx: CaseContext) -> None:
    at = scene(ctx, video=True)
    with at.account.chatting(at.session_id, EDIT):
        pass
    _done_once(ctx, at)


@case(
    "SSE-11", control=True, clock="manual", looks_for="a generation goes on without its client, charged once"
)
def _hang_up_on_a_generation(ctx: CaseContext) -> None:
    at = scene(ctx)
    with at.account.chatting(at.session_id, GENERATE):
        ctx.advance(40)
    ctx.claim("SSE-11", at.balance() == (0, 100), "0 available, 100 frozen while it works", at.balance())
    ctx.advance(GENERATION_S[1])
    ctx.claim("SSE-11", at.balance() == (0, 0), "100 spent, once", at.balance())
    made = at.inner().get("generated_media")
    ctx.claim("SSE-11", isinstance(made, list) and len(made) == 1, "one clip", made)


@case("SSE-12", control=True, looks_for="the same message sent again is done again")
def _edit_twice(ctx: CaseContext) -> None:
    at = scene(ctx, video=True)
    for nth in (1, 2):
        at.say(EDIT)
        wanted = CLIP_MS - nth * EDIT_MS
        length_ms = at.length_ms()
        ctx.claim("SSE-12", length_ms == wanted, f"{wanted} ms after {nth} of them", length_ms)


@case("SSE-12", control=True, looks_for="the same generation sent again is a second clip, and charged again")
def _generate_twice(ctx: CaseContext) -> None:
    at = scene(ctx, account=ctx.registered(credits=250))
    for nth in (1, 2):
        at.say(GENERATE)
        left = 250 - 100 * nth
        ctx.claim("SSE-12", at.balance() == (left, 0), f"{left} left after {nth} of them", at.balance())
        made = at.inner().get("generated_media")
        ctx.claim("SSE-12", isinstance(made, list) and len(made) == nth, f"{nth} generated", made)


@case(
    "SSE-12",
    control=True,
    clock="manual",
    looks_for="a re-sent message is a second one, hung up or not",
)
def _sent_again_at_once(ctx: CaseContext) -> None:
    at = scene(ctx, video=True)
    for _ in range(2):
        with at.account.chatting(at.session_id, EDIT):
            ctx.advance(0.5)
    ctx.advance(2 * EDIT_S[1])
    wanted = CLIP_MS - 2 * EDIT_MS
    ctx.claim("SSE-12", at.length_ms() == wanted, f"both done: {wanted} ms", at.length_ms())


def _landing(ctx: CaseContext, at: SessionFixture) -> tuple[list[dict[str, Any]], list[Any]]:
    """Return each different draft on the way to a finished generation, with generated_media beside it."""
    stages: list[dict[str, Any]] = []
    media: list[Any] = []
    until_ms = now_ms(ctx) + 1000 * GENERATION_S[1]
    while now_ms(ctx) < until_ms:
        ctx.advance(5)  # a stage of the shortest generation takes longer
        held = at.inner()
        if held.get("draft") and held["draft"] != (stages[-1] if stages else {}):
            stages.append(held["draft"])
            media.append(held.get("generated_media"))
    return stages, media


def _done_once(ctx: CaseContext, at: SessionFixture) -> None:
    """Claim that the edit lands once and costs the fee once, whenever one looks (SSE-11)."""
    for _ in range(5):  # under `auto` a look counts as 30 s
        at.draft()
    wanted = CLIP_MS - EDIT_MS
    ctx.claim("SSE-11", at.length_ms() == wanted, f"the edit done once: {wanted} ms", at.length_ms())
    ctx.claim("SSE-11", at.balance() == (50, 0), "50 of 100 spent", at.balance())
