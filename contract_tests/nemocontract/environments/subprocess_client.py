"""Any program as a subject: the user's lines on its standard input or as arguments, what it prints read."""

from __future__ import annotations

import codecs
import os
import queue
import shlex
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Literal

from nemocontract.client_adapter import ClientConfig
from nemocontract.client_tests.driver import ProgramTimeoutError

InputMode = Literal["stdin", "args"]
# What a program needs of this machine besides its settings: where programs and libraries are.
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH", "NODE_PATH", "PYTHONPATH")
_CHUNK = 4096
_FAREWELL_S = 2.0


def resolve_command(command: str) -> list[str]:
    """Return the words of a command, files of the working directory by their full paths.

    A program runs in a home of its own, and ``node my_client.mjs`` means the file that the user sees. Raises
    ValueError, in one sentence, for a command that cannot be started.
    """
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ValueError(f"command {command!r} cannot be read: {error}") from None
    if not words:
        raise ValueError("the command is empty; name a program")
    program = shutil.which(words[0])
    if program is None:
        raise ValueError(f"program {words[0]!r} cannot be started: there is no such executable file")
    first = str(Path(program).absolute()) if os.sep in words[0] else words[0]
    return [first, *map(_full_path, words[1:])]


def _full_path(word: str) -> str:
    path = Path(word)
    try:
        named = path.is_file() or (os.sep in word and path.exists())
    except (OSError, ValueError):  # too long, or with a NUL: no file's name
        named = False
    return str(path.absolute()) if named else word


class SubprocessClient:
    """A command with its arguments, run once for each test, in its home, with nothing but its settings.

    ``input_mode`` says whether it reads the user's lines from stdin or as arguments. Raises ValueError for a
    command that cannot be started.
    """

    def __init__(self, command: str, input_mode: InputMode = "stdin", takes_s: float = 120.0) -> None:
        self._command, self._input_mode, self._takes_s = resolve_command(command), input_mode, takes_s
        self._setting: ClientConfig | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def open(self, setting: ClientConfig) -> None:
        """Take note of what it will be started with."""
        self._setting = setting

    def say(self, line: str) -> Iterator[str]:
        """Start the program, tell it all lines (parted by line feeds), and yield what it prints.

        Raises ProgramTimeoutError; the program is ended then, with all it has started.
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
            [*self._command, *(lines if self._input_mode == "args" else ())],
            cwd=self._setting.home,
            env={**environment, **self._setting.environment},
            stdin=subprocess.PIPE if self._input_mode == "stdin" else subprocess.DEVNULL,
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
        self.kill()
        process.wait(_FAREWELL_S)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    def kill(self) -> None:
        """End the program at once, from any thread; what it printed so far is still read."""
        process = self._process
        if process is not None and process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)


def _pump(stdout: IO[bytes], pieces: queue.Queue[bytes]) -> None:
    while piece := os.read(stdout.fileno(), _CHUNK):
        pieces.put(piece)
    pieces.put(b"")
