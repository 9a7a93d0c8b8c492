"""Pytest fixtures: ``nemofake``, a fresh world per test, and ``nemofake_server``, one server per process."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from .testing import FakeServer, WorldHandle

_numbers = itertools.count(1)
# Settings of all worlds, by option and by ini file: how the value is read, and what it is.
_OPTIONS: Final = {
    "seed": (int, "random seed of all worlds"),
    "profile": (str, "wire profile of all worlds"),
    "clock": (str, "clock of all worlds: auto, real, manual or xN"),
}
_NAME_LENGTH: Final = 48  # a world's name has 64 characters at most
_world_key: pytest.StashKey[tuple[WorldHandle, pytest.TempPathFactory]] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Register the options of the command line and of the ini file."""
    group = parser.getgroup("nemofake", "nemofake: a fake backend for tests")
    for name, (_, text) in _OPTIONS.items():
        group.addoption(f"--nemofake-{name}", metavar=name.upper(), help=f"{text}; markers go before it")
        parser.addini(f"nemofake_{name}", text, "string", "")
    description = "folders of your own scenarios, relative to the ini file"
    parser.addini("nemofake_scenario_dir", description, "paths", [])


def pytest_configure(config: pytest.Config) -> None:
    """Register the markers."""
    config.addinivalue_line(
        "markers",
        "nemofake(scenario, **settings): the world's settings, such as clock, seed, profile, parameters",
    )
    config.addinivalue_line(
        "markers", "nemofake_intercept: the fake answers the production host while the test runs"
    )
    configured_settings(config)  # a wrong option is an error before any test runs


def configured_settings(config: pytest.Config) -> dict[str, Any]:
    """Return the settings of the command line, else those of the ini file; raise UsageError."""
    settings: dict[str, Any] = {}
    for name, (convert, _) in _OPTIONS.items():
        text = config.getoption(f"nemofake_{name}") or config.getini(f"nemofake_{name}")
        if text:
            try:
                settings[name] = convert(text)
            except ValueError:
                raise pytest.UsageError(f"nemofake {name} must be a whole number, got {text!r}") from None
    return settings


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Raise UsageError for a marker with wrong arguments, before any test runs."""
    for item in items:
        for marker in item.iter_markers("nemofake"):
            _check(marker, item.nodeid)


def settings_of(item: pytest.Item) -> dict[str, Any]:
    """Return a test's settings: function over class over module, these over option and ini file."""
    settings = configured_settings(item.config)
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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Add the last requests of a failing test's world to its report, and the path of their HAR."""
    outcome: Any = yield
    report: pytest.TestReport = outcome.get_result()
    if call.when != "call" or not report.failed or _world_key not in item.stash:
        return
    from .calls import listing

    world, folders = item.stash[_world_key]
    har = folders.mktemp("nemofake") / f"{world.name}.har"
    har.write_bytes(world.har())
    title = f"nemofake world {world.name}"
    report.sections.append((title, f"{listing(world.calls())}\nHAR: {har}"))


def world_name(test: str) -> str:
    """Return a world's name for a test's: what a name may hold, and a number that no other world has."""
    words = re.sub(r"[^A-Za-z0-9]+", "-", test).strip("-")[:_NAME_LENGTH]
    return f"{words}-{next(_numbers)}".lstrip("-")


@pytest.fixture(scope="session")
def nemofake_server(pytestconfig: pytest.Config) -> Iterator[FakeServer]:
    """Run one fake for the whole session, one per xdist worker."""
    from .testing import running  # only tests that use it pay for it

    # The names of worlds are numbers in the order of the tests, which must change no byte.
    with running(registry=_registry(pytestconfig), same_ids=True) as server:
        yield server


def _registry(config: pytest.Config) -> Any:
    from .scenario_loader import ScenarioRegistry

    return ScenarioRegistry.of(*config.getini("nemofake_scenario_dir"))


@pytest.fixture
def nemofake(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorldHandle]:
    """Yield a fresh world; ``@pytest.mark.nemofake("auth-token-expired", seed=7)`` sets it up.

    Under ``@pytest.mark.nemofake_intercept`` it is a server of its own that answers the production host.
    """
    make = _intercepting if request.node.get_closest_marker("nemofake_intercept") else _world
    for world in make(request):
        request.node.stash[_world_key] = world, tmp_path_factory
        yield world


def _world(request: pytest.FixtureRequest) -> Iterator[WorldHandle]:
    server: FakeServer = request.getfixturevalue("nemofake_server")
    world = server.world(world_name(request.node.name), **settings_of(request.node))
    yield world
    world.delete()


def _intercepting(request: pytest.FixtureRequest) -> Iterator[WorldHandle]:
    from .testing import running

    settings = {"same_ids": True, **settings_of(request.node)}
    with running(registry=_registry(request.config), intercept=True, **settings) as server:
        yield server


@pytest.fixture
def nemofake_env(nemofake: WorldHandle, monkeypatch: pytest.MonkeyPatch) -> WorldHandle:
    """Return the fresh world of ``nemofake``, with NEMO_API_URL set to its URL while the test runs."""
    monkeypatch.setenv("NEMO_API_URL", nemofake.url)
    return nemofake
