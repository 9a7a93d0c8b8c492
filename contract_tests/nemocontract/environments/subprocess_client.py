"""Any program as a subject: the user's lines on its standard input or as arguments, what it prints read."""

from __future__ import annotations

import codecs
import os
import queue
import shlex
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import IO, Literal

from nemocontract.client_adapter import ClientConfig

Words = Literal["stdin", "arguments"]
# What a program needs of this machine besides what it is told: where programs and libraries are.
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH", "NODE_PATH", "PYTHONPATH")
_CHUNK = 4096
_FAREWELL_S = 2.0


class ProgramTimeoutError(Exception):
    """A program did not end in the time it had; the message says how long that was."""


class SubprocessClient:
    """A command with its arguments, run once for each trial, in its home, with nothing but its setting."""

    def __init__(self, command: str, words: Words = "stdin", takes_s: float = 120.0) -> None:
        self._command, self._words, self._takes_s = shlex.split(command), words, takes_s
        self._setting: ClientConfig | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def open(self, setting: ClientConfig) -> None:
        """Take note of what it will be started with."""
        self._setting = setting

    def say(self, line: str) -> Iterator[str]:
        """Start the program, tell it all lines (parted by line feeds), and yield what it prints.

        Raises TookTooLongError; the program is ended then, with all it has started.
        """
        lines = line.split("\n")
        process = self._process = self._start(lines)
        assert process.stdout is not None
        if process.stdin is not None:
            self._tell(process.stdin, lines)
        yield from self._heard(process.stdout)
        process.wait(_FAREWELL_S)

    def _start(self, lines: list[str]) -> subprocess.Popen[bytes]:
        assert self._setting is not None, "opened first"
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return subprocess.Popen(  # noqa: S603  running this very command is what is asked for
            [*self._command, *(lines if self._words == "arguments" else ())],
            cwd=self._setting.home,
            env={**environment, **self._setting.environment},
            stdin=subprocess.PIPE if self._words == "stdin" else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    @staticmethod
    def _tell(stdin: IO[bytes], lines: list[str]) -> None:
        try:
            stdin.write("".join(f"{line}\n" for line in lines).encode())
            stdin.close()
        except BrokenPipeError:
            return  # it has ended already, and what it printed is read all the same

    def _heard(self, stdout: IO[bytes]) -> Iterator[str]:
        pieces: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=_pump, args=(stdout, pieces), daemon=True).start()
        ends_s, decoder = time.monotonic() + self._takes_s, codecs.getincrementaldecoder("utf-8")("replace")
        while True:
            try:
                piece = pieces.get(timeout=max(0.0, ends_s - time.monotonic()))
            except queue.Empty:
                raise ProgramTimeoutError(f"the program did not end within {self._takes_s:g} s") from None
            if text := decoder.decode(piece, final=not piece):
                yield text
            if not piece:
                return

    def close(self) -> None:
        """End the program, and whatever it has started, if that is still there."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(_FAREWELL_S)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


def _pump(stdout: IO[bytes], pieces: queue.Queue[bytes]) -> None:
    while piece := os.read(stdout.fileno(), _CHUNK):
        pieces.put(piece)
    pieces.put(b"")
