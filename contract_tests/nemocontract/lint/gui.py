"""GUI talk: the backend speaks as if there were buttons, and a client does what works instead."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nemocontract.lint.document import Document, Statement
from nemocontract.lint.finding import Level, LintFinding, quoted
from nemocontract.lint.wording import compiled, topics

_SAYS: Final = compiled({
    "drag": r"\bdrag|\bdrop\b|拖",
    "preview": r"preview|预览",
    "account": r"check (?:your )?account|billing|账户|账单",
    "export": r"\bexport\b|导出",
    "open": r"\bopen\b|打开",
    "click": r"\bclick|\btap\b|\bpress\b|点击|单击",
})  # fmt: skip
_DOES: Final = compiled({
    "state": r"\bstate\b|状态|3\.4|/api/state|\bquery (?:the )?(?:session|project|timeline|draft)|查询(?:会话|项目|时间线|草稿)",
    "edit": r"\bedits?\b|\bsse\b|3\.1|\bchat\b|run_sse|编辑|指令|对话",
    "summary": r"summar\w+|\btracks?\b|timeline (?:in|as) (?:text|words)|list the|摘要|轨道|概要|汇总|概述|列出",
    "export": r"\bexport|render|3\.5|导出|渲染",
    "credits": r"credits?|balance|3\.3|积分|余额",
    "upload": r"\bupload|上传|3\.2",
    "api": r"\bapi\b|endpoint|execut\w+|perform|carry (?:it )?out|\bcall\b|(?<!to )\bdo it|接口|执行|调用|完成(?:该|这个|对应)?(?:操作|动作)|代为",
    "told": r"(?:tell|ask|instruct|let|have|show|invite) (?:the )?users? (?:to |how to |where to )?(?:click|open|drag|press|do|find|use)|forward|as is|verbatim|unchanged|to the user (?:as|un)|让用户|请用户|告诉用户|原样|转告|转发给用户",
    "nothing": r"\bignore|do nothing|skip it|drop (?:it|the)|忽略|不处理|跳过",
    "session": r"new session|delete|log ?out|新建会话|删除|退出",
})  # fmt: skip
_RIGHT: Final[dict[str, tuple[frozenset[str], str, Level]]] = {
    "click": (frozenset({"api", "export", "edit"}), "do what the button does through the API", "must"),
    "open": (frozenset({"state"}), "read the session's state", "must"),
    "drag": (frozenset({"edit"}), "send the edit through /run_sse", "must"),
    "preview": (frozenset({"summary"}), "show a summary of the tracks", "must"),
    "export": (frozenset({"export"}), "export", "must"),
    "account": (frozenset({"credits"}), "read the credits", "should"),
}
_QUOTED: Final = re.compile(r"\"([^\"\n]{2,40})\"|'([^'\n]{2,40})'")
_SAYS_ONLY: Final = re.compile(
    r"(?:(?:click|open|drag|drop|preview(?: in timeline)?|export|点击|打开|拖拽|拖动|导出|预览|or|或)[\s/,、]*)+",
    re.IGNORECASE,
)
_UNQUOTED: Final = re.compile(r"(?P<said>[^:→\"]{3,40}?)\s*(?:→|:)\s*(?P<does>.{3,80})")
_ABOUT: Final = re.compile(
    r"\bGUI\b|interface|backend|visual|button|panel|translat|界面|后端|按钮|面板|翻译|图形", re.IGNORECASE
)
_JOINED: Final = re.compile(r"→|[:=]|\bmeans\b|\bbecomes\b|\bturns into\b|\byou\b|,|\bis\b|为|则|时|就|—|–|-")


def check_gui(document: Document) -> Iterator[LintFinding]:
    """Find GUI talk that is turned into the wrong action, or handed to the user."""
    for table in dict.fromkeys(row.table for row in document.rows):
        rows = [row for row in document.rows if row.table == table]
        if (
            sum(
                bool(re.search(r"click|点击|drag|拖|open\b|打开|preview|预览", row.cells[0], re.IGNORECASE))
                for row in rows
            )
            >= 2
        ):
            said = " ".join(row.cells[0] for row in rows)
            for name in ("click", "open", "drag", "preview") if len(rows) >= 3 else ():
                if not _SAYS[name].search(said):
                    yield LintFinding(
                        rows[0].line,
                        "missing",
                        "C-GUI-1",
                        "must",
                        "",
                        f"at {name}: {_RIGHT[name][1]}",
                        f"add a row for {name}",
                    )
            for row in rows:
                yield from _judge(row.line, row.cells[0], " | ".join(row.cells[1:]), " | ".join(row.cells))
    for statement in document.statements:
        if statement.kind == "prose" and _ABOUT.search(statement.context):
            yield from _prose(statement)
            yield from _unquoted(statement)


def _prose(statement: Statement) -> Iterator[LintFinding]:
    """Judge each quoted word of GUI talk by what follows it, up to the next one that says something else."""
    text = statement.text
    found = [(one.start(), one.end(), one[1] or one[2]) for one in _QUOTED.finditer(text)]
    groups: list[tuple[int, int, str]] = []
    for start, end, said in found:
        if groups and re.fullmatch(
            r"[\s/,、或和]*(?:or|and|and also)?[\s/,、]*", text[groups[-1][1] : start]
        ):
            groups[-1] = (groups[-1][0], end, f"{groups[-1][2]} / {said}")
        else:
            groups.append((start, end, said))
    for nth, (_, end, said) in enumerate(groups):
        if len(said) > 60 or not topics(said, _SAYS):
            continue
        does = text[end : groups[nth + 1][0] if nth + 1 < len(groups) else None]
        does = re.split(r"[;。]", does)[0]
        if _JOINED.search(does[:25]):
            yield from _judge(statement.line, said, does, text)


def _unquoted(statement: Statement) -> Iterator[LintFinding]:
    """Judge a sentence such as: click/点击 → call the API."""
    for part in re.split(r"\.\s|[;。]", statement.text):
        found = _UNQUOTED.match(part.strip())
        if found and _SAYS_ONLY.fullmatch(found["said"].strip()):
            yield from _judge(statement.line, found["said"], found["does"], part)


def _judge(line: int, said: str, does: str, says: str) -> Iterator[LintFinding]:
    asked = [name for name in _SAYS if _SAYS[name].search(said)]
    done = set(topics(does, _DOES))
    if not asked or not done:
        return
    right = {one for name in asked for one in _RIGHT[name][0]}
    own, what, level = _RIGHT[asked[0]]
    if ("told" in done and not own & done) or not right & done:
        yield LintFinding(
            line, "contradicts", "C-GUI-1", level, quoted(says), f"at {asked[0]}: {what}", f"say so: {what}"
        )
