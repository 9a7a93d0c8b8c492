"""Any program as a client that is talked to: it gets a line when it waits for one, and its answer is read."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Protocol

from nemocontract.client_tests.driver import RunawayClient
from nemocontract.environments.process_state import is_waiting
from nemocontract.environments.subprocess_client import (
    Output,
    ProgramClient,
    Variables,
    end_process,
    start_process,
)

_LOOK_S: Final = 0.02  # real time between two looks at a program
_IDLE_MS: Final = 2_000  # of its own time: a program that waits for so long is done with a line
# Where nobody can tell whether it waits or sleeps: longer than any pause that a client is to make.
_QUIET_MS: Final = 65_000
_QUIET_S: Final = 1.0  # and so much real time at least
_SPEECHLESS_S: Final = 10.0  # as long, where it has not done anything for the line yet
LONGEST_MS: Final = 30 * 60_000  # of its own time for one line; the protocol's own limits are below 20 min


class Surroundings(Protocol):
    """What a conversation looks at to know whether a program is busy."""

    @property
    def now_ms(self) -> int:
        """Backend time."""
        ...

    @property
    def requests(self) -> int:
        """How many requests there were."""
        ...

    def open_requests(self) -> list[str]:
        """Return the operations of the requests that are not over."""
        ...

    def check(self) -> None:
        """Raise RunawayClient for a client that makes more requests than any may need."""
        ...


class ConversationClient(ProgramClient):
    """A command with its arguments, started at the first line and ended with the end of its input.

    ``say`` and ``finish`` yield an empty text now and then, so that their caller can look at the clock.
    """

    def __init__(self, command: Sequence[str], world: Surroundings, variables: Variables) -> None:
        self._command, self._world, self._variables = command, world, variables
        self._output: Output | None = None

    @property
    def is_alive(self) -> bool:
        """Whether the program was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def say(self, line: str) -> Iterator[str]:
        """Give the program a line, and yield what it prints until it waits for the next one.

        Raises RunawayClient where it does not come to an end.
        """
        if self._process is None:
            assert self._setting is not None, "opened first"
            self._process = start_process(self._command, self._setting, self._variables, reads_lines=True)
        stdin = self._process.stdin
        assert stdin is not None
        try:
            stdin.write(f"{line}\n".encode())
            stdin.flush()
        except (BrokenPipeError, ValueError):
            return  # it has ended already, and answers nothing
        yield from self._heard()

    def finish(self) -> Iterator[str]:
        """End the program's input, and yield what it prints until it ends or waits for what never comes."""
        if self._process is not None and self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except BrokenPipeError:
                return
            yield from self._heard()

    def hang_up(self) -> None:
        """End the program as a closed terminal does, by SIGHUP."""
        if self._process is not None:
            end_process(self._process, signal.SIGHUP)

    def _heard(self) -> Iterator[str]:
        assert self._process is not None
        assert self._process.stdout is not None
        if self._output is None:
            self._output = Output(self._process.stdout)
        idle = _Idleness(self._process.pid, self._world)
        while not self._output.ended and not idle.is_over():
            text = self._output.next(_LOOK_S) or ""
            if text:
                idle.saw_output()
            yield from text.splitlines(keepends=True) or ("",)


class _Idleness:
    """Tells when a program is done with a line: no open request, nothing printed, and it waits."""

    def __init__(
        self, process_id: int, world: Surroundings, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._process_id, self._world, self._now_s = process_id, world, now_s
        self._began_ms, self._requests, self._acted = world.now_ms, world.requests, False
        self._waiting_ms: int | None = None  # since when it surely waits
        self._rest()

    def _rest(self) -> None:
        self._quiet_ms, self._quiet_s = self._world.now_ms, self._now_s()
        self._waiting_ms = None

    def saw_output(self) -> None:
        """Take note that the program printed something."""
        self._acted = True
        self._rest()

    def is_over(self) -> bool:
        """Tell whether the program is done; raise RunawayClient where it never will be."""
        self._world.check()
        now_ms, open_requests = self._world.now_ms, self._world.open_requests()
        if now_ms - self._began_ms > LONGEST_MS:
            busy = ", ".join(open_requests) or "no request"
            raise RunawayClient(f"still busy after {LONGEST_MS // 60_000} min, with {busy} open")
        if open_requests or self._world.requests != self._requests:
            self._requests, self._acted = self._world.requests, True
            self._rest()
            return False
        return self._surely_waits(now_ms) or self._is_quiet(now_ms)

    def _surely_waits(self, now_ms: int) -> bool:
        if not is_waiting(self._process_id):
            self._waiting_ms = None
        elif self._waiting_ms is None:
            self._waiting_ms = now_ms
        return self._waiting_ms is not None and now_ms - self._waiting_ms >= _IDLE_MS

    def _is_quiet(self, now_ms: int) -> bool:
        least_s = _QUIET_S if self._acted else _SPEECHLESS_S
        return now_ms - self._quiet_ms >= _QUIET_MS and self._now_s() - self._quiet_s >= least_s
