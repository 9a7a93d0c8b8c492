"""Any program as a client: how it is started and ended, and one that is given all lines at its start."""

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Literal

from nemocontract.client_adapter import ClientConfig
from nemocontract.client_tests.driver import ProgramTimeoutError
from nemofake.interception.process import remove_faketime_files

InputMode = Literal["stdin", "args"]
# What a program needs of this machine besides its settings: where programs and libraries are.
_KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "SYSTEMROOT", "LD_LIBRARY_PATH", "NODE_PATH", "PYTHONPATH")
# Of what was printed is seen when: a runtime keeps it back as long as nobody looks on.
_UNBUFFERED = {"PYTHONUNBUFFERED": "1"}
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


Variables = Callable[[Mapping[str, str]], Mapping[str, str]]


def kept_environment() -> dict[str, str]:
    """Return what every program is given of this machine's environment."""
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | _UNBUFFERED


def start_process(
    command: Sequence[str], setting: ClientConfig, variables: Variables, *, reads_lines: bool
) -> subprocess.Popen[bytes]:
    """Start a program in its home, in a session of its own; ``variables`` adds to those of its setting."""
    environment = {**kept_environment(), **setting.environment}
    return subprocess.Popen(  # noqa: S603  running this very command is what is asked for
        command,
        cwd=setting.home,
        env={**environment, **variables(environment)},
        stdin=subprocess.PIPE if reads_lines else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def end_process(process: subprocess.Popen[bytes], number: int = signal.SIGKILL) -> None:
    """End a program with all it has started, by a signal and at last by SIGKILL, and close its pipes."""
    for chosen in dict.fromkeys((number, signal.SIGKILL)):
        with suppress(ProcessLookupError):  # nobody of its session is left
            os.killpg(process.pid, chosen)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_FAREWELL_S)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    remove_faketime_files(process.pid)


class Output:
    """What a program prints, as text; read by a thread as it comes."""

    def __init__(self, stdout: IO[bytes]) -> None:
        self._pieces: queue.Queue[bytes] = queue.Queue()
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self.ended = False
        threading.Thread(target=_pump, args=(stdout, self._pieces), daemon=True).start()

    def next(self, within_s: float) -> str | None:
        """Return what comes next, None where nothing came in time; ``ended`` tells whether that was all."""
        try:
            piece = self._pieces.get(timeout=max(0.0, within_s))
        except queue.Empty:
            return None
        self.ended = not piece
        return self._decoder.decode(piece, final=not piece)


def _pump(stdout: IO[bytes], pieces: queue.Queue[bytes]) -> None:
    with suppress(OSError, ValueError):  # closed while it was read
        while piece := os.read(stdout.fileno(), _CHUNK):
            pieces.put(piece)
    pieces.put(b"")


class ProgramClient:
    """A program that is a client: what it is started with, and how it is ended."""

    _setting: ClientConfig | None = None
    _process: subprocess.Popen[bytes] | None = None

    def open(self, setting: ClientConfig) -> None:
        """Take note of what it will be started with."""
        self._setting = setting

    def close(self) -> None:
        """End the program, and whatever it has started, if that is still there."""
        if self._process is not None:
            end_process(self._process)

    def kill(self) -> None:
        """End the program at once, from any thread; what it printed so far is still read."""
        if self._process is not None and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)


class SubprocessClient(ProgramClient):
    """A command with its arguments, run once for each test, in its home, with nothing but its settings.

    ``input_mode`` says whether it reads the user's lines from stdin or as arguments, ``takes_s`` how many
    real seconds it has, ``variables`` what its environment has besides. Raises ValueError for a command that
    cannot be started.
    """

    def __init__(
        self,
        command: str,
        input_mode: InputMode = "stdin",
        takes_s: float = 120.0,
        variables: Variables = lambda _: {},
    ) -> None:
        self._command, self._input_mode, self._takes_s = resolve_command(command), input_mode, takes_s
        self._variables = variables

    def say(self, line: str) -> Iterator[str]:
        """Start the program, tell it all lines (parted by line feeds), and yield what it prints.

        Raises ProgramTimeoutError; the program is ended then, with all it has started.
        """
        assert self._setting is not None, "opened first"
        lines = line.split("\n")
        reads = self._input_mode == "stdin"
        command = self._command if reads else [*self._command, *lines]
        process = self._process = start_process(command, self._setting, self._variables, reads_lines=reads)
        if process.stdin is not None:
            self._tell(process.stdin, lines)
        yield from self._heard(process)

    @staticmethod
    def _tell(stdin: IO[bytes], lines: list[str]) -> None:
        try:
            stdin.write("".join(f"{line}\n" for line in lines).encode())
            stdin.close()
        except BrokenPipeError:
            return  # it has ended already, and what it printed is read all the same

    def _heard(self, process: subprocess.Popen[bytes]) -> Iterator[str]:
        assert process.stdout is not None
        output, ends_s = Output(process.stdout), time.monotonic() + self._takes_s
        while not output.ended:
            text = output.next(ends_s - time.monotonic())
            if text is None:
                raise ProgramTimeoutError(f"the program did not end within {self._takes_s:g} s")
            if text:
                yield text
