"""What the rules read: the requests, the user's lines and the output of one run of a client."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from nemocontract.recording import Exchange


@dataclass(frozen=True, slots=True)
class OutputChunk:
    """A piece of what the client printed, and when by the backend's clock; pieces follow one another."""

    at_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class UserLine:
    """One line that the user typed, and what the client did and printed for it.

    ``first`` and ``last`` bound the journal's sequence numbers of its requests (``last`` is below ``first``
    where there were none). ``files``: names of files the line names. ``left``: the user went away before
    the end. ``attributed`` False: it is unknown which output and which requests belong to which line, since
    a program was given all lines at once; the first line then holds all output.
    """

    line: str
    at_ms: int
    ended_at_ms: int
    output: tuple[OutputChunk, ...]
    first: int
    last: int
    files: tuple[str, ...] = ()
    left: bool = False
    attributed: bool = True

    @property
    def text(self) -> str:
        """Everything that the user read."""
        return "".join(chunk.text for chunk in self.output)


Timing = Literal["virtual", "scaled", "real", "unknown"]
# How exactly a wait shows in the journal: scaled time runs at most 25 times as fast as real time, and a busy
# machine may be late by a fifth of a second.
_SLACK_S: Final[Mapping[Timing, float]] = {"virtual": 0.001, "scaled": 5.0, "real": 0.5}


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What is known about a run beforehand; None where it is not known.

    ``token_set``: the client was started with NEMO_TOKEN. ``platform``: the value that the third attribution
    header must have. ``registered``: whether the account is a registered one. ``home``: the client's private
    HOME, to look for files; ``sample_files``: names of files in it from the beginning; ``client_id``: the one
    stored in it at the start. ``timing``: times in the journal are the client's own waits to the millisecond
    (virtual), exact to some seconds since client and backend share a clock that runs faster than real time
    (scaled), real time with its jitter, or cannot be trusted; ``shortened``: waits of the backend within a
    stream were cut short. ``complete``: the traffic ends because the client was done, so that what is missing
    counts.
    """

    token_set: bool | None = None
    platform: str | None = None
    registered: bool | None = None
    language: str = "en"
    web_url: str = "https://nemovideo.com"
    home: Path | None = None
    sample_files: frozenset[str] = frozenset()
    client_id: str = ""
    timing: Timing = "unknown"
    shortened: bool = False
    complete: bool = False

    @property
    def slack_s(self) -> float | None:
        """How much less than its length a wait may last in the journal; None where nothing can be said."""
        return _SLACK_S.get(self.timing)

    @property
    def times_streams(self) -> bool:
        """Whether the duration of a stream in the journal is what its client waited for."""
        return self.timing != "unknown" and not self.shortened


@dataclass(frozen=True, slots=True)
class ClientRun:
    """The traffic in order, the user's lines (None: nobody recorded them), and what is known beforehand.

    ``logged``: lines that the client wrote to a log.
    """

    traffic: tuple[Exchange, ...]
    said: tuple[UserLine, ...] | None = None
    known: RunFacts = RunFacts()
    logged: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Everything that the user read in the whole run."""
        return "\n".join(said.text for said in self.said or ())

    def of(self, *operations: str) -> tuple[Exchange, ...]:
        """Return the exchanges of these operations."""
        return tuple(exchange for exchange in self.traffic if exchange.operation in operations)

    def during(self, said: UserLine) -> tuple[Exchange, ...]:
        """Return the exchanges that a line led to."""
        return tuple(exchange for exchange in self.traffic if said.first <= exchange.seq <= said.last)
