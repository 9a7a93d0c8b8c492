"""The engine alone: whole journeys and single steps a second, with no network and no event loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count

from nemofake.engine.backend import Backend
from nemofake.engine.library import simulated
from nemofake.settings import DEFAULT_START_MS

from .limits import Budget
from .report import Row, repeated

URL = "https://example.com/walk_12s.mp4"
MESSAGE = "cut silences, color grade the footage, and add lower-third titles"
_ORIGIN = "http://127.0.0.1:8787"
_POLL_MS = 30_000
_JOURNEYS_A_WORLD = 100


class JourneyClient:
    """Makes journeys, each a client of its own; now and then in a new world, as test suites have them."""

    def __init__(self) -> None:
        self._numbers = count()
        self._backend = Backend(0, DEFAULT_START_MS)
        self.steps = self.made = 0

    def journey(self) -> None:
        """Token, session, upload, edit, state, export polled to its end: as a client goes through them."""
        number = next(self._numbers)
        if number % _JOURNEYS_A_WORLD == 0:
            self._backend = Backend(number, DEFAULT_START_MS)
        backend = self._backend
        value = backend.issue_token(backend.now_ms, f"client-{number}", f"10.0.0.{number}").value
        session_id = self._session(value)
        self._edit(value, session_id)
        self._export(value, session_id, f"render_{number}")
        self.made += 1
        self.steps += 1  # the token

    def _session(self, value: str) -> str:
        backend = self._backend
        token = backend.authenticate(backend.now_ms, value, "write")
        session_id: str = backend.create_session(token, "me", "project", "en")["session_id"]
        token = backend.authenticate(backend.now_ms, value, "upload")
        admission = backend.open_upload(token, "me", session_id)
        file = simulated(URL, backend.data.randomness)
        backend.add_files(admission, [file], _ORIGIN)
        self.steps += 3
        return session_id

    def _edit(self, value: str, session_id: str) -> None:
        backend = self._backend
        token = backend.authenticate(backend.now_ms, value, "write")
        turn = backend.start_turn(token, "me", session_id, MESSAGE)
        while backend.now_ms < turn.closes_at_ms:
            backend.run_due(turn.next_due_ms(backend.now_ms))
            self.steps += 1
        self.steps += 1

    def _export(self, value: str, session_id: str, render_id: str) -> None:
        backend = self._backend
        token = backend.authenticate(backend.now_ms, value, "read")
        draft = backend.state(token, "me", session_id, _ORIGIN)["state"]["draft"]
        backend.submit_render(token, render_id, session_id, draft, attributed=True)
        self.steps += 2
        while backend.unfinished_render(token, render_id):
            token = backend.authenticate(backend.now_ms + _POLL_MS, value, "read")
            backend.render_status(token, render_id)
            self.steps += 1


def engine(budget: Budget) -> Iterator[Row]:
    """Measure journeys, the steps in them, and the cheapest step there is."""
    traveller = JourneyClient()
    contestant = repeated(traveller.journey, budget)
    journeys = [contestant() for _ in range(budget.rounds)]
    each = traveller.steps / traveller.made
    note = f"token, session, URL upload, edit, state, export polled to its end; {each:.0f} steps on average"
    yield Row("journey, engine alone", "journeys/s", "engine", {"engine": journeys}, note=note)
    yield Row("steps of journeys", "steps/s", "engine", {"engine": [each * rate for rate in journeys]})
    read = repeated(_reader(), budget)
    yield Row(
        "credits, engine alone", "steps/s", "engine", {"engine": [read() for _ in range(budget.rounds)]}
    )


def _reader() -> Callable[[], object]:
    """Return the cheapest step: who asks, and what the account has."""
    backend = Backend(0, DEFAULT_START_MS)
    value = backend.issue_token(backend.now_ms, "client", "10.0.0.1").value
    return lambda: backend.balance(backend.authenticate(backend.now_ms, value, "read"))
