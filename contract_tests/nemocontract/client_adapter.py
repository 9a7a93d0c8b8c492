"""What any client must look like to be judged: four methods, and a setting to work in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """The backend's time, in seconds since 1970; sleeping on it takes no real time."""

    def now(self) -> float:
        """Return the time."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        ...


@dataclass(frozen=True, slots=True)
class ClientConfig:
    """What a client is started with.

    ``environment`` has what a program would find in its environment: NEMO_API_URL, NEMO_WEB_URL, HOME,
    SKILL_SOURCE, and NEMO_TOKEN where a token is set; the other fields are the same in a handier form.
    ``home`` is private and is the working directory for files that the client saves. ``clock`` is to be
    used for every wait and every look at the time; who does not gets real time, and slow client tests.
    """

    api_url: str
    web_url: str
    token: str
    home: Path
    clock: Clock
    language: str = "en"
    environment: Mapping[str, str] = field(default_factory=dict)


class ClientAdapter(Protocol):
    """A client under test. One is made for each client test, by calling the class without arguments.

    What ``say`` raises is taken as what the user reads: its ``str()``, on a line of its own.
    """

    def open(self, setting: ClientConfig) -> None:
        """Get ready; no request is needed yet."""
        ...

    def say(self, line: str) -> Iterable[str]:
        """Take a line of the user's wherever it belongs (C-ROU-1) and yield what the user then reads.

        The texts are shown one behind the other as they are; a line feed must be yielded to be read.
        Files are named in the line: ``upload clip.mp4``, relative to ``home``. A lone ``export`` saves a
        video somewhere below ``home``.
        """
        ...

    def close(self) -> None:
        """Let go of every connection."""
        ...
