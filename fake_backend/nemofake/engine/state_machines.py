"""Every state machine of the backend as a table: the first code to read.

Each table maps (state, event) to the next state. A pair that is missing cannot happen, and
``transition`` raises. Nothing else in the engine decides what may follow what.
"""

from __future__ import annotations

from collections.abc import Mapping

Table = Mapping[tuple[str, str], str]

# AUTH-5: a token ends once, by age or by the control API.
TOKEN: Table = {
    ("live", "expire"): "expired",
    ("live", "revoke"): "revoked",
    ("expired", "revoke"): "revoked",
    ("expired", "expire"): "expired",
    ("revoked", "expire"): "revoked",
    ("revoked", "revoke"): "revoked",
}

# CRE-3: frozen credits are consumed or released, once.
HOLD: Table = {
    ("frozen", "consume"): "consumed",
    ("frozen", "release"): "released",
}

# SSE-11: a turn that has started ends, connected or not.
TURN: Table = {
    ("running", "complete"): "completed",
    ("running", "fail"): "failed",
}

# REN-6, REN-12: a job never goes back.
RENDER: Table = {
    ("pending", "start"): "processing",
    ("pending", "cancel"): "cancelled",
    ("processing", "complete"): "completed",
    ("processing", "fail"): "failed",
    ("processing", "cancel"): "cancelled",
}


class InvalidTransitionError(Exception):
    """A state machine was asked for a step its table does not have."""


def transition(table: Table, state: str, event: str) -> str:
    """Return the state after ``event``; raise InvalidTransitionError if the table has no such step."""
    try:
        return table[state, event]
    except KeyError:
        raise InvalidTransitionError(f"{event!r} cannot happen in state {state!r}") from None
