"""Drives a client through one test: starts it, passes it the user's lines, collects what it does."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, runtime_checkable
from uuid import NAMESPACE_URL, uuid5

from nemocontract.client_adapter import ClientAdapter, ClientConfig
from nemocontract.client_run import ClientRun, OutputChunk, RunFacts, Timing, UserLine
from nemocontract.client_tests.environment import TestWorld
from nemocontract.client_tests.model import ClientTest, Step
from nemocontract.recording.journal import read_records


class LogCapture(logging.Handler):
    """Keeps every line that reaches this process's root logger between ``open`` and ``close`` (C-SEC-1)."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def open(self) -> None:
        """Start to capture."""
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line, with its traceback where it has one."""
        try:
            self.lines.append(self.format(record))
        except Exception:  # noqa: BLE001  as every handler does: a bad format breaks nobody's run
            self.handleError(record)

    def close(self) -> None:
        """Stop to capture."""
        logging.getLogger().removeHandler(self)
        super().close()


WEB_URL = "https://nemovideo.com"
PLATFORM = "nemocontract"  # what SKILL_SOURCE says, and so the third attribution header (C-ATT-1)
BY_HAND = "nemocontract-by-hand"
_MAGIC = "nmv_usr_test_"
_LEAVES_AFTER_MS = 10_000  # a program may print little: a user who leaves does so while it works
_CLIENT_ID = Path(".config/nemovideo/client_id")  # C-AUTH-1


# A client that raises one of these has a bug.
_FAULTS = (ArithmeticError, AssertionError, AttributeError, LookupError, NameError, TypeError, ValueError)


class RunawayClient(BaseException):
    """A client does more than any client may need: it is stopped."""


class ProgramTimeoutError(Exception):
    """A program did not end in the real time it had; the message says how long that was."""


@runtime_checkable
class TalkingProgram(ClientAdapter, Protocol):
    """A program as a client: its input has an end, and its user can close the terminal."""

    def finish(self) -> Iterable[str]:
        """End its input, and yield what the user then reads."""
        ...

    def hang_up(self) -> None:
        """End it as a closed terminal does."""
        ...


@dataclass(slots=True)
class ClientPart:
    """One client's part of a test, from its start to its end."""

    token_set: bool
    first: int
    last: int | None = None  # None while it is at work
    said: list[UserLine] = field(default_factory=list)
    endless: str = ""
    timed_out: str = ""  # real time ran out: whether the client would have come to an end is not known
    crashed: str = ""  # the error that a client fell over, which is no word of its own to its user
    client_id: str = ""  # what was kept in the home when it started
    logbook: LogCapture = field(default_factory=LogCapture)


def setting_of(test: ClientTest, world: TestWorld, home: Path, token: str) -> ClientConfig:
    """Return what a client is started with."""
    environment = {
        "NEMO_API_URL": world.url,
        "NEMO_WEB_URL": WEB_URL,
        "HOME": str(home),
        "SKILL_SOURCE": PLATFORM,
        **({"NEMO_TOKEN": token} if token else {}),
    }
    language = test.scenario.given.language
    return ClientConfig(
        world.url, WEB_URL, token, home, world.clock, "en" if language == "none" else language, environment
    )


def first_token(test: ClientTest) -> str:
    """Return the token that a client test's client is started with; it selects the scenario by its name."""
    return f"{_MAGIC}{test.name}" if test.scenario.given.has_token else ""


def keep_client_id(test: ClientTest, home: Path) -> None:
    """Give the home a client id, as an earlier start would have left it there.

    Scenarios about C-AUTH-1 begin without one. Everywhere else the same ids make the same bytes.
    """
    if "C-AUTH-1" not in test.clauses:
        path = home / _CLIENT_ID
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{uuid5(NAMESPACE_URL, f'nemocontract/{test.name}')}\n", encoding="utf-8")


def _kept_client_id(home: Path) -> str:
    try:
        return (home / _CLIENT_ID).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


