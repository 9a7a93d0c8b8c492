"""The judge on what the user reads, and on where the user's lines go."""

from __future__ import annotations

from typing import Any

import pytest

from nemocontract.client_rules.gui import gui_phrases, sentences, unquoted
from nemocontract.client_rules.routing import routes_of
from nemocontract.client_run import ClientRun
from nemocontract.recording import Exchange

from .streams_helpers import CALL, RESULT, adk, state, text
from .traffic_helpers import MESSAGE, SESSION, TASK, broken, evidence, ex, tried, verdicts, words

# -- C-SSE-1, C-SSE-5: what of a stream is shown ---------------------------------------------------


def reply(*events: Any, heard: str, **changes: Any) -> ClientRun:
    chat = ex(1, "chat", events=events)
    return evidence(chat, said=[words(MESSAGE, heard, first=1, last=1, **changes)])


CUT_AND_TITLED = "I cut 2 s. The title “Done. Really” is in, 0–3 s. Open the Text panel to change it."


@pytest.mark.clause("C-SSE-1")
def test_sentences_with_stops_in_quotes_stay_whole() -> None:
    assert sentences(CUT_AND_TITLED) == (
        "I cut 2 s.",
        "The title “Done. Really” is in, 0–3 s.",
        "Open the Text panel to change it.",
    )
    assert sentences("已完成。共 2.5 秒！\n好") == ("已完成。", "共 2.5 秒！", "好")
    assert sentences(" ") == ()


@pytest.mark.clause("C-SSE-1")
@pytest.mark.parametrize(
    "heard",
    [
        "I cut 2 s. The title “Done. Really” is in, 0–3 s. Ask me about “Text” to change it.",
        '* I CUT 2 s\n* The title "Done. Really" is in, 0–3 s',
        "Working…\nI cut 2 s.\n\nThe title “Done. Really”\nis in, 0–3 s.\nVideo changed",
    ],
)
def test_texts_reach_the_user_however_they_are_laid_out(heard: str) -> None:
    result = reply(text(CUT_AND_TITLED), heard=heard)
    assert not broken("shown-text.texts-shown", result)
    assert tried("shown-text.texts-shown", result) == 2  # talk of a GUI may be put in other words


@pytest.mark.clause("C-SSE-1")
@pytest.mark.parametrize(
    ("heard", "missing"),
    [("", 2), ("I cut 2 s.", 1), ("The title “Done” is in, 0–3 s. I cut 2 s.", 1), ("Timeline (1 track)", 2)],
)
def test_texts_that_do_not_reach_the_user(heard: str, missing: int) -> None:
    assert len(broken("shown-text.texts-shown", reply(text(CUT_AND_TITLED), heard=heard))) == missing


@pytest.mark.clause("C-SSE-1")
def test_pieces_are_shown_once_and_judged_once() -> None:
    result = reply(
        adk("I cut ", partial=True), adk("2 s.", partial=True), adk("I cut 2 s."), heard="I cut 2 s."
    )
    assert [verdict.passed for verdict in verdicts("shown-text.texts-shown", result)] == [True]


@pytest.mark.clause("C-SSE-1")
def test_who_left_or_lost_the_stream_need_not_have_read_all() -> None:
    assert tried("shown-text.texts-shown", reply(text("I cut 2 s."), heard="", left=True)) == 0
    assert tried("shown-text.texts-shown", reply(text("I begin."), CALL, heard="")) == 0


@pytest.mark.clause("C-SSE-1")
@pytest.mark.parametrize(
    ("heard", "passed"),
    [
        ("Done.", True),
        ("edit_multitrack: add_title", False),
        ("[tool_call] Done.", False),
        ("functionCall. Done.", False),
        ("I edit. The multitrack is done.", True),
    ],
)
def test_tools_stay_inside(heard: str, passed: bool) -> None:
    result = reply(CALL, RESULT, text("Done."), heard=heard)
    assert bool(broken("shown-text.tools-not-shown", result)) is not passed


