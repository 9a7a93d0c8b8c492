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
    new_session,
    now_ms,
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
_LASTING: Final = {"hi": TALK_S, "how long is the video?": TALK_S, GENERATE: GENERATION_S}


@case("SSE-7", control=True, description="text replies, edits and generations take their documented time")
def _durations(ctx: CaseContext) -> None:
    session = session_with_music(ctx)
    for text, often in (("hi", 30), ("how long is the video?", 5), ("", 40), (GENERATE, 6)):
        for nth in range(often):
            session.say(text or volume_message(nth))
    for turn in session.turns()[1:]:
        low, high = _LASTING.get(turn.message, EDIT_S)
        expected = f"{low} to {high} s for {turn.message!r}"
        ctx.check("SSE-7", low <= turn.took_s <= high, expected, f"{turn.took_s} s")


@case(
    "SSE-7",
    control=True,
    parameters={"edit_ms": [960_000, 960_000]},
    description="the server closes a stream after 15 minutes",
)
def _closed_at_limit(ctx: CaseContext) -> None:
    session = new_session(ctx, video=True)
    exchange = session.say(EDIT)
    took_s = session.times().took_s
    ctx.check("SSE-7", abs(took_s - LIMIT_S) <= 1, "closed by the server at 900 s", f"{took_s} s")
    ctx.check("SSE-7", exchange.ending == "complete", "closed properly", exchange.ending)


@case(
    "SSE-7",
    control=True,
    parameters={"edit_ms": [899_000, 899_000], "silent_share": 0.0},
    description="work that ends just before 15 minutes streams to its end",
)
def _just_below_limit(ctx: CaseContext) -> None:
    session = new_session(ctx, video=True)
    exchange = session.say(EDIT)
    took_s = session.times().took_s
    ctx.check("SSE-7", abs(took_s - 899) <= 1, "899 s", f"{took_s} s")
    ctx.check("SSE-7", bool(reply(exchange.events)), "the reply", seen(exchange))


@case(
    "SSE-8",
    control=True,
    clock="manual",
    description="a clip lands alone, then music, title and effects one by one",
)
def _two_stages(ctx: CaseContext) -> None:
    session = new_session(ctx)
    with session.account.open_chat(session.session_id, GENERATE):
        pass  # SSE-11: the work goes on
    stages, media = _landing(ctx, session)
    ctx.require("SSE-8", bool(stages), "a clip within 300 s", "an empty draft")
    first, last = stages[0], stages[-1]
    alone = bool(drafts.segments(first, drafts.VIDEO)) and len(drafts.tracks(first)) == 1
    ctx.check("SSE-8", alone, "the raw clip alone at first", drafts.summary(first))
    ctx.check("SSE-8", bool(media[0]), "the clip among generated_media as soon as it lands", media[0])
    whole = bool(drafts.segments(last, drafts.AUDIO)) and any(drafts.texts(last))
    ctx.check("SSE-8", whole, "music and a title in the end", drafts.summary(last))
    clips = [[drafts.about(one) for one in drafts.segments(draft, drafts.VIDEO)] for draft in (first, last)]
    ctx.check("SSE-8", clips[0] != clips[1], "effects on the clip in the end", clips[1])
    ctx.check("SSE-8", len(stages) >= 4, "the clip, music, title, effects seen one by one", len(stages))


@case(
    "SSE-8",
    control=True,
    clock="manual",
    description="music, title and effects are absent before the clip lands",
)
def _nothing_before_clip(ctx: CaseContext) -> None:
    session = new_session(ctx)
    with session.account.open_chat(session.session_id, GENERATE):
        ctx.advance(1)
        ctx.check(
            "SSE-8", session.draft() == {}, "an empty draft after one second of 100 or more", session.draft()
        )
        ctx.advance(GENERATION_S[1])
        ctx.check("SSE-8", bool(drafts.texts(session.draft())), "all of it after 300 s", session.draft())


