"""The user's part: each step of a scenario done with the reference client, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from nemoclient import Attribution, ChatResult, NemoError, Notice, Operation
from nemoscenarios import Scenario, Send, UserStep

from ..testing import WorldHandle
from .virtual_time import (
    BY_HAND,
    VirtualClock,
    VirtualClockDriver,
    VirtualTimeClient,
    VirtualTimeTransport,
    VirtualWait,
)

WEB_URL = "https://nemovideo.com"
_MAGIC = "nmv_usr_test_"
_PATIENCE_MS = 120_000


@dataclass(slots=True)
class StepResult:
    """What came of one step: ``outcome`` is ok or an error's class, ``text`` all that the user read."""

    step: UserStep
    began_ms: int
    outcome: str = "ok"
    ended_ms: int = 0
    notices: list[Notice] = field(default_factory=list)
    error_text: str = ""  # the error, as the user reads it
    detail: str = ""  # the error, as a developer reads it
    ending: str = ""
    code: int | None = None
    answer: str = ""

    @property
    def text(self) -> str:
        """Everything that the user read; each notice but pieces of a reply has a line of its own."""
        return render_output(self.notices) + (f"\n{self.error_text}" if self.error_text else "")


def render_output(notices: list[Notice]) -> str:
    """Return notices as they stand on a screen."""
    text = ""
    for notice in notices:
        text += notice.text if notice.kind == "text" else f"\n{notice.text}\n"
    return text


