"""The load, in a process of its own: ``python -m benchmarks.load`` takes a job a line and answers in kind.

Blocking sockets behind one selector, no event loop and no parser: an answer costs it three system calls
and little else. ``busy`` says how much of the time it was at work: near 1 it is the bottleneck, not the
server. What a server itself needed is measured apart from it.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
from dataclasses import asdict, dataclass
from statistics import median
from time import perf_counter, process_time

from .framing import Framing

_QUIET_S = 20.0
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class Job:
    """Send ``requests``, one a connection, again and again for ``seconds``; each is a whole HTTP request."""

    host: str
    port: int
    requests: list[str]
    seconds: float


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a job: counts, ``head_s`` from request to first byte (median), ``busy`` the share of the
    time that the generator itself needed a processor."""

    answers: int
    events: int
    size: int
    seconds: float
    head_s: float
    busy: float


class Connection:
    """One keep-alive connection with one request under way."""

    __slots__ = ("_asked_s", "_request", "_waits", "framing", "heads_s", "sock")

    def __init__(self, job: Job, request: str) -> None:
        self.sock = socket.create_connection((job.host, job.port), timeout=_QUIET_S)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request.encode()
        self.framing = Framing()
        self.heads_s: list[float] = []
        self._waits = False
        self._asked_s = 0.0

    def ask(self) -> None:
        """Send the request."""
        self._waits = True
        self._asked_s = perf_counter()
        self.sock.sendall(self._request)

    def take(self) -> bool:
        """Take what has come; return whether the answer is whole."""
        data = self.sock.recv(_CHUNK)
        if self._waits:
            self._waits = False
            self.heads_s.append(perf_counter() - self._asked_s)
        if not data:
            raise RuntimeError("the server closed the connection")
        return self.framing.feed(data)


def drive(job: Job) -> Load:
    """Do a job; it ends when every answer begun is whole."""
    connections = [Connection(job, request) for request in job.requests]
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.sock, selectors.EVENT_READ, connection)
        started_s, cpu_s = perf_counter(), process_time()
        for connection in connections:
            connection.ask()
        _follow(selector, len(connections), started_s + job.seconds)
        took_s, cpu_s = perf_counter() - started_s, process_time() - cpu_s
    for connection in connections:
        connection.sock.close()
    return _summed(connections, took_s, cpu_s)


def _follow(selector: selectors.BaseSelector, running: int, until_s: float) -> None:
    while running:
        ready = selector.select(_QUIET_S)
        if not ready:
            raise RuntimeError(f"no byte for {_QUIET_S} s")
        for key, _ in ready:
            if not key.data.take():
                continue
            if perf_counter() < until_s:
                key.data.ask()
            else:
                running -= 1


def _summed(connections: list[Connection], took_s: float, cpu_s: float) -> Load:
    return Load(
        answers=sum(one.framing.answers for one in connections),
        events=sum(one.framing.events for one in connections),
        size=sum(one.framing.size for one in connections),
        seconds=took_s,
        head_s=median(head_s for one in connections for head_s in one.heads_s),
        busy=cpu_s / took_s,
    )


def main() -> None:
    """Serve jobs until stdin ends."""
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(asdict(drive(Job(**json.loads(line))))), flush=True)


if __name__ == "__main__":
    main()
