"""The contestants of every measurement over a socket: the fake and the two bare servers, each a process."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from .load import Job, Load
from .processes import Spawned
from .responses import Ask, record, save

FAKE, ASGI, FASTAPI = "nemofake", "bare ASGI", "bare FastAPI"

# A hundred years: under the clock `auto` some thousand chats a second outlive a token of seven days.
_LASTING = "token_lifetime_ms=3153600000000"
_CHATS = 64  # answers recorded of each chat, so that the bare servers' mean size is the fake's


@dataclass(frozen=True, slots=True)
class Measured:
    """A load and what it cost the server, in seconds of processor time (None: not to be had)."""

    load: Load
    server_cpu_s: float | None


class BenchmarkPair:
    """The servers and the load generator; ``asks`` holds what can be asked of all of them, by name."""

    def __init__(self, servers: dict[str, Spawned], generator: Spawned, asks: dict[str, Ask]) -> None:
        self._servers, self._generator = servers, generator
        assert generator.first_line == "ready"
        self.asks = asks
        self.names = tuple(servers)

    def load(self, name: str, ask: str, seconds: float, connections: int) -> Measured:
        """Put one server under load."""
        server = self._servers[name]
        address = urlsplit(server.url)
        wire = self.asks[ask].on_wire(address.netloc)
        job = Job(address.hostname or "", address.port or 0, [wire] * connections, seconds)
        before_s = server.cpu_s()
        self._generator.write_line(json.dumps(asdict(job)))
        load = Load(**json.loads(self._generator.read_line()))
        after_s = server.cpu_s()
        cpu_s = None if before_s is None or after_s is None else after_s - before_s
        return Measured(load, cpu_s)


@contextmanager
def arena() -> Iterator[BenchmarkPair]:
    """Start everything, record what the fake answers, and see that the others answer the same."""
    with ExitStack() as stack:
        fake = stack.enter_context(fake_server())
        generator = stack.enter_context(Spawned("-m", "benchmarks.load", piped=True))
        asks = _asks(fake.url)
        file = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "answers.json"
        save([*asks.values()], file)
        bare = {
            name: stack.enter_context(Spawned("-m", "benchmarks.bare", kind, str(file)))
            for name, kind in ((ASGI, "asgi"), (FASTAPI, "fastapi"))
        }
        for server in bare.values():
            _check_same(server.url, asks)
        yield BenchmarkPair({FAKE: fake, **bare}, generator, asks)


def fake_server() -> Spawned:
    """Start the fake with tokens that last, and without a line per request, as the bare servers are."""
    return Spawned("-m", "nemofake", "serve", "--port", "0", "--log-format", "none", "--param", _LASTING)


def _asks(url: str) -> dict[str, Ask]:
    with httpx.Client(base_url=url, timeout=30.0) as client:
        # One long reply: only heartbeats make thousands of events without other work.
        rules = {"text_ms": [800_000, 800_000], "heartbeat_interval_ms": 200, "token_lifetime_ms": 10**12}
        _data(client.put("/__fake__/worlds/events", json={"parameters": rules}))
        return {
            "credits": record(client, "GET", "/api/credits/balance/simple", _user(client, "")),
            "chat": _chat(client, "", "/run_sse", "hello", _CHATS),
            "events": _chat(client, "/w/events", "/run_sse", "hello", 1),
        }


def _chat(client: httpx.Client, world: str, path: str, text: str, times: int) -> Ask:
    headers = (*_user(client, world), ("Content-Type", "application/json"))
    session = client.post(
        f"{world}/api/tasks/me/with-session/nemo_agent", headers=dict(headers), json={"task_name": "bench"}
    )
    session_id = _data(session)["session_id"]
    body = {"session_id": session_id, "new_message": {"parts": [{"text": text}]}}
    return record(client, "POST", world + path, headers, json.dumps(body), times)


def _user(client: httpx.Client, world: str) -> tuple[tuple[str, str], ...]:
    token = client.post(f"{world}/api/auth/anonymous-token", headers={"X-Client-Id": str(uuid4())})
    return (("Authorization", f"Bearer {_data(token)['token']}"),)


def _data(response: httpx.Response) -> dict[str, str]:
    response.raise_for_status()
    data: dict[str, str] = response.json()["data"]
    return data


def _check_same(url: str, asks: dict[str, Ask]) -> None:
    """Raise where a bare server does not answer what was recorded, in the order it was recorded."""
    with httpx.Client(base_url=url) as client:
        for name, ask in asks.items():
            result = record(client, ask.method, ask.path, ask.headers, ask.body, len(ask.answers))
            for ours, theirs in zip(ask.answers, result.answers, strict=True):
                if (sorted(ours.headers), ours.chunks) != (sorted(theirs.headers), theirs.chunks):
                    raise RuntimeError(f"{name}: {url} answers {theirs}, the fake {ours}")
