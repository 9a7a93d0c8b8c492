"""What the client's tests share: a clock nobody waits for, a small service, both clients with one face."""

from __future__ import annotations

import asyncio
import inspect
import json
import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from nemoclient import AsyncNemoClient, NemoClient, Notice, Timeouts

BASE = "http://service.test"
TOKEN = "nmv_usr_first"
SESSION = "1234567890123456789"

VIDEO = {"s": 0, "d": 10_000, "m": {"name": "city timelapse"}}
BGM = {"s": 0, "d": 10_000, "m": {"name": "Lo-fi", "volume": 0.35}}
TITLE = {"s": 0, "d": 3_000, "m": {"text": "Urban Dreams"}}


def track(kind: int, name: str, *segments: dict[str, Any]) -> dict[str, Any]:
    return {"tt": kind, "m": {"name": name}, "sg": list(segments)}


CANONICAL = {
    "d": 10_000,
    "t": [track(0, "Video", VIDEO), track(1, "BGM", BGM), track(7, "Title", TITLE)],
}


class FakeClock:
    """Stands still but for ``sleep``, which takes no time."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.time = now
        self.sleeps: list[float] = []

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.time += seconds


Chunks = Iterator[bytes]


class Body(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A streamed body for either client, from a function that yields bytes or raises."""

    def __init__(self, chunks: Callable[[], Chunks]) -> None:
        self.chunks = chunks

    def __iter__(self) -> Chunks:
        yield from self.chunks()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks():
            yield chunk
            await asyncio.sleep(0)


def ok(data: Any) -> httpx.Response:
    return httpx.Response(200, json={"code": 0, "message": "success", "data": data})


def refusal(code: int, status: int = 200, **headers: str) -> httpx.Response:
    body = {"code": code, "message": f"secret words nmv_usr_abc {code}", "data": None}
    return httpx.Response(status, json=body, headers=headers)


def sse(*events: Any) -> bytes:
    """Return events as bytes; a string is a raw ``data:`` value, bytes are raw."""
    out = b""
    for event in events:
        if isinstance(event, bytes):
            out += event
        else:
            value = event if isinstance(event, str) else json.dumps(event, ensure_ascii=False)
            out += b"data: " + value.encode() + b"\n\n"
    return out


def stream(*chunks: bytes | Callable[[], Any] | Exception) -> httpx.Response:
    """Return a 200 event stream: bytes are sent, functions called, exceptions raised, in this order."""

    def play() -> Chunks:
        for chunk in chunks:
            if isinstance(chunk, Exception):
                raise chunk
            if isinstance(chunk, bytes):
                yield chunk
            else:
                chunk()

    return httpx.Response(200, headers={"content-type": "text/event-stream"}, stream=Body(play))


Answerer = Callable[[httpx.Request], httpx.Response]


