"""What a program is doing, as Linux tells it: whether all it waits for is somebody else."""

from __future__ import annotations

import mmap
import platform
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

_PROC: Final = Path("/proc")
_NO_LIMIT: Final = (0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF)  # a limit of -1 ms, in a register of either width
_AT_REST: Final = (b"S", b"Z")
_GO_MARK: Final = b"\xff Go buildinf:"

# System calls that wait, by number: which argument is their time limit, None where they have none.
_X86: Final[dict[int, int | None]] = {
    **dict.fromkeys(
        (0, 19, 45, 47, 61, 247, 288, 34, 130), None
    ),  # read, readv, recv*, wait*, accept4, pause
    7: 2,  # poll
    23: 4,  # select
    202: 3,
    232: 3,
    270: 4,
    271: 2,
    281: 3,
    441: 3,  # futex, epoll_wait, pselect6, ppoll, epoll_pwait(2)
}
_ARM: Final[dict[int, int | None]] = {
    **dict.fromkeys((63, 65, 207, 212, 260, 95, 242, 133), None),
    98: 3,
    22: 3,
    72: 4,
    73: 2,
    441: 3,
}
_WAITS: Final = {"x86_64": _X86, "aarch64": _ARM}.get(platform.machine())
_IN_MS: Final = (7, 22, 232, 281)  # their limit is a number of ms; elsewhere it is an address, 0 for none


def is_waiting(process_id: int) -> bool | None:
    """Tell whether a process and its children only wait, without a time limit; None where nobody can tell.

    Such a program does nothing more until a line, an answer or a signal arrives. One that sleeps, has a
    timer or wants to run does.
    """
    return None if _WAITS is None else _all_threads(process_id, _waits)


def is_resting(process_id: int) -> bool | None:
    """Tell whether no thread of a process and its children wants to run; None where nobody can tell."""
    return _all_threads(process_id, lambda thread: _state(thread) in _AT_REST)


def _all_threads(process_id: int, holds: Callable[[Path], bool]) -> bool | None:
    if not (_PROC / "self/syscall").exists():
        return None
    try:
        return all(holds(thread) for process in _tree(process_id) for thread in (process / "task").iterdir())
    except PermissionError:
        return None
    except OSError:  # it ended while it was looked at
        return False


def uses_library(process_id: int, library: Path) -> bool | None:
    """Tell whether a process and its children go by the clock of ``library``; None where nobody can tell.

    A program without a C library is not reached by it, and one made with Go asks the system directly.
    """
    try:
        return all(_is_reached(process, library) for process in _tree(process_id))
    except OSError:
        return None


def _tree(process_id: int) -> Iterator[Path]:
    """Yield the folders of a process and of all its descendants."""
    process = _PROC / str(process_id)
    yield process
    for thread in (process / "task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from _tree(int(child))


def _state(thread: Path) -> bytes:
    return (thread / "stat").read_bytes().rpartition(b")")[2].split()[0]


def _waits(thread: Path) -> bool:
    state = _state(thread)
    if state == b"Z":
        return True
    call = (thread / "syscall").read_text().split()
    if state != b"S" or not call[0].isdigit() or _WAITS is None or int(call[0]) not in _WAITS:
        return False
    number = int(call[0])
    place = _WAITS[number]
    limit = 0 if place is None else int(call[1 + place], 16)
    return limit in _NO_LIMIT if place is not None and number in _IN_MS else limit == 0


def _is_reached(process: Path, library: Path) -> bool:
    if str(library.resolve()) not in (process / "maps").read_text():
        return False
    with (process / "exe").open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as binary:
        return binary.find(_GO_MARK) < 0
