"""Pure functions on words: routes, GUI talk, track summary, changes."""

from __future__ import annotations

import copy
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemoclient import compare, route, summarise, translate
from nemoclient.commands import files_in
from nemoclient.draft import Draft, State, read_draft, read_state
from nemoclient.reply_text import ReplyText

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["t", "tt", "sg", "s", "d", "m", "name", "text", "volume"]), inner, max_size=5
        )
    ),
    max_leaves=20,
)


@pytest.mark.clause("C-ROU-1")
@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("export", "export"),
        ("Please EXPORT it", "export"),
        ("导出视频", "export"),
        ("download it", "export"),
        ("send me the video", "export"),
        ("how many credits?", "credits"),
        ("我的积分", "credits"),
        ("balance", "credits"),
        ("余额", "credits"),
        ("status", "state"),
        ("当前状态", "state"),
        ("show tracks", "state"),
        ("show me the tracks", "state"),
        ("upload clip.mp4", "upload"),
        ("上传 clip.mp4", "upload"),
        ("clip.mp4", "upload"),
        ("'my clip.MOV'", "upload"),
        ("https://x.test/a/clip", "upload"),
        ("a.mp4, b.mp3", "upload"),
        ("cut the silences", "chat"),
        ("make clip.mp4 brighter", "chat"),
        ("exportable things", "chat"),
        ('add a title "Download now"', "chat"),
        ("加一个标题“导出完成”", "chat"),
        ("send me the bill", "chat"),
        ("", "chat"),
    ],
)
def test_a_line_goes_where_it_belongs(text: str, way: str) -> None:
    assert route(text) == way


def test_files_and_addresses_are_found_in_a_line() -> None:
    line = 'upload "my clip.mp4" and ./b.mov, https://x.test/c.mp4?t=1'
    assert files_in(line) == ["my clip.mp4", "./b.mov", "https://x.test/c.mp4?t=1"]
    assert files_in("upload something") == []


GUI_TALK: list[tuple[str, str, tuple[str, ...]]] = [
    ("Click Export to save.", "Say “export” to save.", ("export",)),
    ('click the "Export" button in the top right corner', "say “export”", ("export",)),
    ("Tap the Export button at the top right of the screen.", "Say “export”.", ("export",)),
    ("Use the Export option.", "Say “export”.", ("export",)),
    ("点击导出按钮即可下载。", "说“导出”即可下载。", ("export",)),
    ("点击右上角的“导出”按钮", "说“导出”", ("export",)),
    ("您可以点击导出", "您可以说“导出”", ("export",)),
    ("Open the Effects panel to adjust it.", "Ask me about “Effects” to adjust it.", ("state",)),
    ("打开音乐面板调整音量。", "问我“音乐”调整音量。", ("state",)),
    ("Preview your video in the timeline.", "Look at your video in the track list.", ("summary",)),
    ("You can preview it in the timeline.", "You can look at it in the track list.", ("summary",)),
    ("Preview in the timeline.", "Look at the track list.", ("summary",)),
    ("See the preview in the timeline.", "See the track list.", ("summary",)),
    ("在时间线中预览效果", "在轨道列表中查看效果", ("summary",)),
    ("Drag the clip to the start.", "Tell me to move the clip to the start.", ("edit",)),
    ("拖拽片段到开头", "告诉我移动片段到开头", ("edit",)),
    ("Click the Add Title button.", "Tell me “Add Title”.", ("act",)),
    ("click on Music and wait", "tell me “Music” and wait", ("act",)),
    ("Click here.", "Tell me.", ("act",)),
    ("点击“生成”按钮开始", "告诉我“生成”开始", ("act",)),
    ("请点击。", "请告诉我。", ("act",)),
    ("Double-click the text in the preview window to edit it.", "Tell me “text” to edit it.", ("act",)),
    ("Click Undo in the toolbar if you like.", "Tell me “Undo” if you like.", ("act",)),
    ("Drag files into the Media panel to begin.", "Tell me to move files to begin.", ("edit",)),
    ("Drag the speed slider.", "Tell me to move the speed.", ("edit",)),
    ("点击素材面板里的上传按钮添加文件。", "告诉我“上传”添加文件。", ("act",)),
    ("在预览窗口双击文字即可编辑。", "告诉我“文字”即可编辑。", ("act",)),
    ("把文件拖拽到素材面板即可开始。", "告诉我把文件移动到素材即可开始。", ("edit",)),
    ("Click Export, or open the Color panel.", "Say “export”, or ask me about “Color”.", ("state", "export")),
]
CONTENT = [
    'The title "Click Here" is on.',
    "标题“点击导出”已添加。",
    "Added a click sound effect.",
    "A drag race clip of open car windows.",
    "The export is ready.",
    "The wooden panel slides over a window.",
    "All three cuts are done with one click of a shutter.",
    "打开的窗户很美。",
    "",
]


