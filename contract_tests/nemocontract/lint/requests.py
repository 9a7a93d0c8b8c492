"""What a request carries: its headers, its body's fields, and the names of its form's fields."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any, Final

from nemocontract.lint.bodies import bodies_in, parse_body
from nemocontract.lint.curl import Curl, commands
from nemocontract.lint.document import Document
from nemocontract.lint.endpoints import CLAUSES, mentions
from nemocontract.lint.finding import Level, LintFinding, quoted
from nemocontract.recording.operations import operations_at

ATTRIBUTION: Final = ("X-Skill-Source", "X-Skill-Version", "X-Skill-Platform")
_HEADERS: Final = {name.lower(): name for name in ("X-Client-Id", *ATTRIBUTION)}
# What a body may hold, by operation; the fields it needs come first.
FIELDS: Final[dict[str, tuple[frozenset[str], frozenset[str]]]] = {
    "session.create": (frozenset({"task_name"}), frozenset({"task_name", "language"})),
    "chat": (frozenset({"session_id", "new_message"}),
             frozenset({"app_name", "user_id", "session_id", "new_message", "role", "streaming"})),
    "upload": (frozenset({"urls"}), frozenset({"urls", "source_type"})),
    "render.submit": (frozenset({"id", "sessionId", "draft"}), frozenset({"id", "sessionId", "draft", "output"})),
    "token.claim": (frozenset({"task_id", "session_id"}), frozenset({"task_id", "session_id"})),
}  # fmt: skip
_VALUES: Final = {("chat", "app_name"): "nemo_agent", ("upload", "source_type"): "url"}
_ANSWER: Final = frozenset(
    {"code", "data", "message", "token", "status", "available", "expires_at", "claim_token"}
)
_LEFT_OUT: Final = re.compile(
    r"omitted|abbreviat|left out|same headers|headers (?:from )?above|common headers|plus the (?:attribution|skill|three)|"
    r"省略|同上|公共(?:请求)?头|通用(?:请求)?头|其余头", re.IGNORECASE)  # fmt: skip


def check_requests(document: Document) -> Iterator[LintFinding]:
    """Find headers and fields that are wrong, unknown or missing in commands, bodies and prose."""
    for curl in commands(document):
        found = _MENTIONED.search(curl.url)
        known = operations_at(found[0].rstrip("/")) if found else {}
        operation = next((n for n, verb in known.items() if verb == curl.verb), next(iter(known), ""))
        if operation:
            yield from _headers_of(
                curl, operation, left_out=curl.opaque or bool(_LEFT_OUT.search(curl.around + curl.section))
            )
            yield from _command_body(curl, operation)
    yield from _shown_bodies(document)
    yield from _header_names(document)
    yield from _form_fields(document)


_MENTIONED: Final = re.compile(r"/(?:api|run_sse)\b[^\s?\"']*")


def _finding(
    curl: Curl, kind: Any, clause: str, protocol: str, fix: str, level: Level = "must"
) -> LintFinding:
    return LintFinding(curl.line, kind, clause, level, quoted(f"{curl.verb} {curl.url}"), protocol, fix)


def _headers_of(curl: Curl, operation: str, *, left_out: bool) -> Iterator[LintFinding]:
    if operation == "token.issue":
        if not curl.header("X-Client-Id") and not left_out:
            yield _finding(curl, "missing", "AUTH-2", "a token request bears X-Client-Id, else it is refused with 400",
                           'add -H "X-Client-Id: <uuid>"')  # fmt: skip
        return
    if (operation == "render.download" and "output.url" in curl.url) or operation == "media":
        return
    bearer = curl.header("Authorization")
    if bearer is None and not left_out:
        yield _finding(curl, "missing", "AUTH-6", "every request but the token request bears Authorization: Bearer <token>",
                       'add -H "Authorization: Bearer $TOKEN"')  # fmt: skip
    lacking = [name for name in ATTRIBUTION if curl.header(name) is None]
    if lacking and not left_out:
        yield _finding(curl, "missing", "C-ATT-1", "every request bears the three X-Skill headers",
                       f"add {', '.join(lacking)}")  # fmt: skip
    if operation == "chat" and curl.header("Accept") is None and not curl.opaque:
        yield _finding(curl, "missing", "SSE-2", "a chat request says Accept: text/event-stream",
                       'add -H "Accept: text/event-stream"')  # fmt: skip
    if curl.data is not None and curl.header("Content-Type") is None and not left_out:
        yield _finding(curl, "missing", "ENV-4", "a JSON body is sent as application/json; curl says a form by itself",
                       'add -H "Content-Type: application/json"', "advice")  # fmt: skip


def _command_body(curl: Curl, operation: str) -> Iterator[LintFinding]:
    if operation == "token.issue" and curl.data not in (None, "", "{}"):
        yield _finding(curl, "contradicts", "AUTH-1", "a token request has no body", "leave the body out")
    if curl.data is None or operation not in FIELDS:
        return
    try:
        body = parse_body(curl.data)
    except ValueError:
        return  # a file, a variable, or a body that is put together elsewhere
    if isinstance(body, dict):
        yield from judge_body(curl.line, operation, body)


def _shown_bodies(document: Document) -> Iterator[LintFinding]:
    """Judge the bodies in prose and in JSON blocks, by the endpoint that is named before them."""
    named = [(one.line, one.start, one) for one in mentions(document)]
    for statement in document.statements:
        if statement.kind in ("code", "meta"):
            continue
        for start, body in bodies_in(statement.text):
            before = [
                one
                for line, at, one in named
                if line == statement.line and at < start and one.statement.block == statement.block
            ]
            before = before or [
                one
                for _, _, one in named
                if one.statement.block == statement.block and one.line < statement.line
            ]
            if before and not _is_answer(body):
                yield from judge_body(statement.line, _meant(body, before[-1].operation), body)
    for code in document.code:
        if "curl" in code.text:
            continue
        for start, body in bodies_in(code.text):
            line = code.line + code.text.count("\n", 0, start)
            first = line - 1
            close = [
                one.operation
                for at, _, one in named
                if code.line - 6 <= at <= first and one.operation in FIELDS
            ]
            operation = _meant(body, close[-1] if close else "")
            if operation and not _is_answer(body) and len(body) > 1:
                yield from judge_body(line, operation, body)


def _meant(body: dict[str, Any], nearest: str) -> str:
    """Return the operation that a body is for: the nearest one, unless it looks like another's."""
    shared = {name: len(set(body) & known) for name, (_, known) in FIELDS.items()}
    best = max(shared, key=lambda name: (shared[name], name == nearest))
    return best if shared[best] >= 2 and shared[best] > shared.get(nearest, 0) else nearest


