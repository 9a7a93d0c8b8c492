"""The chat stream: what is shown, what a silent close asks for, and that nothing is ever sent again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from nemocontract.lint.document import Document, Statement
from nemocontract.lint.finding import Level, LintFinding, quoted
from nemocontract.lint.wording import affirmed

SILENT: Final = re.compile(
    r"(?:no|without|any|zero|lacks?|empty of|not .{0,12}) (?:any |a |single )?(?:text|words?|reply)\b|\bsilent(?:ly)?\b|\bsilence\b|closes? empty|empty (?:stream|reply|response)|return(?:s|ed)? nothing|say(?:s|ing)? nothing|"
    r"(?:没有|无|不带|未(?:返回|输出)|不(?:返回|输出))(?:任何)?(?:文字|文本|回复|内容)|静默|沉默|无声", re.IGNORECASE)  # fmt: skip
_AGAIN: Final = (
    r"\bre-?(?:send|sent|sending|submit|issue|post)\b|\b(?:send|sends|sent|post|submit|ask|say) (?:the |your |that |this |it|same |edit |the same )*(?:message|prompt|request|instruction|edit)?\s*(?:once |one )?(?:more|again|anew|a second time)\b"
    r"|\bretry(?:ing)? (?:the |that |this |same )*(?:message|prompt|edit|instruction|chat)|\b(?:repeat|replay) (?:the |that |this )*(?:message|prompt|edit|instruction)"
    r"|重发|重新发送|再次发送|再发(?:送)?一(?:次|遍)|重试(?:该|这条|原)?(?:消息|指令|编辑)|重复发送"
)
_RETRY: Final = r"\bretry\b|try again|重试|再试"
_REFUSED: Final = re.compile(
    r"1001|1002|429|\b40[0-9]\b|token|session (?:is |was )?(?:not found|lost|expired|gone)|new session|render|export|令牌|新会话|渲染|导出|上传|upload",
    re.IGNORECASE,
)
_ABOUT_STREAM: Final = re.compile(
    r"\bsse\b|stream|chat|message|edit|heartbeat|time-?out|disconnect|dropp|/run_sse|对话|消息|流|编辑|心跳|超时|断",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Forbidden:
    """What a document must not say where it speaks of ``about``: a ``pattern`` that is affirmed."""

    clause: str
    level: Level
    about: re.Pattern[str]
    pattern: re.Pattern[str]
    protocol: str
    unless: str = r"(?!)"
    narrow: bool = False  # `unless` is sought near the pattern only


def _re(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_SILENT_RULE: Final = "after a stream without text read the state, compare, and tell the user what changed"
FORBIDDEN: Final = (
    Forbidden("C-SSE-3", "must", SILENT, _re(_AGAIN + "|" + _RETRY), _SILENT_RULE + "; never send the message again", r"\b\d{3,4}\b \|"),
    Forbidden("C-SSE-3", "must", SILENT,
              _re(r"(?:treat|report|count|regard|consider|handle|show)\w*\b[^.;。]{0,30}\b(?:error|failure|failed|fault)|(?:edit|it|operation|change|request)s? (?:has |have |was )?failed|(?:视为|当作|报告|算作|认为)[^.;。]{0,8}(?:失败|错误|出错)|提示[^.;。]{0,6}(?:失败|错误)"), _SILENT_RULE),
    Forbidden("C-SSE-3", "must", SILENT,
              _re(r"\bignore\b|do nothing|nothing (?:needs|has) to|stay (?:silent|quiet)|say nothing|just (?:say|reply|answer|tell)\b[^.;。]{0,15}\bdone|assume\b[^.;。]{0,30}\b(?:worked|succe\w+|applied|done|fine)|move on|no (?:further )?action|忽略|什么(?:都|也)不(?:用|必|需)?(?:做|说)|保持沉默|直接(?:说|回复|告诉)[^.;。]{0,8}完成|默认[^.;。]{0,6}成功|当作成功|视为成功"), _SILENT_RULE),
    Forbidden("C-SSE-3", "must", SILENT,
              _re(r"(?:check|query|read|poll|call|fetch)\b[^.;。]{0,20}\b(?:credits?|balance)\b|(?:查询|查看|读取)[^.;。]{0,6}(?:积分|余额)"), _SILENT_RULE, r"state|状态"),
    Forbidden("C-SSE-3", "must", SILENT,
              _re(r"(?:open|create|start|make) (?:a )?new session|(?:ask|tell|prompt) the user to (?:retry|repeat|try)|(?:新建|重建)会话|请用户(?:重试|重复)|让用户(?:重试|再说)"), _SILENT_RULE),
    Forbidden("C-SSE-4", "should", _ABOUT_STREAM, _re(_AGAIN),
              "a message is never sent again: it would be done and charged twice", _REFUSED.pattern),
    Forbidden("C-SSE-4", "should", _re(r"\bpoll|轮询|progress|进度"), _re(r"poll\w*[^.;。]{0,25}/run_sse|poll\w* by (?:re-?)?send|轮询[^.;。]{0,8}/run_sse|重复发送[^.;。]{0,8}(?:查询|轮询)"),
              "progress is read from the state, or from the render job; a message is never sent again"),
    Forbidden("SSE-6", "must", _re(r"heartbeat|empty\s+\"?data|心跳|空(?:的)?\s*data"),
              _re(r"\b(?:error|fail\w*|dead|broken|disconnect\w*|reconnect\w*|abort\w*|cancel\w*|finished|is done|complete[sd]?|over|stop (?:waiting|reading|the))\b|close the (?:stream|connection)|end of|the end\b|出错|错误|失败|断开|重连|结束|完成|中止|关闭"),
              "heartbeats and empty data: lines mean that the backend still works: keep waiting", r"\d+ ?(?:min|m\b|s\b|分|秒)|minutes|still|text events?|tool|not (?:an )?error|并非|text and|文本事件|alone|only", narrow=True),
    Forbidden("SSE-6", "must", _re(r"heartbeat|empty\s+\"?data|心跳|空(?:的)?\s*data"),
              _re(r"(?:treat|regard|count|take|see)\w*\b[^.;]{0,50}\bas (?:an? )?(?:sign of )?(?:error|failure|timeout|the end|dead)|\b(?:is|are|means?) (?:an? )?(?:errors?|failures?|dead)\b|说明[^,;。]{0,10}(?:断开|结束|失败|出错|中断)"),
              "heartbeats and empty data: lines mean that the backend still works: keep waiting"),
    Forbidden("C-SSE-1", "must", _re(r"tool[- ](?:calls?|events?|results?|use)|工具(?:调用|结果|事件)"),
              _re(r"(?:show|forward|display|print|pass|relay|present|send|stream)\w*\b[^.;。|]{0,30}\b(?:user|chat|them|verbatim)|(?:tool (?:calls?|events?|results?))[^.;。|]{0,30}(?:go|goes) (?:straight |directly )?to the user|\b(?:are|is|get) (?:shown|displayed|forwarded|relayed|printed|presented)\b|\|\s*(?:show|display|forward|print|present)\b|(?:展示|显示|转发|告诉|呈现)[^.;。|]{0,6}(?:用户)|\|\s*(?:展示|显示|转发)"),
              "tool calls and results stay inside, the user sees none of them", r"text events?[^.;]{0,40}(?:straight|user)[^.;]*tool|文本[^。;]*用户[^。;]*工具"),
    Forbidden("C-SSE-1", "must", _re(r"\btext (?:events?|response|chunks?|replies)|文本(?:事件|回复)|文字事件"),
              _re(r"(?:\bdiscard|\bdrop\b|\bsuppress|keep[^.;|]{0,12}internal|\bhide\b|\bignore)\w*|without (?:any )?(?:GUI )?translat\w*|untranslated|丢弃|忽略|隐藏|不(?:经|做)?翻译"),
              "texts go to the user after their GUI talk is translated", r"tool|heartbeat|工具|心跳|temporary issue"),
    Forbidden("SSE-4", "should", _re(r"stream|\bsse\b|流"),
              _re(r"\[DONE\]|\b(?:a|an|the) \"?(?:done|end|final|finish|complete)\"? event\b|event: ?(?:done|end)|done 事件|结束事件"),
              "a stream ends by closing; no event says so"),
    Forbidden("SSE-11", "should", _re(r"stream|connection|client|连接|流"),
              _re(r"(?:closing|dropping|cutting|ending|aborting) the (?:stream|connection)[^.;。]{0,20}(?:cancels|stops|aborts|refunds)|断开(?:连接|流)[^.;。]{0,8}(?:取消|停止|退还)"),
              "a client that goes away stops nothing"),
    Forbidden("C-UX-1", "must", _re(r"user|chat|用户"),
              _re(r"\b(?:show|print|display|give|tell|reveal|expose|paste)\b[^.;。|]{0,14}(?:\bthe user |\bthem )?(?:the |your |their |its |raw |bearer |full )+(?:token|session_?id|api (?:response|output|answer)|json(?: response)?|technical details|request headers)\b|(?:把|将|向用户)[^.;。]{0,8}(?:令牌|token|session_id|原始 ?JSON|技术细节)[^.;。]{0,6}(?:展示|显示|告诉|给用户)"),
              "the user sees no protocol detail and no token", r"claim|summary"),
)  # fmt: skip


def check_streams(document: Document) -> Iterator[LintFinding]:
    """Find what a document says of streams that would show, lose or repeat something."""
    statements = document.statements
    for nth, statement in enumerate(statements):
        if statement.kind == "code" and "curl" in statement.block:
            continue
        for rule in FORBIDDEN:
            text = statement.text if rule.about.search(statement.text) else ""
            if not text and rule.about is SILENT:
                text = _follows(statements, nth)
            elif not text and rule.about is _ABOUT_STREAM and _ABOUT_STREAM.search(statement.section):
                text = statement.text
            found = affirmed(rule.pattern, text) if text else None
            around = _part(text, found) if found and rule.narrow else text
            if found and not re.search(rule.unless, around, re.IGNORECASE):
                yield LintFinding(statement.line, "contradicts", rule.clause, rule.level, quoted(statement.text),
                                  rule.protocol, f"say so: {rule.protocol}")  # fmt: skip
                break


def _part(text: str, found: re.Match[str]) -> str:
    """Return the part of a text between stops that a match stands in."""
    start = max(text.rfind(sign, 0, found.start()) for sign in (". ", ";", "。", "|")) + 1
    ends = [at for sign in (". ", ";", "。", "|") if (at := text.find(sign, found.end())) >= 0]
    return text[start : min(ends, default=len(text))]


def _follows(statements: list[Statement], nth: int) -> str:
    """Return the statement's text where the one or two before it, of the same block, speak of silence."""
    own = statements[nth]
    if _REFUSED.search(own.text) and not re.search(_AGAIN, own.text, re.IGNORECASE):
        return ""
    for before in statements[max(0, nth - 2) : nth]:
        same = before.block == own.block or (
            before.section == own.section and before.text.rstrip().endswith(":")
        )
        if same and before.kind == own.kind and SILENT.search(before.text):
            return own.text
    if SILENT.search(own.section):
        return own.text
    return ""