@pytest.mark.clause("C-SSE-1")
def test_a_tool_that_is_new_stays_inside_too() -> None:
    new = {"type": "tool_call", "name": "burn_in_subtitles", "args": {}}
    assert broken("shown-text.tools-not-shown", reply(new, RESULT, text("Done."), heard="burn_in_subtitles"))
    plain = {"type": "tool_call", "name": "titles", "args": {}}
    assert not broken("shown-text.tools-not-shown", reply(plain, RESULT, text("Done."), heard="New titles."))


NOISE = "I encountered a temporary issue. Please try again later."


@pytest.mark.clause("C-SSE-5")
@pytest.mark.parametrize(
    ("heard", "passed"),
    [("I cut 2 s.", True), (f"I cut 2 s. {NOISE}", False), ("I cut 2 s. “" + NOISE + "”", True)],
)
def test_trailing_noise_is_dropped(heard: str, passed: bool) -> None:
    result = reply(text("I cut 2 s. "), text(NOISE), heard=heard)
    assert bool(broken("shown-text.noise-dropped", result)) is not passed
    assert tried("shown-text.noise-dropped", result) == 1
    assert not broken("shown-text.texts-shown", result)


@pytest.mark.clause("C-SSE-5")
def test_noise_alone_or_in_the_middle_is_not_trailing() -> None:
    assert tried("shown-text.noise-dropped", reply(text(NOISE), heard="It failed.")) == 0
    assert tried("shown-text.noise-dropped", reply(text(f"{NOISE} I cut 2 s."), heard="…")) == 0


@pytest.mark.clause("C-SSE-5")
def test_trailing_noise_is_no_failure() -> None:
    result = reply(text("I cut 2 s. "), text(NOISE), heard="I cut 2 s.\nSomething went wrong.")
    assert broken("shown-text.noise-dropped", result)
    own = reply(
        text("I cut 2 s; the title says “Problem”. "),
        text(NOISE),
        heard="I cut 2 s; the title says “Problem”.",
    )
    assert not broken("shown-text.noise-dropped", own)


@pytest.mark.clause("C-SSE-1")
def test_what_came_in_pieces_is_said_once() -> None:
    pieces = [adk("I cut two ", partial=True), adk("seconds.", partial=True), adk("I cut two seconds.")]
    assert not broken("shown-text.not-repeated", reply(*pieces, heard="I cut two seconds."))
    assert broken("shown-text.not-repeated", reply(*pieces, heard="I cut two seconds.I cut two seconds."))
    twice = [adk("Done and dusted. " * 2, partial=True), adk("Done and dusted. " * 2)]
    assert not broken("shown-text.not-repeated", reply(*twice, heard="Done and dusted. " * 2))


@pytest.mark.clause("C-SSE-1")
def test_heartbeats_stay_inside() -> None:
    assert broken(
        "shown-text.tools-not-shown", reply(CALL, RESULT, text("Done."), heard="heartbeat heartbeat Done.")
    )


# -- C-GUI-1 ---------------------------------------------------------------------------------------


@pytest.mark.clause("C-GUI-1")
@pytest.mark.parametrize(
    "sentence",
    [
        "Click Export in the top right corner to save it.",
        "Double-click the text in the preview window to edit it.",
        "Open the Audio panel to see the waveform.",
        "Drag the clip edges if you want a pause back.",
        "Drag files into the Media panel to begin.",
        "Preview the new cut in the timeline.",
        "Preview it in the timeline, then click Export.",
        "点击右上角的导出按钮保存。",
        "可以在时间线中预览效果。",
        "打开变速面板可以微调。",
        "把文件拖拽到素材面板即可开始。",
    ],
)
def test_talk_of_a_gui_is_known_and_must_not_be_passed_on(sentence: str) -> None:
    assert gui_phrases(sentence)
    result = reply(text(f"I cut 2 s. {sentence}"), heard=f"I cut 2 s. {sentence}")
    assert broken("gui.talk-translated", result)
    dropped = reply(text(f"I cut 2 s. {sentence}"), heard="I cut 2 s.")
    assert not broken("gui.talk-translated", dropped)
    assert tried("gui.talk-translated", dropped) >= 1


@pytest.mark.clause("C-GUI-1")
@pytest.mark.parametrize(
    "sentence",
    [
        "I added the title “Click Export”.",
        "The film opens with a drag race.",
        "One click sound is in the music.",
        "The wooden panel is 4 s long.",
        "标题“点击导出”已加入。",
    ],
)
def test_content_is_no_talk_of_a_gui(sentence: str) -> None:
    assert gui_phrases(sentence) == ()
    assert not broken("gui.talk-translated", reply(text(sentence), heard=sentence))


