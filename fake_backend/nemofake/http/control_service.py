"""What the control API does to a world, apart from HTTP: the routes and the Python handle both call it."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from typing import Any

from .._version import __version__
from ..engine import tokens as issuing
from ..engine.accounts import SCOPES, Account
from ..engine.errors import BackendError
from ..faults import parse_fault_rule, to_dict
from ..journal import to_har, to_json, to_ndjson, to_records
from ..scenario_loader import ScenarioRegistry
from ..settings import SettingError
from ..wire.encoding import iso_utc
from .worlds import World

WORLD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def secrets_equal(given: str | None, wanted: str) -> bool:
    """Compare a secret in constant time."""
    return hmac.compare_digest((given or "").encode("utf-8", "replace"), wanted.encode("utf-8", "replace"))


def check_world_name(name: str) -> None:
    """Raise 404 for what cannot be a world's name."""
    if not WORLD_NAME.fullmatch(name):
        raise BackendError(404, "a world's name has 1 to 64 letters, digits, dots, dashes or underscores")


def clock(world: World) -> dict[str, Any]:
    """Return the clock's mode and engine time."""
    return {"mode": world.clock.mode, "now_ms": world.now_ms}


def describe_world(world: World) -> dict[str, Any]:
    """Return a world in short."""
    return {
        "name": world.name,
        "seed": world.settings.seed,
        "scenario": world.scenario,
        "profile": str(world.profile),
        "clock": clock(world),
        "accounts": len(world.backend.data.accounts),
        "journal_entries": len(world.journal),
    }


def scenario(registry: ScenarioRegistry, name: str) -> dict[str, Any]:
    """Return what a scenario is about."""
    told = registry.scenario(name)
    return {"name": told.id, "title": told.title, "clauses": told.clauses, "status": told.status}


def faults(world: World) -> list[dict[str, Any]]:
    """Return what strikes a world, as ``add_fault`` takes it."""
    return [to_dict(rule) for rule in world.fault_rules.fault_rules]


def add_fault(world: World, told: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Let one more fault strike; raise SettingError naming the field that is wrong."""
    try:
        world.fault_rules.add(parse_fault_rule(told))
    except ValueError as error:
        raise SettingError(str(error)) from None
    return faults(world)


def journal(world: World, style: str, base: str) -> tuple[bytes, str]:
    """Return the journal in a format, and its media type; raise 400 for an unknown format."""
    entries, secrets = world.journal.entries, _secrets(world)
    if style == "json":
        return to_json(entries, origin=base, secrets=secrets), "application/json"
    if style == "ndjson":
        return to_ndjson(entries, origin=base, secrets=secrets), "application/x-ndjson"
    if style == "har":
        return to_har(
            entries, version=__version__, origin=base, secrets=secrets, dropped=world.journal.dropped
        ), "application/json"
    raise BackendError(400, f"query format: {style[:40]!r} is none of json, ndjson, har")


def records(world: World, base: str) -> list[dict[str, Any]]:
    """Return the journal as values."""
    return to_records(world.journal.entries, origin=base, secrets=_secrets(world))


def _secrets(world: World) -> tuple[str, ...]:
    admin = world.settings.admin_token
    return (admin,) if admin else ()


def describe_account(world: World, held: Account) -> dict[str, Any]:
    """Return an account with its ledger and tokens."""
    ledger, backend = held.ledger, world.backend
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
            for t in backend.data.tokens.values()
            if t.account is held
        ],
    }


def accounts(world: World) -> list[dict[str, Any]]:
    """Return all accounts of a world."""
    world.backend.settle(world.now_ms)
    return [describe_account(world, held) for held in world.backend.data.accounts.values()]


def register(world: World, credits_: int | None, plan: str, scopes: list[str] | None) -> dict[str, Any]:
    """Open a registered account with a token; raise 400 for an unknown scope (AUTH-7)."""
    if scopes is not None and not set(scopes) <= SCOPES:
        raise BackendError(400, f"field scopes: known are {', '.join(sorted(SCOPES))}")
    world.backend.settle(world.now_ms)
    return describe_account(world, issuing.register(world.backend.data, credits_, plan, scopes).account)


def change(
    world: World, user_id: str, grant: int | None, plan: str | None, export_blocked: bool | None
) -> dict[str, Any]:
    """Change an account; raise 404 for an unknown one."""
    world.backend.settle(world.now_ms)
    held = world.backend.data.accounts.get(user_id)
    if held is None:
        raise BackendError(404, f"no account {user_id[:80]!r}")
    if grant is not None:
        held.ledger.grant(grant)
    held.plan = plan if plan is not None else held.plan
    held.export_blocked = export_blocked if export_blocked is not None else held.export_blocked
    return describe_account(world, held)


def end_token(world: World, value: str, event: str) -> dict[str, Any]:
    """Revoke or expire a token now; raise 404 for an unknown one."""
    world.backend.settle(world.now_ms)
    token = world.backend.data.tokens.get(value)
    if token is None:
        raise BackendError(404, "no such token in this world")
    token.end(event, world.now_ms)
    return describe_account(world, token.account)
