"""Loads scenario files for the server: the parts for the engine, the fault rules and the control API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

import nemoscenarios
from nemoscenarios import PACKAGED, Scenario, ScenarioError, ScenarioStore

from .engine.parameters import Parameters
from .engine.scenario import InitialAccount, ScenarioConfig, Trigger
from .faults import FaultRule, parse_fault_rule
from .settings import SettingError, with_parameters


class ScenarioRegistry:
    """All scenarios of a server, each read on first use."""

    def __init__(self, store: ScenarioStore | None = None) -> None:
        self.store = store or ScenarioStore()
        self._own: list[str] = []

    @classmethod
    def of(cls, *folders: Path | str | None) -> ScenarioRegistry:
        """Return a registry with the user's folders first; raise SettingError if one does not exist."""
        own = [Path(folder) for folder in folders if folder is not None]
        for folder in own:
            if not folder.is_dir():
                raise SettingError(f"scenario folder {str(folder)!r} does not exist")
        registry = cls(ScenarioStore(*own, PACKAGED))
        registry._own = ScenarioStore(*own).names() if own else []
        return registry

    def names(self) -> list[str]:
        """Return the names of all scenarios."""
        return self.store.names()

    def scenario(self, name: str) -> Scenario:
        """Return a scenario; raise SettingError if it is unknown or invalid."""
        try:
            return self.store.load(name)
        except KeyError:
            raise SettingError(self.unknown(name)) from None
        except ScenarioError as error:
            raise SettingError(str(error)) from None

    def unknown(self, name: str) -> str:
        """Return a sentence with near matches if there is no scenario of this name, else an empty one."""
        names = self.names()
        if name in names:
            return ""
        close = " or ".join(get_close_matches(name, names))
        return f"unknown scenario {name[:80]!r}; " + (
            f"did you mean {close}?" if close else "see /__fake__/scenarios"
        )

    def check(self) -> None:
        """Raise SettingError with all errors of the user's own scenario files, one per line."""
        errors = []
        for name in self._own:
            try:
                self.fault_rules(name)
            except SettingError as error:
                errors.append(str(error))
        if errors:
            raise SettingError("\n".join(errors))

    def config(self, name: str, parameters: Parameters) -> ScenarioConfig:
        """Return the engine's part of a scenario on top of ``parameters``; raise SettingError if invalid."""
        return to_config(self.scenario(name), parameters)

    def fault_rules(self, name: str) -> tuple[FaultRule, ...]:
        """Return the fault rules of a scenario; raise SettingError if one is invalid."""
        faults = self.scenario(name).faults
        try:
            return tuple(parse_fault_rule(rule.as_written) for rule in faults)
        except ValueError as error:
            raise SettingError(f"scenario {name!r}: {error}") from None

    def fault_rules_for_token(self, name: str) -> tuple[FaultRule, ...]:
        """Return the fault rules of a magic token's scenario; none if the name is unknown."""
        return self.fault_rules(name) if name in self.names() else ()

    def finder(self, parameters: Parameters) -> Callable[[str], ScenarioConfig | None]:
        """Return the lookup by which a backend finds the scenario of a magic token; None if unknown."""

        @cache
        def find(name: str) -> ScenarioConfig | None:
            return self.config(name, parameters) if name in self.names() else None

        return find


def to_config(scenario: Scenario, parameters: Parameters) -> ScenarioConfig:
    """Return the engine's part of a scenario: account, parameters and triggers."""
    given = scenario.given
    return ScenarioConfig(
        name=scenario.id,
        parameters=with_parameters(parameters, scenario.all_parameters),
        account=InitialAccount(
            credits=given.credits,
            plan=given.plan,
            registered=given.registered,
            export_blocked=given.export_blocked,
            scopes=None if given.scopes is None else tuple(given.scopes),
            token=given.token,
            token_age_ms=given.token_age_s * 1000,
        ),
        triggers=tuple(Trigger(t.on, t.do, t.nth, t.code) for t in scenario.all_triggers),
    )


def parse_trigger(fields: Mapping[str, Any]) -> Trigger:
    """Return a trigger from ``on``, ``do``, ``nth`` and ``code``; raise SettingError if it is impossible."""
    try:
        trigger = nemoscenarios.Trigger.model_validate(dict(fields))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        location = ".".join(str(key) for key in first["loc"])
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise SettingError(f"field {location}: {reason}" if location else reason) from None
    return Trigger(trigger.on, trigger.do, trigger.nth, trigger.code)
