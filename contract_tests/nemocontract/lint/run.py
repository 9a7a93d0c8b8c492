"""Runs the curl commands of a document in a fresh world of the fake, and judges what they did."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from nemocontract.client_rules.judge import judge
from nemocontract.client_run import ClientRun, RunFacts
from nemocontract.environments.in_process_server import InProcessServer, stepped
from nemocontract.environments.transport import stepped_target
from nemocontract.http.target import Target
from nemocontract.lint.curl import Curl, commands
from nemocontract.lint.document import Document
from nemocontract.lint.endpoints import CLAUSES
from nemocontract.lint.finding import Level, LintFinding, quoted
from nemocontract.lint.placeholders import Values, first_values
from nemocontract.recording import Exchange, operation_of
from nemocontract.recording.journal import read_records
from nemocontract.results import RunResult
from nemocontract.server_checks.sample_video import video

_SETUP: Final = "nemofake-lint-setup"  # the user-agent of requests that no document asks for
_BELOW: Final = re.compile(r"/(?:api|run_sse)\b.*")
_WAIT_MS: Final = {"render.status": 30_000, "render.download": 120_000}
_SHOULD: Final = frozenset({"C-SSE-4", "C-SSE-5", "C-SEC-1", "REN-2", "REN-4"})
_ADVICE: Final = frozenset({"C-REN-2", "ENV-4"})


@dataclass(slots=True)
class Ran:
    """What became of a document's commands: findings, how many ran, and why others did not, by line."""

    violations: list[LintFinding] = field(default_factory=list)
    count: int = 0
    left_out: dict[int, str] = field(default_factory=dict)


def run_commands(document: Document) -> Ran:
    """Run every command once, in order; a token or session that none of them gets is got beforehand."""
    with stepped() as server:
        return _Runner(document, server).run()


