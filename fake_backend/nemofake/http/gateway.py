"""The outermost layer: finds the world that a request is for."""

from __future__ import annotations

import re

from starlette.types import Receive, Scope, Send

from ..engine.errors import BackendError
from ..settings import SettingError
from . import answers, exchange, office
from .dispatch import Dispatch
from .draining import Drain
from .exchange import SCOPE_KEY, Exchange
from .recording import Recorder
from .room import House, Room

_WORLD_PATH = re.compile(r"/w/([^/]*)(/.*)?", re.DOTALL)
_CONTROL = "/__fake__"


class Gateway:
    """ASGI middleware in front of all routes; ``/w/<name>/…`` is the world of that name."""

    def __init__(self, app: Dispatch, house: House) -> None:
        self._app = app
        self.house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; anything but HTTP goes through untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        prefix, path = self._split(scope)
        try:
            room = self._room(prefix)
        except (SettingError, BackendError) as error:
            refused = error if isinstance(error, BackendError) else BackendError(400, str(error))
            drain = Drain(scope, receive, send)
            await answers.refusal(refused)(scope, drain.receive, drain.send)
            return
        # ASGI: `path` keeps the prefix that `root_path` names, and Starlette takes it off.
        scope = {**scope, "root_path": scope.get("root_path", "") + prefix}
        address = scope.get("client")
        here = Exchange(room, address[0] if address else "", self._origin(scope, room, prefix))
        scope[SCOPE_KEY] = here
        if self.house.settings.control and (path == _CONTROL or path.startswith(_CONTROL + "/")):
            drain = Drain(scope, receive, send)
            await self._app(scope, drain.receive, drain.send)
        else:
            await Recorder(self._app, here, scope, receive, send).serve(path)

    def _split(self, scope: Scope) -> tuple[str, str]:
        """Return the world's prefix, empty for the default world, and the path below it."""
        path: str = scope["path"]
        found = _WORLD_PATH.fullmatch(path) if path.startswith("/w/") else None
        return (f"/w/{found[1]}", found[2] or "/") if found else ("", path)

    def _room(self, prefix: str) -> Room:
        name = prefix.removeprefix("/w/")
        if not name and not prefix:
            return self.house.room("default")
        office.check_world_name(name)
        return self.house.room(name)

    def _origin(self, scope: Scope, room: Room, prefix: str) -> str:
        """Return what stands in front of media paths: a setting, or the address the client used."""
        if room.settings.public_url is not None:
            return room.settings.public_url.rstrip("/") + prefix
        host = exchange.header(scope, b"host")
        if host is None:
            server = scope.get("server") or ("127.0.0.1", 80)
            host = f"{server[0]}:{server[1]}".encode()
        return f"{scope.get('scheme', 'http')}://{host.decode('latin-1')}{prefix}"
