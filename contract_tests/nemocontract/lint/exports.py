"""Exports, uploads and balances: statuses, costs, formats, and the names of an answer's fields."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from nemocontract.lint.document import Document, Statement
from nemocontract.lint.finding import Level, LintFinding, quoted
from nemocontract.lint.wording import affirmed

FORMATS: Final = ("mp4", "mov", "avi", "webm", "mkv", "jpg", "png", "gif", "webp", "mp3", "wav", "m4a", "aac")
_OTHERS: Final = ("flv", "wmv", "m4v", "mpg", "mpeg", "3gp", "ogg", "ogv", "oga", "flac", "opus", "wma", "aiff", "bmp", "tiff", "tif",
                  "heic", "heif", "svg", "psd", "raw", "avif", "pdf", "docx", "txt", "zip", "midi", "mid", "amr", "vob", "rmvb", "mxf")  # fmt: skip
_EXTENSION: Final = re.compile(
    rf"(?<![\w/])\.?({'|'.join((*FORMATS, 'jpeg', *_OTHERS))})(?![\w=])", re.IGNORECASE
)
_SUPPORT: Final = re.compile(
    r"formats?\b|support\w*|accept\w*|allowed|files?\b|types?\b|格式|支持|接受|允许|文件|类型", re.IGNORECASE
)

STATUSES: Final = ("pending", "processing", "completed", "failed", "cancelled")
_NO_STATUS: Final = "done|success|successful|succeeded|succeed|finished|complete|ready|queued|running|in_progress|rendering|rendered|error|errored|exported|started|ok|aborted|failure|finish"
_RENDER: Final = re.compile(r"render|export|poll|/lambda|渲染|导出|轮询", re.IGNORECASE)
_SAID: Final = re.compile(
    rf"\bstatus\b[^\w|]{{0,6}}(?:(?:is|becomes|equals|reaches|turns|shows|says|reads|reports|of|to|at|变为|变成|为|是|等于|到)[^\w|]{{0,4}}){{0,2}}(?P<a>{_NO_STATUS})\b"
    rf"|\b(?P<b>{_NO_STATUS})\b\"?\s+status\b|状态(?:变为|变成|为|是|等于|到达?)[^\w|]{{0,4}}(?P<c>{_NO_STATUS})\b", re.IGNORECASE)  # fmt: skip
_CHAIN: Final = re.compile(
    r"\b[a-z_]+\b(?:\s*\"?\s*(?:→|,? then)\s*\"?\s*\b[a-z_]+\b)+(?:\s*(?:/|or|\||,|或)\s*\"?\s*[a-z_]+)?",
    re.IGNORECASE,
)
_BALANCE: Final = ("available", "frozen", "total")
_THREE: Final = re.compile(
    r"(?<![\w.])\"?([a-z]+)\"?(?:\s*\([^)]*\))?\s*(?:,|、|and|和)\s*\"?([a-z]+)\"?(?:\s*\([^)]*\))?\s*,?\s*(?:,|、|and|plus|和|以及)\s*\"?([a-z]+)\b"
)
_ANSWER_NAMES: Final = frozenset({"data", "code", "message", "GET", "and", "or", "plus"})


def check_exports(document: Document) -> Iterator[LintFinding]:
    """Find statuses, costs, formats and field names that the service does not have."""
    for statement in document.statements:
        if _RENDER.search(statement.context):
            yield from _statuses(statement)
            yield from _address(statement)
        yield from _costs(statement)
        yield from _formats(statement)
        yield from _balance(statement)


def _found(
    statement: Statement, kind: Any, clause: str, level: Level, says: str, protocol: str, fix: str
) -> LintFinding:
    return LintFinding(statement.line, kind, clause, level, quoted(says), protocol, fix)


def _statuses(statement: Statement) -> Iterator[LintFinding]:
    text = statement.text
    if re.search(r"\bHTTP\b|status code", text):
        return
    for found in _SAID.finditer(text):
        word = found["a"] or found["b"] or found["c"]
        if word.lower() == "ok":
            continue
        right = _right_status(word)
        level: Level = "must" if right == "completed" else "should"
        yield _found(statement, "contradicts", "REN-6", level, text,
                     "a job's status is pending, processing, completed or failed", f"write {right}")  # fmt: skip
    for found in _CHAIN.finditer(text):
        words = [
            word.lower()
            for word in re.findall(r"[a-z_]+", found[0], re.IGNORECASE)
            if word.lower() not in ("or", "then")
        ]
        known = [word for word in words if word in STATUSES]
        places = [STATUSES.index(word) for word in known if word not in ("failed", "cancelled")]
        wrong = [word for word in words if re.fullmatch(_NO_STATUS, word)]
        if len(known) >= 1 and (wrong or places != sorted(places)):
            yield _found(statement, "contradicts", "REN-6", "must" if _right_status(*wrong[:1]) == "completed" else "should", text,
                         "a job goes pending, processing, then completed or failed", "write pending → processing → completed / failed")  # fmt: skip


def _right_status(word: str = "") -> str:
    if word.lower() in ("queued", "started"):
        return "pending"
    if word.lower() in ("running", "in_progress", "rendering"):
        return "processing"
    return "failed" if word.lower() in ("error", "errored", "aborted", "failure") else "completed"


_ADDRESS: Final = re.compile(r"(?:download (?:url|link)|file url|video url|\bfile\b|下载(?:地址|链接)|文件地址)\s*(?:is |stands |comes |lives )?(?:at|in|from|under|is|在|位于|取自|为|是)\s+(?:the field )?(?P<name>[a-z_]\w*(?:\.\w+)+|[a-z]+_url|[a-z]+Url)\b", re.IGNORECASE)  # fmt: skip


def _address(statement: Statement) -> Iterator[LintFinding]:
    for found in re.finditer(
        r"(?<![\w./$])(?!output\b|data\b)([a-z_]{3,12})\.(?:url|download_?url|video_?url)\b",
        statement.text,
        re.IGNORECASE,
    ):
        yield _found(statement, "contradicts", "REN-7", "should", found[0],
                     "the address of the file stands in output.url", "write output.url")  # fmt: skip
    for found in _ADDRESS.finditer(statement.text):
        if (
            found["name"][0].islower()
            and not _EXTENSION.search(found["name"])
            and found["name"].lower()
            not in ("output.url", "data.outputurl", "outputurl", "nemovideo.ai", "nemovideo.com")
        ):
            yield _found(statement, "contradicts", "REN-7", "should", found[0],
                         "the address of the file stands in output.url", "write output.url")  # fmt: skip


_COSTS: Final = re.compile(
    r"\b(?:export|render)(?:s|ing)?\b(?:(?!\bnot?\b|n't|\bnever\b)[^.;。|]){0,25}\b(?:costs?|consumes?|uses up|deducts?|charges?|is charged|takes)\b(?![^.;。|]{0,20}\b(?:no|nothing|zero|0|free)\b)[^.;。|]{0,25}\bcredits?"
    r"|导出(?:(?!不|无)[^.;。|]){0,8}(?:消耗|扣除|花费|需要|收取)(?![^.;。|]{0,6}(?:0|零))[^.;。|]{0,8}积分", re.IGNORECASE)  # fmt: skip
_ORPHAN: Final = re.compile(
    r"(?:clos(?:e|ing) the tab|switch(?:ing)? tokens?|another token|a new token|any token|re-?authenticat\w+|关闭(?:标签|页面)|换(?:一个)?(?:token|令牌))[^.;。]{0,60}(?:job|render|export|渲染|任务)[^.;。]{0,40}(?:survives?|(?:stays?|remains?|keeps?) (?:going|running|available|readable|reachable|visible)|still (?:be )?(?:available|readable|found|reach\w*|there)|is not affected|can (?:still )?be (?:read|polled|fetched)|仍(?:然)?(?:可|能|在)|不受影响)", re.IGNORECASE)  # fmt: skip


def _costs(statement: Statement) -> Iterator[LintFinding]:
    if affirmed(_COSTS, statement.text) and not re.search(r"\bfree\b|免费", statement.text, re.IGNORECASE):
        yield _found(
            statement,
            "contradicts",
            "REN-2",
            "should",
            statement.text,
            "an export costs no credits",
            "say that it is free",
        )
    if affirmed(_ORPHAN, statement.text):
        yield _found(statement, "contradicts", "REN-10", "must", statement.text,
                     "a render job belongs to the token that submitted it; to another it is unknown", "say that the job is orphaned")  # fmt: skip


def _formats(statement: Statement) -> Iterator[LintFinding]:
    """Judge a list of formats: a whole one has all thirteen, and none has one that is not taken."""
    names = [found[1].lower().replace("jpeg", "jpg") for found in _EXTENSION.finditer(statement.text)]
    known, others = set(names) & set(FORMATS), [name for name in names if name in _OTHERS]
    is_list = re.search(r"(?:\w{3,4}\W{1,6}){2,}", statement.text) and len(known) >= 3
    if not is_list or not _SUPPORT.search(statement.context):
        return
    extra = [
        name
        for name in others
        if not re.search(
            rf"(?:not|no|un|convert|except|instead of|不)[^.;。]{{0,30}}\b{name}\b",
            statement.text,
            re.IGNORECASE,
        )
    ]
    if extra:
        yield _found(statement, "contradicts", "UPL-3", "must", statement.text,
                     f"the formats are {', '.join(FORMATS)}; anything else is 4001", f"leave out {', '.join(extra)}")  # fmt: skip
    lacking = [name for name in FORMATS if name not in known]
    if lacking and len(known) >= 9:
        yield _found(statement, "contradicts", "UPL-3", "must", statement.text,
                     f"the formats are {', '.join(FORMATS)}", f"add {', '.join(lacking)}")  # fmt: skip


def _balance(statement: Statement) -> Iterator[LintFinding]:
    """Judge the names of a balance's figures where they are listed."""
    text = statement.text
    about = re.search(r"/api/credits|\bcredits?\b|\bbalance\b|积分|余额", statement.context, re.IGNORECASE)
    if not about:
        return
    for found in _THREE.finditer(text):
        names = [found[1], found[2], found[3]]
        wrong = [name for name in names if name not in _BALANCE and name not in _ANSWER_NAMES]
        if len(set(names) & set(_BALANCE)) == 2 and wrong:
            right = next(one for one in _BALANCE if one not in names)
            yield _found(
                statement,
                "unknown",
                "CRE-1",
                "must",
                found[0],
                "a balance has available, frozen and total",
                f"write {right}",
            )
