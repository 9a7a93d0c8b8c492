"""The facts of one answer: its outcome, headers and shape."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

from nemocontract.compare.clause_map import of_outcome, of_place
from nemocontract.compare.fact import Facts, Place, shape
from nemocontract.compare.replay import job_in
from nemocontract.recording import Exchange

_DAY_S: Final = 86_400
_HEADERS: Final[
    dict[str, tuple[str, Callable[[Exchange], bool]]]
] = {  # headers that are compared, with the clause and the condition
    "retry-after": ("AUTH-3", lambda one: one.code == 429),
    "accept-ranges": ("REN-9", lambda one: one.operation in ("media", "render.download") and one.code == 0),
    "content-range": ("REN-9", lambda one: one.status in (206, 416)),
}
# Values that the protocol fixes, not only their type.
_FIXED: Final = (
    ("token.issue", "AUTH-1", "credits"),
    ("token.claim", "AUTH-8", "expires_in"),
    ("upload", "UPL-2", "session_state_applied"),
)
_MEASURED: Final = ("file_type", "width", "height")


def outcome(exchange: Exchange) -> str:
    """Return how a request was answered, in a few words."""
    if exchange.status is None:
        return "no answer"
    what = "success" if exchange.code == 0 else f"code {exchange.code}"
    return f"{what}, an event stream" if exchange.events is not None else what


def facts(exchange: Exchange, documented: Exchange) -> Facts:
    """Return the facts of an answer whose outcome is as documented; streams have more (``streams``)."""
    operation, clause = exchange.operation, of_outcome(documented)
    payload = {Place(clause, operation, "outcome"): outcome(exchange)}
    payload[Place(clause if exchange.code == 0 else "ENV-3", operation, "HTTP status")] = str(exchange.status)
    payload[Place(_kind_clause(documented), operation, "header content-type")] = _kind(exchange)
    for name, (responsible, means) in _HEADERS.items():
        if means(documented) and name in exchange.answer_headers:
            payload[Place(responsible, operation, f"header {name}")] = "there"
    return {**payload, **dict(_body(exchange, measured=bool(documented.uploads)))}


def _kind(exchange: Exchange) -> str:
    return exchange.answer_headers.get("content-type", "none").partition(";")[0].strip().lower()


def _kind_clause(documented: Exchange) -> str:
    if documented.events is not None:
        return "SSE-2"
    if documented.operation in ("media", "render.download") and documented.code == 0:
        return "REN-8"
    return "ENV-1" if documented.code == 0 else "ENV-2"


# -- bodies ----------------------------------------------------------------------------------------


def _body(exchange: Exchange, *, measured: bool) -> Iterator[tuple[Place, str]]:
    operation, answer = exchange.operation, exchange.answer
    if exchange.events is not None or not isinstance(answer, dict | list):
        return
    if exchange.code != 0:
        for path, what in shape(answer).items():
            yield Place("ENV-2", operation, path), what
        yield Place("ENV-3", operation, "code in the body"), str(_code(answer))
        return
    yield from _success(exchange, operation)
    if operation == "upload" and measured:
        yield from _measured(exchange)


def _code(answer: Any) -> Any:
    return answer.get("code", "none") if isinstance(answer, dict) else "none"


def _success(exchange: Exchange, operation: str) -> Iterator[tuple[Place, str]]:
    places = {path: what for path, what in shape(exchange.answer).items() if _counts(operation, path)}
    for path, what in places.items():
        yield Place(of_place(operation, path), operation, path), _loosely(operation, path, what)
    for wanted, clause, name in _FIXED:
        if wanted == operation and name in exchange.data:
            yield Place(clause, operation, f"data.{name}, the value"), repr(exchange.data[name])
    if lasted := _lasted(exchange):
        yield Place("REN-6", operation, "time from createdAt to completedAt"), lasted
    if operation == "token.issue" and (days := _days(exchange)) is not None:
        yield Place("AUTH-5", operation, "days until expires_at"), str(days)


def _loosely(operation: str, path: str, what: str) -> str:
    """Return a label; only a new token's user id has a documented prefix (AUTH-1)."""
    plain = operation != "token.issue" and path.endswith("user_id") and what in ("a text", "an id anon_…")
    return "a user's id" if plain else what


def _counts(operation: str, path: str) -> bool:
    """Return whether a place is compared: in drafts the documented names, but nothing inside `m`."""
    if operation != "state" or not path.startswith("data.state."):
        return True
    if path.startswith("data.state.draft"):
        return not re.search(r"\.m\.", path)
    return not path.startswith(("data.state.video_analyses[]", "data.state.generated_media[]"))


def _days(exchange: Exchange) -> int | None:
    """Return how long a token lives, by the server's own clock."""
    try:
        ends = datetime.fromisoformat(str(exchange.data.get("expires_at")))
        now = parsedate_to_datetime(exchange.answer_headers["date"])
        return round((ends - now).total_seconds() / _DAY_S)
    except (ValueError, KeyError, TypeError):
        return None


def _lasted(exchange: Exchange) -> str:
    """Return how long an export took by its own timestamps (REN-6); empty if it has not ended."""
    job = job_in(exchange.answer)
    try:
        ends = [datetime.fromisoformat(str(job[name])) for name in ("createdAt", "completedAt")]
        lasted_s = (ends[1] - ends[0]).total_seconds()
    except (KeyError, ValueError, TypeError):
        return ""
    return "30 to 90 s" if 30 <= lasted_s <= 90 else f"{lasted_s:.1f} s"


def _measured(exchange: Exchange) -> Iterator[tuple[Place, str]]:
    files = exchange.data.get("files")
    for nth, file in enumerate(files if isinstance(files, list) else ()):
        for name in _MEASURED if isinstance(file, dict) else ():
            yield Place("UPL-2", "upload", f"data.files[{nth}].{name}, the value"), repr(file.get(name))
