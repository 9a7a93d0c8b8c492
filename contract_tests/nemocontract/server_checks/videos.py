"""Cases of the film that an export makes: what it is, and how it is fetched (REN-8, REN-9)."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from nemocontract.http.case import CaseContext, case
from nemocontract.recording import Exchange
from nemocontract.server_checks import sample_video
from nemocontract.server_checks.expectations import expect_error, expect_success, seen
from nemocontract.server_checks.exports import DRAFT
from nemocontract.server_checks.jobs import job_in
from nemocontract.server_checks.session_fixture import SessionFixture, scene

MAX_WIDTH: Final = 1_080  # REN-8
MAX_HEIGHT: Final = 1_920
_SLACK_S: Final = 0.1  # a film consists of whole frames
# REN-9: what is asked for, and the bytes of it, by the film's size: from, to (exclusive).
_RANGES: Final[tuple[tuple[str, int, int | None], ...]] = (
    ("bytes=0-99", 0, 100),
    ("bytes=0-0", 0, 1),
    ("bytes=100-299", 100, 300),
    ("bytes=100-", 100, None),
    ("bytes=-50", -50, None),
    ("bytes=0-", 0, None),
    ("bytes=500-99999999", 500, None),
)


@dataclass(frozen=True, slots=True)
class Film:
    """What is measured in a file: ``form`` the container's names, ``frames`` how many could be decoded."""

    form: str
    codec: str
    width: int
    height: int
    seconds: float
    frames: int
    rising: bool


