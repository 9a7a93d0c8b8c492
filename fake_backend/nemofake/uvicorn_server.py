"""Runs uvicorn: the address is known before it starts, and it stops without delay."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from .http.app import create_app
from .http.uvicorn_protocol import Protocol
from .journal import mask_for
from .scenario_loader import ScenarioRegistry
from .settings import SettingError, Settings
from .work_folder import WorkFolder

logger = logging.getLogger("nemofake")
_SHUTDOWN_S = 0.2  # how long requests may take to notice that the server stops


def listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to host and port, 0 for a free one; raise SettingError in one sentence."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        # Named IPPROTO_TCP, or asyncio leaves TCP_NODELAY off and each answer waits for an ACK.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise SettingError(f"cannot listen on {host}: {error.strerror or error}") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError as error:
        listener.close()
        raise SettingError(f"cannot listen on {host} port {port}: {error.strerror or error}") from None
    return listener


def url_of(listener: socket.socket) -> str:
    """Return the base URL that a client on this machine uses: loopback if bound to all addresses."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """A server that stops at the first signal, open streams included."""

    on_ready: Callable[[], None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """Stop now: uvicorn would raise the signal again, and the process would die of it."""
        self.should_exit = self.force_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and call ``on_ready`` once requests are answered."""
        await super().startup(sockets=sockets)
        if self.on_ready is not None:
            self.on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close all connections: uvicorn would wait for the clients, since Python 3.12 for ever."""
        for server in self.servers:
            server.close()
        for listener in sockets or ():
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()


class ErrorLogMiddleware:
    """Logs an internal error of the fake, once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            await self._app(scope, receive, send)
        except Exception:
            path = mask_for("", ()).text(scope.get("path", ""))  # the control API has tokens in paths
            logger.exception("internal error in nemofake while serving %s", path)
            raise


class ServerRunner:
    """A server, its worlds and the folder of their files; it runs once."""

    def __init__(self, settings: Settings, registry: ScenarioRegistry | None = None) -> None:
        settings.check_exposure()
        self.settings = settings
        self.listener = listen(settings.host, settings.port)
        self.url = url_of(self.listener)
        try:
            self._folder = WorkFolder()
        except OSError as error:
            self.listener.close()
            raise SettingError(f"cannot create a folder for files: {error.strerror or error}") from None
        try:
            app = create_app(settings, self._folder.files, registry)
        except BaseException:
            self._release()
            raise
        self.app, self.worlds = app, app.worlds
        self.server = Server(_config(ErrorLogMiddleware(app)))

    def run(self, main: Coroutine[Any, Any, None] | None = None) -> None:
        """Run ``main``, by default ``serve()``, in this thread, on the fastest available event loop."""
        with asyncio.Runner(loop_factory=self.server.config.get_loop_factory()) as runner:
            runner.run(main or self.serve())

    async def serve(self) -> None:
        """Answer requests until ``stop``; then end what is still open."""
        self.worlds.watch(asyncio.get_running_loop())
        try:
            await self.server.serve(sockets=[self.listener])
        finally:
            try:
                await _end_others()
            finally:
                self.close()

    @asynccontextmanager
    async def serving_tls(self, certificate: Path) -> AsyncIterator[int]:
        """Serve the same worlds over TLS too while the context is open; yields the port on 127.0.0.1.

        ``certificate`` is a PEM file with the private key and the chain. Run it on the server's loop.
        """
        listener = listen("127.0.0.1", 0)
        server = Server(_config(ErrorLogMiddleware(self.app), ssl_certfile=str(certificate)))
        ready = asyncio.Event()
        server.on_ready = ready.set
        task = asyncio.create_task(server.serve(sockets=[listener]))
        await ready.wait()
        try:
            yield listener.getsockname()[1]
        finally:
            server.force_exit = server.should_exit = True
            await task

    def stop(self) -> None:
        """Tell the server to exit; safe from any thread."""
        self.server.force_exit = self.server.should_exit = True

    def close(self) -> None:
        """End work on media, and release socket, database and files."""
        self.worlds.close()
        self._release()

    def _release(self) -> None:
        self.listener.close()
        self._folder.close()


def _config(app: ASGIApp, **tls: str) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        **tls,  # type: ignore[arg-type]  # paths only
        http=Protocol,
        lifespan="off",
        log_config=None,  # the process that embeds the server configures logging
        log_level=None,
        access_log=False,
        date_header=False,  # WorldMiddleware sends engine time
        server_header=False,
        timeout_keep_alive=300,
        proxy_headers=False,  # or a client could choose the address that AUTH-4 counts by
        ws="none",
    )


async def _end_others() -> None:
    """Let open requests notice that the server stops, then cancel the rest."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    if others:
        _, others = await asyncio.wait(others, timeout=_SHUTDOWN_S)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