@pytest.mark.clause("C-GUI-1")
def test_what_the_client_itself_says_of_it_is_judged_by_the_agents_phrases() -> None:
    result = reply(
        text("Click Export to save it."), heard="Say “export” to save it. (The agent said “Click Export”.)"
    )
    assert not broken("gui.talk-translated", result)
    assert unquoted('a "b" c “d” e').split() == ["a", "c", "e"]


@pytest.mark.clause("C-GUI-1")
def test_a_title_that_speaks_of_a_button_stays_as_it_is() -> None:
    said = "The title “Click Export” is in."
    assert not broken("shown-text.texts-shown", reply(text(said), heard=said))
    changed = reply(text(said), heard="The title “Say export” is in.")
    assert broken("shown-text.texts-shown", changed)
    assert broken("gui.content-unchanged", changed)
    assert not broken("gui.content-unchanged", reply(text(said), heard='Title: "Click Export" is in.'))
    assert tried("gui.content-unchanged", reply(text("Tap “Click Export” in the menu."), heard="")) == 0


@pytest.mark.clause("C-GUI-1")
@pytest.mark.parametrize(
    ("talk", "heard", "passed"),
    [
        ("Preview it in the timeline below.", 'Say "status" to see it.', True),
        ("Preview it in the timeline below.", "Timeline (1 track): 1. Video: clip (0-10s)", True),
        ("可以在时间线中预览效果。", "时间线（2 条轨道）：…", True),
        ("Preview it in the timeline below.", "I cut 2 s.", False),
        ("Click Export in the top right corner.", "Say “export” to save it.", True),
        ("点击右上角的导出按钮保存。", "说“导出”保存。", True),
        ("Click Export in the top right corner.", "I cut 2 s.", True),  # left out, and nothing is lost
        ("Click Export, it saves your video.", "I cut 2 s. It saves your video.", False),
        ("Click Export to save “Night Drive”.", "I cut 2 s.", False),
        ("Click Export to save all 3 clips.", "I cut 2 s.", False),
        ("Click Undo in the toolbar.", "I cut 2 s.", True),
        ("Preview it in the timeline, then click Export.", "Say “export”.", True),
        ("Preview it in the timeline, then click Export.", "I cut 2 s.", False),
    ],
)
def test_something_stands_in_place_of_what_the_clause_names(talk: str, heard: str, passed: bool) -> None:
    result = reply(text(f"I cut 2 s. {talk}"), heard=heard)
    assert bool(broken("gui.talk-replaced", result)) is not passed


@pytest.mark.clause("C-GUI-1")
def test_without_a_look_there_is_no_summary() -> None:
    chat = ex(1, "chat", events=[text("Preview it in the timeline.")])
    recorded = evidence(
        chat, state(2, code=502, answer=None), said=[words(MESSAGE, "Done.", first=1, last=2)]
    )
    assert tried("gui.talk-replaced", recorded) == 0


# -- C-UX-1 ----------------------------------------------------------------------------------------


def started(heard: str, line: str = "credits", **changes: Any) -> ClientRun:
    made = ex(1, "session.create", **changes)
    return evidence(made, ex(2, "credits"), said=[words(line, heard, first=1, last=2)])


@pytest.mark.clause("C-UX-1")
@pytest.mark.parametrize(
    ("heard", "passed"),
    [
        ("Connecting...\nReady.\n100 credits", [True, True]),
        ("connecting to the studio … ready!", [True, True]),
        ("正在连接...\n已就绪。", [True, True]),
        ("Ready.\nConnecting...", [True, False]),
        ("Connecting...\n100 credits", [True, False]),
        ("100 credits", [False, False]),
    ],
)
def test_connecting_and_then_ready(heard: str, passed: list[bool]) -> None:
    assert [one.passed for one in verdicts("user-text.connecting-then-ready", started(heard))] == passed


@pytest.mark.clause("C-UX-1")
def test_ready_is_not_owed_where_no_session_was_had() -> None:
    found = verdicts("user-text.connecting-then-ready", started("Connecting...\nNo luck.", code=429))
    assert [one.passed for one in found] == [True]


