"""What no user should have to read, and the two words that everyone should (C-UX-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nemocontract.client_rules.request_identity import is_usable_response
from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_run import ClientRun, UserLine
from nemocontract.protocol.drafts import words_in
from nemocontract.protocol.events import summarize_stream

_CONNECTING: Final = re.compile(r"connect|连接|接通", re.IGNORECASE)
_READY: Final = re.compile(r"ready|就绪|准备好|准备就绪|已连接", re.IGNORECASE)

# Details of the protocol, by what they are.
_DETAILS: Final = {
    "a code": (
        r"(?<![\w.:×/+-])(?:1001|1002|2001|4001|4002)"
        r"(?![\w:×%]|\.\d|\s*(?:m?s|seconds|[kKMG]?B|bytes|frames|px|credits|积分|秒|年)\b)"
    ),
    "a status": (
        r"\bHTTP\b(?!S?://)|\bstatus\s*(?:code)?\s*[:=#]?\s*[1-5]\d\d\b|\b[45]\d\d\s+(?:Bad|Not|Internal|"
        r"Unauthorized|Forbidden|Payment|Conflict|Too Many|Service|Gateway|Payload|Unsupported)|"
        r"\b(?:error|code|errno)\s*(?:code)?\s*[:=#(]?\s*-?\d{3,4}\b|(?:错误码|状态码|错误代码)\s*[:：]?\s*\d"
    ),
    "JSON": r"\{\s*['\"]\w+['\"]\s*:|['\"]\w+['\"]\s*:\s*[\[{\d\"]|\bdata:\s*\{",
    "an endpoint": r"/run_sse\b|/api/[a-z]|\brun_sse\b",
    "a header": (
        r"\bX-(?:Skill|Client)-\w+|\bBearer\b|\bAuthorization\s*:|\bRetry-After\b|\bcontent-type\s*:|"
        r"\btext/event-stream\b"
    ),
    "a traceback": (
        r"\bTraceback \(|\bFile \"[^\"]+\", line \d|^\s+at \S+ \(\S+:\d+:\d+\)|\[Errno|"
        r"\bE(?:CONN[A-Z]+|TIMEDOUT|PIPE|NOTFOUND|HOSTUNREACH)\b"
    ),
    "an exception": (
        r"\b[A-Z]\w*[a-z](?:Error|Exception|Timeout)\b(?!\.\w)|"
        r"\b(?:httpx|httpcore|aiohttp|urllib3|requests)\.\w|\bUnhandledPromiseRejection\b"
    ),
    "an event": r"\btool_(?:call|result)\b|\bfunction(?:Call|Response)\b|\bheartbeat\b(?=\s*[\"'}:])",
    "a tool": r"\bgenerate_video_with_seedance\b|\bedit_multitrack\b",
}
_PATTERNS: Final = {
    what: re.compile(pattern, re.MULTILINE | (re.IGNORECASE if what in ("a status", "a header") else 0))
    for what, pattern in _DETAILS.items()
}


@rule(
    "C-UX-1",
    "user-text.connecting-then-ready",
    "On connecting the user reads that, and then that it is ready.",
)
def _connecting(run: ClientRun) -> Iterator[RuleResult]:
    """Only of the first session: a client that has talked already may renew one in other words."""
    for said in run.said or ():
        made = [one for one in run.during(said) if one.operation == "session.create"]
        if not made:
            continue
        begun = _CONNECTING.search(said.text)
        yield RuleResult(begun is not None, "the user reads that it connects", _short(said), at=made[0])
        if any(is_usable_response(one) for one in made) and not said.left:
            after = _READY.search(said.text, begun.end() if begun else 0)
            yield RuleResult(
                after is not None, "then the user reads that it is ready", _short(said), at=made[-1]
            )
        return


def _short(said: UserLine) -> str:
    return f"the user reads {said.text.strip()[:160]!r}"


@rule("C-UX-1", "user-text.no-protocol", "No detail of the protocol is in what the user reads.")
def _no_protocol(run: ClientRun) -> Iterator[RuleResult]:
    content = _content(run)
    ids = _ids(run)
    for said in run.said or ():
        if said.text.strip():
            slips = [*_slips(said.text, content), *(f"an id: {one}" for one in ids if one in said.text)]
            at = next(iter(run.during(said)), None)
            seen = f"the user reads {'; '.join(slips)}"
            yield RuleResult(not slips, "no detail of the protocol", seen, at=at, at_ms=said.ended_at_ms)


def _slips(text: str, content: str) -> Iterator[str]:
    for what, pattern in _PATTERNS.items():
        for found in pattern.finditer(text):
            if found[0].strip() not in content:  # the user's own words, said back
                yield f"{what}: {found[0].strip()[:60]!r}"


def _content(run: ClientRun) -> str:
    """Return all that is the user's and not the protocol's: lines, names of files, texts of the project."""
    lines_said = [word for said in run.said or () for word in (said.line, *said.files)]
    projects = [word for read in run.of("state") for word in words_in(read.data.get("state"))]
    uploads = [name for sent in run.of("upload") for name in sent.uploads]
    replies = [text for chat in run.of("chat") for text in summarize_stream(chat.events or ()).texts]
    figures = [word for text in replies for word in re.findall(r"\d{4}", text)]  # "2001 frames"
    return "\n".join((*lines_said, *projects, *uploads, *figures))


def _ids(run: ClientRun) -> tuple[str, ...]:
    """Return the ids of sessions and tasks that the service gave out; too short ones may be anything."""
    made = run.of("session.create")
    found = (str(one.data.get(name, "")) for one in made for name in ("session_id", "task_id"))
    return tuple(dict.fromkeys(one for one in found if len(one) >= 8))
