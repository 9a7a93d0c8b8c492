"""The session id: where it comes from, and where it is written in which case."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nemocontract.lint.document import Document, Statement
from nemocontract.lint.finding import LintFinding, quoted
from nemocontract.lint.wording import affirmed

_ID: Final = r"(?:session_?id|session id|会话\s*id|会话标识)"
_TOP: Final = re.compile(
    r"top[- ]?level|\broot of the (?:response|answer|json|body)|(?<!data)(?<!data\")\.session_id\b(?<!data\.session_id)"
    r"|(?:\.json\(\)|\b(?:session|response|resp|res|result|answer|body|r))\[[\"']session_id[\"']\]|顶层|最外层|根节点|根级", re.IGNORECASE)  # fmt: skip
_ELSEWHERE: Final = re.compile(
    rf"{_ID}[^.;。]{{0,40}}\b(?:from|in|of|out of)\b[^.;。]{{0,20}}(?:anonymous-token|token (?:response|answer|request)|cookie|response header|balance|credits)"
    rf"|{_ID}[^.;。]{{0,20}}(?:来自|取自)[^.;。]{{0,12}}(?:token|令牌|cookie|响应头|积分)"
    rf"|(?:generate|make up|invent|create)\s+(?:a |an |your own |the )?(?:random |uuid as |new )?(?:uuid (?:as|for) the )?session_?id(?! by| from| with)[^.;。]{{0,30}}(?:uuid|yourself|random|locally|$)"
    rf"|(?:自行|本地|随机)生成[^.;。]{{0,10}}{_ID}|{_ID}[^.;。]{{0,12}}(?:自行|本地|随机)生成"
    rf"|{_ID}[^.;。]{{0,30}}\bis (?:a|your|the) (?:client )?uuid", re.IGNORECASE)  # fmt: skip
_RENDER: Final = re.compile(r"/api/render|render|export|渲染|导出", re.IGNORECASE)
_OTHER: Final = re.compile(r"/run_sse|\bSSE\b|\bchat\b|/api/state|/api/upload|对话|聊天", re.IGNORECASE)
_CAMEL: Final = re.compile(r"camel ?case|驼峰", re.IGNORECASE)
_SNAKE: Final = re.compile(r"snake[_ ]?case|下划线", re.IGNORECASE)


def check_session_id(document: Document) -> Iterator[LintFinding]:
    """Find a session id that comes from elsewhere, and sessionId and session_id mixed up."""
    for statement in document.statements:
        if statement.kind == "code" and "curl" in statement.text and "jq" not in statement.text:
            continue
        yield from _origin(statement)
        if statement.kind != "code":
            yield from _spelling(statement)


def _origin(statement: Statement) -> Iterator[LintFinding]:
    text = statement.text
    top = affirmed(_TOP, text)
    if (
        top
        and re.search(_ID, text, re.IGNORECASE)
        and not re.search(r"new_message|\bstatus\b", text[: top.start()][-25:])
        and not re.search(r"data\.session_id|\bin data\b|data 里|data 中|data 字段", text)
    ):
        yield LintFinding(statement.line, "contradicts", "SES-1", "must", quoted(text),
                          "the session id stands in data.session_id of the answer, not at its top level (ENV-1)",
                          "read data.session_id")  # fmt: skip
    if affirmed(_ELSEWHERE, text):
        yield LintFinding(statement.line, "contradicts", "C-SES-1", "must", quoted(text),
                          "the session id comes from the answer of POST /api/tasks/me/with-session/nemo_agent",
                          "take it from data.session_id of that answer")  # fmt: skip


def _spelling(statement: Statement) -> Iterator[LintFinding]:
    text = statement.text
    camel, snake = "sessionId" in text, re.search(r"(?<!\.)session_id", text)
    about_render, about_other = _RENDER.search(text), _OTHER.search(text)
    claims_camel, claims_snake = affirmed(_CAMEL, text), affirmed(_SNAKE, text)
    wrong = camel and not snake and about_other and not about_render
    if claims_camel and camel and not claims_snake:
        wrong = bool(about_other and not about_render) or bool(
            re.search(
                r"everywhere|always|all (?:requests|bodies|fields)|\b(?:every|each|any) (?:body|request|call|endpoint)|所有|全部|一律",
                text,
                re.IGNORECASE,
            )
        )
    if (
        snake
        and not camel
        and _RENDER.search(statement.context)
        and re.search(
            r"session_id\b.{0,25}\b(?:here|in this (?:body|request))\b|(?:这里|此处)[^;。]{0,6}session_id",
            text,
        )
    ):
        wrong = not re.search(r"not session_id|instead of session_id|不是\s*session_id", text)
    after_render = re.search(r"/api/render/proxy/lambda(?!/)(?P<rest>[^;。]*)", text)
    mixed = after_render and re.search(r"(?<![\w.\"])session_id\b", after_render["rest"]) and not camel
    mixed = mixed and not re.search(r"/run_sse|/api/(?!render)", after_render["rest"] if after_render else "")
    if (
        wrong
        or (claims_snake and about_render and re.search(r"session", text, re.IGNORECASE) and not camel)
        or (mixed and not claims_camel)
    ):
        yield LintFinding(statement.line, "contradicts", "REN-1" if _RENDER.search(statement.context) else "SSE-1", "must", quoted(text),
                          "sessionId is camelCase in the export request only; everywhere else it is session_id",
                          "write sessionId" if about_render else "write session_id")  # fmt: skip
