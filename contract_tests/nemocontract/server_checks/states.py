"""Checks of the state: fields, draft names, readiness, summary (STA-1 to STA-4)."""

from __future__ import annotations

from typing import Any, Final

from nemocontract.http.case import CaseContext, case
from nemocontract.server_checks import drafts
from nemocontract.server_checks.expectations import (
    expect_error,
    expect_success,
    is_number,
    missing_fields,
    seen,
)
from nemocontract.server_checks.media import pixels
from nemocontract.server_checks.session_fixture import CLIP_MS, SessionFixture, new_session

# STA-1
DATA_FIELDS: Final = ("session_id", "task_id", "task_name", "user_id", "state")
STATE_FIELDS: Final = ("draft", "video_infos", "canvas_config", "video_analyses", "generated_media")
_CLIP: Final = {"s": 0, "d": 1_000, "m": {"name": "clip"}}
_TITLE: Final = {"s": 0, "d": 1_000, "m": {"text": "Hello"}}
# STA-3, the whole of it: a draft, and whether it is ready.
READINESS: Final[tuple[tuple[dict[str, Any], bool], ...]] = (
    ({}, False),
    ({"t": []}, False),
    ({"d": 1_000}, False),
    ({"t": [{"tt": 0, "sg": []}]}, False),
    ({"t": [{"tt": 0, "sg": []}, {"tt": 7, "sg": []}]}, False),
    ({"t": [{"tt": 0, "sg": [_CLIP]}]}, True),
    ({"t": [{"tt": 0, "sg": []}, {"tt": 7, "sg": [_TITLE]}]}, True),
    ({"t": [{"tt": 7, "sg": [_TITLE]}, {"tt": 1, "sg": []}]}, True),
)


@case("STA-1", "STA-2", description="a new session's state has all fields and an empty draft")
def _new(ctx: CaseContext) -> None:
    session = new_session(ctx)
    data = session.state()
    ctx.check(
        "STA-1",
        not missing_fields(data, DATA_FIELDS),
        f"data with {', '.join(DATA_FIELDS)}",
        missing_fields(data, DATA_FIELDS),
    )
    state = data.get("state")
    ctx.check(
        "STA-1",
        not missing_fields(state, STATE_FIELDS),
        f"state with {', '.join(STATE_FIELDS)}",
        missing_fields(state, STATE_FIELDS),
    )
    for name, wanted in (
        ("session_id", session.session_id),
        ("task_id", session.task_id),
        ("task_name", "project"),
    ):
        ctx.check("STA-1", data.get(name) == wanted, f"{name} {wanted!r}, as at its creation", data.get(name))
    _empty(ctx, session)


@case("STA-1", description="each session's state has its own ids, name and user")
def _ids(ctx: CaseContext) -> None:
    names = ("one", "zwei 二")
    items = [
        expect_success(ctx, ctx.account.create_session({"task_name": n}), "SES-1", "a session") for n in names
    ]
    for name, answer in zip(names, items, strict=True):
        exchange = ctx.account.state(str(answer.data.get("session_id")))
        data = expect_success(ctx, exchange, "STA-1", "the state").data
        for field in ("session_id", "task_id", "user_id"):
            wanted = answer.data.get(field)
            ctx.check("STA-1", data.get(field) == wanted, f"{field} {wanted!r}", data.get(field))
        ctx.check("STA-1", data.get("task_name") == name, f"task_name {name!r}", data.get("task_name"))


@case("STA-1", description="an unknown session has no state")
def _unknown_session(ctx: CaseContext) -> None:
    expect_error(ctx, ctx.account.state("1" * 19), "STA-1", 1002, "for a session that does not exist")


@case(
    "STA-1",
    "STA-2",
    description="an uploaded file is in the state, and the draft stays empty until the first edit",
)
def _uploaded(ctx: CaseContext) -> None:
    session, picture = new_session(ctx), pixels()
    expect_success(ctx, session.account.upload(session.session_id, picture.part), "UPL-1", "an upload")
    infos = session.inner_state().get("video_infos")
    names = [one.get("filename") for one in infos if isinstance(one, dict)] if isinstance(infos, list) else []
    named = names == [picture.filename]
    ctx.check("STA-1", named, "the file in video_infos", infos)
    _empty(ctx, session)


@case(
    "STA-2",
    "STA-3",
    "STA-4",
    cost=50,
    description="an edited draft has the documented names, units and lengths",
)
def _edited(ctx: CaseContext) -> None:
    session = new_session(ctx, video=True)
    session.say("trim the first 2 seconds")
    draft = session.draft()
    _named(ctx, draft)
    length_ms = drafts.length_ms(draft, drafts.VIDEO)
    ctx.check("STA-2", length_ms == CLIP_MS - 2_000, "10000: lengths are in ms", length_ms)
    response = draft.get("d")
    ctx.check(
        "STA-2", response is None or response == drafts.length_ms(draft), "d, the length of it all", response
    )
    ctx.check("STA-3", drafts.ready(draft), "a track with a segment after an edit", draft)
    _summed_up(ctx, draft)


