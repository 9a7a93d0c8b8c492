"""Checks of exported videos: format, size, length, download (REN-8, REN-9)."""

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
from nemocontract.server_checks.session_fixture import SessionFixture, new_session

MAX_WIDTH: Final = 1_080  # REN-8
MAX_HEIGHT: Final = 1_920
_SLACK_S: Final = 0.1  # a video consists of whole frames
# REN-9: what is asked for, and the bytes of it, by the video's size: from, to (exclusive).
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
class VideoFile:
    """What is measured in a file: ``form`` the container's names, ``frames`` how many could be decoded."""

    form: str
    codec: str
    width: int
    height: int
    seconds: float
    frames: int
    rising: bool


def measured(data: bytes) -> VideoFile | str:
    """Return what a video is, or in words why it does not play; needs PyAV (extra ``server``)."""
    import av

    try:
        with av.open(io.BytesIO(data), "r") as file:
            picture: Any = file.streams.video[0]
            times = [frame.pts * frame.time_base for frame in file.decode(picture) if frame.pts is not None]
            seconds = (picture.duration or 0) * (picture.time_base or Fraction(0))
            rising = times == sorted(set(times))
            size = (picture.width, picture.height)
            return VideoFile(file.format.name, picture.codec.name, *size, float(seconds), len(times), rising)
    except (av.FFmpegError, IndexError, ValueError) as error:
        return f"{type(error).__name__}: {error}"


@case(
    "REN-8",
    control=True,
    description="an exported video is H.264 MP4, within the size limit, of the draft's length, and plays",
)
def _plays(ctx: CaseContext) -> None:
    session = new_session(ctx)
    for name, draft, seconds in (
        ("one", DRAFT, 1.0),
        ("short", _draft(400), 0.4),
        ("two", {"t": _draft(2_200)["t"]}, 2.2),
        ("titles", {"t": [{"tt": 7, "sg": [{"s": 500, "d": 1_000, "m": {"text": "你好 Hello"}}]}]}, 1.5),
    ):
        _check_video(ctx, _exported(ctx, session, name, draft), seconds)


@case(
    "REN-8",
    control=True,
    description="a draft from the chat with music and a title becomes a video of its length",
)
def _edited_draft(ctx: CaseContext) -> None:
    session = new_session(ctx, video=True)
    session.say('keep only 0-1s and add the title "Hello" and add lo-fi background music at 35%')
    length_ms = session.length_ms()
    ctx.check("SSE-5", length_ms == 1_000, "a video of one second", length_ms)
    _check_video(ctx, _exported(ctx, session, "edited", session.draft()), length_ms / 1_000)


@case("REN-8", control=True, description="4K footage and a 4K request are scaled down to the size limit")
def _four_k(ctx: CaseContext) -> None:
    session = new_session(ctx)
    big = ("big.mp4", sample_video.video(1, 3_840, 2_160))
    expect_success(ctx, session.account.upload(session.session_id, big), "UPL-1", "an upload")
    session.say("use the uploaded clip")
    session.say("make it 16:9")
    body = {
        "id": "four-k",
        "sessionId": session.session_id,
        "draft": session.draft(),
        "output": {
            "format": "mp4",
            "quality": "4k",
            "resolution": "3840x2160",
            "width": 3_840,
            "height": 2_160,
        },
    }
    video = _check_video(ctx, _exported(ctx, session, "four-k", session.draft(), json=body), 1.0)
    if video is not None:
        wide = abs(video.width / video.height - 16 / 9) < 0.03
        ctx.check("REN-8", wide, "the shape of 16:9 kept", (video.width, video.height))


@case("REN-8", control=True, description="vertical, square and wide videos stay within the size limit")
def _aspect_ratios(ctx: CaseContext) -> None:
    for shape in ("9:16", "1:1", "4:5"):
        session = new_session(ctx, account=ctx.registered(credits=50), video=True)
        session.say(f"keep only 0-1s and change the aspect ratio to {shape}")
        _check_video(
            ctx,
            _exported(ctx, session, f"shape-{session.session_id}", session.draft()),
            session.length_ms() / 1_000,
        )