@pytest.mark.clause("C-GUI-1", "SSE-9")
@pytest.mark.parametrize(("text", "translated", "actions"), GUI_TALK)
def test_talk_of_a_gui_becomes_what_works_here(text: str, translated: str, actions: tuple[str, ...]) -> None:
    found = translate(text)
    assert found.text == translated
    assert set(found.actions) == set(actions)
    assert translate(found.text).text == translated, "translating twice changes nothing"


@pytest.mark.clause("C-GUI-1")
@pytest.mark.parametrize("text", CONTENT)
def test_content_words_stay(text: str) -> None:
    assert translate(text).text == text


UNITS = [
    "click ",
    "open a ",
    "drag ",
    "preview the ",
    '"',
    "“",
    "点击",
    "a.",
    "please ",
    "export ",
    "I encountered a",
]


@pytest.mark.parametrize("unit", UNITS)
def test_no_text_is_slow_to_read(unit: str) -> None:
    """Each of these once took seconds, or could have: a hostile reply must not hang a client."""
    begun = time.process_time()
    for text in (unit * 1_500, f"I encountered a temporary issue. {unit * 1_500}\nfoo"):
        speech = ReplyText()
        list(speech.add(text))
        list(speech.close())
        route(text)
    assert time.process_time() - begun < 3


@given(st.text(max_size=200))
def test_any_text_can_be_translated_and_routed(text: str) -> None:
    translate(text)
    assert route(text) in ("export", "credits", "state", "upload", "chat")


@pytest.mark.clause("STA-4")
def test_the_summary_is_written_exactly_so(kit: Any) -> None:
    assert summarise(read_draft(kit.CANONICAL)) == (
        "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) "
        '3. Title: "Urban Dreams" (0-3s)'
    )


@pytest.mark.clause("STA-4")
def test_the_summary_reads_in_chinese(kit: Any) -> None:
    assert summarise(read_draft(kit.CANONICAL), "zh-CN") == (
        "时间线（3 条轨道）：1. 视频：city timelapse (0-10s) 2. 背景音乐：Lo-fi (0-10s, 35%) "
        '3. 标题："Urban Dreams" (0-3s)'
    )


def seg(start: int, length: int, **meta: Any) -> dict[str, Any]:
    return {"s": start, "d": length, "m": meta}


def line(*tracks: dict[str, Any]) -> str:
    return summarise(read_draft({"t": list(tracks)}))


def test_one_track_and_none_are_told() -> None:
    assert summarise(Draft()) == "The timeline is empty."
    assert summarise(Draft(), "zh") == "时间线为空。"
    assert line({"tt": 0, "sg": []}) == "Timeline (1 track): 1. Video: -"


def test_parts_of_one_thing_are_one_item(kit: Any) -> None:
    parts = [seg(0, 2_500, name="clip"), seg(2_500, 1_500, name="clip"), seg(4_000, 4_000, name="other")]
    assert line(kit.track(0, "Video", *parts)) == (
        "Timeline (1 track): 1. Video: clip (0-4s, 2 parts), other (4-8s)"
    )
    assert line(kit.track(7, "Title", seg(500, 1_250, text="A"), seg(5_000, 1_000, text="B"))) == (
        'Timeline (1 track): 1. Title: "A" (0.5-1.8s), "B" (5-6s)'
    )


