"""All that is known of a client's behaviour in one trial, or of recorded traffic: what a judge reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from nemocontract.recording import Exchange


@dataclass(frozen=True, slots=True)
class OutputChunk:
    """A piece of what the user read, and when by the backend's clock; pieces follow on one another."""

    at_ms: int
    text: str


@dataclass(frozen=True, slots=True)
class UserLine:
    """One line of the user's, and what came of it.

    ``first`` and ``last`` bound the journal's sequence numbers of the requests it led to (``last`` is below
    ``first`` where there were none). ``files`` are names of files the line speaks of. ``left`` is True where
    the user went away before the end. ``told`` False: nobody knows what was printed for which line, since a
    program was given all lines at once; then the first line holds all that was read.
    """

    line: str
    at_ms: int
    ended_at_ms: int
    heard: tuple[OutputChunk, ...]
    first: int
    last: int
    files: tuple[str, ...] = ()
    left: bool = False
    told: bool = True

    @property
    def text(self) -> str:
        """Everything that the user read."""
        return "".join(piece.text for piece in self.heard)


Timing = Literal["virtual", "real", "unknown"]


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What the judge knows beforehand; None where it does not.

    ``token_set``: the client was started with NEMO_TOKEN. ``platform``: what the third attribution header
    must say. ``registered``: whose account it is. ``home``: the client's private HOME, to look for files;
    ``furnished``: names of files that lay in it from the beginning; ``client_id``: the one it was kept there.
    ``timing``: whether times in the journal are the client's own waits to the millisecond (virtual), real
    time with its jitter, or cannot be trusted; ``shortened``: waits of the backend within a stream were cut
    short, so that they took the client no time. ``whole``: the traffic ends because the client was done, so
    that what is missing from it counts.
    """

    token_set: bool | None = None
    platform: str | None = None
    registered: bool | None = None
    language: str = "en"
    web_url: str = "https://nemovideo.com"
    home: Path | None = None
    furnished: frozenset[str] = frozenset()
    client_id: str = ""
    timing: Timing = "unknown"
    shortened: bool = False
    whole: bool = False

    @property
    def times_streams(self) -> bool:
        """Whether what a stream took by the journal is what its client waited for."""
        return self.timing != "unknown" and not self.shortened


@dataclass(frozen=True, slots=True)
class ClientRun:
    """The traffic in order, what was said and read where somebody listened, and what is known.

    ``logged`` are the lines that the client wrote to a log.
    """

    traffic: tuple[Exchange, ...]
    said: tuple[UserLine, ...] | None = None
    known: RunFacts = RunFacts()
    logged: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Everything that the user read in the whole trial."""
        return "\n".join(said.text for said in self.said or ())

    def of(self, *operations: str) -> tuple[Exchange, ...]:
        """Return the exchanges of these operations."""
        return tuple(exchange for exchange in self.traffic if exchange.operation in operations)

    def during(self, said: UserLine) -> tuple[Exchange, ...]:
        """Return the exchanges that a line led to."""
        return tuple(exchange for exchange in self.traffic if said.first <= exchange.seq <= said.last)
