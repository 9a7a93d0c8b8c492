"""Whether a client could go on with an answer: a success can be cut, garbled, or lack what is needed."""

from __future__ import annotations

from typing import Final

from nemocontract.traffic import Exchange

_NEEDED: Final = {"token.issue": "token", "session.create": "session_id"}  # to go on at all


def usable(one: Exchange) -> bool:
    """Tell whether an answer is a success, and says what it has to."""
    needed = _NEEDED.get(one.operation)
    return one.succeeded and (needed is None or isinstance(one.data.get(needed), str))