@pytest.mark.clause("C-UX-1")
@pytest.mark.parametrize(
    "heard",
    [
        "Error 1001.",
        "The service said: 2001",
        "(code 402)",
        "HTTP error",
        "Status code: 502",
        "502 Bad Gateway",
        "错误码 1001",
        '{"code": 1001}',
        "{'type': 'text'}",
        'got "code": 7',
        "POST /run_sse failed",
        "see /api/credits/balance/simple",
        "X-Skill-Source is missing",
        "Bearer ***",
        "Retry-After: 30",
        "Traceback (most recent call last):",
        '  File "client.py", line 3',
        "    at send (client.mjs:10:3)",
        "httpx.ReadTimeout: timed out",
        "JSONDecodeError",
        "TypeError: x is undefined",
        "ECONNRESET",
        "[Errno 111]",
        "tool_result received",
        "edit_multitrack",
        f"Session {SESSION} is ready",
    ],
)
def test_protocol_in_what_the_user_reads(heard: str) -> None:
    assert len(broken("user-text.no-protocol", started(heard))) == 1


@pytest.mark.clause("C-UX-1")
@pytest.mark.parametrize(
    "heard",
    [
        "100 credits available, 0 in use.",
        "Top up credits in your account",
        "Register: https://nemovideo.com/register?bind=anon_5d41",
        "Saved: /home/me/render_1767225600000.mp4 (4001 bytes, 1280×2001)",
        "Video: walk (0-10.5s, 35%)",
        "Uploaded: https://example.com/walk_12s.mp4",
        "The service is busy; trying again in 30 s.",
        "Error: the file cannot be read.",
        "The limit is 500 MB. 2001 MB are too many.",
        "The status: ready. There was an error.",
        "超时，请稍后再试。",
        "Data: the film is 3 s long. Your request was refused.",
    ],
)
def test_plain_words(heard: str) -> None:
    assert not broken("user-text.no-protocol", started(heard))


@pytest.mark.clause("C-UX-1")
def test_the_users_own_words_may_be_said_back() -> None:
    assert not broken("user-text.no-protocol", started('Title added: "2001"', line='add the title "2001"'))
    title = {"draft": {"t": [{"tt": 7, "sg": [{"m": {"text": "HTTP is fun"}}]}]}}
    recorded = evidence(
        state(1, value=title), said=[words("status", 'Title: "HTTP is fun"', first=1, last=1)]
    )
    assert not broken("user-text.no-protocol", recorded)
    assert TASK not in "render"  # too short an id to look for


# -- C-ROU-1 ---------------------------------------------------------------------------------------


@pytest.mark.clause("C-ROU-1")
@pytest.mark.parametrize(
    ("line", "routes"),
    [
        ("export", {"export"}),
        ("Export it, please", {"export"}),
        ("导出视频", {"export"}),
        ("download my film", {"export"}),
        ("send me the video", {"export"}),
        ("how many credits are left?", {"credits"}),
        ("积分还有多少", {"credits"}),
        ("balance", {"credits"}),
        ("status", {"state"}),
        ("show tracks", {"state"}),
        ("状态", {"state"}),
        ("upload clip.mp4", {"upload"}),
        ("clip.mp4", {"upload"}),
        ("https://example.com/a.mp4, b.png", {"upload"}),
        ("上传", {"upload"}),
        ("status of the export", {"state", "export"}),
        ("add a title", {"chat"}),
        ("你好", {"chat"}),
        # Left open: other forms, words in quotes, a file among other words.
        ("is it exported?", {"chat", "export"}),
        ('add the title "Export"', {"chat", "export"}),
        ("加标题“导出”", {"chat", "export"}),
        ("put clip.mp4 first", {"chat", "upload"}),
        ("what are the tracks", {"chat", "state"}),
        ("", set()),
        ("quit", set()),
    ],
)
def test_a_line_has_its_ways(line: str, routes: set[str]) -> None:
    assert routes_of(line) == routes


def went(line: str, *operations: str | Exchange, heard: str = "So it is.", **changes: Any) -> ClientRun:
    made = [ex(nth, one) if isinstance(one, str) else one for nth, one in enumerate(operations, start=1)]
    return evidence(*made, said=[words(line, heard, first=1, last=len(made), **changes)])


