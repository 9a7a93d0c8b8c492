"""What a document leaves out of what the public skill document says; clauses of other sources never count."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nemocontract.lint.curl import commands
from nemocontract.lint.document import Document
from nemocontract.lint.endpoints import CLAUSES, mentions
from nemocontract.lint.error_table import CODES
from nemocontract.lint.finding import Level, LintFinding
from nemocontract.recording.operations import operations_at, templates

_ENDPOINTS: Final = (
    "token.issue",
    "session.create",
    "chat",
    "upload",
    "credits",
    "state",
    "render.submit",
    "render.status",
)
# A client has to act on what is `must`; what only informs is advice.
WANTED: Final[tuple[tuple[str, Level, str, str], ...]] = (
    ("AUTH-2", "must", r"x-client-id", "a token request bears X-Client-Id"),
    ("C-AUTH-1", "must", r"\buuid", "the client id is a UUID"),
    ("C-AUTH-1", "must", r"NEMO_TOKEN", "a token in NEMO_TOKEN is used"),
    ("AUTH-6", "must", r"\bbearer\b", "every request but the token request bears Authorization: Bearer <token>"),
    ("C-ATT-1", "must", r"x-skill-source", "every request bears X-Skill-Source"),
    ("C-ATT-1", "must", r"x-skill-version", "every request bears X-Skill-Version"),
    ("C-ATT-1", "must", r"x-skill-platform", "every request bears X-Skill-Platform"),
    ("C-ATT-1", "must", r"clawhub", "~/.clawhub/ is the platform clawhub"),
    ("C-ATT-1", "must", r"cursor", "~/.cursor/skills/ is the platform cursor"),
    ("C-ATT-1", "must", r"unknown", "any other install path is the platform unknown"),
    ("SSE-2", "must", r"text/event-stream", "a chat request says Accept: text/event-stream"),
    ("C-SES-1", "must", r"session_id", "the session id comes from the answer of the session request"),
    ("SSE-1", "must", r"new_message", "a message's text stands in new_message.parts[0].text"),
    ("AUTH-5", "must", r"(?:7|seven|七)[\s-]*(?:d\b|days?|天|日)|a week|一周|一个?星期|168 ?h", "a token lives 7 days"),
    ("C-SSE-2", "must", r"(?:15|fifteen|十五)[\s-]*(?:m\b|min|分)|quarter of an hour|一刻钟|\b900\b", "a chat stream may last 15 min"),
    ("C-SSE-2", "must", r"still (?:working|processing|generating|busy)|(?:2|two|两|二)[\s-]*(?:min|分)|仍在|还在", "say that work goes on every 2 min"),
    ("C-REN-1", "must", r"(?:30|thirty|三十)[\s-]*(?:s\b|sec|秒)|half a minute|半分钟", "poll an export every 30 s"),
    ("REN-6", "must", r"\bcompleted\b", "an export is done when its status is completed"),
    ("SSE-6", "must", r"heartbeat|心跳", "heartbeats mean that the backend still works"),
    ("C-SSE-1", "must", r"tool[\s-]?(?:call|event|result|use)|工具", "tool calls stay inside"),
    ("C-SSE-3", "must", r"(?:no|without|any|not|lacks?|zero)\b[^.]{0,25}\b(?:text|words?|reply)\b|silent|silence|empty|\bnone\b|\d ?% of edits|(?:没有|无|不)[^。]{0,8}(?:文字|文本|回复|内容)|静默|沉默",
     "after a stream without text read the state, compare, and tell the user what changed"),
    ("STA-2", "must", r"(?<![\w-])tt(?![\w-])", "the draft's tt is a track's type"),
    ("STA-2", "must", r"(?<![\w-])sg(?![\w-])", "the draft's sg are segments"),
    ("C-GUI-1", "must", r"click|点击", "click is done through the API"),
    ("C-GUI-1", "must", r"\bopen\b|打开", "open reads the state"),
    ("C-GUI-1", "must", r"drag|拖", "drag sends the edit"),
    ("C-GUI-1", "must", r"preview|预览", "preview in timeline shows the tracks"),
    ("C-ROU-1", "must", r"(?:users?|someone|they|you)\b[^.|]{0,20}\b(?:says?|asks?|types?|wants?|sends?|input|request)|rout(?:e|ing|er)\b|send me the video|(?:every|any)thing else|intercept|用户|其余|其他|路由|意图|\binput\b|\bintent\b",
     "export, credits, status and upload go to their own endpoints"),
    ("CRE-1", "advice", r"available[\s\S]{0,80}frozen[\s\S]{0,80}total", "a balance has available, frozen and total"),
    ("CRE-4", "advice", r"[?]bind", "an anonymous account without credits registers at a URL with ?bind=<id>"),
    ("AUTH-1", "advice", r"(?:100|hundred|一百)\D{0,14}(?:credits?|积分)|(?:credits?|积分)\D{0,4}100", "an anonymous token comes with 100 credits"),
    ("UPL-4", "advice", r"500 ?m|0\.5 ?g|五百|five hundred", "a file may have up to 500 MB"),
    ("REN-6", "advice", r"\b30\D{1,8}90|三十\D{1,3}九十|half a minute to|thirty\D{1,9}ninety", "an export is done after 30 to 90 s"),
    ("SSE-5", "advice", r"30 ?%|30 per ?cent|three in ten|三成|十分之三|百分之三十|third|三分之一", "about 30 % of edits close without text"),
    ("C-UX-1", "advice", r"connecting|连接", "say that it connects, and when it is ready"),
)  # fmt: skip


def check_missing(document: Document) -> Iterator[LintFinding]:
    """Find endpoints, codes and facts that are nowhere in the document."""
    named = {one.operation for one in mentions(document)}
    for curl in commands(document):
        if found := re.search(r"/(?:api|run_sse)\b[^\s?\"']*", curl.url):
            named |= {name for name, verb in operations_at(found[0].rstrip("/")).items() if verb == curl.verb}
    for name in _ENDPOINTS:
        if name not in named and not (
            name == "render.status"
            and "render.submit" in named
            and re.search(r"poll|轮询", document.text, re.IGNORECASE)
        ):
            method, path = templates()[name]
            yield _missing(CLAUSES[name], "must", f"the endpoint {method} {path}")
    for code, fact in CODES.items():
        if code and not re.search(rf"(?<![\d.]){code}(?!\d)", document.text):
            yield _missing(fact.clause, "must", fact.protocol)
    for clause, level, pattern, protocol in WANTED:
        if not re.search(pattern, document.text, re.IGNORECASE):
            yield _missing(clause, level, protocol)
    yield from _formats(document)


def _missing(clause: str, level: Level, protocol: str) -> LintFinding:
    return LintFinding(1, "missing", clause, level, "", protocol, f"say it: {protocol}")


def _formats(document: Document) -> Iterator[LintFinding]:
    from nemocontract.lint.exports import FORMATS

    lacking = [
        name
        for name in FORMATS
        if not re.search(rf"(?<!\w){name}(?!\w)", document.text.replace("jpeg", "jpg"), re.IGNORECASE)
    ]
    if lacking:
        yield _missing(
            "UPL-3", "must", f"the formats are {', '.join(FORMATS)}; {', '.join(lacking)} are not named"
        )
