"""How fast a program's time runs under libfaketime, and with which variables."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nemocontract.environments.process_state import is_resting, uses_library
from nemocontract.environments.subprocess_client import end_process, kept_environment
from nemofake.interception.process import FAKETIME_VARIABLE, faketime_environment, faketime_library

_START_UP_S: Final = 6.0  # of a program's own time: what its start may take, and so what a delay is worth
_LEAST_RATE, _MOST_RATE = 4, 25
_PATIENCE_S: Final = 20.0
_LOOK_S: Final = 0.005
_REST_S: Final = 0.05
_STARTS: Final = 2


@dataclass(frozen=True, slots=True)
class ProgramTime:
    """Time that runs ``rate`` times as fast for a program as outside, by ``library``."""

    library: Path
    rate: int

    def variables(self, now_ms: int, base: Mapping[str, str]) -> dict[str, str]:
        """Return the variables of a program that starts at this time of the backend."""
        return faketime_environment(self.library, self.rate, base, start_s=now_ms / 1000)


def program_time(command: Sequence[str]) -> ProgramTime | str:
    """Return the time to run a command in, or a sentence that says why there is none but the real one.

    The rate follows from how long the program takes to start on this machine, as busy as it is.
    """
    library = faketime_library()
    if library is None:
        return f"libfaketime is not installed (package faketime, or its path in {FAKETIME_VARIABLE})"
    started = [_start_up(command, library) for _ in range(_STARTS)]
    if not all(reached for _, reached in started):
        return "libfaketime does not reach this program: it is linked statically or made with Go"
    start_up_s = min(taken_s for taken_s, _ in started)
    return ProgramTime(library, max(_LEAST_RATE, min(_MOST_RATE, int(_START_UP_S / max(start_up_s, 0.001)))))


def _start_up(command: Sequence[str], library: Path) -> tuple[float, bool]:
    """Start a command once; return how long it takes until it rests, and whether it is reached."""
    with tempfile.TemporaryDirectory(prefix="nemocontract-start-") as home:
        base = kept_environment() | {"HOME": home, "NEMO_API_URL": "http://127.0.0.1:9"}
        began_s = time.monotonic()
        process = subprocess.Popen(  # noqa: S603  running this very command is what is asked for
            command,
            cwd=home,
            env=base | faketime_environment(library, 1, base),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            taken_s = _until_resting(process, began_s)
            reached = process.poll() is not None or uses_library(process.pid, library) is not False
            return taken_s, reached
        finally:
            end_process(process)


def _until_resting(process: subprocess.Popen[bytes], began_s: float) -> float:
    """Return after how many seconds a program rests, or ends; its input ends where nobody can tell."""
    rested_s: float | None = None
    while process.poll() is None and (now_s := time.monotonic()) - began_s < _PATIENCE_S:
        resting = is_resting(process.pid)
        rested_s = (rested_s or now_s) if resting else None
        if rested_s is not None and now_s - rested_s >= _REST_S:
            return rested_s - began_s
        if resting is None and process.stdin is not None:
            process.stdin.close()
        time.sleep(_LOOK_S)
    return time.monotonic() - began_s
