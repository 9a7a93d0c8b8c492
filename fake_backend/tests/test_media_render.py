"""Videos as a viewer gets them: real H.264 MP4 files whose decoded pixels show the draft."""

from __future__ import annotations

import contextlib
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nemofake.media import Video, inspect_video, make_sample, probe, render_video
from nemofake.media.video.layout import BACKGROUND, BANDS, INK, PLAYHEAD, SHADES

Picture = np.ndarray[Any, np.dtype[np.uint8]]
CANVASES = [(1080, 1920), (1920, 1080), (1080, 1080)]


def _segment(s: int, d: int, **meta: object) -> dict[str, Any]:
    return {"s": s, "d": d, "m": meta}


def _draft(duration_ms: int = 6000) -> dict[str, Any]:
    half = duration_ms // 2
    title = _segment(half, half // 2, text="城市之光 Urban Dreams", position="lower-third")
    return {
        "d": duration_ms,
        "t": [
            {"tt": 0, "sg": [_segment(0, half, name="city"), _segment(half, half, name="海边日落")]},
            {"tt": 1, "m": {"name": "BGM"}, "sg": [_segment(0, half, name="Lo-fi", volume=0.35)]},
            {"tt": 7, "sg": [title]},
        ],
    }


def _frames(path: Path) -> dict[int, Picture]:
    """Decode all: start in ms to RGB picture."""
    with av.open(str(path)) as container:
        shown = container.decode(video=0)
        return {round(frame.time * 1000): _rgb(frame) for frame in shown}


def _rgb(frame: av.VideoFrame) -> Picture:
    return np.asarray(frame.to_ndarray(format="rgb24", src_colorspace="ITU709"), np.uint8)


def _shows(region: Picture, colour: tuple[int, int, int], share: float = 0.0005) -> bool:
    near = (np.abs(region.astype(int) - colour) <= 24).all(axis=-1)
    return bool(near.mean() > share)


def _column(video: Video, ms: int) -> int:
    """Say where a time stands: the axis leaves a twentieth of the shorter side free at both ends."""
    margin = min(video.width, video.height) / 20
    return round(margin + (video.width - 2 * margin) * ms / video.duration_ms)


def _band(picture: Picture, name: str) -> Picture:
    top, bottom = BANDS[name]
    return picture[int(top * len(picture)) : int(bottom * len(picture))]


@pytest.fixture(scope="module", params=CANVASES, ids=["9:16", "16:9", "1:1"])
def shown(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Video, Path, dict[int, Picture]]:
    video = Video.from_draft(_draft(), canvas=request.param)
    path = tmp_path_factory.mktemp("video") / "a.mp4"
    render_video(video, path)
    return video, path, _frames(path)


@pytest.mark.clause("REN-8")
@pytest.mark.parametrize("duration_ms", [1, 40, 999, 1000, 6000, 10_007, 3_600_000])
def test_render_lasts_exactly_as_long_as_the_draft(tmp_path: Path, duration_ms: int) -> None:
    video = Video.from_draft({**_draft(max(duration_ms, 4)), "d": duration_ms}, canvas=(160, 90))
    facts = render_video(video, tmp_path / "a.mp4")
    assert facts == inspect_video(tmp_path / "a.mp4")
    assert (facts.codec, facts.container, facts.duration_ms) == ("h264", "mp4", duration_ms)
    with av.open(str(tmp_path / "a.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.duration or 0) * (stream.time_base or 0) == Fraction(duration_ms, 1000)
        assert container.duration == duration_ms * 1000


@pytest.mark.clause("REN-8")
def test_render_is_playable_everywhere(shown: tuple[Video, Path, dict[int, Picture]]) -> None:
    video, path, frames = shown
    report = inspect_video(path)
    assert (report.width, report.height) == (video.width, video.height)
    assert report.width <= 1080
    assert report.height <= 1920
    assert report.frames == len(frames)
    content = path.read_bytes()
    assert report.size == len(content)
    assert content.index(b"moov") < content.index(b"mdat")  # plays while it downloads
    with av.open(str(path)) as container:
        assert container.streams.video[0].pix_fmt == "yuv420p"
        assert container.streams.video[0].codec_context.profile == "Constrained Baseline"


@pytest.mark.clause("REN-8")
def test_render_shows_each_track_as_a_coloured_row(shown: tuple[Video, Path, dict[int, Picture]]) -> None:
    video, _, frames = shown
    lanes = _band(frames[0], "tracks")
    height = len(lanes) // 3
    for number, track in enumerate(video.tracks):
        row = lanes[number * height : (number + 1) * height]
        assert _shows(row, SHADES[track.kind][0], 0.05)
    assert not _shows(lanes, SHADES["other"][0])


@pytest.mark.clause("REN-8")
def test_render_shows_clips_at_their_times(shown: tuple[Video, Path, dict[int, Picture]]) -> None:
    video, _, frames = shown
    lanes = _band(frames[1000], "tracks")
    bottom = len(lanes) // 3
    before, after = _column(video, 2900), _column(video, 3100)
    first, second = SHADES["video"]
    assert _shows(lanes[bottom // 2 : bottom, before - 8 : before], first, 0.4)
    assert _shows(lanes[bottom // 2 : bottom, after : after + 8], second, 0.4)
    music = lanes[bottom : 2 * bottom]
    assert not _shows(music[:, _column(video, 3100) :], SHADES["audio"][0])


@pytest.mark.clause("REN-8")
def test_render_shows_titles_only_at_their_times(
    shown: tuple[Video, Path, dict[int, Picture]],
) -> None:
    _, _, frames = shown
    for ms, picture in frames.items():
        assert _shows(_band(picture, "lower"), INK, 0.002) is (3000 <= ms < 4500)
        assert not _shows(_band(picture, "top"), INK)
        assert not _shows(_band(picture, "bottom"), INK)


@pytest.mark.clause("REN-8")
def test_render_playhead_moves_with_time(shown: tuple[Video, Path, dict[int, Picture]]) -> None:
    video, _, frames = shown
    for ms, picture in frames.items():
        lanes = _band(picture, "tracks").astype(int)
        red = (lanes[..., 0] > 180) & (lanes[..., 1] < 130) & (lanes[..., 2] < 130)
        column = int(red.sum(axis=0).argmax())
        assert abs(column - _column(video, ms)) <= 8
        assert _shows(lanes[:, column : column + 1].astype(np.uint8), PLAYHEAD, 0.3)


@pytest.mark.parametrize("position", ["top", "center", "lower-third", "bottom"])
def test_render_title_is_drawn_at_its_position(tmp_path: Path, position: str) -> None:
    track = {"tt": 7, "sg": [_segment(0, 1000, text="Title", position=position)]}
    render_video(Video.from_draft({"t": [track]}, canvas=(540, 960)), tmp_path / "a.mp4")
    picture = _frames(tmp_path / "a.mp4")[0]
    places = [
        name for name in ("top", "center", "lower", "bottom") if _shows(_band(picture, name), INK, 0.002)
    ]
    assert places == [position.removesuffix("-third")]


def test_render_chinese_title_has_glyphs(tmp_path: Path) -> None:
    pytest.importorskip("pylopdf_fonts_zh_cn")
    pictures = []
    for text in ("城", "市"):
        track = {"tt": 7, "sg": [_segment(0, 1000, text=text)]}
        render_video(Video.from_draft({"t": [track]}, canvas=(320, 320)), tmp_path / "a.mp4")
        pictures.append(_band(_frames(tmp_path / "a.mp4")[0], "center"))
    assert not np.array_equal(pictures[0], pictures[1])


@pytest.mark.clause("REN-8")
def test_render_same_video_gives_same_bytes(tmp_path: Path) -> None:
    video = Video.from_draft(_draft(), canvas=(540, 960))
    render_video(video, tmp_path / "a.mp4")
    render_video(video, tmp_path / "b.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_render_has_sound_where_the_draft_is_audible(tmp_path: Path) -> None:
    track = {"tt": 1, "sg": [_segment(1000, 2000), _segment(4000, 500, muted=True)]}
    report = render_video(Video.from_draft({"d": 6000, "t": [track]}, canvas=(64, 64)), tmp_path / "a.mp4")
    assert report.has_audio
    (first_start, first_end), (second_start, second_end) = probe(tmp_path / "a.mp4", "a.mp4").silences
    assert (first_start, second_end) == (0, 6000)
    assert abs(first_end - 1000) <= 140  # one packet of 128 ms
    assert abs(second_start - 3000) <= 260


@pytest.mark.parametrize("segment", [_segment(0, 3000, muted=True), _segment(0, 0)])
def test_render_inaudible_draft_has_no_sound_track(tmp_path: Path, segment: dict[str, Any]) -> None:
    video = Video.from_draft({"d": 3000, "t": [{"tt": 0, "sg": [segment]}]}, canvas=(64, 64))
    assert not render_video(video, tmp_path / "a.mp4").has_audio


JUNK = st.none() | st.integers(-5, 5000) | st.text(max_size=30) | st.just({"y": 0.8})
SEGMENT = st.fixed_dictionaries(
    {}, optional={"s": JUNK, "d": JUNK, "m": st.fixed_dictionaries({"text": JUNK, "position": JUNK})}
)
TRACK = st.fixed_dictionaries({"tt": st.sampled_from([0, 1, 7, 5, None])}, optional={"sg": st.lists(SEGMENT)})


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tracks=st.lists(TRACK, max_size=5),
    width=st.integers(1, 200),
    height=st.integers(1, 200),
    d=st.integers(0, 3000),
)
def test_render_any_draft_gives_a_video(
    tmp_path: Path, tracks: list[dict[str, Any]], width: int, height: int, d: int
) -> None:
    video = Video.from_draft({"t": tracks, "d": d}, canvas=(width, height))
    assert render_video(video, tmp_path / "a.mp4") == inspect_video(tmp_path / "a.mp4")


def test_render_many_clips_uses_few_frames(tmp_path: Path) -> None:
    many = [_segment(n * 900, 800, text=f"Title {n}", name=f"clip {n}") for n in range(400)]
    tracks = [{"tt": kind, "sg": many} for kind in (0, 1, 7)] + [{"tt": 5}] * 80
    report = render_video(Video.from_draft({"t": tracks}, canvas=(160, 160)), tmp_path / "a.mp4")
    assert report.frames <= 240


def test_render_empty_draft_is_one_dark_frame(tmp_path: Path) -> None:
    report = render_video(Video.from_draft({}, canvas=(128, 128)), tmp_path / "a.mp4")
    assert (report.frames, report.duration_ms) == (1, 40)
    assert _shows(_frames(tmp_path / "a.mp4")[0], BACKGROUND, 0.8)


def test_render_unwritable_path_raises_oserror(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        render_video(Video.from_draft({}, canvas=(64, 64)), tmp_path / "nowhere" / "a.mp4")


def test_inspect_counts_decoded_frames(tmp_path: Path) -> None:
    facts = make_sample(tmp_path / "a.mp4", 1.0)
    assert inspect_video(tmp_path / "a.mp4").frames == 25
    content = (tmp_path / "a.mp4").read_bytes()
    assert inspect_video(tmp_path / "a.mp4").size == facts.size
    (tmp_path / "cut.mp4").write_bytes(content[: len(content) // 3])
    with contextlib.suppress(av.FFmpegError):
        assert inspect_video(tmp_path / "cut.mp4").frames < 25
    (tmp_path / "text.mp4").write_text("no video")
    with pytest.raises(av.FFmpegError):
        inspect_video(tmp_path / "text.mp4")