class Service:
    """A backend of a few lines: it answers what its tables say, and notes every request."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        self.draft: dict[str, Any] = {}
        self.more_state: dict[str, Any] = {}
        self.sessions = 0
        self.tokens = 0
        self.script: dict[str, list[Any]] = {}  # "METHOD path-part" -> answers to give first
        self.film = bytes(range(256)) * 400
        self.events: list[Any] = [sse({"type": "text", "content": "Hello there. "})]

    def first(self, key: str, *answers: Any) -> None:
        """Give these answers before the usual ones; an exception is raised, a function called."""
        self.script.setdefault(key, []).extend(answers)

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        line = f"{request.method} {request.url.path}".replace("/w/one", "")
        for key, answers in self.script.items():
            method, _, part = key.partition(" ")
            if answers and request.method == method and part in request.url.path:
                answer = answers.pop(0)
                if isinstance(answer, Exception):
                    raise answer
                if callable(answer):
                    answer = answer(request)
                if answer is not None:
                    assert isinstance(answer, httpx.Response)
                    return answer
        return self.usual(line, request)

    def usual(self, line: str, request: httpx.Request) -> httpx.Response:
        match line.split("/"):
            case ["POST ", "api", "auth", "anonymous-token"]:
                self.tokens += 1
                token = TOKEN if self.tokens == 1 else f"nmv_usr_{self.tokens}"
                return ok(
                    {
                        "token": token,
                        "user_id": "anon_1",
                        "credits": 100,
                        "expires_at": "2027-01-01T00:00:00Z",
                    }
                )
            case ["POST ", "api", "tasks", *_]:
                self.sessions += 1
                sid = SESSION if self.sessions == 1 else f"{SESSION[:-1]}{self.sessions % 10}"
                return ok({"task_id": "task1", "session_id": sid, "user_id": "anon_1"})
            case ["GET ", "api", "credits", *_]:
                return ok({"available": 60, "frozen": 40, "total": 100})
            case ["GET ", "api", "state", *_]:
                return ok(self.state())
            case ["POST ", "run_sse"]:
                return stream(*self.events)
            case ["POST ", "api", "upload-video", *_]:
                return ok({"files": [UPLOADED], "session_state_applied": True})
            case ["POST ", "api", "auth", "claim-token"]:
                return ok({"claim_token": "clm_abc", "expires_in": 604800})
            case ["POST ", "api", "render", *_]:
                return httpx.Response(
                    200, json={"id": json.loads(request.content)["id"], "status": "pending"}
                )
            case ["GET ", "api", "render", "proxy", "lambda", render_id]:
                return httpx.Response(200, json=finished(render_id, size=len(self.film)))
            case ["GET ", *_]:
                return ranged(self.film, request)
        raise AssertionError(line)

    def state(self) -> dict[str, Any]:
        names = {"session_id": SESSION, "task_id": "task1", "task_name": "project", "user_id": "anon_1"}
        return {**names, "state": {"draft": self.draft, "video_infos": [], **self.more_state}}

    def sent(self, part: str, method: str | None = None) -> list[httpx.Request]:
        return [r for r in self.requests if part in r.url.path and method in (None, r.method)]

    @property
    def messages(self) -> list[httpx.Request]:
        return self.sent("/run_sse")


def render_of(request: httpx.Request) -> str:
    return str(json.loads(request.content)["id"])


UPLOADED = {
    "filename": "clip.mp4", "file_type": "video", "cdn_url": "http://cdn.test/clip.mp4", "duration": 10.0,
    "width": 1920, "height": 1080, "fps": 29.97, "hash": "abc",
}  # fmt: skip


def finished(render_id: str, url: str = "http://films.test/film.mp4", size: int = 102_400) -> dict[str, Any]:
    output = {"url": url, "duration": 10.0, "size": size}
    return {"id": render_id, "status": "completed", "progress": 100, "createdAt": "x", "output": output}


def ranged(film: bytes, request: httpx.Request, cut: int | None = None) -> httpx.Response:
    """Answer a download, from the asked offset; with ``cut`` the connection breaks after so many bytes."""
    asked = request.headers.get("range", "")
    start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
    body, headers = film[start:], {"etag": '"v1"', "content-length": str(len(film) - start)}
    if start:
        headers["content-range"] = f"bytes {start}-{len(film) - 1}/{len(film)}"

    def play() -> Chunks:
        shown = body if cut is None else body[:cut]
        for at in range(0, len(shown), 10_000):
            yield shown[at : at + 10_000]
        if cut is not None:
            raise httpx.RemoteProtocolError("cut")

    return httpx.Response(206 if start else 200, headers=headers, stream=Body(play))


class Side:
    """One of the two clients, called the same way."""

    name: str
    client: Any
    notices: list[Notice]

    def call(self, method: str, *args: Any, **named: Any) -> Any:
        raise NotImplementedError

    def chat(self, text: str = "hello") -> Any:
        return self.take("chat", text)

    def take(self, method: str, *args: Any) -> Any:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def texts(self, *kinds: str) -> list[str]:
        return [n.text for n in self.notices if not kinds or n.kind in kinds]


class SyncSide(Side):
    name = "sync"

    def __init__(self, handle: Answerer | None, **settings: Any) -> None:
        self.notices = []
        transport = httpx.MockTransport(handle) if handle else None
        self.client = NemoClient(transport=transport, on_notice=self.notices.append, **settings)

    def call(self, method: str, *args: Any, **named: Any) -> Any:
        return getattr(self.client, method)(*args, **named)

    def take(self, method: str, *args: Any) -> Any:
        run = getattr(self.client, method)(*args)
        for notice in run:
            self.notices.append(notice)
        return run.result

    def close(self) -> None:
        self.client.close()


class AsyncSide(Side):
    name = "async"

    def __init__(self, handle: Answerer | None, **settings: Any) -> None:
        self.notices = []
        self.runner = asyncio.Runner()
        transport = httpx.MockTransport(handle) if handle else None
        self.client = AsyncNemoClient(transport=transport, on_notice=self.notices.append, **settings)

    def call(self, method: str, *args: Any, **named: Any) -> Any:
        async def go() -> Any:
            value = getattr(self.client, method)(*args, **named)
            return (await value) if inspect.isawaitable(value) else value

        return self.runner.run(go())

    def take(self, method: str, *args: Any) -> Any:
        async def go() -> Any:
            run = getattr(self.client, method)(*args)
            async for notice in run:
                self.notices.append(notice)
            return run.result

        return self.runner.run(go())

    def close(self) -> None:
        self.runner.run(self.client.aclose())
        self.runner.close()


SIDES: dict[str, type[Any]] = {"sync": SyncSide, "async": AsyncSide}
MakeSide = Callable[..., Side]


@pytest.fixture(scope="session")
def kit() -> SimpleNamespace:
    """Return the tools above, since test files import nothing from each other."""
    names = "BASE CANONICAL SESSION TOKEN UPLOADED VIDEO BGM TITLE Body FakeClock Service"
    tools = {name: globals()[name] for name in names.split()}
    functions = (track, ok, refusal, sse, stream, finished, ranged, render_of)
    return SimpleNamespace(**tools, **{tool.__name__: tool for tool in functions})


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(("NEMO_", "SKILL_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def make_side() -> Iterator[Callable[..., Side]]:
    made: list[Side] = []

    def make(kind: str = "sync", handle: Answerer | None = None, **settings: Any) -> Side:
        settings.setdefault("base_url", BASE)
        settings.setdefault("clock", FakeClock())
        settings.setdefault("timeouts", Timeouts(tick_s=0.2))
        made.append(SIDES[kind](handle, **settings))
        return made[-1]

    yield make
    for side in made:
        side.close()


@pytest.fixture(params=["sync", "async"])
def side(request: pytest.FixtureRequest, make_side: MakeSide, service: Service, clock: FakeClock) -> Side:
    """Return each client in turn, connected to the small service."""
    return make_side(request.param, service.handle, clock=clock)
