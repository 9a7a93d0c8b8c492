"""Cases of the state: what it tells, how a draft is named, when it is ready, its summary (STA-1 to STA-4)."""

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
from nemocontract.server_checks.session_fixture import CLIP_MS, SessionFixture, scene

# STA-1
TOLD: Final = ("session_id", "task_id", "task_name", "user_id", "state")
HELD: Final = ("draft", "video_infos", "canvas_config", "video_analyses", "generated_media")
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


@case("STA-1", "STA-2", looks_for="a new session's state has all its fields and an empty draft")
def _new(ctx: CaseContext) -> None:
    at = scene(ctx)
    data = at.state()
    ctx.claim(
        "STA-1", not missing_fields(data, TOLD), f"data with {', '.join(TOLD)}", missing_fields(data, TOLD)
    )
    held = data.get("state")
    ctx.claim(
        "STA-1", not missing_fields(held, HELD), f"state with {', '.join(HELD)}", missing_fields(held, HELD)
    )
    for name, wanted in (("session_id", at.session_id), ("task_id", at.task_id), ("task_name", "project")):
        ctx.claim("STA-1", data.get(name) == wanted, f"{name} {wanted!r}, as it was made", data.get(name))
    _empty(ctx, at)


@case("STA-1", looks_for="each session tells its own ids, name and user")
def _ids(ctx: CaseContext) -> None:
    names = ("one", "zwei 二")
    made = [
        expect_success(ctx, ctx.account.create_session({"task_name": n}), "SES-1", "a session") for n in names
    ]
    for name, answer in zip(names, made, strict=True):
        told = ctx.account.state(str(answer.data.get("session_id")))
        data = expect_success(ctx, told, "STA-1", "the state").data
        for field in ("session_id", "task_id", "user_id"):
            wanted = answer.data.get(field)
            ctx.claim("STA-1", data.get(field) == wanted, f"{field} {wanted!r}", data.get(field))
        ctx.claim("STA-1", data.get("task_name") == name, f"task_name {name!r}", data.get("task_name"))


@case("STA-1", looks_for="a session that never was has no state")
def _unknown(ctx: CaseContext) -> None:
    expect_error(ctx, ctx.account.state("1" * 19), "STA-1", 1002, "for a session that never was")


@case(
    "STA-1", "STA-2", looks_for="a file enters the state, and the draft stays empty until something is edited"
)
def _uploaded(ctx: CaseContext) -> None:
    at, picture = scene(ctx), pixels()
    expect_success(ctx, at.account.upload(at.session_id, picture.part), "UPL-1", "an upload")
    infos = at.inner().get("video_infos")
    names = [one.get("filename") for one in infos if isinstance(one, dict)] if isinstance(infos, list) else []
    named = names == [picture.filename]
    ctx.claim("STA-1", named, "the file in video_infos", infos)
    _empty(ctx, at)


@case(
    "STA-2",
    "STA-3",
    "STA-4",
    cost=50,
    looks_for="an edited draft has the names, units and lengths of the protocol",
)
def _edited(ctx: CaseContext) -> None:
    at = scene(ctx, video=True)
    at.say("trim the first 2 seconds")
    draft = at.draft()
    _named(ctx, draft)
    length_ms = drafts.length_ms(draft, drafts.VIDEO)
    ctx.claim("STA-2", length_ms == CLIP_MS - 2_000, "10000: lengths are in ms", length_ms)
    told = draft.get("d")
    ctx.claim("STA-2", told is None or told == drafts.length_ms(draft), "d, the length of it all", told)
    ctx.claim("STA-3", drafts.ready(draft), "a track with a segment after an edit", draft)
    _summed_up(ctx, draft)


@case(
    "STA-2",
    control=True,
    looks_for="titles stand on tracks of type 7, music on type 1, with their text and volume",
)
def _types(ctx: CaseContext) -> None:
    at = scene(ctx, account=ctx.registered(credits=500), video=True)
    for text, kind in (
        ("trim the first 2 seconds", drafts.VIDEO),
        ("add lo-fi background music at 35%", drafts.AUDIO),
        ('add the title "Hello" from 1 to 4 seconds', drafts.TEXT),
    ):
        at.say(text)
        draft = at.draft()
        _named(ctx, draft)
        ctx.claim("STA-2", bool(drafts.segments(draft, kind)), f"tt {kind} after {text!r}", draft)
    one = drafts.segments(draft, drafts.TEXT)[:1]
    times = [(drafts.number(title, "s"), drafts.number(title, "d")) for title in one]
    ctx.claim("STA-2", times == [(1_000, 3_000)], "s 1000 and d 3000: milliseconds", one)
    ctx.claim("STA-2", drafts.texts(draft) == ["Hello"], "the text in m", drafts.texts(draft))
    ctx.claim("STA-2", drafts.volumes(draft) == [0.35], "35 % in m", drafts.volumes(draft))