@pytest.mark.clause("C-ROU-1")
@pytest.mark.parametrize(
    "client_run",
    [
        went("export", "state", "render.submit", "render.status", "media"),
        went("export", "state", heard="There is nothing to export yet."),
        went("credits", "credits"),
        went("余额", "credits"),
        went("show tracks", "state"),
        went("upload clip.mp4", "upload", files=("clip.mp4",)),
        went("upload notes.txt", heard="Formats: mp4, mov", files=("notes.txt",)),
        went("add a title", "state", "chat", "state"),
        went("add a title", "chat", left=True),
        went("add a title", left=True),
        went("credits", ex(1, "token.issue", code=429), heard="Too many requests."),
        went("add a title", ex(1, "session.create", code=None), heard="The service cannot be reached."),
        went('add the title "Export"', "chat"),
        went('add the title "Export"', "state", "render.submit"),
    ],
    ids=lambda value: value.said[0].line,
)
def test_lines_that_went_where_they_belong(client_run: ClientRun) -> None:
    assert not broken("routing.taken-where-it-belongs", client_run)
    assert not broken("routing.kept-from-chat", client_run)


@pytest.mark.clause("C-ROU-1")
@pytest.mark.parametrize(
    ("client_run", "rules"),
    [
        (went("export", ex(1, "chat", text="export")), 2),
        (went("导出", ex(1, "chat", text="导出")), 2),
        (went("credits", ex(1, "chat", text="credits")), 2),
        (went("credits", "credits", ex(2, "chat", text="credits")), 2),
        (went("credits", "state"), 1),
        (went("status", heard="All fine."), 1),
        (went("upload clip.mp4", ex(1, "chat", text="upload clip.mp4")), 2),
        (went("add a title", "state"), 1),
        (went("add a title"), 1),
        (went("add a title", "state", "render.submit"), 1),
        (went('add the title "Credits"', "state", "render.submit"), 1),
        (went("add a title", ex(1, "session.create", code=None), heard=""), 1),
        (went("upload clip.mp4", heard="", files=("clip.mp4",)), 1),
    ],
)
def test_lines_that_went_astray(client_run: ClientRun, rules: int) -> None:
    found = broken("routing.taken-where-it-belongs", client_run) + broken(
        "routing.kept-from-chat", client_run
    )
    assert len(found) == rules


@pytest.mark.clause("C-ROU-1")
def test_without_lines_messages_alone_tell() -> None:
    assert broken("routing.kept-from-chat", evidence(ex(1, "chat", text="export")))
    assert not broken("routing.kept-from-chat", evidence(ex(1, "chat", text="add a title")))
    assert not broken("routing.kept-from-chat", evidence(ex(1, "chat", text='title "export"')))


UNTOLD = [
    words("credits", "Connecting. Ready. 100 credits. I cut 2 s.", first=1, last=4, attributed=False),
    words(MESSAGE, first=1, last=4, attributed=False),
]


@pytest.mark.clause("C-ROU-1", "C-SSE-4")
def test_of_lines_given_all_at_once_only_the_sum_is_judged() -> None:
    traffic = [
        ex(1, "session.create"),
        ex(2, "credits"),
        ex(3, "chat", events=[text("I cut 2 s.")]),
        state(4),
    ]
    whole = evidence(*traffic, said=UNTOLD)
    for name in (
        "routing.taken-where-it-belongs",
        "chat.text-unchanged",
        "chat.sent-once",
        "shown-text.texts-shown",
    ):
        assert not broken(name, whole)
        assert tried(name, whole)
    assert broken("routing.taken-where-it-belongs", evidence(traffic[0], traffic[2], said=UNTOLD))
    twice = evidence(*traffic, ex(5, "chat"), said=UNTOLD)
    assert len(broken("chat.sent-once", twice)) == 1
    assert broken("chat.text-unchanged", evidence(ex(1, "chat", text="something else"), said=UNTOLD))
    quiet = [words("credits", "100 credits.", first=1, last=4, attributed=False), UNTOLD[1]]
    assert broken("shown-text.texts-shown", evidence(*traffic, said=quiet))
