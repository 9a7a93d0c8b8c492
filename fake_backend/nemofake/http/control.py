"""What the control API does to a world; the routes below /__fake__/ and WorldHandle call the same methods."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import BaseModel

from .._version import __version__
from ..engine.accounts import SCOPES, Account
from ..engine.errors import BackendError
from ..faults import parse_fault_rule, to_dict
from ..journal import har_pieces, json_pieces, ndjson_pieces, to_records
from ..scenario_loader import parse_trigger
from ..settings import SettingError
from ..wire.encoding import iso_utc
from .openapi import control_models
from .request_models import (
    AddFault,
    AddTrigger,
    AdvanceClock,
    CreateAccount,
    CreateWorld,
    SetClock,
    SetScenario,
    UpdateAccount,
)
from .world_registry import WorldRegistry
from .worlds import World

WORLD_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def secrets_equal(given: str | None, expected: str) -> bool:
    """Compare a secret in constant time."""
    return hmac.compare_digest((given or "").encode("utf-8", "replace"), expected.encode("utf-8", "replace"))


def dump(result: Any) -> Any:
    """Return the result of a control operation as JSON values."""
    if isinstance(result, list):
        return [dump(item) for item in result]
    return result.model_dump() if isinstance(result, BaseModel) else result


def check_world_name(name: str) -> None:
    """Raise 404 if a world cannot have this name."""
    if not WORLD_NAME.fullmatch(name):
        raise BackendError(404, "a world's name has 1 to 64 letters, digits, dots, dashes or underscores")


@dataclass(frozen=True, slots=True)
class Control:
    """The operations on one world, and on all worlds of its server.

    Bodies are checked request models, results are models of the OpenAPI document. Raises SettingError or
    BackendError in one sentence, and changes nothing then.
    """

    world: World
    worlds: WorldRegistry

    # -- server --------------------------------------------------------------------------------

    def health(self) -> control_models.Health:
        """Report that the server answers."""
        return control_models.Health(status="ok")

    def version(self) -> control_models.Version:
        """Return name and version of the server."""
        return control_models.Version(name="nemofake", version=__version__)

    # -- time ----------------------------------------------------------------------------------

    def read_clock(self) -> control_models.Clock:
        """Read the world's clock."""
        return control_models.Clock(mode=self.world.clock.mode, now_ms=self.world.now_ms)

    def set_clock(self, body: SetClock) -> control_models.Clock:
        """Change the clock's mode; engine time continues from where it is."""
        self.world.clock.set_mode(body.mode)
        return self.read_clock()

    async def advance_clock(self, body: AdvanceClock) -> control_models.Clock:
        """Advance the clock; the response comes when everything due has happened."""
        await self.world.advance(round(body.seconds * 1000))
        return self.read_clock()

    def read_activity(self) -> control_models.Activity:
        """Read what the server is doing in this world, and when it goes on by itself."""
        return control_models.Activity(**asdict(self.world.activity()))

    # -- scenario, faults, triggers ------------------------------------------------------------

    def reset(self) -> control_models.WorldInfo:
        """Forget everything in this world and start again."""
        self.world.reset()
        return _world_info(self.world)

    def read_scenario(self) -> control_models.ScenarioInfo:
        """Read the active scenario."""
        return self._scenario_info(self.world.scenario)

    def set_scenario(self, body: SetScenario) -> control_models.ScenarioInfo:
        """Activate a scenario from now on, or from the start with `reset`."""
        self.world.set_scenario(body.name, reset=body.reset)
        return self.read_scenario()

    def list_scenarios(self) -> list[control_models.ScenarioInfo]:
        """List all scenarios."""
        return [self._scenario_info(name) for name in self.world.registry.names()]

    def _scenario_info(self, name: str) -> control_models.ScenarioInfo:
        scenario = self.world.registry.scenario(name)
        return control_models.ScenarioInfo(
            name=scenario.id, title=scenario.title, clauses=list(scenario.clauses), status=scenario.status
        )

    def list_faults(self) -> list[dict[str, Any]]:
        """List the active faults of this world: its scenario's, then those that were added."""
        return [to_dict(rule) for rule in self.world.fault_rules.active]

    def add_fault(self, body: AddFault) -> list[dict[str, Any]]:
        """Add a fault from now on; see docs/FAULTS.md for its fields."""
        try:
            self.world.fault_rules.add(parse_fault_rule(body.model_dump(exclude_unset=True)))
        except ValueError as error:
            raise SettingError(str(error)) from None
        return self.list_faults()

    def clear_faults(self) -> list[dict[str, Any]]:
        """Remove all faults, the scenario's included."""
        self.world.fault_rules.clear()
        return self.list_faults()

    def list_triggers(self) -> list[control_models.TriggerInfo]:
        """List the triggers of this world: its scenario's, then those that were added."""
        triggers = self.world.backend.data.scenario.triggers
        return [control_models.TriggerInfo(on=t.on, do=t.do, nth=t.nth, code=t.code) for t in triggers]

    def add_trigger(self, body: AddTrigger) -> list[control_models.TriggerInfo]:
        """Let the backend behave differently on one of the next calls of an operation."""
        self.world.backend.add_trigger(parse_trigger(body.model_dump()))
        return self.list_triggers()

    def clear_triggers(self) -> list[control_models.TriggerInfo]:
        """Remove all triggers, the scenario's included."""
        self.world.backend.clear_triggers()
        return self.list_triggers()

    # -- journal -------------------------------------------------------------------------------

    def journal(
        self, style: str, base_url: str, after: int = 0, limit: int | None = None
    ) -> tuple[Iterator[bytes], str]:
        """Return the pieces of the journal in a format, and its media type; raise 400 for an unknown format.

        Only the first ``limit`` entries after number ``after``; None: all of them.
        """
        entries, dropped = self.world.journal.page(after, limit)
        options: dict[str, Any] = {"origin": base_url, "secrets": secrets_of(self.world), "dropped": dropped}
        if style == "json":
            return json_pieces(entries, **options), "application/json"
        if style == "ndjson":
            return ndjson_pieces(entries, **options), "application/x-ndjson"
        if style == "har":
            return har_pieces(entries, version=__version__, **options), "application/json"
        raise BackendError(400, f"query format: invalid value {style[:40]!r}, expected json, ndjson or har")

    # -- accounts ------------------------------------------------------------------------------

    def list_accounts(self) -> list[control_models.AccountInfo]:
        """List the world's accounts."""
        self.world.run_due()
        return [account_info(self.world, account) for account in self.world.backend.data.accounts.values()]

    def create_account(self, body: CreateAccount) -> control_models.AccountInfo:
        """Create a registered account and return its token (AUTH-7)."""
        if body.scopes is not None and not set(body.scopes) <= SCOPES:
            raise BackendError(400, f"field scopes: known are {', '.join(sorted(SCOPES))}")
        token = self.world.backend.register_account(self.world.now_ms, body.credits, body.plan, body.scopes)
        return account_info(self.world, token.account)

    def update_account(self, body: UpdateAccount, user_id: str) -> control_models.AccountInfo:
        """Grant credits, change the plan, block or allow exports."""
        account = self.world.backend.update_account(
            self.world.now_ms,
            user_id,
            grant=body.grant,
            plan=body.plan,
            export_blocked=body.export_blocked,
        )
        return account_info(self.world, account)

    def revoke_token(self, token: str) -> control_models.AccountInfo:
        """Revoke a token; its client may not get another for the rest of its 7 days."""
        return self._end_token(token, "revoke")

    def expire_token(self, token: str) -> control_models.AccountInfo:
        """Expire a token as if it were 7 days old; its client may get another."""
        return self._end_token(token, "expire")

    def _end_token(self, value: str, event: str) -> control_models.AccountInfo:
        token = self.world.backend.end_token(self.world.now_ms, value, event)
        return account_info(self.world, token.account)

    # -- worlds --------------------------------------------------------------------------------

    def list_worlds(self) -> list[control_models.WorldInfo]:
        """List all worlds of the server."""
        return [_world_info(world) for world in self.worlds.all()]

    def create_world(self, body: CreateWorld, name: str) -> control_models.WorldInfo:
        """Create a world with its own settings; it replaces a world of the same name."""
        check_world_name(name)
        try:
            return _world_info(self.worlds.create(name, **body.model_dump(exclude_none=True)))
        except ValueError as error:
            raise SettingError(str(error)) from None

    def delete_world(self, name: str) -> control_models.Deleted:
        """Delete a world and its files."""
        if not self.worlds.delete(name):
            raise BackendError(404, f"no world {name[:80]!r}")
        return control_models.Deleted(deleted=name)


