"""When two requests ask for the same thing, although a token, a session or an export id is another."""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from nemocontract.client_run import ClientRun, UserLine
from nemocontract.recording import Exchange, id_in

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


_NEEDED: Final = {"token.issue": "token", "session.create": "session_id"}  # to go on at all
_BARE: Final = ("render.submit", "render.status", "render.cancel")  # REN-7: no envelope around them


def is_usable_response(one: Exchange) -> bool:
    """Tell whether an answer is a success, and readable, and says what it has to."""
    if not one.succeeded or one.operation in ("chat", "media", "render.download"):
        return one.succeeded
    if one.operation in _BARE:
        return isinstance(one.answer, dict)
    needed = _NEEDED.get(one.operation)
    return bool(one.data) and (needed is None or isinstance(one.data.get(needed), str))


# The operations of the service's API; media have an address of their own and need neither token nor headers.
API = frozenset(
    (
        *("token.issue", "token.claim", "session.create", "chat", "credits", "state", "upload"),
        *("render.submit", "render.cancel", "render.download", "render.status"),
    )
)


@dataclass(frozen=True, slots=True)
class Span:
    """Exchanges of one doing of the user's, in order.

    ``sure`` False: it may hold several of the user's doings, ``doings`` of them at most (0: nobody knows).
    ``left``: the user went away before the end.
    """

    exchanges: tuple[Exchange, ...]
    said: UserLine | None = None
    sure: bool = True
    doings: int = 1
    left: bool = False

    def after(self, exchange: Exchange) -> tuple[Exchange, ...]:
        """Return what came after an exchange."""
        return self.exchanges[self.exchanges.index(exchange) + 1 :]

    def same_after(self, exchange: Exchange) -> tuple[Exchange, ...]:
        """Return the later requests for the same thing, sessions and tokens left aside."""
        wanted = signature(exchange)
        return tuple(later for later in self.after(exchange) if signature(later) == wanted)


def spans(run: ClientRun) -> tuple[Span, ...]:
    """Return the traffic span by span; what was sent outside of any line is in spans of its own."""
    said = run.said
    api = tuple(exchange for exchange in run.traffic if exchange.operation in API)
    if said is None:
        return (Span(api, sure=False, doings=0),)
    if not all(one.attributed for one in said):
        return (Span(api, sure=False, doings=max(1, len(said))),)
    return tuple(_spans(api, said))


def _spans(api: tuple[Exchange, ...], said: tuple[UserLine, ...]) -> Iterator[Span]:
    def line_of(exchange: Exchange) -> int:
        return next((nth for nth, one in enumerate(said) if one.first <= exchange.seq <= one.last), -1)

    led_to = {nth: tuple(group) for nth, group in groupby(api, line_of) if nth >= 0}
    for nth, group in groupby(api, line_of):
        if nth < 0:
            yield Span(tuple(group))
    for nth, one in enumerate(said):
        yield Span(led_to.get(nth, ()), one, left=one.left)