@case(
    "STA-2",
    control=True,
    looks_for="a generated timeline has the same names, and the clip is in generated_media",
)
def _generated(ctx: CaseContext) -> None:
    at = scene(ctx)
    at.say("generate a 6 second clip of a city at night")
    _named(ctx, at.draft())
    ctx.claim("STA-2", at.length_ms() == 6_000, "6000 ms", at.length_ms())
    made = at.inner().get("generated_media")
    ctx.claim("STA-1", isinstance(made, list) and len(made) == 1, "one clip in generated_media", made)


@case(
    "STA-3",
    control=True,
    looks_for="a draft is taken for export when a track has a segment, and else not",
)
def _readiness(ctx: CaseContext) -> None:
    at = scene(ctx)
    for nth, (draft, ready) in enumerate(READINESS):
        assert drafts.ready(draft) == ready, draft
        told = at.account.submit(f"ready-{nth}", at.session_id, draft)
        if ready:
            ctx.claim("STA-3", told.succeeded, f"{draft} taken", seen(told))
        else:
            expect_error(ctx, told, "STA-3", 400, f"{draft} is not ready")


@case(
    "STA-3",
    control=True,
    looks_for="a draft is ready from the first edit on, and no more when all is removed",
)
def _ready_after_an_edit(ctx: CaseContext) -> None:
    at = scene(ctx, account=ctx.registered(credits=500), video=True)
    expect_error(
        ctx, at.account.submit("before", at.session_id, at.draft()), "STA-3", 400, "before the first edit"
    )
    at.say("trim the first 2 seconds")
    told = at.account.submit("after", at.session_id, at.draft())
    ctx.claim("STA-3", told.succeeded and drafts.ready(at.draft()), "taken after an edit", seen(told))
    at.say("delete everything")
    told = at.account.submit("emptied", at.session_id, at.draft())
    ctx.claim("STA-3", not drafts.ready(at.draft()), "nothing left on the timeline", at.draft())
    expect_error(ctx, told, "STA-3", 400, "once everything is removed")


@case(
    "STA-4",
    control=True,
    looks_for="a draft holds all that the summary line tells: the documents' own example",
)
def _canonical(ctx: CaseContext) -> None:
    at = scene(ctx, account=ctx.registered(credits=500))
    url = "https://example.com/city_timelapse_10s.mp4"
    expect_success(ctx, at.account.upload_urls(at.session_id, url), "UPL-1", "an upload by address")
    at.say("add the uploaded clip")
    at.say("add lo-fi background music at 35%")
    at.say('add the title "Urban Dreams" from 0 to 3 seconds')
    line = drafts.summary(at.draft())
    ctx.claim(
        "STA-4", line.startswith("Timeline (3 tracks): 1. Video: city_timelapse_10s"), "the video", line
    )
    for part in ("(0-10s) ", "BGM: Lo-fi (0-10s, 35%)", 'Title: "Urban Dreams" (0-3s)'):
        ctx.claim("STA-4", part.lower() in line.lower(), f"{part!r} in the summary", line)
    _summed_up(ctx, at.draft())


def _empty(ctx: CaseContext, at: SessionFixture) -> None:
    draft = at.inner().get("draft")
    ctx.claim("STA-2", draft == {}, "an empty draft, {}, before the first edit", draft)


def _named(ctx: CaseContext, draft: dict[str, Any]) -> None:
    """Claim that tracks and segments have their names and types (STA-2)."""
    listed = draft.get("t")
    ctx.must("STA-2", isinstance(listed, list) and bool(listed), "t, the tracks", draft)
    for track in listed or ():
        typed = isinstance(track, dict) and track.get("tt") in (drafts.VIDEO, drafts.AUDIO, drafts.TEXT)
        ctx.claim("STA-2", typed, "a track of tt 0, 1 or 7", track)
        segments = track.get("sg") if isinstance(track, dict) else None
        ctx.claim("STA-2", isinstance(segments, list), "sg, the segments", track)
        for one in segments if isinstance(segments, list) else ():
            timed = isinstance(one, dict) and all(is_number(one.get(n)) and one[n] >= 0 for n in "sd")
            ctx.claim("STA-2", timed and isinstance(one.get("m"), dict), "s and d in ms, and m", one)


def _summed_up(ctx: CaseContext, draft: dict[str, Any]) -> None:
    """Claim that every segment has what the summary line says of it (STA-4)."""
    for track in drafts.tracks(draft):
        for one in drafts.rows(track.get("sg")):
            told = drafts.about(one)
            name = told.get("text") if track.get("tt") == drafts.TEXT else told.get("name")
            ctx.claim("STA-4", isinstance(name, str) and bool(name), "a name, or a text", one)
            ctx.claim("STA-4", drafts.number(one, "d") > 0, "a start and a length", one)
            heard = track.get("tt") != drafts.AUDIO or drafts.share(told.get("volume")) is not None
            ctx.claim("STA-4", heard, "a volume on an audio track", one)