class StepExecutor:
    """Plays the user of one scenario in one world; ``home`` is the user's disk."""

    def __init__(self, scenario: Scenario, world: WorldHandle, home: Path, files: dict[str, Path]) -> None:
        self._scenario, self._world = scenario, world
        self._home, self._files = home, files
        self.clock_driver = VirtualClockDriver(world)
        self._client_id = str(uuid5(NAMESPACE_URL, f"nemofake/{scenario.id}"))
        (home / "client_id").write_text(f"{self._client_id}\n", encoding="utf-8")
        self._tokens: list[str] = []
        self._claim = ""
        token = f"{_MAGIC}{scenario.id}" if scenario.given.has_token else ""
        self.client = self._open(token)

    def _open(self, token: str = "") -> VirtualTimeClient:
        language = self._scenario.given.language
        self._line = VirtualTimeTransport(self.clock_driver, self._client_id, self._tokens)
        client = VirtualTimeClient(
            self._world.url,
            attribution=Attribution("nemofake-stage", "1.0.0", "cursor"),
            clock=VirtualClock(self.clock_driver),
            transport=self._line,
            language=None if language == "none" else language,
            client_id_file=self._home / "client_id",
        )
        client.waiting = VirtualWait(self.clock_driver, self._line)
        # Whatever this machine's environment says of tokens is not part of the scenario.
        client.context.token, client.context.client_id, client.context.web_url = token, "", WEB_URL
        return client

    def close(self) -> None:
        """End the client."""
        self.client.close()

    def play(self, step: UserStep) -> StepResult:
        """Do a step and return what came of it; the client's errors are part of that, no others are."""
        played = StepResult(step, self.clock_driver.now_ms)
        self.client.on_notice = played.notices.append
        try:
            _ACTIONS[step.action](self, played)
        except NemoError as error:
            played.outcome, played.error_text, played.detail = type(error).__name__, str(error), error.detail
        self.clock_driver.calm()
        played.ended_ms = self.clock_driver.now_ms
        return played

    # -- what a user does ----------------------------------------------------------------------

    def _do(self, played: StepResult) -> None:
        word = played.step.do
        if word == "connect":
            self.client.connect()
        elif word == "claim":
            link = self.client.claim_link()
            self._claim = link.rpartition("=")[2]
            played.notices.append(Notice("info", link))
        else:
            self._follow(self.client.ask("credits" if word == "credits" else "status"), played)

    def _say(self, played: StepResult) -> None:
        assert played.step.say is not None, "the deed says so"
        self._follow(self.client.ask(played.step.say, self._home / "export.mp4"), played)

    def _export(self, played: StepResult) -> None:
        assert played.step.export is not None, "the deed says so"
        self._follow(self.client.ask("export", self._home / played.step.export), played)

    def _follow(self, notices: Operation[Any], played: StepResult) -> None:
        for notice in notices:
            played.notices.append(notice)
            if len(played.notices) == played.step.disconnect_after:
                notices.close()
                return
        if isinstance(notices.result, ChatResult):
            played.ending = notices.result.ending.value

    def _upload(self, played: StepResult) -> None:
        self.client.upload(*(self._files.get(name, name) for name in played.step.upload or ()))

    def _wait_s(self, played: StepResult) -> None:
        self.clock_driver.calm()
        self.clock_driver.advance_ms(round((played.step.wait_s or 0) * 1000))

    def _come_back(self, played: StepResult) -> None:
        kept = self.client.context
        self.client.close()
        self.clock_driver.calm()
        knows = played.step.restart_client
        self.client = self._open("" if knows == "nothing" else kept.token)
        if knows == "session":
            context = self.client.context
            context.session_id, context.task_id = kept.session_id, kept.task_id
            context.user_id = kept.user_id

    # -- requests made by hand -----------------------------------------------------------------

    def _send(self, played: StepResult) -> None:
        result = played.step.send
        assert result is not None, "the deed says so"
        with httpx.Client(transport=_SharedTransport(self._line), base_url=self._world.url) as hand:
            request = self._request(hand, result)
            try:
                answer = self.client.waiting.through(lambda: hand.send(request), _PATIENCE_MS)
            except (httpx.HTTPError, TimeoutError) as failure:
                played.detail = type(failure).__name__
                return
        played.code, played.answer = code_of(answer.status_code, _json(answer)), answer.text

    def _request(self, hand: httpx.Client, value: Send) -> httpx.Request:
        headers = {"user-agent": BY_HAND, **self._bearer(value.token), **value.headers}
        body = None if value.text is None else value.text.encode()
        if body is not None:
            headers = {"content-type": "application/json", **headers}
        files = [("files", (name, self._files[name].read_bytes())) for name in value.files]
        return hand.build_request(
            value.method,
            self._world.url + self._filled(value.path),
            headers=headers,
            content=body,
            json=self._filled(value.body),
            files=files or None,
        )

    def _bearer(self, whose: str) -> dict[str, str]:
        former = [token for token in self._tokens if token != self.client.context.token]
        tokens: dict[str, Callable[[], str]] = {
            "own": lambda: self.client.context.token,
            "former": lambda: former[-1] if former else "",
            "claim": lambda: self._claim,
            "another": lambda: str(self._world.create_account()["tokens"][0]["token"]),
        }
        return {} if whose == "none" else {"authorization": f"Bearer {tokens[whose]()}"}

    def _filled(self, value: Any) -> Any:
        """Return a value with the client's own ids in place of words in braces."""
        if isinstance(value, str):
            context = self.client.context
            words = {
                "{session}": context.session_id,
                "{task}": context.task_id,
                "{user}": context.user_id,
                "{render}": f"render_{context.last_render_ms}",
            }
            for word, known in words.items():
                value = value.replace(word, known)
            return value
        if isinstance(value, dict):
            return {key: self._filled(item) for key, item in value.items()}
        return [self._filled(item) for item in value] if isinstance(value, list) else value


_ACTIONS: dict[str, Callable[[StepExecutor, StepResult], None]] = {
    "do": StepExecutor._do,  # noqa: SLF001  its own table
    "say": StepExecutor._say,  # noqa: SLF001
    "export": StepExecutor._export,  # noqa: SLF001
    "upload": StepExecutor._upload,  # noqa: SLF001
    "wait_s": StepExecutor._wait_s,  # noqa: SLF001
    "restart_client": StepExecutor._come_back,  # noqa: SLF001
    "send": StepExecutor._send,  # noqa: SLF001
}


class _SharedTransport(httpx.BaseTransport):
    """The client's line, lent: it stays open when the borrower is done."""

    def __init__(self, line: VirtualTimeTransport) -> None:
        self._line = line

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._line.handle_request(request)


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def code_of(status: int, body: Any) -> int:
    """Return the code that an answer carries: its envelope's, or its status where that is no success."""
    code = body.get("code") if isinstance(body, dict) else None
    if isinstance(code, int) and not isinstance(code, bool):
        return code
    return 0 if 200 <= status < 300 else status
