"""When two requests ask for the same thing, although a token, a session or an export id is another."""

from __future__ import annotations

import json
from collections.abc import Hashable
from typing import Any, Final

from nemocontract.traffic import Exchange, id_in

# What a renewed token or session changes in a body, by operation (AUTH-5, SES-2, REN-4).
_CHANGES: Final = {
    "chat": ("session_id", "sessionId", "user_id", "userId"),
    "token.claim": ("session_id", "task_id"),
    "render.submit": ("sessionId", "id", "draft"),
}
_IN_SESSION: Final = ("state", "upload")


def signature(exchange: Exchange) -> Hashable:
    """Return what a request is about: equal for two that ask for the same thing."""
    path = exchange.path
    if exchange.operation in _IN_SESSION:
        path = path.replace(id_in(path), "", 1)
    return (
        exchange.operation,
        exchange.method,
        path,
        _spelled(exchange, _CHANGES.get(exchange.operation, ())),
    )


def identical(exchange: Exchange) -> Hashable:
    """Return all that a request says but its headers."""
    return (exchange.method, exchange.path, _spelled(exchange, ()))


def _spelled(exchange: Exchange, without: tuple[str, ...]) -> str:
    body: Any = exchange.body
    if exchange.uploads:
        return json.dumps(exchange.uploads)  # the bytes of a form differ by its boundary
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in without}
    return json.dumps(body, sort_keys=True, default=str)
