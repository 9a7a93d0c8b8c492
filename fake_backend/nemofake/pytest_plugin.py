"""Pytest fixtures: ``nemofake``, a fresh world per test, and ``nemofake_server``, one server per process."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

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
        "nemofake(**settings): the world's settings, such as scenario, clock, seed, profile, parameters",
    )


@pytest.fixture(scope="session")
def nemofake_server(pytestconfig: pytest.Config) -> Iterator[FakeServer]:
    """Run one fake for the whole session, one per xdist worker."""
    from .scenario_loader import ScenarioRegistry
    from .testing import running  # only tests that use it pay for it

    registry = ScenarioRegistry.of(*pytestconfig.getini("nemofake_scenario_dir"))
    with running(registry=registry) as server:
        yield server


@pytest.fixture
def nemofake(nemofake_server: FakeServer, request: pytest.FixtureRequest) -> Iterator[WorldHandle]:
    """Yield a fresh world; ``@pytest.mark.nemofake(scenario="auth-token-expired")`` sets it up."""
    marker = request.node.get_closest_marker("nemofake")
    settings = marker.kwargs if marker else {}
    world = nemofake_server.world(f"test-{next(_numbers)}", **settings)
    yield world
    world.delete()
