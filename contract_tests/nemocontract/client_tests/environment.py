"""What an environment for client tests must offer: worlds with a clock, files, and clients."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from nemocontract.client_adapter import ClientAdapter, Clock
from nemocontract.client_run import Timing
from nemoscenarios import Scenario


class TestWorld(Protocol):
    """One world that a test runs in."""

    url: str

    @property
    def clock(self) -> Clock:
        """The clock that its client is to use."""
        ...

    @property
    def now_ms(self) -> int:
        """Backend time."""
        ...

    @property
    def requests(self) -> int:
        """How many requests the world has seen."""
        ...

    def check(self) -> None:
        """Raise RunawayClient where the client makes more requests than any client may need."""
        ...

    def calls(self, on: str) -> int:
        """Return how many calls of an operation the world has seen."""
        ...

    def advance_s(self, seconds: float) -> None:
        """Let backend time pass."""
        ...

    def journal(self) -> list[dict[str, Any]]:
        """Return every request and answer so far, secrets masked."""
        ...

    def token(self) -> str:
        """Return the token that the world gave last, in clear; empty where it gave none."""
        ...

    def send(self, method: str, path: str, headers: Mapping[str, str]) -> None:
        """Make a request by hand, which the journal tells from the client's."""
        ...

    def apply_trigger(self, on: str, do: str, code: int | None = None) -> int:
        """Apply a trigger to the next call of an operation; return the number of that call."""
        ...

    def inject_fault(self, on: str, fault: Mapping[str, Any]) -> int:
        """Inject a fault into the next call of an operation; return the number of that call."""
        ...

    def subject(self) -> ClientAdapter:
        """Return a new client under test."""
        ...


class TestEnvironment(Protocol):
    """A place with worlds; ``timing`` tells how far the times in their journals can be trusted.

    ``programs``: its clients are programs, several of which run at the same time; ``at_once``: they take all
    lines of a test when they start. ``limit_s``: real seconds after which a client is held to be stuck; None
    where none can be.
    """

    timing: Timing
    name: str
    at_once: bool
    programs: bool
    limit_s: float | None

    def open(self, scenario: Scenario, seed: int, profile: str) -> AbstractContextManager[TestWorld]:
        """Give a fresh world for a scenario, for as long as the block lasts."""
        ...

    def write_sample_files(self, scenario: Scenario, home: Path) -> None:
        """Write the files that a scenario gives its user into the home folder."""
        ...
