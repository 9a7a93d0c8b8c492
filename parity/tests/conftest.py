"""The real server, once a run, and worlds of ours that tell one story in either dialect."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from parity.sides import Adk, Ours, serving

if TYPE_CHECKING:
    from nemofake.server import Fake

RULES = {"silent_share": 0.0}

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def adk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Adk]:
    with serving(tmp_path_factory.mktemp("adk")) as served:
        yield served


@pytest.fixture(scope="session")
def ours(nemofake_server: Fake) -> Callable[..., Ours]:
    """Return a function that opens a world: the same seed and requests always tell the same story."""

    def open_world(profile: str = "adk", rules: dict[str, Any] | None = None, **settings: Any) -> Ours:
        name = f"parity-{next(_numbers)}"
        return Ours(
            nemofake_server.world(name, profile=profile, rules={**RULES, **(rules or {})}, **settings)
        )

    return open_world
