"""Scenario files to engine stories: the bridge between the two rooms that know nothing of each other."""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from nemoscenarios import PACKAGED, Scenario, ScenarioError, ScenarioStore

from .engine.parameters import Parameters
from .engine.scenario import InitialAccount, ScenarioConfig, Trigger
from .faults import FaultRule, parse_fault_rule
from .settings import SettingError, with_parameters


class ScenarioRegistry:
    """All scenarios a server can play, read when first asked for."""

    def __init__(self, shelf: ScenarioStore | None = None) -> None:
        self.shelf = shelf or ScenarioStore()

    @classmethod
    def of(cls, *folders: Path | str | None) -> ScenarioRegistry:
        """Return the book with a user's own folders before ours; raise SettingError for one that is none."""
        own = [Path(folder) for folder in folders if folder is not None]
        for folder in own:
            if not folder.is_dir():
                raise SettingError(f"there is no folder {str(folder)!r} of scenarios")
        return cls(ScenarioStore(*own, PACKAGED))

    def scenario(self, name: str) -> Scenario:
        """Return a scenario; raise SettingError where it is unknown or has faults."""
        try:
            return self.shelf.load(name)
        except KeyError:
            close = (
                " or ".join(get_close_matches(name, self.shelf.names()))
                or "one that /__fake__/scenarios lists"
            )
            raise SettingError(f"unknown scenario {name[:80]!r}; did you mean {close}?") from None
        except ScenarioError as error:
            raise SettingError(str(error)) from None

    def story(self, name: str, rules: Parameters) -> ScenarioConfig:
        """Return a scenario as a story on top of ``rules``; raise SettingError where it has faults."""
        return to_config(self.scenario(name), rules)

    def fault_rules(self, name: str) -> tuple[FaultRule, ...]:
        """Return the faults that a scenario brings; raise SettingError where one is impossible."""
        faults = self.scenario(name).faults
        try:
            return tuple(parse_fault_rule(rule.told) for rule in faults)
        except ValueError as error:
            raise SettingError(f"scenario {name!r}: {error}") from None

    def fault_rules_for_token(self, name: str) -> tuple[FaultRule, ...]:
        """Return the faults of a magic token's scenario: none for a name that is not known."""
        return self.fault_rules(name) if name in self.shelf.names() else ()

    def find(self, rules: Parameters) -> Callable[[str], ScenarioConfig | None]:
        """Return the finder that a backend uses for magic tokens: None for a name that is not known."""

        @cache
        def finder(name: str) -> ScenarioConfig | None:
            return self.story(name, rules) if name in self.shelf.names() else None

        return finder


def to_config(scenario: Scenario, rules: Parameters) -> ScenarioConfig:
    """Return what the engine plays of a scenario; faults and the user's steps are not its affair."""
    given = scenario.given
    return ScenarioConfig(
        name=scenario.id,
        rules=with_parameters(rules, scenario.all_parameters),
        given=InitialAccount(
            credits=given.credits,
            plan=given.plan,
            registered=given.registered,
            export_blocked=given.export_blocked,
            scopes=None if given.scopes is None else tuple(given.scopes),
            token=given.token,
            token_age_ms=given.token_age_s * 1000,
        ),
        triggers=tuple(Trigger(i.on, i.do, i.nth, i.code) for i in scenario.all_triggers),
    )
