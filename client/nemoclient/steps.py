"""What a flow may ask of its driver, and what it is sent back.

A flow is a generator. It yields steps and is sent each one's outcome, as httpx's own ``auth_flow`` is;
so every flow is written once and runs under the sync and the async driver alike.

==========  ===========================================================================
``Send``    an ``Answer`` with its body; raises ``LinkFailed``
``Open``    None; the answer then comes through ``Read``
``Read``    ``Answer`` (first), ``bytes``, ``QUIET`` or ``END``; raises ``LinkFailed``
``Close``   None
``Pause``   None, later
``Now``     seconds
``Local``   what the function returns; raises ``OSError``
``Notice``  None, after the user has it
==========  ===========================================================================
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, Final, Literal

NoticeKind = Literal["info", "text", "waiting", "change", "summary", "progress"]


class Sign(Enum):
    """Outcomes of ``Read`` that are no bytes."""

    QUIET = "nothing came for a while"
    END = "the body ended cleanly"


QUIET: Final = Sign.QUIET
END: Final = Sign.END


@dataclass(frozen=True, slots=True)
class Part:
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


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer: header names in lower case, ``body`` empty while it still streams."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    def json(self) -> Any:
        """Return the decoded body, or None where it is no JSON."""
        return parse_json(self.body)


def parse_json(source: bytes | str) -> Any:
    """Return the value, or None for anything that is not JSON, however hostile it is."""
    try:
        return json.loads(source, parse_constant=lambda _: None)
    except (ValueError, RecursionError):  # deep nesting is no reason to fall over
        return None


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request and get the whole answer."""

    request: Request


@dataclass(frozen=True, slots=True)
class Open:
    """Send a request whose answer is read piece by piece; one at a time per flow."""

    request: Request


@dataclass(frozen=True, slots=True)
class Read:
    """Get the next piece; ``QUIET`` comes at the latest after ``wait_s``, often sooner."""

    wait_s: float


@dataclass(frozen=True, slots=True)
class Close:
    """Let go of the open answer, whether it was read to its end or not."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Let time pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Now:
    """Ask what time it is, in seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Local:
    """Have a short piece of file work done where it blocks nobody."""

    work: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Notice:
    """Something for the user's eyes: ready to show, no protocol in it (C-UX-1).

    ``text`` is a piece of the reply that belongs right behind the one before; every other kind is a line
    of its own. ``share`` (0 to 1) comes with ``progress``.
    """

    kind: NoticeKind
    text: str
    share: float | None = None


Step = Send | Open | Read | Close | Pause | Now | Local | Notice
