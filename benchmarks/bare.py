"""The baselines: ``python -m benchmarks.bare asgi|fastapi FILE`` answers recorded bytes, no more.

Uvicorn is set up as the fake sets it up; what is left out is everything else: no journal, no token, no
ledger, no validation.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, MutableMapping, Sequence
from itertools import cycle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import uvicorn

from .responses import CannedResponse, load

if TYPE_CHECKING:
    from fastapi import FastAPI, Response

Message = MutableMapping[str, Any]
App = Callable[[Any, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]
HEALTH = "/__fake__/health"
_HEALTHY = CannedResponse((("content-type", "application/json"), ("content-length", "2")), ("{}",))


def asgi(answers: dict[str, tuple[CannedResponse, ...]]) -> App:
    """Return an ASGI app of the least code that answers with these bytes."""
    turns = {path: cycle([*map(_messages, some)]) for path, some in answers.items()}

    async def app(
        scope: Any, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
    ) -> None:
        while (await receive()).get("more_body"):
            pass
        for message in next(turns[scope["path"]]):
            await send(message)

    return app


def _messages(answer: CannedResponse) -> list[Message]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    head: Message = {"type": "http.response.start", "status": 200, "headers": headers}
    parts = [chunk.encode() for chunk in answer.chunks] + ([b""] if answer.streams else [])
    bodies = [{"type": "http.response.body", "body": part, "more_body": True} for part in parts]
    bodies[-1]["more_body"] = False
    return [head, *bodies]


def fastapi(answers: dict[str, tuple[CannedResponse, ...]]) -> FastAPI:
    """Return a FastAPI app with one route a path, each answering ready bytes."""
    from fastapi import FastAPI

    app = FastAPI(openapi_url=None)
    for path, some in answers.items():
        app.add_api_route(path, _route(cycle(some)), methods=["POST" if some[0].streams else "GET"])
    return app


def _route(turns: Iterator[CannedResponse]) -> Callable[[Any], Awaitable[Response]]:
    from fastapi import Request, Response
    from fastapi.responses import StreamingResponse

    async def route(request: Request) -> Response:
        answer = next(turns)
        headers = {name: value for name, value in answer.headers if name.lower() != "content-length"}
        if not answer.streams:
            return Response(answer.chunks[0], headers=headers)
        await request.body()
        return StreamingResponse(_stream(answer.chunks), headers=headers)

    # FastAPI reads a route's annotations; under `from __future__ import annotations` they are names
    # that only this function knows.
    route.__annotations__ = {"request": Request, "return": None}
    return route


async def _stream(chunks: Sequence[str]) -> AsyncIterator[str]:
    for chunk in chunks:
        yield chunk


def serve(app: App) -> None:
    """Serve on a free port, on uvloop and httptools; the first line on stdout is the address."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_level="error",
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=300,
        ws="none",
    )
    listener.listen(2048)  # before the line is read: a client may connect at once
    host, port = listener.getsockname()
    print(f"listening on http://{host}:{port}", flush=True)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(uvicorn.Server(config).serve(sockets=[listener]))


def main() -> None:
    """Answer what the file says, and a health check."""
    kind, *file = sys.argv[1:]
    answers = (load(Path(file[0])) if file else {}) | {HEALTH: (_HEALTHY,)}
    serve(asgi(answers) if kind == "asgi" else fastapi(answers))


if __name__ == "__main__":
    main()