@case(
    "SSE-11",
    control=True,
    description="an edit completes and is charged once when its client hangs up after the first event",
)
def _hang_up_after_event(ctx: CaseContext) -> None:
    session = new_session(ctx, video=True)
    with session.account.open_chat(session.session_id, EDIT) as stream:
        next(iter(stream), None)
    _done_once(ctx, session)


@case(
    "SSE-11",
    control=True,
    description="an edit completes and is charged once when its client hangs up at once",
)
def _hang_up_at_once(ctx: CaseContext) -> None:
    session = new_session(ctx, video=True)
    with session.account.open_chat(session.session_id, EDIT):
        pass
    _done_once(ctx, session)


@case(
    "SSE-11",
    control=True,
    clock="manual",
    description="a generation completes and is charged once when its client hangs up",
)
def _hang_up_on_generation(ctx: CaseContext) -> None:
    session = new_session(ctx)
    with session.account.open_chat(session.session_id, GENERATE):
        ctx.advance(40)
    ctx.check(
        "SSE-11", session.balance() == (0, 100), "0 available, 100 frozen while it works", session.balance()
    )
    ctx.advance(GENERATION_S[1])
    ctx.check("SSE-11", session.balance() == (0, 0), "100 spent, once", session.balance())
    response = session.inner_state().get("generated_media")
    ctx.check("SSE-11", isinstance(response, list) and len(response) == 1, "one clip", response)


@case("SSE-12", control=True, description="the same edit sent again is done again")
def _edit_sent_again(ctx: CaseContext) -> None:
    session = new_session(ctx, video=True)
    for nth in (1, 2):
        session.say(EDIT)
        wanted = CLIP_MS - nth * EDIT_MS
        length_ms = session.length_ms()
        ctx.check("SSE-12", length_ms == wanted, f"{wanted} ms after {nth} of them", length_ms)


@case(
    "SSE-12",
    control=True,
    description="the same generation sent again makes a second clip and is charged again",
)
def _generation_sent_again(ctx: CaseContext) -> None:
    session = new_session(ctx, account=ctx.registered(credits=250))
    for nth in (1, 2):
        session.say(GENERATE)
        left = 250 - 100 * nth
        ctx.check(
            "SSE-12", session.balance() == (left, 0), f"{left} left after {nth} of them", session.balance()
        )
        response = session.inner_state().get("generated_media")
        ctx.check("SSE-12", isinstance(response, list) and len(response) == nth, f"{nth} generated", response)


@case(
    "SSE-12",
    control=True,
    clock="manual",
    description="a re-sent message is a second operation, with or without a hang-up",
)
def _sent_again_at_once(ctx: CaseContext) -> None:
    session = new_session(ctx, video=True)
    for _ in range(2):
        with session.account.open_chat(session.session_id, EDIT):
            ctx.advance(0.5)
    ctx.advance(2 * EDIT_S[1])
    wanted = CLIP_MS - 2 * EDIT_MS
    ctx.check("SSE-12", session.length_ms() == wanted, f"both done: {wanted} ms", session.length_ms())


def _landing(ctx: CaseContext, session: SessionFixture) -> tuple[list[dict[str, Any]], list[Any]]:
    """Return each different draft on the way to a finished generation, with generated_media beside it."""
    stages: list[dict[str, Any]] = []
    media: list[Any] = []
    until_ms = now_ms(ctx) + 1000 * GENERATION_S[1]
    while now_ms(ctx) < until_ms:
        ctx.advance(5)  # a stage of the shortest generation takes longer
        state = session.inner_state()
        if state.get("draft") and state["draft"] != (stages[-1] if stages else {}):
            stages.append(state["draft"])
            media.append(state.get("generated_media"))
    return stages, media


def _done_once(ctx: CaseContext, session: SessionFixture) -> None:
    """Check that the edit lands once and costs the fee once, at every read (SSE-11)."""
    for _ in range(5):  # under `auto` a look counts as 30 s
        session.draft()
    wanted = CLIP_MS - EDIT_MS
    ctx.check(
        "SSE-11", session.length_ms() == wanted, f"the edit done once: {wanted} ms", session.length_ms()
    )
    ctx.check("SSE-11", session.balance() == (50, 0), "50 of 100 spent", session.balance())
