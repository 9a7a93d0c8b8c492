"""Cases of how the agent talks: as if there were a GUI, in the session's language (SSE-9)."""

from __future__ import annotations

import re
from typing import Final

from nemocontract.http.case import CaseContext, case
from nemocontract.server_checks.session_fixture import SessionFixture, new_session

CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
LATIN: Final = re.compile(r"[A-Za-z]{4,}")
GUI: Final = {
    "en": re.compile(
        r"\bclick\b|\bopen the\b|\bdrag\b|\bpreview\b.*\btimeline\b|\b(?:panel|button)\b|\bpress\b",
        re.IGNORECASE,
    ),
    "zh": re.compile(r"点击|点按|单击|双击|打开|拖|预览|面板|按钮|时间线"),
}
EXPORT: Final = {"en": re.compile(r"\bexport\b", re.IGNORECASE), "zh": re.compile("导出")}
# Messages without names that a reply in the other language would have to repeat.
FREE: Final = {
    "en": ("hi", "how long is the video?", "what can you do?"),
    "zh": ("你好", "有多长？", "你能做什么？"),
}
EDITS: Final = {
    "en": ("trim the first 2 seconds", "add background music", 'add the title "Hello"', "color grade it"),
    "zh": ("剪掉前2秒", "添加背景音乐", "添加标题“你好”", "调色"),
}  # fmt: skip


@case("SSE-9", description="replies in an English session are in English and mention a GUI")
def _english(ctx: CaseContext) -> None:
    _spoken(ctx, new_session(ctx, language="en"), "en", FREE["en"])


@case("SSE-9", description="replies in a Chinese session are in Chinese and mention a GUI")
def _chinese(ctx: CaseContext) -> None:
    _spoken(ctx, new_session(ctx, language="zh"), "zh", FREE["zh"])


@case(
    "SSE-9",
    control=True,
    parameters={"silent_share": 0.0},
    description="edits are described in the session's language",
)
def _edits(ctx: CaseContext) -> None:
    for language, messages in EDITS.items():
        session = new_session(ctx, account=ctx.registered(credits=100), language=language, video=True)
        _spoken(ctx, session, language, messages)


@case("SSE-9", control=True, description="the session's language counts, not the message's")
def _session_language(ctx: CaseContext) -> None:
    _spoken(ctx, new_session(ctx, language="zh"), "zh", FREE["en"])
    _spoken(ctx, new_session(ctx, language="en"), "en", FREE["zh"])


@case("SSE-9", control=True, description="after a request for another language replies use it")
def _language_change(ctx: CaseContext) -> None:
    for first, message, then in (("en", "change the language to Chinese", "zh"), ("zh", "请说英文", "en")):
        session = new_session(ctx, language=first)
        _spoken(ctx, session, first, FREE[first][:2])
        session.say(message)
        _spoken(ctx, session, then, FREE[then][:2])


@case(
    "SSE-9",
    control=True,
    description="a request to export gets GUI talk about exporting, and does nothing",
)
def _export_button(ctx: CaseContext) -> None:
    for language, message in (("en", "export"), ("zh", "导出")):
        session = new_session(ctx, account=ctx.registered(credits=100), language=language, video=True)
        session.say(EDITS[language][0])
        draft, balance = session.draft(), session.balance()
        reported = session.reply_to(message)
        ctx.check(
            "SSE-9", bool(EXPORT[language].search(reported)), f"talk of exporting, in {language}", reported
        )
        same = (session.draft(), session.balance()) == (draft, balance)
        ctx.check("SSE-9", same, "draft and balance as before", (session.draft(), session.balance()))


def _spoken(ctx: CaseContext, session: SessionFixture, language: str, messages: tuple[str, ...]) -> None:
    """Check that each reply is in the language, and that one of them at least mentions a GUI."""
    items = [(text, session.reply_to(text)) for text in messages]
    for text, answer in items:
        if language == "zh":
            ctx.check("SSE-9", bool(CHINESE.search(answer)), f"Chinese in answer to {text!r}", answer)
        else:
            plain = bool(LATIN.search(answer)) and not CHINESE.search(answer)
            ctx.check("SSE-9", plain, f"English and nothing else in answer to {text!r}", answer)
    gui = any(GUI[language].search(answer) for _, answer in items)
    ctx.check("SSE-9", gui, f"talk of a GUI in some of {len(items)} replies, in {language}", items[-1])
