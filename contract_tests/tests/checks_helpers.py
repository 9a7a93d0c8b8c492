"""What the tests of the cases share: a target on a running fake, and one whose answers are falsified."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from nemocontract.http.case import Case
from nemocontract.http.run import run_cases
from nemocontract.http.target import Target
from nemocontract.results import RunResult
from nemofake import running
from nemofake.testing import FakeServer

PROFILES = ("", "adk,http-status,render-nested")
TIMEOUT_S = 60.0

Falsify = Callable[[httpx.Request, httpx.Response, Any], Any]


class Lying(httpx.BaseTransport):
    """Passes requests on, and lets ``falsify`` change what comes back of the service itself.

    ``falsify`` gets the request, the response (read, unless it is a stream) and its JSON (None where there
    is none). It returns the JSON to be told instead, a whole response, or the same object for the truth.
    """

    def __init__(self, falsify: Falsify) -> None:
        self._falsify = falsify
        self._wire = httpx.HTTPTransport(verify=False, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._wire.handle_request(request)
        if "/__fake__" in request.url.path or _streams(response):
            return response
        body, payload = response.read(), None
        with _no_json():
            payload = json.loads(body)
        said = self._falsify(request, response, payload)
        if isinstance(said, httpx.Response):
            return said
        return response if said is payload else answer_like(response, said)

    def close(self) -> None:
        self._wire.close()


def answer_like(response: httpx.Response, said: Any, status: int | None = None) -> httpx.Response:
    """Return a response with other JSON, and perhaps another status."""
    kept = {k: v for k, v in response.headers.items() if k not in ("content-length", "transfer-encoding")}
    return httpx.Response(
        response.status_code if status is None else status, headers=kept, content=json.dumps(said).encode()
    )


@contextmanager
def target(fake: FakeServer, falsify: Falsify | None = None, *, control: bool = True) -> Iterator[Target]:
    """Give a running fake as a target; ``falsify`` puts a lying transport between."""
    transport = Lying(falsify) if falsify else httpx.HTTPTransport(verify=False, trust_env=False)
    with httpx.Client(transport=transport, timeout=TIMEOUT_S, trust_env=False) as http:
        yield Target("fake", fake.base_url, http, lambda: int(time.time() * 1000), has_control=control)


def run_result_of(
    fake: FakeServer,
    cases: Iterable[Case],
    *,
    profile: str = "",
    falsify: Falsify | None = None,
    **options: Any,
) -> RunResult:
    """Run cases on a fake and return what they found."""
    run_result = RunResult("fake")
    with target(fake, falsify) as at:
        run_cases(at, cases, run_result, profile=profile, **options)
    return run_result


def describe(run_result: RunResult) -> str:
    """Return findings and faults of the suite in a form to read in a failed assertion."""
    lines = [
        f"{f.clause} {f.rule}: expected {f.expected}; seen {f.seen} at {f.where}"
        for f in run_result.violations
    ]
    return "\n".join([*lines, *(f"HARNESS {fault.name}: {fault.message}" for fault in run_result.harness)])


@contextmanager
def fake_server(**settings: Any) -> Iterator[FakeServer]:
    """Run a fake for a test."""
    with running(**settings) as fake:
        yield fake


@contextmanager
def _no_json() -> Iterator[None]:
    try:
        yield
    except ValueError:
        return


def _streams(response: httpx.Response) -> bool:
    kind: str = response.headers.get("content-type", "")
    return kind.startswith("text/event-stream")