@case(
    "STA-2",
    control=True,
    description="titles are on tracks of type 7 and music on type 1, with text and volume",
)
def _track_types(ctx: CaseContext) -> None:
    session = new_session(ctx, account=ctx.registered(credits=500), video=True)
    for text, kind in (
        ("trim the first 2 seconds", drafts.VIDEO),
        ("add lo-fi background music at 35%", drafts.AUDIO),
        ('add the title "Hello" from 1 to 4 seconds', drafts.TEXT),
    ):
        session.say(text)
        draft = session.draft()
        _named(ctx, draft)
        ctx.check("STA-2", bool(drafts.segments(draft, kind)), f"tt {kind} after {text!r}", draft)
    one = drafts.segments(draft, drafts.TEXT)[:1]
    times = [(drafts.number(title, "s"), drafts.number(title, "d")) for title in one]
    ctx.check("STA-2", times == [(1_000, 3_000)], "s 1000 and d 3000: milliseconds", one)
    ctx.check("STA-2", drafts.texts(draft) == ["Hello"], "the text in m", drafts.texts(draft))
    ctx.check("STA-2", drafts.volumes(draft) == [0.35], "35 % in m", drafts.volumes(draft))


@case(
    "STA-2",
    control=True,
    description="a generated timeline has the same names, and its clip is in generated_media",
)
def _generated(ctx: CaseContext) -> None:
    session = new_session(ctx)
    session.say("generate a 6 second clip of a city at night")
    _named(ctx, session.draft())
    ctx.check("STA-2", session.length_ms() == 6_000, "6000 ms", session.length_ms())
    response = session.inner_state().get("generated_media")
    ctx.check(
        "STA-1", isinstance(response, list) and len(response) == 1, "one clip in generated_media", response
    )


@case(
    "STA-3",
    control=True,
    description="an export accepts a draft when a track has a segment, and only then",
)
def _readiness(ctx: CaseContext) -> None:
    session = new_session(ctx)
    for nth, (draft, ready) in enumerate(READINESS):
        assert drafts.ready(draft) == ready, draft
        exchange = session.account.submit(f"ready-{nth}", session.session_id, draft)
        if ready:
            ctx.check("STA-3", exchange.succeeded, f"{draft} taken", seen(exchange))
        else:
            expect_error(ctx, exchange, "STA-3", 400, f"{draft} is not ready")


@case(
    "STA-3",
    control=True,
    description="a draft is ready after the first edit, and not after everything is removed",
)
def _ready_after_edit(ctx: CaseContext) -> None:
    session = new_session(ctx, account=ctx.registered(credits=500), video=True)
    expect_error(
        ctx,
        session.account.submit("before", session.session_id, session.draft()),
        "STA-3",
        400,
        "before the first edit",
    )
    session.say("trim the first 2 seconds")
    exchange = session.account.submit("after", session.session_id, session.draft())
    ctx.check(
        "STA-3", exchange.succeeded and drafts.ready(session.draft()), "taken after an edit", seen(exchange)
    )
    session.say("delete everything")
    exchange = session.account.submit("emptied", session.session_id, session.draft())
    ctx.check("STA-3", not drafts.ready(session.draft()), "nothing left on the timeline", session.draft())
    expect_error(ctx, exchange, "STA-3", 400, "once everything is removed")


@case(
    "STA-4",
    control=True,
    description="a draft has everything that the documented summary line shows",
)
def _documented_summary(ctx: CaseContext) -> None:
    session = new_session(ctx, account=ctx.registered(credits=500))
    url = "https://example.com/city_timelapse_10s.mp4"
    expect_success(ctx, session.account.upload_urls(session.session_id, url), "UPL-1", "an upload by address")
    session.say("add the uploaded clip")
    session.say("add lo-fi background music at 35%")
    session.say('add the title "Urban Dreams" from 0 to 3 seconds')
    line = drafts.summary(session.draft())
    ctx.check(
        "STA-4", line.startswith("Timeline (3 tracks): 1. Video: city_timelapse_10s"), "the video", line
    )
    for part in ("(0-10s) ", "BGM: Lo-fi (0-10s, 35%)", 'Title: "Urban Dreams" (0-3s)'):
        ctx.check("STA-4", part.lower() in line.lower(), f"{part!r} in the summary", line)
    _summed_up(ctx, session.draft())


def _empty(ctx: CaseContext, session: SessionFixture) -> None:
    draft = session.inner_state().get("draft")
    ctx.check("STA-2", draft == {}, "an empty draft, {}, before the first edit", draft)


def _named(ctx: CaseContext, draft: dict[str, Any]) -> None:
    """Check that tracks and segments have their names and types (STA-2)."""
    listed = draft.get("t")
    ctx.require("STA-2", isinstance(listed, list) and bool(listed), "t, the tracks", draft)
    for track in listed or ():
        typed = isinstance(track, dict) and track.get("tt") in (drafts.VIDEO, drafts.AUDIO, drafts.TEXT)
        ctx.check("STA-2", typed, "a track of tt 0, 1 or 7", track)
        segments = track.get("sg") if isinstance(track, dict) else None
        ctx.check("STA-2", isinstance(segments, list), "sg, the segments", track)
        for one in segments if isinstance(segments, list) else ():
            timed = isinstance(one, dict) and all(is_number(one.get(n)) and one[n] >= 0 for n in "sd")
            ctx.check("STA-2", timed and isinstance(one.get("m"), dict), "s and d in ms, and m", one)


def _summed_up(ctx: CaseContext, draft: dict[str, Any]) -> None:
    """Check that every segment has what the summary line says of it (STA-4)."""
    for track in drafts.tracks(draft):
        for one in drafts.rows(track.get("sg")):
            payload = drafts.about(one)
            name = payload.get("text") if track.get("tt") == drafts.TEXT else payload.get("name")
            ctx.check("STA-4", isinstance(name, str) and bool(name), "a name, or a text", one)
            ctx.check("STA-4", drafts.number(one, "d") > 0, "a start and a length", one)
            has_volume = track.get("tt") != drafts.AUDIO or drafts.share(payload.get("volume")) is not None
            ctx.check("STA-4", has_volume, "a volume on an audio track", one)