def measured(data: bytes) -> Film | str:
    """Return what a film is, or in words why it does not play; needs PyAV (extra ``server``)."""
    import av

    try:
        with av.open(io.BytesIO(data), "r") as file:
            picture: Any = file.streams.video[0]
            times = [frame.pts * frame.time_base for frame in file.decode(picture) if frame.pts is not None]
            seconds = (picture.duration or 0) * (picture.time_base or Fraction(0))
            rising = times == sorted(set(times))
            size = (picture.width, picture.height)
            return Film(file.format.name, picture.codec.name, *size, float(seconds), len(times), rising)
    except (av.FFmpegError, IndexError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


@case("REN-8", control=True, looks_for="a film is H.264 in MP4, in the box, as long as its draft, and plays")
def _plays(ctx: CaseContext) -> None:
    at = scene(ctx)
    for name, draft, seconds in (
        ("one", DRAFT, 1.0),
        ("short", _draft(400), 0.4),
        ("two", {"t": _draft(2_200)["t"]}, 2.2),
        ("titles", {"t": [{"tt": 7, "sg": [{"s": 500, "d": 1_000, "m": {"text": "你好 Hello"}}]}]}, 1.5),
    ):
        _good_film(ctx, _exported(ctx, at, name, draft), seconds)


@case(
    "REN-8",
    control=True,
    looks_for="a draft from the chat, with music and a title, becomes a film of its length",
)
def _edited(ctx: CaseContext) -> None:
    at = scene(ctx, video=True)
    at.say('keep only 0-1s and add the title "Hello" and add lo-fi background music at 35%')
    length_ms = at.length_ms()
    ctx.claim("SSE-5", length_ms == 1_000, "a film of one second", length_ms)
    _good_film(ctx, _exported(ctx, at, "edited", at.draft()), length_ms / 1_000)


@case("REN-8", control=True, looks_for="footage and a request of 4K are scaled into the box")
def _four_k(ctx: CaseContext) -> None:
    at = scene(ctx)
    big = ("big.mp4", sample_video.video(1, 3_840, 2_160))
    expect_success(ctx, at.account.upload(at.session_id, big), "UPL-1", "an upload")
    at.say("use the uploaded clip")
    at.say("make it 16:9")
    body = {
        "id": "four-k",
        "sessionId": at.session_id,
        "draft": at.draft(),
        "output": {
            "format": "mp4",
            "quality": "4k",
            "resolution": "3840x2160",
            "width": 3_840,
            "height": 2_160,
        },
    }
    video = _good_film(ctx, _exported(ctx, at, "four-k", at.draft(), json=body), 1.0)
    if video is not None:
        wide = abs(video.width / video.height - 16 / 9) < 0.03
        ctx.claim("REN-8", wide, "the shape of 16:9 kept", (video.width, video.height))


@case("REN-8", control=True, looks_for="upright, square and wide pictures all stay in the box")
def _shapes(ctx: CaseContext) -> None:
    for shape in ("9:16", "1:1", "4:5"):
        at = scene(ctx, account=ctx.registered(credits=50), video=True)
        at.say(f"keep only 0-1s and change the aspect ratio to {shape}")
        _good_film(ctx, _exported(ctx, at, f"shape-{at.session_id}", at.draft()), at.length_ms() / 1_000)


@case(
    "REN-9",
    control=True,
    looks_for="the output's address needs no token, the download does, and both are one film",
)
def _addresses(ctx: CaseContext) -> None:
    at = scene(ctx)
    url = _exported(ctx, at, "film", DRAFT)
    bare = _got(ctx, url)
    ctx.claim("REN-9", bare.status == 200 and bare.answer_size > 0, "the film, without a token", seen(bare))
    data = ctx.probe.raw
    kind = bare.answer_headers.get("content-type", "")
    ctx.claim("REN-9", kind.startswith("video/mp4"), "a film that is called one", kind)
    told = at.account.download("film")
    ctx.claim("REN-9", ctx.probe.raw == data, "the same film at both addresses", told.answer_size)
    for what, token in (("no token", ""), ("a bad token", "nmv_usr_unknown")):
        expect_error(
            ctx, at.account.download("film", token=token), "REN-9", 1001, f"for a download with {what}"
        )
    expect_error(ctx, ctx.another("second").download("film"), "REN-10", 404, "for another token's download")
    again = at.account.download("film")
    ctx.claim("REN-9", ctx.probe.raw == data, "the same film a second time", again.answer_size)


@case("REN-9", control=True, looks_for="the output's address serves ranges")
def _ranges_of_the_output(ctx: CaseContext) -> None:
    at = scene(ctx)
    url = _exported(ctx, at, "film", DRAFT)
    _serves_ranges(ctx, lambda headers: _got(ctx, url, headers))


@case("REN-9", control=True, looks_for="the download serves ranges")
def _ranges_of_the_download(ctx: CaseContext) -> None:
    at = scene(ctx)
    _exported(ctx, at, "film", DRAFT)
    _serves_ranges(ctx, lambda headers: at.account.download("film", headers=headers))


def _draft(length_ms: int) -> dict[str, Any]:
    clip = {"s": 0, "d": length_ms, "m": {"name": "clip"}}
    return {"d": length_ms, "t": [{"tt": 0, "m": {"name": "Video"}, "sg": [clip]}]}


def _exported(ctx: CaseContext, at: SessionFixture, name: str, draft: dict[str, Any], **told: Any) -> str:
    """Export a draft, wait for its end, and return the film's address; under `auto` a poll counts as 30 s."""
    taken = at.account.submit(name, at.session_id, draft, **told)
    ctx.must("REN-1", taken.succeeded, "an export that is taken", seen(taken))
    for _ in range(4):
        job = job_in(at.account.job(name))
        if job.status == "completed":
            break
    ctx.must("REN-6", job.status == "completed" and bool(job.url), "a film after 90 s", job.fields)
    return job.url


def _got(ctx: CaseContext, url: str, headers: dict[str, str] | None = None) -> Exchange:
    """Fetch a film by its address, without a token (REN-9)."""
    return ctx.probe.send("GET", url, headers=headers, attributed=False)


def _good_film(ctx: CaseContext, url: str, seconds: float) -> Film | None:
    """Claim that the film is what REN-8 says, and return it."""
    got = _got(ctx, url)
    video = measured(ctx.probe.raw)
    ctx.claim("REN-8", isinstance(video, Film), "a film that plays", video or seen(got))
    if not isinstance(video, Film):
        return None
    ctx.claim("REN-8", "mp4" in video.form and video.codec == "h264", "H.264 in MP4", video)
    shorter, longer = sorted((video.width, video.height))
    boxed = 0 < shorter <= MAX_WIDTH and longer <= MAX_HEIGHT
    ctx.claim("REN-8", boxed, f"at most {MAX_WIDTH}×{MAX_HEIGHT}, or that turned for landscape", video)
    ctx.claim("REN-8", abs(video.seconds - seconds) <= _SLACK_S, f"{seconds} s, as long as the draft", video)
    ctx.claim(
        "REN-8", video.frames > 0 and video.rising, "frames that can be decoded, one after the other", video
    )
    return video


def _serves_ranges(ctx: CaseContext, get: Callable[[dict[str, str]], Exchange]) -> None:
    """Claim that an address answers ranges with the bytes that were asked for (REN-9)."""
    whole = get({})
    data, size = ctx.probe.raw, len(ctx.probe.raw)
    ctx.must("REN-9", whole.status == 200 and size > 500, "the whole film", seen(whole))
    for asked, start, end in _RANGES:
        part = get({"Range": asked})
        wanted = data[start:end]
        ctx.claim("REN-9", part.status == 206, f"206 for {asked}", part.status)
        ctx.claim("REN-9", ctx.probe.raw == wanted, f"{len(wanted)} bytes for {asked}", part.answer_size)
        first = start if start >= 0 else size + start
        told, named = (
            part.answer_headers.get("content-range"),
            f"bytes {first}-{first + len(wanted) - 1}/{size}",
        )
        ctx.claim("REN-9", told == named, f"Content-Range {named} for {asked}", told)
    beyond = get({"Range": f"bytes={size}-"})
    ctx.claim("REN-9", beyond.status == 416, "416 for a range behind the end", beyond.status)
    last = get({"Range": f"bytes={size - 1}-"})
    good = last.status == 206 and ctx.probe.raw == data[-1:]
    ctx.claim("REN-9", good, "the last byte, for a range that begins with it", last.status)
