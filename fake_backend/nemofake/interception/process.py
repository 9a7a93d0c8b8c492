"""Runs a command as a shell would: its own streams, signals and exit code; its children end with it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Final

_FORWARDED: Final = (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)
_MARKER: Final = "NEMOFAKE_RUN"
_GRACE_S: Final = 2.0
_LIBRARY_NAMES: Final = ("libfaketimeMT.so.1", "libfaketime.so.1", "libfaketime.1.dylib")
_LIBRARY_FOLDERS: Final = (
    "/usr/lib",
    "/usr/local/lib",
    "/opt/homebrew/lib",
    "/opt/homebrew/opt/libfaketime/lib",
)
_SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - where Linux keeps it; elsewhere there is no such file
FAKETIME_VARIABLE: Final = "NEMOFAKE_LIBFAKETIME"


class CommandNotStartedError(Exception):
    """The command cannot be started; the message says why in one sentence."""


def run_command(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run ``command`` with these variables to its end and return its exit code, 128 + n for signal n.

    SIGINT from a terminal reaches the command by itself; other signals are passed on. What the command
    left running is ended. Raises CommandNotStartedError.
    """
    marker = f"{os.getpid()}-{time.monotonic_ns()}"
    with _forwarded_signals() as forward_to:
        try:
            process = subprocess.Popen(command, env={**environment, _MARKER: marker})  # noqa: S603
        except OSError as error:
            raise CommandNotStartedError(f"cannot run {command[0]}: {error.strerror or error}") from None
        forward_to(process)
        code = process.wait()
    _end_descendants(marker)
    remove_faketime_files(process.pid)
    return code if code >= 0 else 128 - code


def faketime_library() -> Path | None:
    """Return libfaketime's path, from NEMOFAKE_LIBFAKETIME or where systems keep it; None without it."""
    if named := os.environ.get(FAKETIME_VARIABLE):
        return Path(named) if Path(named).is_file() else None
    for folder in _LIBRARY_FOLDERS:
        for name in _LIBRARY_NAMES:
            for pattern in (name, f"faketime/{name}", f"*/faketime/{name}"):
                if match := next(Path(folder).glob(pattern), None):
                    return match
    return None


def faketime_environment(
    library: Path, factor: float, base: Mapping[str, str], *, start_s: float | None = None
) -> dict[str, str]:
    """Return the variables that make a program's clock and sleeps run ``factor`` times as fast.

    ``start_s``: what its clock shows when it starts, in seconds since 1970; the real time if left out.
    """
    preload = "DYLD_INSERT_LIBRARIES" if sys.platform == "darwin" else "LD_PRELOAD"
    old = base.get(preload)
    return {
        preload: f"{library}:{old}" if old else str(library),
        "FAKETIME": f"+0 x{factor:g}" if start_s is None else f"@{start_s:.0f} x{factor:g}",
        **({} if start_s is None else {"FAKETIME_FMT": "%s"}),
        "FAKETIME_DONT_RESET": "1",  # children keep the clock of their parent
        "NO_FAKE_STAT": "1",  # times of files stay as they are
    }


def remove_faketime_files(process_id: int) -> None:
    """Remove the shared memory that a killed program left: libfaketime removes it where a program ends."""
    for name in (f"faketime_shm_{process_id}", f"sem.faketime_sem_{process_id}"):
        (_SHARED_MEMORY / name).unlink(missing_ok=True)


@contextmanager
def _forwarded_signals() -> Iterator[Callable[[subprocess.Popen[bytes]], None]]:
    """Keep signals for the process that is named once it runs; leave SIGINT of a terminal to the terminal."""
    early: list[int] = []
    processes: list[subprocess.Popen[bytes]] = []

    def forward(number: int, _frame: FrameType | None) -> None:
        if processes:
            processes[0].send_signal(number)
        else:
            early.append(number)

    def forward_to(process: subprocess.Popen[bytes]) -> None:
        processes.append(process)
        for number in early:
            process.send_signal(number)

    before = {number: signal.signal(number, forward) for number in _FORWARDED}
    # A function, not SIG_IGN: the command would inherit that and ignore Ctrl-C as well.
    on_interrupt = (lambda _number, _frame: None) if sys.stdin.isatty() else forward
    before[signal.SIGINT] = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield forward_to
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end_descendants(marker: str) -> None:
    """End what the command left running: ask first, then kill. Linux only; elsewhere nothing is found."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        until_s = time.monotonic() + _GRACE_S
        while (running := _marked(marker)) and time.monotonic() < until_s:
            for process_id in running:
                with suppress(ProcessLookupError):
                    os.kill(process_id, number)
            time.sleep(0.02)


def _marked(marker: str) -> list[int]:
    """Return the processes whose environment has the marker: also those that left their parent."""
    wanted = f"{_MARKER}={marker}".encode()
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if wanted in path.read_bytes().split(b"\0"):
                found.append(int(path.parent.name))
    return found
