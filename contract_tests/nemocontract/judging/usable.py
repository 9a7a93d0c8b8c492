"""Whether a client could go on with an answer: a success can be cut, garbled, or lack what is needed."""

from __future__ import annotations

from typing import Final

from nemocontract.traffic import Exchange

_NEEDED: Final = {"token.issue": "token", "session.create": "session_id"}  # to go on at all
_BARE: Final = ("render.submit", "render.status", "render.cancel")  # REN-7: no envelope around them


def usable(one: Exchange) -> bool:
    """Tell whether an answer is a success, and readable, and says what it has to."""
    if not one.succeeded or one.operation in ("chat", "media", "render.download"):
        return one.succeeded
    if one.operation in _BARE:
        return isinstance(one.answer, dict)
    needed = _NEEDED.get(one.operation)
    return bool(one.data) and (needed is None or isinstance(one.data.get(needed), str))
