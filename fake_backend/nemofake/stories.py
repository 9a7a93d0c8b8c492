"""Scenario files to engine stories: the bridge between the two rooms that know nothing of each other."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from nemoscenarios import Scenario, ScenarioError, Shelf

from .engine.rules import Rules
from .engine.story import Given, Incident, Story
from .settings import SettingError, with_rules


class StoryBook:
    """All scenarios a server can play, read when first asked for."""

    def __init__(self, shelf: Shelf | None = None) -> None:
        self.shelf = shelf or Shelf()

    def story(self, name: str, rules: Rules) -> Story:
        """Return a scenario as a story on top of ``rules``; raise SettingError where it has faults."""
        try:
            scenario = self.shelf.load(name)
        except KeyError:
            known = ", ".join(self.shelf.names())
            raise SettingError(f"unknown scenario {name!r}; there are {known}") from None
        except ScenarioError as error:
            raise SettingError(str(error)) from None
        return as_story(scenario, rules)

    def find(self, rules: Rules) -> Callable[[str], Story | None]:
        """Return the finder that a backend uses for magic tokens: None for a name that is not known."""

        @cache
        def finder(name: str) -> Story | None:
            return self.story(name, rules) if name in self.shelf.names() else None

        return finder


def as_story(scenario: Scenario, rules: Rules) -> Story:
    """Return what the engine plays of a scenario."""
    given = scenario.given
    return Story(
        name=scenario.id,
        rules=with_rules(rules, scenario.rules),
        given=Given(
            credits=given.credits,
            plan=given.plan,
            registered=given.registered,
            export_blocked=given.export_blocked,
            scopes=None if given.scopes is None else tuple(given.scopes),
            token=given.token,
        ),
        incidents=tuple(Incident(i.on, i.do, i.nth, i.code) for i in scenario.incidents),
    )
