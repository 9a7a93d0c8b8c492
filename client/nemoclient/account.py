"""The short flows: credits, state, claim link."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from nemoclient import errors, facts
from nemoclient.calls import (
    ACCOUNT_REMEDIES,
    SESSION_REMEDIES,
    Flow,
    Remedy,
    connect,
    data_of,
    exchange,
    read,
    whole,
)
from nemoclient.context import Context
from nemoclient.draft import State, read_state, words
from nemoclient.results import Credits
from nemoclient.steps import Request


def balance(context: Context) -> Flow[Credits]:
    """Return what the account has (CRE-1)."""
    data = data_of((yield from read(context, facts.CREDITS_PATH, ACCOUNT_REMEDIES)))
    return Credits(whole(data.get("available")), whole(data.get("frozen")), whole(data.get("total")))


def state(context: Context, remedies: Mapping[int, Remedy] = SESSION_REMEDIES) -> Flow[State]:
    """Return the project as it stands (STA-1)."""
    return read_state(data_of((yield from read(context, facts.STATE_PATH, remedies))))


def claim_link(context: Context) -> Flow[str]:
    """Return an address that opens this project in a browser; it holds a claim token only (AUTH-8)."""
    yield from connect(context)

    def make() -> Request:
        body = {"task_id": context.task_id, "session_id": context.session_id}
        return context.request("POST", facts.CLAIM_PATH, json=body)

    data = data_of((yield from exchange(context, make, SESSION_REMEDIES)))
    claim = words(data.get("claim_token"))
    if not claim or claim.startswith(facts.TOKEN_PREFIX):  # C-SEC-1: no token in an address, ever
        raise errors.ProtocolViolated(detail="no claim token in the answer")
    return context.web_url + facts.CLAIM_PAGE.format(claim=quote(claim, safe=""))
