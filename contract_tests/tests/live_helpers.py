"""A stand-in for the live service: another fake, of another seed, without control API, in virtual time.

It may be made to lie: ``Lies`` change what its answers say on their way.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

import httpx

from nemocontract.compare.compare import Drift, drift
from nemocontract.environments.in_process_server import InProcessServer, stepped
from nemocontract.environments.transport import SteppedTransport
from nemocontract.live.judge import judge_live
from nemocontract.recording.files import read_traffic
from nemocontract.results import RunResult
from nemocontract.suite import SuiteOptions
from nemofake.http.control import Control, dump, journal_records

SEED = 1111
Answer = tuple[int, dict[str, str], Any]


@dataclass(frozen=True, slots=True)
class Lies:
    """``answer`` gets the request and (status, headers, JSON), and returns these changed.

    ``events`` gets a stream's events so far, what stands behind ``data:``, parsed; it returns them changed.
    Once the stream is over it gets END behind them, and may put something there.
    """

    answer: Callable[[httpx.Request, Answer], Answer] = lambda _, value: value
    events: Callable[[list[Any]], list[Any]] | None = None


class Lying(httpx.BaseTransport):
    """A transport between a client and the stand-in."""

    def __init__(self, inner: httpx.BaseTransport, lies: Lies) -> None:
        self._inner, self._lies = inner, lies
        self.requests: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        response = self._inner.handle_request(request)
        kind = response.headers.get("content-type", "")
        if kind.startswith("text/event-stream"):
            return self._stream(response)
        return self._whole(request, response) if kind.startswith("application/json") else response

    def _whole(self, request: httpx.Request, response: httpx.Response) -> httpx.Response:
        payload = json.loads(response.read())
        status, headers, body = self._lies.answer(
            request, (response.status_code, dict(response.headers), payload)
        )
        headers.pop("content-length", None)
        return httpx.Response(status, headers=headers, content=json.dumps(body).encode())

    def _stream(self, response: httpx.Response) -> httpx.Response:
        change = self._lies.events
        if change is None:
            return response
        return httpx.Response(200, headers=response.headers, stream=_Changed(response, change))


class _Changed(httpx.SyncByteStream):
    """A stream whose events are changed as they come; only what a change adds at the end comes late."""

    def __init__(self, response: httpx.Response, change: Callable[[list[Any]], list[Any]]) -> None:
        self._response, self._change = response, change

    def __iter__(self) -> Iterator[bytes]:
        seen: list[Any] = []
        sent = 0
        for frame in _frames(self._response):
            seen.append(frame)
            none = self._change([*seen])
            yield from map(_frame, none[sent : len(seen)])
            sent = len(seen)
        yield from map(_frame, self._change([*seen])[sent:])
        yield from map(_frame, self._change([*seen, END])[len(seen) :] if seen else ())

    def close(self) -> None:
        self._response.close()


TRUTH = Lies()
END = object()  # stands behind the last event, for changes that add one


def _frames(response: httpx.Response) -> Iterator[Any]:
    rest = ""
    for piece in response.iter_text():
        *whole, rest = (rest + piece).split("\n\n")
        for one in whole:
            data = one.removeprefix("data:").strip()
            yield json.loads(data) if data else ""


def _frame(data: Any) -> bytes:
    return b"" if data is END else f"data: {json.dumps(data)}\n\n".encode() if data != "" else b"data:\n\n"


# -- the stand-in ----------------------------------------------------------------------------------


@dataclass(slots=True)
class StandIn:
    """A server, how it is reached, and a home to keep its token in."""

    server: InProcessServer
    transport: Lying
    home: Path
    slept: list[float] = field(default_factory=list)
    runs: int = 0

    @property
    def environment(self) -> dict[str, str]:
        return {"NEMO_LIVE": "1", "NEMO_API_URL": self.server.url, "HOME": str(self.home)}

    @property
    def now_ms(self) -> int:
        return self.server.world("default").now_ms

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.server.advance_ms(self.server.world("default"), round(seconds * 1000))

    def journal(self) -> list[dict[str, Any]]:
        return journal_records(self.server.world("default"), self.server.url)

    def accounts(self) -> list[dict[str, Any]]:
        accounts: list[dict[str, Any]] = dump(
            Control(self.server.world("default"), self.server.worlds).list_accounts()
        )
        return accounts

    def record(
        self, *cases: str, env: dict[str, str] | None = None, **options: Any
    ) -> tuple[RunResult, Path]:
        """Judge the stand-in as if it were live, by these cases or all; return findings and file."""
        self.runs += 1
        path = self.home / f"recording-{self.runs}.ndjson"
        options = {"max_credits": 500, "max_requests": 500, "sleep": self.sleep, **options}
        run_result = judge_live(
            "live",
            SuiteOptions(only=frozenset(cases)),
            record_to=path,
            env=self.environment if env is None else env,
            now_ms=lambda: self.now_ms,
            transport=self.transport,
            **options,
        )
        return run_result, path


@contextmanager
def stand_in(home: Path, lies: Lies = TRUTH, **settings: Any) -> Iterator[StandIn]:
    """Give a stand-in for as long as the block lasts."""
    ids = (UUID(int=number, version=4) for number in itertools.count(1))  # no chance in what is given
    with (
        mock.patch("nemocontract.live.token_store.uuid4", side_effect=ids),
        stepped(**{"control": False, "seed": SEED, **settings}) as server,
    ):
        yield StandIn(server, Lying(SteppedTransport(server), lies), home)


def drift_of(path: Path) -> Drift:
    """Compare a recording with the fake."""
    return drift(read_traffic(path), path.name)


def describe(found: Drift) -> str:
    """Return differences and faults in a form to read in a failed assertion."""
    lines = [
        f"{f.clause} {f.where}: recorded {f.seen}, fake {f.expected}" for f in found.run_result.violations
    ]
    return "\n".join([*lines, *(f"HARNESS {fault.message}" for fault in found.run_result.harness)])