def _is_answer(body: dict[str, Any]) -> bool:
    return bool(_ANSWER & set(body)) or set(body) <= {"task_id", "session_id", "user_id"}


def judge_body(line: int, operation: str, body: dict[str, Any]) -> Iterator[LintFinding]:
    """Find what is wrong with the body of an operation."""
    if operation not in FIELDS:
        return
    needed, known = FIELDS[operation]
    clause = CLAUSES[operation]
    for name in body:
        if name not in known:
            right = _right_name(name, known)
            kind = (
                "contradicts"
                if name.replace("_", "").lower() in {k.replace("_", "").lower() for k in known}
                else "unknown"
            )
            yield LintFinding(line, kind, clause, "must", f'"{name}"',  # type: ignore[arg-type]
                              f"the body of {operation} has {', '.join(sorted(known))}", f"write {right}")  # fmt: skip
    wrong = {_right_name(name, known) for name in body if name not in known}
    for name in sorted(needed - set(body) - wrong):
        if operation == "session.create" or (
            operation == "upload" and "urls" not in body and "source_type" not in body
        ):
            continue
        yield LintFinding(
            line, "missing", clause, "must", "", f"the body of {operation} needs {name}", f"add {name}"
        )
    for (owner, name), value in _VALUES.items():
        if (
            owner == operation
            and isinstance(body.get(name), str)
            and body[name] != value
            and not re.search(r"[<$]", body[name])
        ):
            yield LintFinding(
                line,
                "contradicts",
                clause,
                "must",
                f'"{name}": "{body[name]}"',
                f"{name} is {value}",
                f"write {value}",
            )
    if operation == "chat":
        yield from _message(line, body.get("new_message"))


def _message(line: int, message: Any) -> Iterator[LintFinding]:
    if message is None:
        return
    parts = message.get("parts") if isinstance(message, dict) else None
    if not (isinstance(parts, list) and parts and isinstance(parts[0], dict) and "text" in parts[0]):
        yield LintFinding(line, "contradicts", "SSE-1", "must", quoted(f'"new_message": {message}'),
                          "the text of a message stands in new_message.parts[0].text",
                          'write {"parts":[{"text":"…"}]}')  # fmt: skip


