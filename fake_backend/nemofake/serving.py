"""Uvicorn as the fake needs it: a socket of its own, an address known at once, an end without delay."""

from __future__ import annotations

import asyncio
import shutil
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import uvicorn

from .http.app import create_parts
from .http.gateway import Gateway
from .settings import SettingError, Settings
from .stories import StoryBook


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
    """Return the base URL that a client on this machine uses."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """A server that stops at the first signal, open streams included."""

    on_ready: Callable[[], None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop now: what an open stream would still say has no reader."""
        self.force_exit = True
        super().handle_exit(sig, frame)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and tell who waits that requests are answered."""
        await super().startup(sockets=sockets)
        if self.on_ready is not None:
            self.on_ready()


class Site:
    """A server, its worlds and the folder of their files, to be run once."""

    def __init__(self, settings: Settings, book: StoryBook | None = None) -> None:
        self.settings = settings
        self.listener = listen(settings.host, settings.port)
        self.url = url_of(self.listener)
        self._folder = Path(tempfile.mkdtemp(prefix="nemofake-"))
        try:
            app, self.house = create_parts(settings, self._folder, book)
        except BaseException:
            self.close()
            raise
        self.server = Server(_config(Gateway(app, self.house)))

    async def serve(self) -> None:
        """Answer requests until the server is told to exit; then end what is still open."""
        try:
            await self.server.serve(sockets=[self.listener])
        finally:
            await _end_others()
            self.close()

    def stop(self) -> None:
        """Tell the server to exit; safe from any thread."""
        self.server.force_exit = self.server.should_exit = True

    def close(self) -> None:
        """Give back socket and files."""
        self.listener.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _config(app: Gateway) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        lifespan="off",
        log_level="error",
        access_log=False,
        date_header=False,  # the gateway tells engine time
        server_header=False,
        timeout_keep_alive=300,
        ws="none",
    )


async def _end_others() -> None:
    """Cancel the requests that are still served and wait until they are gone."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