def test_a_long_track_is_cut_short(kit: Any) -> None:
    many = [seg(at * 1_000, 1_000, text=str(at)) for at in range(9)]
    assert line(kit.track(7, "Title", *many)).endswith('"5" (5-6s), 3 more')


@pytest.mark.parametrize(
    ("volume", "shown"),
    [(0.35, ", 35%"), (35, ", 35%"), (1, ", 100%"), (0, ", 0%"), (-1, ""), ("loud", ""), (None, "")],
)
def test_a_volume_is_a_share_or_a_percentage(kit: Any, volume: Any, shown: str) -> None:
    assert line(kit.track(1, "BGM", seg(0, 1_000, name="x", volume=volume))).endswith(f"x (0-1s{shown})")


def test_full_volume_is_not_told_of_a_video(kit: Any) -> None:
    assert line(kit.track(0, "Video", seg(0, 1_000, name="x", volume=1))).endswith("x (0-1s)")
    assert line(kit.track(0, "Video", seg(0, 1_000, name="x", volume=0))).endswith("x (0-1s, 0%)")


def test_what_is_missing_is_named_all_the_same() -> None:
    assert line({"tt": 99, "sg": [{}]}) == "Timeline (1 track): 1. Track: untitled (0-0s)"
    assert line({"sg": [{"d": 1_000, "m": {"name": "\x1b[31mred\x07"}}]}).endswith("Video: [31mred (0-1s)")


@given(ANYTHING)
def test_any_draft_can_be_summarised_and_compared(raw: Any) -> None:
    state = read_state({"state": {"draft": raw, "video_infos": raw, "canvas_config": raw}})
    assert summarise(state.draft).startswith(("Timeline", "The timeline"))
    assert isinstance(state.draft.ready, bool)
    compare(State(), state)
    compare(state, State())


def project(draft: Any, **more: Any) -> State:
    return read_state({"state": {"draft": draft, **more}})


def changed(before: Any, change: Any) -> tuple[str, ...]:
    after = copy.deepcopy(before)
    change(after["t"])
    return compare(project(before), project(after))


@pytest.mark.clause("C-SSE-3")
def test_changes_are_told_in_words(kit: Any) -> None:
    full, base = kit.CANONICAL, {"d": 10_000, "t": kit.CANONICAL["t"][:2]}
    assert compare(project(base), project(full)) == ('Title added: "Urban Dreams"',)
    assert compare(project(full), project(base)) == ('Title removed: "Urban Dreams"',)
    assert compare(project({}), project(full)) == (
        "Video added: city timelapse",
        "BGM added: Lo-fi",
        'Title added: "Urban Dreams"',
    )
    assert changed(full, lambda t: t[0]["sg"][0].update(d=8_000)) == (
        "Video changed: city timelapse is now 0-8s, was 0-10s",
    )
    assert changed(full, lambda t: t[1]["sg"][0]["m"].update(volume=0.2)) == (
        "BGM volume: Lo-fi is now 20%, was 35%",
    )
    assert changed(full, lambda t: t[1]["sg"][0]["m"].pop("volume")) == (
        "BGM volume: Lo-fi is now 100%, was 35%",
    )
    assert changed(full, lambda t: t[0]["sg"][0]["m"].update(filter="warm")) == (
        "Video adjusted: city timelapse",
    )
    assert changed(full, lambda t: t.reverse()) == ("Tracks reordered",)
    assert changed(full, lambda t: t[0].update(mute=True)) == ("The project was updated.",)
    assert compare(project(full), project(full)) == ()


def test_footage_pictures_and_formats_are_told_too() -> None:
    before = project({}, canvas_config={"width": 1920, "height": 1080}, video_infos=[{"filename": "a.mp4"}])
    after = project(
        {},
        canvas_config={"width": 1080, "height": 1920},
        video_infos=[{"filename": "a.mp4"}, {"filename": "b.mp4"}],
        generated_media={"1": {"name": "sunset"}},
    )
    assert compare(before, after) == (
        "Picture size is now 1080×1920",
        "Footage added: b.mp4",
        "Generated clip added: sunset",
    )
    assert compare(before, after, "zh")[0] == "画面尺寸现为 1080×1920"