def _right_name(name: str, known: frozenset[str]) -> str:
    bare = {one.replace("_", "").lower(): one for one in known}
    close = difflib.get_close_matches(name.replace("_", "").lower(), bare, n=1, cutoff=0.5)
    return bare[close[0]] if close else " or ".join(sorted(known))


_CUSTOM: Final = re.compile(r"(?<![\w-])X-[A-Za-z][A-Za-z-]+(?<!-)", re.IGNORECASE)
_AUTHORIZATION: Final = re.compile(
    r"Authorization\s*:\s*(?!Bearer\b)(?P<value>[\w$<{][^\s\"',|]*)", re.IGNORECASE
)
_ACCEPT: Final = re.compile(
    r"(?<![\w-])Accept\"?\s*(?::|to|=|为|设为)\s*\"?(?P<value>[\w*]+/[\w*.+-]+)", re.IGNORECASE
)
_BEARER_IN: Final = re.compile(
    r"(?:token|令牌)\b[^.;。]{0,25}\b(?:in|as|through|via|放在)\b[^.;。]{0,12}(?:query|cookie|url parameter|request body|查询参数)",
    re.IGNORECASE,
)


def _header_names(document: Document) -> Iterator[LintFinding]:
    """Judge headers wherever they are named."""
    for statement in document.statements:
        text = statement.text
        for found in _CUSTOM.finditer(text):
            if (
                found[0].lower() not in _HEADERS
                and not found[0].lower().startswith(("x-www", "x-skill-*", "x-skill"))
            ) or (found[0].lower().startswith("x-skill-") and found[0].lower() not in _HEADERS):
                close = difflib.get_close_matches(found[0].lower(), _HEADERS, n=1, cutoff=0)
                right = _HEADERS[close[0]]
                if re.search(r"api-?key|token|auth", found[0], re.IGNORECASE):
                    right = "Authorization: Bearer"
                clause = "C-ATT-1" if right in ATTRIBUTION else "AUTH-6" if "Bearer" in right else "AUTH-2"
                yield LintFinding(statement.line, "unknown", clause, "must", found[0],
                                  f"no such header; the nearest is {right}", f"write {right}")  # fmt: skip
        for found in _AUTHORIZATION.finditer(text):
            yield LintFinding(statement.line, "contradicts", "AUTH-6", "must", quoted(found[0]),
                              "the header is Authorization: Bearer <token>", "put Bearer before the token")  # fmt: skip
        for found in _ACCEPT.finditer(text):
            if found["value"].lower().rstrip(".") != "text/event-stream" and re.search(
                r"run_sse|sse|stream|chat|message|对话|消息|流", statement.context, re.IGNORECASE
            ):
                yield LintFinding(statement.line, "contradicts", "SSE-2", "must", found[0],
                                  "a chat request says Accept: text/event-stream", "write text/event-stream")  # fmt: skip
        if _BEARER_IN.search(text):
            yield LintFinding(statement.line, "contradicts", "AUTH-6", "must", quoted(text),
                              "the token travels in Authorization: Bearer <token>", "use the header")  # fmt: skip


_FORM: Final = re.compile(r"(?:-F|--form)\s*[\"']?(?P<name>[\w\[\]]+)=@")
_FORM_WORDS: Final = re.compile(
    r"(?:multipart|form)[^.;。|]{0,40}?(?:fields?|parts?|字段)\s*(?:(?:is|name|named|called|名)\s*)*(?:为|是|叫)?\s*[:=]?\s*\"?(?P<name>[a-z_\[\]]{3,20})\"?"
    r"|(?:field|字段)(?: name)?\s*(?:named?|called|is|名?(?:为|是|叫))?\s*\"?(?P<other>files?|video|media|upload|attachment)\"?\b[^.;。|]{0,30}multipart", re.IGNORECASE)  # fmt: skip


def _form_fields(document: Document) -> Iterator[LintFinding]:
    for statement in document.statements:
        if not re.search(r"upload|multipart|上传", statement.context, re.IGNORECASE):
            continue
        for pattern in (_FORM, _FORM_WORDS):
            for found in pattern.finditer(statement.text):
                name = found["name"] or found.groupdict().get("other") or ""
                if (
                    name
                    and name.strip("[]") != "files"
                    and name not in ("named", "called", "name", "repeatable", "and", "with", "per")
                ):
                    yield LintFinding(statement.line, "contradicts", "UPL-1", "must", quoted(found[0]),
                                      "files are sent in the form field files", "write files")  # fmt: skip