class ClientTestDriver:
    """Runs one test in one world; ``parts`` has a part for each start of the client."""

    def __init__(
        self,
        test: ClientTest,
        world: TestWorld,
        home: Path,
        *,
        at_once: bool = False,
        programs: bool = False,
    ) -> None:
        self._client_test, self._world, self._home = test, world, home
        self._at_once = at_once  # the client is a program that is given all lines when it starts
        self._programs = programs
        self._away = False  # the user closed the terminal of a program
        self.parts: list[ClientPart] = []
        self._subject: ClientAdapter | None = None

    def play(self) -> None:
        """Run the test to its end, or until the client is stopped."""
        self.start(first_token(self._client_test))
        try:
            if self._at_once:
                self._say_all()
            else:
                for step in self._client_test.steps:
                    self.do(step)
        finally:
            self.stop()

    def start(self, token: str) -> None:
        """Start the client, with a token where it is not empty."""
        kept = _kept_client_id(self._home)
        self.parts.append(ClientPart(bool(token), self._world.requests + 1, client_id=kept))
        if not self._programs:  # a program logs elsewhere, and others may run beside it
            self.parts[-1].logbook.open()
        self._subject = self._world.subject()
        self._subject.open(setting_of(self._client_test, self._world, self._home, token))

    def stop(self) -> None:
        """Stop the client."""
        if self._subject is not None:
            try:
                if isinstance(self._subject, TalkingProgram) and not self._away:
                    self._hear_rest(self._subject)
            finally:
                self._subject.close()
                self._subject = None
        self.parts[-1].last = self._world.requests
        self.parts[-1].logbook.close()

    def do(self, step: Step) -> None:
        """Do one step."""
        if step.kind == "say" and not self.parts[-1].endless:
            self._come_back()
            self.parts[-1].said.append(self._say(step))
        elif step.kind == "wait":
            self._world.advance_s(step.wait_s)
        elif step.kind == "restart":
            self._restart(self._world.token() if step.keeps_token else "")
        elif step.kind == "send" and step.act and step.act.send:
            result = step.act.send
            self._world.send(result.method, result.path, {**result.headers, "user-agent": BY_HAND})

    def _restart(self, token: str) -> None:
        self.stop()
        self._away = False
        self.start(token)

    def _come_back(self) -> None:
        """Start a program anew that ended when its user left, with the token that it had."""
        if self._away:
            self._restart(self._world.token())

    def _hear_rest(self, program: TalkingProgram) -> None:
        """Take what a program does at the end of its input as part of its answer to the last line."""
        said, heard, before = self.parts[-1].said, list[OutputChunk](), self._world.requests
        try:
            for text in program.finish():
                self._hear(text, heard)
        except RunawayClient as endless:
            self.parts[-1].endless = str(endless)
        if said and (heard or self._world.requests > before):
            printed = any(line.output for line in said)
            rest = replace(
                said[-1],
                output=(*said[-1].output, *heard),
                ended_at_ms=self._world.now_ms,
                last=self._world.requests,
            )
            # Who prints nothing before the end keeps all back: no one knows which line it answers.
            said[:] = [*said[:-1], rest] if printed else _together(said, rest)

    def _say_all(self) -> None:
        """Say every line in one go; which words answer which line, nobody knows then."""
        lines = self._client_test.lines
        whole = self._say(Step("say", "\n".join(lines), tuple(self._client_test.scenario.given.files)))
        first = replace(whole, line=lines[0], attributed=len(lines) == 1)
        self.parts[-1].said += [first, *(replace(first, line=line, output=()) for line in lines[1:])]

    def _say(self, step: Step) -> UserLine:
        began_ms, first = self._world.now_ms, self._world.requests + 1
        heard: list[OutputChunk] = []
        left = False
        try:
            for text in self._texts(step.line):
                self._hear(text, heard)
                if self._leaves(step, len(heard), began_ms):
                    left = True
                    break
        except RunawayClient as endless:
            self.parts[-1].endless = str(endless)
        except ProgramTimeoutError as late:
            self.parts[-1].timed_out = str(late)
        ended_ms, last = self._world.now_ms, self._world.requests
        return UserLine(step.line, began_ms, ended_ms, tuple(heard), first, last, step.files, left)

    def _hear(self, text: str, heard: list[OutputChunk]) -> None:
        if text:
            heard.append(OutputChunk(self._world.now_ms, text))
        self._world.check()

    def _leaves(self, step: Step, texts: int, began_ms: int) -> bool:
        """Tell whether the user goes away now: after so many texts, or while a program is at work."""
        if step.disconnect_after is None:
            return False
        if not isinstance(self._subject, TalkingProgram):
            return texts == step.disconnect_after
        at_work = self._world.now_ms - began_ms >= _LEAVES_AFTER_MS
        self._away = at_work or texts >= step.disconnect_after
        if self._away:
            self._subject.hang_up()
        return self._away

    def _texts(self, line: str) -> Iterator[str]:
        assert self._subject is not None, "started before anything is said"
        texts = iter(self._subject.say(line))
        try:
            yield from texts
        except ProgramTimeoutError:
            raise
        except Exception as error:  # noqa: BLE001  what a client raises is what its user reads
            if isinstance(error, _FAULTS):
                self.parts[-1].crashed = f"{type(error).__name__} after {line!r}"
            yield f"\n{error}\n"
        finally:
            if (close := getattr(texts, "close", None)) is not None:
                close()


def _together(said: list[UserLine], rest: UserLine) -> list[UserLine]:
    """Return lines of which nobody knows which output and which requests belong to which."""
    whole = replace(rest, first=said[0].first, at_ms=said[0].at_ms, attributed=len(said) == 1)
    lines = [replace(whole, line=one.line, files=one.files, output=()) for one in said]
    return [replace(lines[0], output=whole.output), *lines[1:]]


def evidence_of(
    player: ClientTestDriver, test: ClientTest, world: TestWorld, home: Path, timing: Timing
) -> Iterator[ClientRun]:
    """Yield the evidence of each start of the client."""
    traffic = [
        exchange
        for exchange in read_records(world.journal())
        if exchange.headers.get("user-agent") != BY_HAND and exchange.operation != "control"
    ]
    given = test.scenario.given
    for part in player.parts:
        known = RunFacts(
            token_set=part.token_set,
            platform=PLATFORM,
            registered=given.registered,
            language="zh" if given.language == "zh" else "en",
            web_url=WEB_URL,
            home=home if part is player.parts[-1] else None,
            sample_files=frozenset(given.files),
            client_id=part.client_id,
            timing=timing,
            shortened=timing == "real",  # a program's world does not wait where only the backend would
            complete=not (part.endless or part.timed_out),
        )
        last = world.requests if part.last is None else part.last
        own = tuple(exchange for exchange in traffic if part.first <= exchange.seq <= last)
        yield ClientRun(own, tuple(part.said), known, tuple(part.logbook.lines))
