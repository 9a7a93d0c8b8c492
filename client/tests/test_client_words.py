"""Pure functions on words: routes, GUI talk, track summary, changes."""

from __future__ import annotations

import copy
import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemoclient import ChatResult, InstantClock, NemoClient, compare, reply_text, route, summarise, translate
from nemoclient.commands import files_in
from nemoclient.draft import Draft, State, read_draft, read_state
from nemoclient.errors import LocalFileError
from nemoclient.reply_text import ReplyText
from nemofake import running

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
    ("Click Apply to keep the change.", "Go on to keep the change.", ("act",)),
    ("点击应用保存修改。", "继续保存修改。", ("act",)),
    ("Open the Effects panel to adjust it.", "Tell me what you want for Effects to adjust it.", ("state",)),
    ("打开音乐面板调整音量。", "告诉我音乐想怎么改调整音量。", ("state",)),
    ("Drag the clip to the start.", "Tell me to move the clip to the start.", ("edit",)),
    ("拖拽片段到开头", "告诉我怎样移动片段到开头", ("edit",)),
    ("Preview your video in the timeline.", "Look at your video in the track list.", ("summary",)),
    ("在时间线中预览效果", "在轨道列表中查看效果", ("summary",)),
    ("Click Export to save.", "Say “export” to save.", ("export",)),
    ("点击导出按钮即可下载。", "说“导出”即可下载。", ("export",)),
    ("Click Help for examples.", "Say “help” for examples.", ("act",)),
    ("Open the Help panel to see what you can do.", "Say “help” to see what you can do.", ("state",)),
    ("打开帮助面板可以查看示例。", "说“帮助”可以查看示例。", ("state",)),
    ('click the "Export" button in the top right corner', "say “export”", ("export",)),
    ("Tap the Export button at the top right of the screen.", "Say “export”.", ("export",)),
    ("Use the Export option.", "Say “export”.", ("export",)),
    ("点击右上角的“导出”按钮", "说“导出”", ("export",)),
    ("您可以点击导出", "您可以说“导出”", ("export",)),
    ("You can preview it in the timeline.", "You can look at it in the track list.", ("summary",)),
    ("Preview in the timeline.", "Look at the track list.", ("summary",)),
    ("See the preview in the timeline.", "See the track list.", ("summary",)),
    (
        "Click the play button to preview it in the timeline.",
        "Say “status” to look at it in the track list.",
        ("act", "summary"),
    ),
    ("Click play.", "Say “status”.", ("act",)),
    ("Open the Timeline panel to see every track.", "Say “status” to see every track.", ("state",)),
    ("打开时间线面板可以查看所有轨道。", "说“状态”可以查看所有轨道。", ("state",)),
    ("Open the Audio panel to see the waveform.", "Say “status” to see the waveform.", ("state",)),
    ("Open the Audio panel.", "Tell me what you want for Audio.", ("state",)),
    ("Click an idea on the left.", "Tell me what you want for an idea.", ("act",)),
    ("Click the Add Title button.", "Tell me what you want for Add Title.", ("act",)),
    ("click on Music and wait", "tell me what you want for Music and wait", ("act",)),
    ("Click here.", "Tell me what you want.", ("act",)),
    ("请点击。", "请告诉我想怎么做。", ("act",)),
    ("点击“生成”按钮开始", "描述您想要的片段开始", ("act",)),
    (
        "Double-click the text in the preview window to edit it.",
        "Tell me what you want for the text to edit it.",
        ("act",),
    ),
    ("在预览窗口双击文字即可编辑。", "告诉我文字想怎么改即可编辑。", ("act",)),
    ("Click Undo in the toolbar if you like.", "Say “undo” if you like.", ("act",)),
    ("点击撤销可以恢复。", "说“撤销”可以恢复。", ("act",)),
    ("Click Regenerate on the clip to try again.", "Say “regenerate” on the clip to try again.", ("act",)),
    ("Click Retry to run it again.", "Send the request once more to run it again.", ("act",)),
    ("点击重试可以再来一次。", "再说一遍您的要求可以再来一次。", ("act",)),
    (
        "Click Upload in the Media panel to add files.",
        "Say “upload” and the path of your file to add files.",
        ("act",),
    ),
    ("点击素材面板里的上传按钮添加文件。", "说“上传”并给出文件路径添加文件。", ("act",)),
    (
        "Drag files into the Media panel to begin.",
        "Say “upload” and the path of your file to begin.",
        ("edit",),
    ),
    ("把文件拖拽到素材面板即可开始。", "说“上传”并给出文件路径即可开始。", ("edit",)),
    ("Open the Media panel to find it.", "Say “status” to find it.", ("state",)),
    ("Drag the speed slider.", "Tell me the speed you want.", ("edit",)),
    (
        "Drag the volume slider on the track to adjust it.",
        "Tell me the volume you want to adjust it.",
        ("edit",),
    ),
    ("拖拽轨道上的音量滑块可以调整。", "告诉我想要的音量可以调整。", ("edit",)),
    (
        "Drag the edge of a clip to fine-tune the cut.",
        "Tell me how to change the edge of a clip to fine-tune the cut.",
        ("edit",),
    ),
    (
        "Drag the text in the preview window to move it.",
        "Tell me where to move the text to move it.",
        ("edit",),
    ),
    ("Check your account page.", "Say “credits”.", ("act",)),
    ("Click the Account icon to see your balance.", "Say “credits” to see your balance.", ("act",)),
    ("打开账户页面查看积分。", "说“积分”查看积分。", ("state",)),
    ("Go to the billing page.", "Say “credits”.", ("state",)),
    (
        "Click Export, or open the Color panel.",
        "Say “export”, or tell me what you want for Color.",
        ("state", "export"),
    ),
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