@case(
    "REN-9",
    control=True,
    description="the output URL needs no token, the download does, and both serve one video",
)
def _addresses(ctx: CaseContext) -> None:
    session = new_session(ctx)
    url = _exported(ctx, session, "video", DRAFT)
    bare = _got(ctx, url)
    ctx.check("REN-9", bare.status == 200 and bare.answer_size > 0, "the video, without a token", seen(bare))
    data = ctx.recorder.raw
    kind = bare.answer_headers.get("content-type", "")
    ctx.check("REN-9", kind.startswith("video/mp4"), "a video that is called one", kind)
    reported = session.account.download("video")
    ctx.check("REN-9", ctx.recorder.raw == data, "the same video at both addresses", reported.answer_size)
    for what, token in (("no token", ""), ("a bad token", "nmv_usr_unknown")):
        expect_error(
            ctx, session.account.download("video", token=token), "REN-9", 1001, f"for a download with {what}"
        )
    expect_error(ctx, ctx.another("second").download("video"), "REN-10", 404, "for another token's download")
    again = session.account.download("video")
    ctx.check("REN-9", ctx.recorder.raw == data, "the same video a second time", again.answer_size)


@case("REN-9", control=True, description="the output URL serves ranges")
def _output_ranges(ctx: CaseContext) -> None:
    session = new_session(ctx)
    url = _exported(ctx, session, "video", DRAFT)
    _serves_ranges(ctx, lambda headers: _got(ctx, url, headers))


@case("REN-9", control=True, description="the download serves ranges")
def _download_ranges(ctx: CaseContext) -> None:
    session = new_session(ctx)
    _exported(ctx, session, "video", DRAFT)
    _serves_ranges(ctx, lambda headers: session.account.download("video", headers=headers))


def _draft(length_ms: int) -> dict[str, Any]:
    clip = {"s": 0, "d": length_ms, "m": {"name": "clip"}}
    return {"d": length_ms, "t": [{"tt": 0, "m": {"name": "Video"}, "sg": [clip]}]}


def _exported(
    ctx: CaseContext, session: SessionFixture, name: str, draft: dict[str, Any], **options: Any
) -> str:
    """Export a draft, wait for its end, and return the video's address; in `auto` a poll takes 30 s."""
    taken = session.account.submit(name, session.session_id, draft, **options)
    ctx.require("REN-1", taken.succeeded, "an accepted export", seen(taken))
    for _ in range(4):
        job = job_in(session.account.job(name))
        if job.status == "completed":
            break
    ctx.require("REN-6", job.status == "completed" and bool(job.url), "a video after 90 s", job.fields)
    return job.url


def _got(ctx: CaseContext, url: str, headers: dict[str, str] | None = None) -> Exchange:
    """Fetch a video by its address, without a token (REN-9)."""
    return ctx.recorder.send("GET", url, headers=headers, attributed=False)


def _check_video(ctx: CaseContext, url: str, seconds: float) -> VideoFile | None:
    """Check that the video is what REN-8 says, and return it."""
    got = _got(ctx, url)
    video = measured(ctx.recorder.raw)
    ctx.check("REN-8", isinstance(video, VideoFile), "a video that plays", video or seen(got))
    if not isinstance(video, VideoFile):
        return None
    ctx.check("REN-8", "mp4" in video.form and video.codec == "h264", "H.264 in MP4", video)
    shorter, longer = sorted((video.width, video.height))
    boxed = 0 < shorter <= MAX_WIDTH and longer <= MAX_HEIGHT
    ctx.check("REN-8", boxed, f"at most {MAX_WIDTH}×{MAX_HEIGHT}, or that turned for landscape", video)
    ctx.check("REN-8", abs(video.seconds - seconds) <= _SLACK_S, f"{seconds} s, as long as the draft", video)
    ctx.check(
        "REN-8", video.frames > 0 and video.rising, "frames that can be decoded, one after the other", video
    )
    return video


def _serves_ranges(ctx: CaseContext, get: Callable[[dict[str, str]], Exchange]) -> None:
    """Check that an address answers ranges with the bytes that were asked for (REN-9)."""
    whole = get({})
    data, size = ctx.recorder.raw, len(ctx.recorder.raw)
    ctx.require("REN-9", whole.status == 200 and size > 500, "the whole video", seen(whole))
    for asked, start, end in _RANGES:
        part = get({"Range": asked})
        wanted = data[start:end]
        ctx.check("REN-9", part.status == 206, f"206 for {asked}", part.status)
        ctx.check("REN-9", ctx.recorder.raw == wanted, f"{len(wanted)} bytes for {asked}", part.answer_size)
        first = start if start >= 0 else size + start
        reported, named = (
            part.answer_headers.get("content-range"),
            f"bytes {first}-{first + len(wanted) - 1}/{size}",
        )
        ctx.check("REN-9", reported == named, f"Content-Range {named} for {asked}", reported)
    beyond = get({"Range": f"bytes={size}-"})
    ctx.check("REN-9", beyond.status == 416, "416 for a range behind the end", beyond.status)
    last = get({"Range": f"bytes={size - 1}-"})
    good = last.status == 206 and ctx.recorder.raw == data[-1:]
    ctx.check("REN-9", good, "the last byte, for a range that begins with it", last.status)
