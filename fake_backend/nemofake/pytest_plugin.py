"""Pytest fixtures: ``nemofake``, a fresh world per test, and ``nemofake_server``, one server per process."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .testing import FakeServer, WorldHandle

_numbers = itertools.count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options of the ini file."""
    description = "folders of your own scenarios, relative to the ini file"
    parser.addini("nemofake_scenario_dir", description, "paths", [])


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    config.addinivalue_line(
        "markers",
        "nemofake(scenario, **settings): the world's settings, such as clock, seed, profile, parameters",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Raise UsageError for a marker with wrong arguments, before any test runs."""
    for item in items:
        for marker in item.iter_markers("nemofake"):
            _check(marker, item.nodeid)


def settings_of(item: pytest.Item) -> dict[str, Any]:
    """Return the settings of a test's markers: function over class over module, key by key."""
    settings: dict[str, Any] = {}
    for marker in reversed([*item.iter_markers("nemofake")]):  # the nearest comes last
        settings |= {**dict(zip(("scenario",), marker.args, strict=False)), **marker.kwargs}
    return settings


def _check(marker: pytest.Mark, test: str) -> None:
    from dataclasses import fields

    from .settings import Settings

    known = {field.name for field in fields(Settings)}
    if len(marker.args) > 1 or (marker.args and "scenario" in marker.kwargs):
        raise pytest.UsageError(f"{test}: marker nemofake takes one scenario, got {marker.args!r}")
    for name in marker.kwargs:
        if name not in known:
            close = " or ".join(get_close_matches(name, known)) or ", ".join(sorted(known))
            raise pytest.UsageError(f"{test}: marker nemofake has no setting {name!r}; did you mean {close}?")


@pytest.fixture(scope="session")
def nemofake_server(pytestconfig: pytest.Config) -> Iterator[FakeServer]:
    """Run one fake for the whole session, one per xdist worker."""
    from .scenario_loader import ScenarioRegistry
    from .testing import running  # only tests that use it pay for it

    registry = ScenarioRegistry.of(*pytestconfig.getini("nemofake_scenario_dir"))
    # The names of worlds are numbers in the order of the tests, which must change no byte.
    with running(registry=registry, same_ids=True) as server:
        yield server


@pytest.fixture
def nemofake(nemofake_server: FakeServer, request: pytest.FixtureRequest) -> Iterator[WorldHandle]:
    """Yield a fresh world; ``@pytest.mark.nemofake("auth-token-expired", seed=7)`` sets it up."""
    settings = settings_of(request.node)
    world = nemofake_server.world(f"test-{next(_numbers)}", **settings)
    yield world
    world.delete()
