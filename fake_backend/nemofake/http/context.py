"""One request in its world: what every route needs besides the request itself."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.types import Scope

from ..engine.accounts import Token
from ..engine.backend import MAGIC_PREFIX, Backend
from ..engine.errors import BackendError
from ..journal import Entry
from .clock import Waiter
from .worlds import World

logger = logging.getLogger("nemofake")
SCOPE_KEY = "nemofake.context"
AT_MS_KEY = "nemofake.at_ms"  # in a body message: when its event was due, engine ms
TICK = "nemofake.tick"  # a message type: a stream has nothing to send, but a timer was set for now


@dataclass(slots=True)
class RequestContext:
    """A request's world, its client's address, the base URL of media paths, and its path in the world."""

    world: World
    ip: str
    origin: str
    path: str
    entry: Entry | None = None
    waiter: Waiter | None = None  # of the stream that is being sent
    timers_ms: list[int] = field(default_factory=list)  # when a stream has to send a tick, in order

    @property
    def backend(self) -> Backend:
        """The world's backend."""
        return self.world.backend

    def token(self, request: Request, scope: str) -> Token:
        """Return the request's bearer token; raise 1001, or 403 without ``scope`` (AUTH-6, AUTH-7)."""
        value = bearer_token(request)
        try:
            return self.backend.authenticate(self.world.now_ms, value, scope, self.ip)
        except BackendError as error:
            self._check_magic_token(value or "", error)
            raise

    def _check_magic_token(self, value: str, error: BackendError) -> None:
        """Raise 400 if a token names an unknown scenario: with 1001 a client would just get another token."""
        name = value.removeprefix(MAGIC_PREFIX).partition(".")[0]
        if error.code == 1001 and name != value and (hint := self.world.registry.unknown(name)):
            logger.warning("token %s…: %s", MAGIC_PREFIX, hint)
            raise BackendError(400, f"header Authorization: {hint}") from None


def context_of(request: Request) -> RequestContext:
    """Return the context that WorldMiddleware put into the request's scope."""
    ctx: RequestContext = request.scope[SCOPE_KEY]
    return ctx


def bearer_token(request: Request) -> str | None:
    """Return the token of ``Authorization: Bearer …``; None if it is missing or has another form."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def header(scope: Scope, name: bytes) -> bytes | None:
    """Return the first header of this lower-case name."""
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return None