class _Runner:
    def __init__(self, document: Document, server: InProcessServer) -> None:
        self._server, self._document = server, document
        self._target: Target = stepped_target(server).fresh("lint")
        self._values: Values = first_values(document.front_matter or {})
        self._lines: dict[int, Curl] = {}
        self._ran = Ran()

    def run(self) -> Ran:
        done: set[tuple[str, str, str]] = set()
        for curl in commands(self._document):
            path = _BELOW.search(curl.url)
            key = (curl.verb, curl.url, f"{curl.data}{curl.form}")
            if path is None:
                self._ran.left_out[curl.line] = "it names no address of the service"
            elif key in done or (
                operation_of(curl.verb, path[0]) == "token.issue" and self._values.known["token"]
            ):
                self._ran.left_out[curl.line] = "it ran before"
            else:
                done.add(key)
                self._one(curl, path[0])
        self._judge()
        return self._ran

    def _one(self, curl: Curl, path: str) -> None:
        operation = operation_of(curl.verb, path)
        self._prepare(operation)
        if wait_ms := _WAIT_MS.get(operation):
            self._server.advance_ms(self._server.world("lint"), wait_ms)
        self._send(curl, self._values.fill(path))
        self._ran.count += 1
        self._lines[self._journal()[-1].seq] = curl

    def _prepare(self, operation: str) -> None:
        """Get by other requests what the command needs and no command before it has got."""
        known = self._values.known
        if operation != "token.issue" and not known["token"]:
            self._take(
                self._setup(
                    "POST",
                    "/api/auth/anonymous-token",
                    {"X-Client-Id": "0d8f1b8e-1c0a-4f0e-8f59-3a1b2c4d5e6f"},
                )
            )
        if operation not in ("token.issue", "session.create", "credits") and not known["session_id"]:
            self._take(
                self._setup("POST", "/api/tasks/me/with-session/nemo_agent", body={"task_name": "project"})
            )
        if operation == "render.submit":
            self._values.draft = self._draft() or self._edited()

    def _edited(self) -> Any:
        text = {"parts": [{"text": self._values.known["message"]}]}
        self._setup(
            "POST", "/run_sse", body={"session_id": self._values.known["session_id"], "new_message": text}
        )
        return self._draft()

    def _draft(self) -> Any:
        answer = self._setup("GET", f"/api/state/nemo_agent/me/{self._values.known['session_id']}/latest")
        return (((answer or {}).get("data") or {}).get("state") or {}).get("draft")

    def _setup(self, method: str, path: str, headers: dict[str, str] | None = None, body: Any = None) -> Any:
        fields = {
            "User-Agent": _SETUP,
            "Authorization": f"Bearer {self._values.known['token']}",
            **(headers or {}),
        }
        answer = self._target.http.request(method, self._target.url + path, headers=fields, json=body)
        return answer.json() if "json" in answer.headers.get("content-type", "") else None

    def _send(self, curl: Curl, path: str) -> None:
        fill = self._values.fill
        headers = [(name, fill(value)) for name, value in curl.headers]
        names = {name.lower() for name, _ in headers}
        headers += [] if "accept" in names else [("Accept", "*/*")]
        headers += [("User-Agent", "curl/8.7.1")]
        content: bytes | None = None
        files = [(name, ("clip.mp4", video(2), "video/mp4")) for name in map(_field, curl.form) if name]
        if curl.data is not None:
            content = fill(curl.data).encode()
            headers += (
                [] if "content-type" in names else [("Content-Type", "application/x-www-form-urlencoded")]
            )
        if files:
            headers = [(name, value) for name, value in headers if name.lower() != "content-type"]
        try:
            answer = self._target.http.request(
                curl.verb,
                self._target.url + path,
                headers=httpx.Headers(headers),
                content=content,
                files=files or None,
            )
        except httpx.HTTPError as error:
            self._ran.left_out[curl.line] = f"no answer came: {error}"
            return
        if "json" in answer.headers.get("content-type", ""):
            self._take(answer.json())

    def _take(self, answer: Any) -> None:
        """Take the ids that an answer gives, for the commands that follow."""
        data = answer.get("data") if isinstance(answer, dict) else None
        for name in ("token", "session_id", "task_id", "claim_token"):
            if isinstance(data, dict) and isinstance(data.get(name), str):
                self._values.known[name] = data[name]

    def _journal(self) -> tuple[Exchange, ...]:
        return read_records(self._target.journal())

    def _judge(self) -> None:
        """Judge the document's own requests; what a whole client does in order is not asked of commands."""
        traffic = tuple(
            one
            for one in self._journal()
            if one.headers.get("user-agent") != _SETUP or one.operation == "state"
        )
        for one in traffic:
            if one.seq in self._lines and one.code not in (0, None):
                self._ran.violations.append(_refused(self._lines[one.seq], one))
        run_result = RunResult("document")
        judge(ClientRun(traffic, None, RunFacts(timing="virtual")), run_result)
        for found in run_result.violations:
            curl = self._lines.get(found.seq or -1)
            if curl and not (
                operation_of(curl.verb, curl.url) == "token.issue" and found.clause == "C-ATT-1"
            ):
                self._ran.violations.append(LintFinding(
                    curl.line, "contradicts", found.clause, _level(found.clause), quoted(f"{curl.verb} {curl.url}: {found.seen}"),
                    found.expected, f"send {found.expected}"))  # fmt: skip


def _field(text: str) -> str:
    name, sign, value = text.partition("=")
    return name if sign and value.startswith("@") else ""


def _refused(curl: Curl, exchange: Exchange) -> LintFinding:
    message = exchange.answer.get("message", "") if isinstance(exchange.answer, dict) else ""
    return LintFinding(
        curl.line, "contradicts", CLAUSES.get(exchange.operation, "ENV-4"), "must",
        quoted(f"{curl.verb} {curl.url}"), f"the service refuses it: {exchange.code} {message}".strip(),
        "send what the endpoint takes",
    )  # fmt: skip


def _level(clause: str) -> Level:
    return "should" if clause in _SHOULD else "advice" if clause in _ADVICE else "must"


def without_known(ran: list[LintFinding], known: list[LintFinding]) -> Iterator[LintFinding]:
    """Yield what a run found and the reading of the document did not."""
    names = {(one.line, one.clause) for one in known}
    names |= {(one.line, "") for one in known if one.kind != "missing"}
    yield from (one for one in ran if (one.line, one.clause) not in names and (one.line, "") not in names)
