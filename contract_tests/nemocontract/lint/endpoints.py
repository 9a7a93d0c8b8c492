"""Endpoints in prose, tables and commands: whether they exist, by which method, at which host."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from nemocontract.lint.curl import commands
from nemocontract.lint.document import Document, Statement
from nemocontract.lint.finding import LintFinding, quoted
from nemocontract.recording.operations import operations_at, templates

HOST: Final = "mega-api-prod.nemovideo.ai"
CLAUSES: Final = {
    "token.issue": "AUTH-1", "token.claim": "AUTH-8", "session.create": "SES-1", "chat": "SSE-1",
    "credits": "CRE-1", "state": "STA-1", "upload": "UPL-1", "render.submit": "REN-1",
    "render.status": "REN-6", "render.download": "REN-9", "render.cancel": "REN-12",
}  # fmt: skip
_METHOD: Final = r"\b(GET|POST|PUT|PATCH|DELETE|HEAD)\b"
_MENTION: Final = re.compile(
    r"(?P<base>https?://[^\s/\"'<>|)]+(?:\.[a-z]+|:\d+)|\$\{?\w+(?::-[^}\s]*)?\}?|\{\w+\}|<\w+>)?"
    r"(?P<path>/(?:api|run[-_]?sse|run[-_]stream|v\d)(?![\w.-]*\.(?:py|sh|md|js))\b(?:/(?:[\w.~-]|<[^<>\s]+>|\{\w+\}|\$\{?\w+\}?|:\w+|\.\.\.)+)*/?)",
    re.IGNORECASE,
)
_OTHER_PATH: Final = re.compile(
    r"https?://[\w.-]*mega-api[\w.-]*(?P<path>/(?!api\b|run_sse)[\w/.-]+)", re.IGNORECASE
)
_HOSTS: Final = re.compile(
    r"(https?)://((?:[\w-]+\.)*nemovideo\.\w+)(?=([/:\s\"'`)}\],;|.]|$))", re.IGNORECASE
)
_FAR: Final = 45


@dataclass(frozen=True, slots=True)
class Mention:
    """An endpoint as a document names it; ``method`` is empty where it names none."""

    line: int
    path: str
    method: str
    start: int
    statement: Statement

    @property
    def operation(self) -> str:
        """The operation, empty where the path belongs to none."""
        known = operations_at(self.path)
        return next((name for name, method in known.items() if method == self.method), next(iter(known), ""))


def mentions(document: Document) -> Iterator[Mention]:
    """Yield the endpoints that statements name; those of commands come from ``curl``."""
    for statement in document.statements:
        end = 0
        for found in _MENTION.finditer(statement.text):
            yield Mention(
                statement.line,
                _path(found["path"]),
                _method(statement.text, end, found),
                found.start(),
                statement,
            )
            end = found.end()


def _path(text: str) -> str:
    return text.rstrip("/.").replace(":id", "<id>") or "/"


def _method(text: str, since: int, found: re.Match[str]) -> str:
    """Return the method that stands nearest before the path, or else in brackets or a cell after it."""
    before = list(re.finditer(_METHOD, text[since : found.start("path")]))
    if before and found.start("path") - since - before[-1].end() <= _FAR:
        return before[-1][1]
    verb = re.search(
        r"\b(post)(?:ing|ed|s)?(?: to| it to)?\s*(?:the )?\S*$",
        text[since : found.start("path")],
        re.IGNORECASE,
    )
    if verb:
        return "POST"
    after = re.match(rf"[\s`]*(?:\(|\|)\s*{_METHOD}", text[found.end() :])
    return after[1] if after else ""


def check_endpoints(document: Document) -> Iterator[LintFinding]:
    """Find endpoints that do not exist, wrong methods and wrong hosts."""
    in_commands = {(curl.line, _url_path(curl.url)) for curl in commands(document)}
    for one in mentions(document):
        if one.statement.kind == "code" and "curl" in one.statement.block:
            continue
        if one.statement.kind != "code" and (one.line, one.path) in in_commands:
            continue
        yield from _judged(one.line, one.method, one.path, one.statement.text, strict=False)
    for curl in commands(document):
        path = _url_path(curl.url)
        if path:
            yield from _judged(curl.line, curl.verb, path, f"{curl.verb} {curl.url}", strict=True)
    for statement in document.statements:
        yield from _hosts(statement)


def _url_path(url: str) -> str:
    found = _MENTION.search(url)
    if found:
        return _path(found["path"])
    other = re.search(r"^(?:https?://[^/]+|\$\{?\w+(?::-[^}]*)?\}?|\{\w+\}|<\w+>)(/[^\s?]*)", url)
    return _path(other[1]) if other and not re.search(r"nemovideo\.com|/cdn/", url) else ""


def _judged(line: int, method: str, path: str, says: str, *, strict: bool) -> Iterator[LintFinding]:
    known = operations_at(path)
    if not known and not strict and method != "":
        known = dict(_shortened(path).items())
    elif not known and not strict and _shortened(path):
        return
    if not known:
        name = nearest(path, method)
        verb, right = templates()[name]
        yield LintFinding(line, "unknown", CLAUSES.get(name, "REN-9"), "must", f"{method} {path}".strip(),
                          f"there is no such endpoint; the nearest is {verb} {right}", f"use {verb} {right}")  # fmt: skip
    elif method and method not in known.values():
        name, verb = next(iter(known.items()))
        yield LintFinding(line, "contradicts", CLAUSES.get(name, "REN-9"), "must", quoted(says),
                          f"{path} takes {verb}", f"use {verb} {templates()[name][1]}")  # fmt: skip


def _shortened(path: str) -> dict[str, str]:
    """Return the operations whose path begins so: prose may say `/api/state` for short."""
    parts = path.strip("/").split("/")
    if len(parts) > (3 if parts[-1] == "proxy" else 2) or "<" in path or "$" in path or "{" in path:
        return {}
    return {
        name: method
        for name, (method, full) in templates().items()
        if full.strip("/").split("/")[: len(parts)] == parts
    }


def nearest(path: str, method: str = "") -> str:
    """Return the operation whose endpoint is most like this one; a guess for who mistyped it."""

    def alike(name: str) -> float:
        verb, full = templates()[name]
        same = difflib.SequenceMatcher(None, re.sub(r"<[^>]*>|\$\w+|\{\w+\}", "<id>", path), full).ratio()
        return same + (0.05 if verb == method else 0)

    if re.search(r"generat|chat|message|/run|stream|prompt", path, re.IGNORECASE):
        return "chat"
    rare = {"media", *({"token.claim"} if "claim" not in path else ())}
    return max((name for name in templates() if name not in rare), key=alike)


def _hosts(statement: Statement) -> Iterator[LintFinding]:
    for found in _HOSTS.finditer(statement.text):
        scheme, host = found[1].lower(), found[2].lower()
        after = statement.text[found.end() :]
        is_api = "api" in host.split(".")[0] or re.match(r"/(?:api|run_sse)\b", after) is not None
        if is_api and (host != HOST or scheme != "https"):
            yield LintFinding(statement.line, "contradicts", "SES-1" if "/tasks" in after else "AUTH-1", "must", f"{scheme}://{host}",
                              f"the service lives at https://{HOST}", f"write https://{HOST}")  # fmt: skip
    for found in _OTHER_PATH.finditer(statement.text):
        if statement.kind != "code":
            yield from _judged(statement.line, "", _path(found["path"]), found[0], strict=True)
