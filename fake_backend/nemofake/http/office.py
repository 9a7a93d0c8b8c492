"""What the control API does to a world, apart from HTTP: the routes and the Python handle both call it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Any

from ..about import __version__
from ..engine import issuing
from ..engine.accounts import SCOPES, Account
from ..engine.errors import BackendError
from ..faults import as_mapping, strike_from
from ..journal import to_har, to_json, to_ndjson, to_records
from ..settings import SettingError
from ..stories import StoryBook
from ..wire.iso import iso_utc
from .room import Room

WORLD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def same(given: str | None, wanted: str) -> bool:
    """Compare a secret in constant time."""
    return hmac.compare_digest((given or "").encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))


def check_world_name(name: str) -> None:
    """Raise 404 for what cannot be a world's name."""
    if not WORLD_NAME.fullmatch(name):
        raise BackendError(404, "a world's name has 1 to 64 letters, digits, dots, dashes or underscores")


def clock(room: Room) -> dict[str, Any]:
    """Return the clock's mode and engine time."""
    return {"mode": room.pacer.mode, "now_ms": room.now_ms}


def world(room: Room) -> dict[str, Any]:
    """Return a world in short."""
    return {
        "name": room.name,
        "seed": room.settings.seed,
        "scenario": room.scenario,
        "profile": str(room.profile),
        "clock": clock(room),
        "accounts": len(room.backend.world.accounts),
        "journal_entries": len(room.journal),
    }


def scenario(book: StoryBook, name: str) -> dict[str, Any]:
    """Return what a scenario is about."""
    told = book.scenario(name)
    return {"name": told.id, "title": told.title, "clauses": told.clauses, "status": told.status}


def faults(room: Room) -> list[dict[str, Any]]:
    """Return what strikes a world, as ``add_fault`` takes it."""
    return [as_mapping(strike) for strike in room.hazards.strikes]


def add_fault(room: Room, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Let one more fault strike; raise SettingError naming the field that is wrong."""
    try:
        room.hazards.add(strike_from(told))
    except ValueError as error:
        raise SettingError(str(error)) from None
    return faults(room)


def journal(room: Room, style: str, base: str) -> tuple[bytes, str]:
    """Return the journal in a format, and its media type; raise 400 for an unknown format."""
    entries, secrets = room.journal.entries, _secrets(room)
    if style == "json":
        return to_json(entries, origin=base, secrets=secrets), "application/json"
    if style == "ndjson":
        return to_ndjson(entries, origin=base, secrets=secrets), "application/x-ndjson"
    if style == "har":
        return to_har(
            entries, version=__version__, origin=base, secrets=secrets, dropped=room.journal.dropped
        ), "application/json"
    raise BackendError(400, f"query format: {style[:40]!r} is none of json, ndjson, har")


def records(room: Room, base: str) -> list[dict[str, Any]]:
    """Return the journal as values."""
    return to_records(room.journal.entries, origin=base, secrets=_secrets(room))


def _secrets(room: Room) -> tuple[str, ...]:
    admin = room.settings.admin_token
    return (admin,) if admin else ()


def account(room: Room, held: Account) -> dict[str, Any]:
    """Return an account with its ledger and tokens."""
    ledger, backend = held.ledger, room.backend
    return {
        "user_id": held.user_id,
        "registered": held.registered,
        "plan": held.plan,
        "export_blocked": held.export_blocked,
        "credits": {
            "granted": ledger.granted,
            "available": ledger.available,
            "frozen": ledger.frozen,
            "consumed": ledger.consumed,
        },
        "tokens": [
            {"token": t.value, "state": t.state_at(backend.now_ms), "expires_at": iso_utc(t.expires_at_ms)}
            for t in backend.world.tokens.values()
            if t.account is held
        ],
    }


def accounts(room: Room) -> list[dict[str, Any]]:
    """Return all accounts of a world."""
    room.backend.settle(room.now_ms)
    return [account(room, held) for held in room.backend.world.accounts.values()]


def register(room: Room, credits_: int | None, plan: str, scopes: list[str] | None) -> dict[str, Any]:
    """Open a registered account with a token; raise 400 for an unknown scope (AUTH-7)."""
    if scopes is not None and not set(scopes) <= SCOPES:
        raise BackendError(400, f"field scopes: known are {', '.join(sorted(SCOPES))}")
    room.backend.settle(room.now_ms)
    return account(room, issuing.register(room.backend.world, credits_, plan, scopes).account)


def change(
    room: Room, user_id: str, grant: int | None, plan: str | None, export_blocked: bool | None
) -> dict[str, Any]:
    """Change an account; raise 404 for an unknown one."""
    room.backend.settle(room.now_ms)
    held = room.backend.world.accounts.get(user_id)
    if held is None:
        raise BackendError(404, f"no account {user_id[:80]!r}")
    if grant is not None:
        held.ledger.grant(grant)
    held.plan = plan if plan is not None else held.plan
    held.export_blocked = export_blocked if export_blocked is not None else held.export_blocked
    return account(room, held)


def end_token(room: Room, value: str, event: str) -> dict[str, Any]:
    """Revoke or expire a token now; raise 404 for an unknown one."""
    room.backend.settle(room.now_ms)
    token = room.backend.world.tokens.get(value)
    if token is None:
        raise BackendError(404, "no such token in this world")
    token.end(event, room.now_ms)
    return account(room, token.account)
