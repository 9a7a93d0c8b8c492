"""A draft of any quality becomes a video: sizes, times and places as the draft says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ImageFont

from nemofake.media import Video, fit_box
from nemofake.media.video import text_layout
from nemofake.media.video.layout import Layout
from nemofake.media.video.model import Place, clean, frame_times
from nemofake.media.video.overlays import title_image, titles_at
from nemofake.media.video.text_layout import fit

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["t", "tt", "sg", "s", "d", "m", "name", "text", "volume"]), inner)
    ),
    max_leaves=25,
)
TIMES = st.integers(0, 20_000)
SEGMENTS = st.fixed_dictionaries({"s": TIMES, "d": TIMES, "m": st.just({"name": "clip", "text": "Title"})})
TRACKS = st.fixed_dictionaries({"tt": st.sampled_from([0, 1, 7]), "sg": st.lists(SEGMENTS, max_size=120)})
DRAFTS = st.fixed_dictionaries({"d": st.integers(1, 20_000_000), "t": st.lists(TRACKS, max_size=4)})


def _segment(s: int, d: int, **meta: object) -> dict[str, Any]:
    return {"s": s, "d": d, "m": meta}


def _title(**meta: object) -> Any:
    video = Video.from_draft({"t": [{"tt": 7, "sg": [_segment(0, 1000, **meta)]}]})
    return video.tracks[0].clips[0]


@pytest.mark.clause("REN-8")
@pytest.mark.parametrize(
    ("canvas", "box"),
    [
        ((1080, 1920), (1080, 1920)),
        ((1920, 1080), (1080, 608)),
        ((3840, 2160), (1080, 608)),
        ((2160, 3840), (1080, 1920)),
        ((1080, 1080), (1080, 1080)),
        ((640, 360), (640, 360)),
        ((333, 777), (332, 776)),
        ((0, 0), (1080, 1920)),
        ((-4, 9), (1080, 1920)),
        ((1, 1), (16, 16)),
    ],
)
def test_fit_box_scales_down_and_never_up(canvas: tuple[int, int], box: tuple[int, int]) -> None:
    assert fit_box(canvas) == box
    video = Video.from_draft({}, canvas=canvas)
    assert (video.width, video.height) == box


@pytest.mark.clause("REN-8")
@given(width=st.integers(16, 20_000), height=st.integers(16, 20_000))
def test_fit_box_keeps_aspect_and_even_sides(width: int, height: int) -> None:
    wide, high = fit_box((width, height))
    assert wide <= 1080
    assert high <= 1920
    assert wide % 2 == high % 2 == 0
    if min(wide, high) > 16:  # below one macroblock the aspect gives way
        assert abs(wide * height - high * width) <= 1.01 * (width + height)


@pytest.mark.clause("REN-8")
def test_fit_box_with_another_box_uses_it() -> None:
    video = Video.from_draft({}, canvas=(1920, 1080), max_width=640, max_height=641)
    assert (video.width, video.height) == (640, 360)


@pytest.mark.clause("STA-2", "REN-8")
def test_video_duration_comes_from_the_draft_first() -> None:
    tracks = [{"tt": 0, "sg": [_segment(0, 4000), _segment(4000, 2500)]}]
    assert Video.from_draft({"d": 5000, "t": tracks}).duration_ms == 5000
    assert Video.from_draft({"t": tracks}).duration_ms == 6500
    assert Video.from_draft({"d": None, "t": tracks}).duration_ms == 6500
    assert Video.from_draft({}).duration_ms == 40
    assert Video.from_draft({"d": 10**30}).duration_ms == 24 * 3_600_000


@pytest.mark.clause("STA-2")
def test_video_tracks_keep_kind_name_and_clips() -> None:
    draft = {
        "t": [
            {"tt": 0, "m": {"name": "Main"}, "sg": [_segment(0, 1000, name="city")]},
            {"tt": 1, "sg": [_segment(0, 1000, name="Lo-fi", volume=0.35)]},
            {"tt": 7, "sg": [_segment(200, 300, text="Urban", name="ignored")]},
            {"tt": 99, "sg": []},
        ]
    }
    lanes = Video.from_draft(draft).tracks
    assert [track.kind for track in lanes] == ["video", "audio", "title", "other"]
    assert [track.name for track in lanes] == ["Main", "Audio", "Title", "Track"]
    assert [clip.label for track in lanes for clip in track.clips] == ["city", "Lo-fi 35%", "Urban"]
    assert (lanes[2].clips[0].start_ms, lanes[2].clips[0].end_ms) == (200, 500)


@pytest.mark.parametrize(
    ("position", "place"),
    [
        ("lower-third", Place("lower", "left")),
        ("Lower Third", Place("lower", "left")),
        ("下三分之一", Place("lower", "left")),
        ("bottom", Place("bottom", "middle")),
        ("bottom right", Place("bottom", "right")),
        ("top left", Place("top", "left")),
        ("顶部", Place("top", "middle")),
        ("center", Place("center", "middle")),
        ("somewhere", Place("center", "middle")),
        (None, Place("center", "middle")),
        (7, Place("center", "middle")),
        ({"x": 0.5, "y": 0.1}, Place("top", "middle")),
        ({"y": 0.75}, Place("lower", "middle")),
        ({"y": 0.95}, Place("bottom", "middle")),
        ({"y": "low"}, Place("center", "middle")),
    ],
)
def test_video_title_position_is_parsed(position: object, place: Place) -> None:
    assert _title(text="Hi", position=position).place == place


@pytest.mark.parametrize(
    ("meta", "audible"),
    [
        ({}, True),
        ({"volume": 35}, True),
        ({"volume": 0}, False),
        ({"volume": 0.0}, False),
        ({"muted": True}, False),
    ],
)
def test_video_muted_clip_is_not_audible(meta: dict[str, object], audible: bool) -> None:
    by_clip = Video.from_draft({"t": [{"tt": 1, "sg": [_segment(0, 1000, **meta)]}]})
    by_track = Video.from_draft({"t": [{"tt": 1, "m": meta, "sg": [_segment(0, 1000)]}]})
    assert by_clip.tracks[0].clips[0].audible is by_track.tracks[0].clips[0].audible is audible


@pytest.mark.clause("ENV-4")
@settings(max_examples=40, deadline=None)
@given(draft=st.dictionaries(st.sampled_from(["t", "d", "m"]), JSON))
def test_video_from_any_json_raises_nothing(draft: dict[str, Any]) -> None:
    video = Video.from_draft(draft)
    assert 1 <= video.duration_ms <= 24 * 3_600_000
    assert all(0 <= c.start_ms <= c.end_ms for track in video.tracks for c in track.clips)
    assert video.key == Video.from_draft(draft).key
    assert frame_times(video)[0] == 0


@settings(max_examples=40, deadline=None)
@given(draft=DRAFTS)
def test_frame_times_are_few_ordered_and_within_the_video(draft: dict[str, Any]) -> None:
    video = Video.from_draft(draft)
    times = frame_times(video)
    assert times[0] == 0
    assert list(times) == sorted(set(times))
    assert times[-1] < video.duration_ms
    assert len(times) <= 60 + 60 + 120
    gaps = [b - a for a, b in zip(times, (*times[1:], video.duration_ms), strict=True)]
    assert max(gaps) <= max(1000, -(-video.duration_ms // 60))


def test_frame_times_include_every_change() -> None:
    tracks = [
        {"tt": 0, "sg": [_segment(0, 1234), _segment(1234, 2345)]},
        {"tt": 7, "sg": [_segment(777, 999, text="A")]},
    ]
    assert {0, 1234, 777, 777 + 999} <= set(frame_times(Video.from_draft({"t": tracks, "d": 5000})))


def test_video_key_is_equal_only_for_equal_videos() -> None:
    def key(text: str = "A", **more: Any) -> str:
        return Video.from_draft({"t": [{"tt": 7, "sg": [_segment(0, 1000, text=text)]}]}, **more).key

    assert key() == key()
    assert len({key(), key("B"), key(canvas=(640, 640)), key("A ", canvas=(10, 10))}) == 4


@given(text=st.text(), width=st.integers(1, 900), height=st.integers(1, 300), largest=st.integers(0, 90))
def test_fit_text_stays_within_its_space(text: str, width: int, height: int, largest: int) -> None:
    block = fit(clean(text), width, height, largest)
    font = text_layout.typeface(block.size_px)
    assert all(font.getlength(line) <= width * 1.02 + 2 for line in block.lines)
    assert block.height <= height or len(block.lines) <= 1


def test_fit_long_text_wraps_then_shrinks_then_is_shortened() -> None:
    short = fit("Hello", 400, 120, 48)
    wrapped = fit("Hello there my dear friends", 400, 120, 48)
    chinese = fit("城市之光一段穿越霓虹与雨夜的旅程", 400, 120, 48)
    narrow = fit("aa bb cc dd", 100, 60, 48)
    endless = fit("word " * 60, 100, 20, 48)
    assert (short.lines, short.size_px) == (("Hello",), 48)
    assert len(wrapped.lines) == 2
    assert "".join(chinese.lines) == "城市之光一段穿越霓虹与雨夜的旅程"
    assert len(chinese.lines) > 1
    assert " ".join(narrow.lines) == "aa bb cc dd"
    assert endless.lines[-1].endswith("…")


def test_clean_drops_what_no_font_draws() -> None:
    assert clean(" a\x00b\t\tc\ud800\u202e\r ") == "ab c\ufffd"
    assert clean("first\nsecond") == "first\nsecond"
    assert len(clean("x" * 10_000)) == 300


def test_typeface_without_font_file_is_pillows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text_layout, "font_file", lambda: None)
    text_layout.typeface.cache_clear()
    try:
        assert isinstance(text_layout.typeface(20), ImageFont.FreeTypeFont)
        assert fit("Hello", 400, 120, 48).lines == ("Hello",)
    finally:
        text_layout.typeface.cache_clear()


def test_typeface_prefers_the_installed_chinese_package() -> None:
    pytest.importorskip("pylopdf_fonts_zh_cn")
    file = text_layout.font_file()
    assert file is not None
    assert "NotoSansSC" in file


def test_a_title_of_another_size_is_drawn_in_letters_of_that_size() -> None:
    def width(size: float | None) -> int:
        meta = {"text": "Hi"} if size is None else {"text": "Hi", "size": size}
        draft = {"d": 2_000, "t": [{"tt": 7, "sg": [{"s": 0, "d": 2_000, "m": meta}]}]}
        video = Video.from_draft(draft)
        ((place, text, letters),) = titles_at(video, 500)
        return title_image(Layout.of(video), place, text, letters).width

    assert width(1.0) == width(None)
    assert width(0.5) < width(1.0) < width(1.5)
