"""Time as the client sees it; a test hands in a clock of its own and every wait is instant."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Generator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, Protocol, TypeAlias, TypeVar

from nemoclient.json_values import parse_json


class Clock(Protocol):
    """What a client needs of a clock; ``sleep`` may be a coroutine for the async client."""

    def now(self) -> float:
        """Return the time in seconds since the epoch; it never runs backwards."""
        ...

    def sleep(self, seconds: float) -> Awaitable[None] | None:
        """Come back after so many seconds."""
        ...


class SystemClock:
    """The real time, unmoved by corrections of the wall clock."""

    def __init__(self) -> None:
        self._offset_s = time.time() - time.monotonic()

    def now(self) -> float:
        """Return the time in seconds since the epoch."""
        return self._offset_s + time.monotonic()

    def sleep(self, seconds: float) -> Awaitable[None] | None:
        """Block for so many seconds."""
        time.sleep(seconds)
        return None


class InstantClock(SystemClock):
    """Runs like the real time but skips every wait: for a service in virtual time, for both clients."""

    def sleep(self, seconds: float) -> Awaitable[None] | None:
        """Move on by so many seconds, at once."""
        self._offset_s += seconds
        return None


NoticeKind = Literal["info", "text", "waiting", "change", "summary", "progress"]


class ReadStatus(Enum):
    """Outcomes of ``Read`` that are no bytes."""

    QUIET = "nothing came for a while"
    END = "the body ended cleanly"


QUIET: Final = ReadStatus.QUIET
END: Final = ReadStatus.END


class Part(NamedTuple):
    """One local file of a multipart upload; ``size`` in bytes as it was when checked."""

    path: Path
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request; ``headers`` may hold the bearer token and so never shows in a repr."""

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: Any = None
    parts: tuple[Part, ...] = ()
    on_sent: Callable[[int], None] | None = None
    follow_redirects: bool = False


@dataclass(frozen=True)
class Response:
    """One HTTP answer: header names in lower case, ``body`` empty while it still streams."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @cached_property
    def json(self) -> Any:
        """The decoded body, or None where it is no JSON."""
        return parse_json(self.body)


class Send(NamedTuple):
    """Send a request and get the whole answer."""

    request: Request


class Open(NamedTuple):
    """Send a request whose answer is read piece by piece; one at a time per flow."""

    request: Request


class Read(NamedTuple):
    """Get the next piece; ``QUIET`` comes at the latest after ``wait_s``, often sooner."""

    wait_s: float


class Close(NamedTuple):
    """Let go of the open answer, whether it was read to its end or not."""


class Sleep(NamedTuple):
    """Let time pass."""

    seconds: float


class GetTime(NamedTuple):
    """Ask what time it is, in seconds since the epoch."""


class RunBlocking(NamedTuple):
    """Have a short piece of file work done where it blocks nobody."""

    work: Callable[[], Any]


class Notice(NamedTuple):
    """Something for the user's eyes: ready to show, no protocol in it (C-UX-1).

    ``text`` is a piece of the reply that belongs right behind the one before; every other kind is a line
    of its own. ``share`` (0 to 1) comes with ``progress``.
    """

    kind: NoticeKind
    text: str
    share: float | None = None


Effect = Send | Open | Read | Close | Sleep | GetTime | RunBlocking
Step = Effect | Notice
T = TypeVar("T")
Flow: TypeAlias = Generator[Step, Any, T]
