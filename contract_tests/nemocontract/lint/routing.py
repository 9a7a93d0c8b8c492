"""The routing of a user's words: four intents go to their endpoints, everything else to the chat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nemocontract.lint.document import Document, Row, Statement
from nemocontract.lint.finding import LintFinding, quoted
from nemocontract.lint.wording import affirmed, compiled, topics

WORDS: Final = compiled({
    "export": r"\bexport\b|导出|\bdownload\b|send me the video|下载",
    "credits": r"\bcredits?\b|积分|\bbalance\b|余额",
    "state": r"\bstatus\b|状态|show (?:me )?(?:the )?tracks|轨道",
    "upload": r"\bupload\b|上传|(?:sends?|attach\w*|drops?) (?:a |an |the )?files?|file attached|发送?文件|传文件|附件",
    "chat": r"everything else|anything else|all else|the rest|otherwise|other requests|其他|其余|其它|一切|别的",
})  # fmt: skip
_TARGETS: Final = compiled({
    "export": r"export|render|3\.5|导出|渲染",
    "credits": r"credit|balance|3\.3|积分|余额",
    "state": r"\bstate\b|status|timeline|track|3\.4|状态|轨道|时间线",
    "upload": r"upload|3\.2|上传",
    "chat": r"\bsse\b|run_sse|\bchat\b|\bagent\b|backend|message|3\.1|对话|聊天|消息|后端",
})  # fmt: skip
_RULE: Final = "export, credits, status and upload go to their own endpoints, everything else to /run_sse"
_YES: Final = re.compile(r"✅|✓|✔|☑|\byes\b|\btrue\b|\bskip\b|^是|跳过|^y$", re.IGNORECASE)
_NO: Final = re.compile(r"❌|✗|✘|✖|\bno\b|\bfalse\b|^否|不跳过|^n$", re.IGNORECASE)
_QUOTED: Final = re.compile(r"\"([^\"\n]{2,30})\"")
_SPOKEN: Final = re.compile(
    r"\b(?:user|users|they|someone|anyone|words|says?|asks?|types?|intent|request)\b|用户|说|输入|意图|关键词|请求",
    re.IGNORECASE,
)
_BACKEND: Final = re.compile(
    r"backend (?:says|tells|asks|replies|repl\w+)|\bGUI\b|panel|button|\[|后端(?:说|提示|回复)|界面|按钮|面板",
    re.IGNORECASE,
)


def check_routing(document: Document) -> Iterator[LintFinding]:
    """Find words that are sent the wrong way, and intents that a routing table leaves out."""
    for table in dict.fromkeys(row.table for row in document.rows):
        rows = [row for row in document.rows if row.table == table]
        if is_routing(rows):
            yield from _table(rows)
    for statement in document.statements:
        if statement.kind == "prose":
            yield from _listed(statement)
            yield from _rest(statement)
            yield from _prose(statement)
            yield from _forwarded(statement)


def is_routing(rows: list[Row]) -> bool:
    """Tell whether a table routes words, and is no table of endpoints or of GUI talk."""
    header = " ".join(rows[0].header)
    if re.search(
        r"method|path|endpoint|方法|路径|接口|端点|backend|后端|code|错误", header, re.IGNORECASE
    ) and not _SPOKEN.search(header):
        return False
    if any(re.search(r"\bclick|点击|drag|拖", row.cells[0], re.IGNORECASE) for row in rows):
        return False
    intents = {name for row in rows for name in topics(row.cells[0], WORDS)}
    return len(intents & {"export", "credits", "state", "upload"}) >= 3 and len(rows[0].cells) >= 2


def _table(rows: list[Row]) -> Iterator[LintFinding]:
    header = rows[0].header
    skip = next(
        (nth for nth, cell in enumerate(header) if re.search(r"sse|skip|跳过", cell, re.IGNORECASE)), None
    )
    skips = (
        skip is not None
        and re.search(r"skip|bypass|跳过|绕过|不走|不经", header[skip], re.IGNORECASE) is not None
    )
    seen: set[str] = set()
    for row in rows:
        intents = list(topics(row.cells[0], WORDS))
        intents = ["chat"] if "chat" in intents else intents
        seen |= set(intents)
        target = " | ".join(cell for nth, cell in enumerate(row.cells[1:], start=1) if nth != skip)
        found = topics(target, _TARGETS)
        if (intents and found and not set(intents) & set(found)) or (
            "chat" in intents and found and "chat" not in found
        ):
            yield _finding(row.line, " | ".join(row.cells), intents[0])
        elif intents and skip is not None and skip < len(row.cells):
            wants = (intents[0] != "chat") == skips
            said = (
                True
                if _YES.search(row.cells[skip]) and not re.search("不跳过", row.cells[skip])
                else False
                if _NO.search(row.cells[skip])
                else None
            )
            if said is not None and said != wants:
                yield _finding(row.line, " | ".join(row.cells), intents[0])
    for name in [name for name in WORDS if name not in seen]:
        yield LintFinding(
            rows[0].line,
            "missing",
            "C-ROU-1",
            "must",
            "",
            _RULE,
            f"add a row for {'everything else' if name == 'chat' else name}",
        )


def _finding(line: int, says: str, intent: str) -> LintFinding:
    to = "the chat, POST /run_sse" if intent == "chat" else f"the {intent} endpoint, never to /run_sse"
    return LintFinding(line, "contradicts", "C-ROU-1", "must", quoted(says), _RULE, f"send {intent} to {to}")


def _prose(statement: Statement) -> Iterator[LintFinding]:
    """Judge a sentence or list item that quotes what a user says and names where it goes."""
    text = statement.text
    said = [found[1] for found in _QUOTED.finditer(text)]
    intents = {name for one in said if len(one) < 22 for name in topics(one, WORDS)} - {"chat"}
    if len(intents) != 1 or _BACKEND.search(text) or not (_SPOKEN.search(statement.context) or "→" in text):
        return
    if re.search(r"GUI|界面|click|点击|translat", statement.section + text, re.IGNORECASE):
        return
    last = [found.end() for found in _QUOTED.finditer(text)][-1]
    found = topics(text[last:], _TARGETS)
    intent = intents.pop()
    if found and intent not in found:
        yield _finding(statement.line, text, intent)


_HEAD: Final = re.compile(r"^(?P<head>[^:→—]{3,90}?)\s*(?::|→|—|\bgoes to\b|走|交给)\s*(?P<tail>\S.*)")


def _listed(statement: Statement) -> Iterator[LintFinding]:
    """Judge a list item that begins with words of one intent, quoted or not, and then says where they go."""
    found = _HEAD.match(statement.text.strip())
    if (
        not found
        or statement.text not in statement.block
        or len(statement.block) > 260
        or "/api" in found["head"]
    ):
        return
    intents = [name for name in WORDS if WORDS[name].search(found["head"])]
    hits = sum(len(WORDS[name].findall(found["head"])) for name in intents)
    intents = (
        ["chat"]
        if re.match(
            r"\W*(?:everything|anything|all) else|\W*(?:the )?rest\b|\W*(?:其他|其余|其它)",
            found["head"],
            re.IGNORECASE,
        )
        else intents
    )
    if len(intents) != 1 or (intents[0] != "chat" and hits < 2):
        return
    to = topics(re.split(r"[.;。]\s|,", found["tail"])[0], _TARGETS)
    if to and intents[0] not in to:
        yield _finding(statement.line, statement.text, intents[0])


_REST: Final = re.compile(
    r"\b(?:pass|send|forward|hand|route|direct)\w*\b[^.;]{0,6}\b(?:(?:every|any)thing|all|whatever) else\b[^.;]{0,10}\bto (?:the )?(?P<a>[^.;,]{2,25})"
    r"|(?:其余|其他|其它)[^;。,]{0,4}(?:交给|走|发到|转到|进入)(?P<b>[^;。,]{1,8})", re.IGNORECASE)  # fmt: skip


def _rest(statement: Statement) -> Iterator[LintFinding]:
    """Judge a sentence that says where everything else goes."""
    for found in _REST.finditer(statement.text):
        to = topics(found["a"] or found["b"], _TARGETS)
        if to and "chat" not in to:
            yield _finding(statement.line, statement.text, "chat")


_FORWARD: Final = re.compile(
    r"\b(?:send|forward|pass|relay|post|hand)\w*\b[^.;。|]{0,12}\"(?:export|credits?|status|upload|导出|积分|状态|上传)\"[^.;。|]{0,40}\b(?:backend|sse|chat|agent|run_sse)\b"
    r"|\b(?:exports?|credit questions|credits|status|uploads?)\b[^.;。|]{0,15}\b(?:go|goes|are sent|is sent|travel|are forwarded|is forwarded)\b[^.;。|]{0,12}(?:to|through|via|over)\s+(?:the )?(?:backend|sse|chat|agent|/?run_sse)"
    r"|(?:导出|积分|状态|上传)[^;。|]{0,8}(?:交给|发给|发送到|转发给|走)\s*(?:后端|对话|聊天|SSE|/run_sse)", re.IGNORECASE)  # fmt: skip


def _forwarded(statement: Statement) -> Iterator[LintFinding]:
    if affirmed(_FORWARD, statement.text):
        yield LintFinding(
            statement.line,
            "contradicts",
            "C-ROU-1",
            "must",
            quoted(statement.text),
            _RULE,
            "call the endpoint yourself",
        )