def account_info(world: World, account: Account) -> control_models.AccountInfo:
    """Return an account with its ledger and tokens."""
    ledger, backend = account.ledger, world.backend
    return control_models.AccountInfo.model_validate(
        {
            "user_id": account.user_id,
            "registered": account.registered,
            "plan": account.plan,
            "export_blocked": account.export_blocked,
            "credits": {
                "granted": ledger.granted,
                "available": ledger.available,
                "frozen": ledger.frozen,
                "consumed": ledger.consumed,
            },
            "tokens": [
                {
                    "token": token.value,
                    "state": token.state_at(backend.now_ms),
                    "expires_at": iso_utc(token.expires_at_ms),
                }
                for token in backend.data.tokens.values()
                if token.account is account
            ],
        }
    )


def journal_records(world: World, base_url: str) -> list[dict[str, Any]]:
    """Return a world's journal as values, secrets masked; ``base_url`` is the server's own.

    If older exchanges were dropped, the first value is ``{"dropped": N}``.
    """
    dropped = world.journal.dropped
    records = to_records(world.journal.entries, origin=base_url, secrets=secrets_of(world))
    return [*([{"dropped": dropped}] if dropped else ()), *records]


def newest_records(world: World, limit: int) -> list[dict[str, Any]]:
    """Return the newest ``limit`` journal entries as values, secrets masked."""
    return to_records(world.journal.entries[-limit:], secrets=secrets_of(world))


def secrets_of(world: World) -> tuple[str, ...]:
    """Return what is masked in a world's journal besides tokens."""
    admin_token = world.settings.admin_token
    return (admin_token,) if admin_token else ()


def _world_info(world: World) -> control_models.WorldInfo:
    return control_models.WorldInfo(
        name=world.name,
        seed=world.settings.seed,
        scenario=world.scenario,
        profile=str(world.profile),
        clock=control_models.Clock(mode=world.clock.mode, now_ms=world.now_ms),
        accounts=len(world.backend.data.accounts),
        journal_entries=len(world.journal),
        journal_dropped=world.journal.dropped,
    )
