"""Other processes: started, awaited by their first line, timed, and ended."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
_START_TIMEOUT_S = 30.0
_STOP_TIMEOUT_S = 5.0


class Spawned:
    """A Python process that says by its first line on stdout that it is ready; stderr is ours.

    ``command`` are the interpreter's arguments, such as ``("-m", "nemofake", "serve")``.
    """

    def __init__(self, *command: str, piped: bool = False) -> None:
        self.started_s = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            stdin=subprocess.PIPE if piped else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @cached_property
    def first_line(self) -> str:
        """Wait until it is ready, and return what it said."""
        alarm = threading.Timer(_START_TIMEOUT_S, self.process.kill)
        alarm.start()
        try:
            return self.read_line()
        finally:
            alarm.cancel()

    @property
    def url(self) -> str:
        """Return the last word of the first line: where a server listens."""
        return self.first_line.split()[-1]

    def read_line(self) -> str:
        """Return the next line of its stdout; raise where it has ended instead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args!r} ended with {self.process.wait()} before it answered")
        return line.rstrip("\n")

    def write_line(self, line: str) -> None:
        """Write a line to its stdin."""
        assert self.process.stdin is not None
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def cpu_s(self) -> float | None:
        """Return the processor time it has had, in seconds; None where the system keeps it to itself."""
        # Linux: a process's own clock has the id ~pid * 8 + 2 (clock_getcpuclockid(3), not in `time`).
        if sys.platform != "linux":
            return None
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def stop(self) -> None:
        """End it, at the latest by force."""
        self.process.terminate()
        try:
            self.process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