QUOTED = re.compile(r"(?:[Ss]ay |说)“(.+?)”")
SUGGESTIONS = sorted({found for _, text, _ in GUI_TALK for found in QUOTED.findall(text)})


@pytest.mark.clause("C-GUI-1")
@pytest.mark.parametrize("text", SUGGESTIONS)
def test_suggestion_typed_as_it_stands_leads_somewhere(text: str, tmp_path: Path) -> None:
    with running(clock="auto", seed=3) as fake:
        world = fake.world("one", parameters={"silent_share": 0.0})
        with NemoClient(world.url, client_id_file=tmp_path / "client_id", clock=InstantClock()) as client:
            client.upload("https://example.com/walk_12s.mp4")
            client.chat("trim it to 8 seconds").finish()
            if text in ("upload", "上传"):
                with pytest.raises(LocalFileError, match="Which file"):
                    client.ask(text).finish()
                return
            result = client.ask(text, tmp_path / "video.mp4").finish()
    if isinstance(result, ChatResult):
        assert not re.search(r"What do you mean|quite get that|没有听懂|什么意思", result.text)


@pytest.mark.clause("C-GUI-1")
def test_suggestions_cover_both_languages_and_every_command() -> None:
    assert {"export", "status", "help", "undo", "upload", "credits", "导出", "状态", "帮助", "撤销"} <= set(
        SUGGESTIONS
    )


@pytest.mark.clause("C-GUI-1")
@pytest.mark.parametrize("text", CONTENT)
def test_content_words_stay(text: str) -> None:
    assert translate(text).text == text


VERBS = (
    "click|Click|double-click|tap|press|hit|use|choose|select|ſelect|preview|open|go to|switch to|drag|check|"
    "点击|点按|单击|双击|按下|打开|切换到|进入|拖拽|查看|预览"
)
WORDS = sorted(
    {*VERBS.split("|"), *(word for text, _, _ in GUI_TALK for word in re.findall(r"\w+|\W", text))}
)


@given(st.lists(st.sampled_from(WORDS), max_size=6), st.sampled_from(("", " ")))
def test_text_that_is_not_searched_for_gui_phrases_has_none(words: list[str], gap: str) -> None:
    text = gap.join(words)
    searched = any(verb in text.casefold() for verb in reply_text._VERBS)
    assert searched or not any(re.search(rule.pattern, text, re.IGNORECASE) for rule in reply_text._RULES)


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
        shown = ReplyText()
        shown.add(text)
        shown.close()
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
