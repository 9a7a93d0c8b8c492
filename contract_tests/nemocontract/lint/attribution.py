"""Attribution: where the three headers come from, how the platform is found, and the client id and token."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nemocontract.lint.document import Document, Statement
from nemocontract.lint.finding import LintFinding, quoted
from nemocontract.lint.wording import affirmed

_HEADER: Final = re.compile(r"X-Skill-(Source|Version|Platform)", re.IGNORECASE)
_VALUE_END: Final = re.compile(r"[;。]|\.\s|X-Skill-|\"\s*-H", re.IGNORECASE)
_WRONG: Final = {
    "Source": re.compile(r"\bversion\b|版本|install|platform|平台|路径|\$SKILL_VERSION|\$SKILL_SOURCE", re.IGNORECASE),
    "Version": re.compile(r"\bname\b|名称|技能名|名字|install|platform|平台|路径|\$SKILL_NAME|\$SKILL_SOURCE", re.IGNORECASE),
    "Platform": re.compile(r"\bversion\b|版本|\bname\b|名称|operating system|\bos\b|操作系统|user-?agent|\$SKILL_NAME|\$SKILL_VERSION", re.IGNORECASE),
}  # fmt: skip
_RIGHT: Final = {
    "Source": re.compile(r"\bname\b|名称|技能名|名字|slug|\$SKILL_NAME|front ?matter name", re.IGNORECASE),
    "Version": re.compile(r"version|版本", re.IGNORECASE),
    "Platform": re.compile(r"install|path|路径|安装|clawhub|cursor|unknown|SKILL_SOURCE|detect|检测|platform directory", re.IGNORECASE),
}  # fmt: skip
_SAYS: Final = {
    "Source": "X-Skill-Source is the name from the front matter",
    "Version": "X-Skill-Version is the version from the front matter",
    "Platform": "X-Skill-Platform is found from SKILL_SOURCE or the install path",
}
_ARROW: Final = r"[\s/)*\"',下里中]{0,6}(?:=|就是|即为|算作|算|记作|→|:|\b(?:it|this|that) is\b|\bis\b|\bmeans\b|\bgives\b|\bfor\b|为|是|则为|对应|则|\|)\s*(?:用|填|写|取|记为|use |send )?[\s\"']*"
_PATH: Final = re.compile(
    r"~/\.(?P<dir>[\w-]+)(?P<rest>(?:/[\w-]+)*)/?" + _ARROW + r"(?P<name>[A-Za-z][\w-]*)"
)
_REVERSED: Final = re.compile(
    r"(?<![\w/.~-])(?P<name>[a-z][\w-]*)\"?\s+(?:if|when|for|where|below|under|in)\b[^,;。|]{0,40}?~/\.(?P<dir>[\w-]+)(?P<rest>(?:/[\w-]+)*)"
)
_NAMED: Final = {"clawhub": ("clawhub", ""), "cursor": ("cursor", "/skills")}
_ELSE: Final = re.compile(
    r"(?:\b(?:otherwise|else|fall(?:s|ing)? ?back|anything else|(?:any|all|every) (?:the )?others?(?: \w+)?|other paths|elsewhere|everything else|by default|default(?:s)? to)\b|否则|其他(?:情况|路径)?|其余(?:情况|路径)?|都不是|默认|兜底)"
    r"[^A-Za-z]{0,14}(?:(?:to|is|it is|means?|counts? as|becomes?|gives?|use|send|report|as|say|the value|用|为)\b[^A-Za-z]{0,4}){0,2}(?P<name>[A-Za-z][\w-]*)", re.IGNORECASE)  # fmt: skip
_SMALL: Final = frozenset(
    [
        "the",
        "case",
        "cases",
        "path",
        "paths",
        "place",
        "location",
        "install",
        "directory",
        "folder",
        "a",
        "it",
        "use",
        "set",
        "if",
        "of",
        "env",
        "from",
        "for",
        "with",
        "when",
        "this",
        "that",
        "value",
        "skill",
        "no",
        "its",
        "any",
        "to",
        "is",
    ]
)


def check_attribution(document: Document) -> Iterator[LintFinding]:
    """Find a header from the wrong source, a platform from the wrong path, and what the token is for."""
    for nth, statement in enumerate(document.statements):
        before = " ".join(one.text for one in document.statements[max(0, nth - 6) : nth])
        yield from _sources(statement)
        yield from _platforms(statement, before)
        yield from _refusal(statement, before)
        yield from _habits(statement)
    yield from _literals(document)


def _sources(statement: Statement) -> Iterator[LintFinding]:
    heads = list(_HEADER.finditer(statement.text))
    for nth, found in enumerate(heads):
        which = found[1].title()
        rest = statement.text[found.end() : heads[nth + 1].start() if nth + 1 < len(heads) else None]
        ended = _VALUE_END.search(rest)
        value = rest[: ended.start()] if ended else rest
        comma = re.search(r",\s*and\b|, (?!else|otherwise)|、", value)
        value = value[: comma.start()] if comma and nth + 1 < len(heads) else value
        if affirmed(_WRONG[which], value) and not _RIGHT[which].search(value):
            yield LintFinding(statement.line, "contradicts", "C-ATT-1", "must", quoted(f"{found[0]}{value}"),
                              _SAYS[which], f"say so: {_SAYS[which]}")  # fmt: skip


def _platforms(statement: Statement, before: str) -> Iterator[LintFinding]:
    said = f"{statement.context} {before[-400:]}"
    if not re.search(r"platform|平台|clawhub|SKILL_SOURCE|install path|安装路径", said, re.IGNORECASE):
        return
    whole = list(_PATH.finditer(statement.text))
    for found in whole or _REVERSED.finditer(statement.text):
        if (
            found["dir"] == "config"
            or found["name"] in _SMALL
            or found["name"] in ("platform", "file", "sits", "lives")
        ):
            continue
        name, rest = _NAMED.get(found["dir"], ("unknown", found["rest"]))
        right_path = not rest or found["rest"].startswith(rest) or not found["rest"]
        if found["name"].lower() != name or not right_path:
            yield LintFinding(statement.line, "contradicts", "C-ATT-1", "must", quoted(found[0]),
                              "~/.clawhub/ is clawhub, ~/.cursor/skills/ is cursor, anything else unknown",
                              f"write {name} for ~/.{found['dir']}{rest}/")  # fmt: skip
    close = before[-120:] if re.search(r"~/\.(?:clawhub|cursor)", before[-120:]) else ""
    said = f"{statement.nearby} {close}"
    if re.search(
        r"~/\.(?:clawhub|cursor)|platform|平台|SKILL_SOURCE|install path|安装路径", said, re.IGNORECASE
    ):
        for found in _ELSE.finditer(statement.text):
            if found["name"].lower() not in ("unknown", *_SMALL):
                yield LintFinding(statement.line, "contradicts", "C-ATT-1", "must", quoted(found[0]),
                                  "where no install path fits, the platform is unknown", "write unknown")  # fmt: skip


def _refusal(statement: Statement, before: str) -> Iterator[LintFinding]:
    text = statement.text
    lacking = re.search(
        r"missing|without|lack|omit|leav(?:e|ing)\b[^.;]{0,25}\bout\b|\bdrop\b|缺少|缺失|未带|不带|没有带|漏|少了|没有这|\bno (?:attribution|headers?|x-skill)",
        text,
        re.IGNORECASE,
    )
    pronoun = re.search(r"\b(?:them|these|those|any of (?:them|these))\b|它们|这些|这三", text, re.IGNORECASE)
    around = f"{text} {before[-500:]}" if pronoun else text
    about = re.search(r"attribution|x-skill|headers?\b|归因|请求头|这些头|三个头", around, re.IGNORECASE)
    fails = re.search(r"\b(?:fail\w*|refus\w*|reject\w*|exports?|402)\b|失败|拒绝|导出", text, re.IGNORECASE)
    if not (lacking and about and fails) or (
        re.search(r"client-?id|authoriz|bearer|客户端", text, re.IGNORECASE) and statement.kind == "row"
    ):
        return
    for found in re.finditer(r"(?<![\d.])([1-5]\d{2}|[124]00[1-9])(?![\d%])", text):
        if found[1] != "402" and not re.search(r"client-?id", text, re.IGNORECASE):
            yield LintFinding(statement.line, "contradicts", "REN-3", "must", quoted(text),
                              "an export without all three attribution headers is refused with 402", "write 402")  # fmt: skip


_HABITS: Final = (
    (re.compile(r"\b(?:only|just)\b[^.;。]{0,60}(?:export|render)|\b(?:exports?|export requests?|renders?)\b[^.;。]{0,10}\b(?:only|alone)\b|(?:仅|只)(?:在|需在|有)?[^.;。]{0,12}(?:导出|渲染)", re.IGNORECASE),
     re.compile(r"attribution|x-skill|归因", re.IGNORECASE), "C-ATT-1", "must", "every request bears the three X-Skill headers", ""),
    (re.compile(r"\boptional\b|not (?:needed|required|necessary)|can be (?:left out|omitted)|可选|可省略|非必需|不是必须|可以不", re.IGNORECASE),
     re.compile(r"x-client-id", re.IGNORECASE), "AUTH-2", "must", "a token request without X-Client-Id is refused with 400", r"authoriz|bearer|body|请求体"),
    (re.compile(r"\boptional\b|not (?:needed|required|necessary)|can be (?:left out|omitted)|可选|可省略|非必需|不是必须|可以不", re.IGNORECASE),
     re.compile(r"x-skill|attribution|归因", re.IGNORECASE), "C-ATT-1", "must", "every request bears the three X-Skill headers", ""),
    (re.compile(r"hard-?code|写死|硬编码", re.IGNORECASE),
     re.compile(r"x-skill-(?:version|platform)|attribution|归因", re.IGNORECASE), "C-ATT-1", "must", "the values come from the front matter and the install path", ""),
    (re.compile(r"\b(?:still|always|anyway|ignore|first|regardless)\b[^.;。]{0,50}(?:anonymous|new token|fresh token|another token)|(?:仍然?|总是|依然|忽略)[^.;。]{0,20}(?:申请|匿名|获取)", re.IGNORECASE),
     re.compile(r"NEMO_TOKEN", re.IGNORECASE), "C-AUTH-1", "must", "a token in NEMO_TOKEN is used, and no other is asked for", r"not set|unset|missing|otherwise|没有设置|未设置|否则"),
    (re.compile(r"e-?mail|user ?name|timestamp|machine name|host ?name|phone|mac address|\bip\b|邮箱|用户名|时间戳|主机名|手机号", re.IGNORECASE),
     re.compile(r"x-client-id|client (?:id|identifier)\b|客户端(?:标识|ID)", re.IGNORECASE), "C-AUTH-1", "must", "the client id is a UUID", r"uuid|rate|limit|限流"),
    (re.compile(r"(?:new|fresh|another|different) (?:client[- ]?id|uuid)[^.;。]{0,30}(?:every|each) (?:request|time|run|start|call)|每次(?:请求|启动|调用)?[^.;。]{0,10}(?:新的?|重新生成)[^.;。]{0,10}(?:uuid|客户端)", re.IGNORECASE),
     re.compile(r"client|uuid|客户端", re.IGNORECASE), "C-AUTH-1", "should", "the client id is kept and used again", ""),
    (re.compile(r"(?:token=\$?\{?(?:NEMO_)?TOKEN|token=<(?:nemo_)?token>|[?&]token=nmv)", re.IGNORECASE),
     re.compile(r"", re.IGNORECASE), "C-SEC-1", "should", "no token stands in a URL", ""),
)  # fmt: skip


def _habits(statement: Statement) -> Iterator[LintFinding]:
    for pattern, about, clause, level, protocol, unless in _HABITS:
        found = affirmed(pattern, statement.text)
        if (
            found
            and about.search(statement.text)
            and not (unless and re.search(unless, statement.text, re.IGNORECASE))
        ):
            yield LintFinding(statement.line, "contradicts", clause, level, quoted(statement.text), protocol,  # type: ignore[arg-type]
                              f"say that {protocol}")  # fmt: skip


def _literals(document: Document) -> Iterator[LintFinding]:
    """Compare what a document writes for its own name and version with its front matter."""
    front = document.front_matter or {}
    wanted = {"Source": str(front.get("name", "")), "Version": str(front.get("version", ""))}
    for statement in document.statements:
        for found in re.finditer(
            r"X-Skill-(Source|Version)\"?\s*(?:[:=|]|is)\s*\"?(?P<value>[\w.-]+)",
            statement.text,
            re.IGNORECASE,
        ):
            which, value = found[1].title(), found["value"].rstrip(".")
            literal = re.fullmatch(
                r"\d+(?:\.\d+)+" if which == "Version" else r"[a-z0-9]+(?:-[a-z0-9]+)+", value
            )
            if literal and wanted[which] and value != wanted[which]:
                yield LintFinding(statement.line, "contradicts", "C-ATT-1", "must", quoted(found[0]),
                                  f"{_SAYS[which]}, which is {wanted[which]} here", f"write {wanted[which]}")  # fmt: skip
