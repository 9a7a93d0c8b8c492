"""What the reference client adds to httpx: to its import, and to the same requests on a mock transport."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

from nemoclient import NemoClient

from .limits import Budget
from .report import Row, interleaved, repeated

_BASE = "http://bench.invalid"
_JSON = {"content-type": "application/json"}
_STREAM = {"content-type": "text/event-stream; charset=utf-8"}
_DATA = {
    "/api/credits/balance/simple": b'{"available":100,"frozen":0,"total":100}',
    "/api/tasks/me/with-session/nemo_agent": b'{"task_id":"1","session_id":"2","user_id":"anon_3"}',
    "/api/state/nemo_agent/me/2/latest": b'{"session_id":"2","task_id":"1","task_name":"p",'
    b'"user_id":"anon_3","state":{"draft":{},"video_infos":[],"canvas_config":{},"video_analyses":[],"generated_media":[]}}',
}
_REPLY = b"".join(b'data: {"type":"text","content":"word %d "}\n\n' % nth for nth in range(20))


class Service:
    """Answers without a network, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.records = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        if self.records:
            self.asked.append(request)
        if request.url.path == "/run_sse":
            return httpx.Response(200, headers=_STREAM, content=_REPLY)
        data = b'{"code":0,"message":"success","data":' + _DATA[request.url.path] + b"}"
        return httpx.Response(200, headers=_JSON, content=data)


def client(budget: Budget) -> Iterator[Row]:
    """Measure the import, a call that is one request, and a chat."""
    yield _importing(budget)
    with tempfile.TemporaryDirectory() as folder:
        service = Service()
        transport = httpx.MockTransport(service)
        file = Path(folder) / "client_id"
        with (
            NemoClient(_BASE, "nmv_usr_bench", transport=transport, client_id_file=file) as ours,
            httpx.Client(transport=transport) as plain,
        ):
            ours.connect()
            calls: dict[str, Callable[[], object]] = {
                "client call, credits": ours.credits,
                "client call, chat": lambda: ours.chat("hello").finish(),
            }
            for measured, call in calls.items():
                yield _row(measured, call, plain, service, budget)


_IMPORTS = """
import time
marks = [time.perf_counter()]
import httpx
marks.append(time.perf_counter())
import nemoclient
marks.append(time.perf_counter())
print(marks[1] - marks[0], marks[2] - marks[1])
"""


def _importing(budget: Budget) -> Row:
    """Measure both imports in a process of its own, with compiled files as an installation has them."""
    _import_ms()
    taken = [_import_ms() for _ in range(2 * budget.spawns)]
    samples = {"nemoclient": [ours for _, ours in taken], "httpx": [httpx for httpx, _ in taken]}
    note = "nemoclient is imported after httpx: what it adds"
    return Row("client, import", "ms", "nemoclient", samples, more_is_better=False, note=note)


def _import_ms() -> tuple[float, float]:
    """Return how long each takes, httpx first; the start of Python is left out."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTS], env=environment, check=True, capture_output=True, encoding="utf-8"
    )
    httpx_s, ours_s = map(float, done.stdout.split())
    return 1e3 * httpx_s, 1e3 * ours_s


def _row(
    measured: str, call: Callable[[], object], plain: httpx.Client, service: Service, budget: Budget
) -> Row:
    """Compare a call with its own requests, sent and read by httpx alone."""
    service.asked.clear()
    call()
    asked, service.records = [*service.asked], False
    contestants = {
        "NemoClient": repeated(call, budget),
        "plain httpx": repeated(lambda: [_send(plain, request) for request in asked], budget),
    }
    samples = interleaved(contestants, budget.rounds, budget.limit_s)
    service.records = True
    paths = ", ".join(f"{request.method} {request.url.path}" for request in asked)
    note = f"{paths} on a mock transport; plain httpx reads lines and JSON and interprets nothing"
    return Row(measured, "calls/s", "NemoClient", samples, note=note)


def _send(plain: httpx.Client, request: httpx.Request) -> object:
    headers = {name: request.headers[name] for name in request.headers if name not in _OWN}
    if request.url.path == "/run_sse":
        with plain.stream(
            request.method, str(request.url), headers=headers, content=request.content
        ) as stream:
            return [*stream.iter_lines()]
    return plain.request(request.method, str(request.url), headers=headers, content=request.content).json()


_OWN = frozenset({"host", "accept", "accept-encoding", "connection", "user-agent", "content-length"})
