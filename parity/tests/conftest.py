"""The real server, once a run, and worlds of ours that tell one scenario in either dialect."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from parity.servers import AdkSide, FakeSide, serving

if TYPE_CHECKING:
    from nemofake.testing import FakeServer

PARAMETERS = {"silent_share": 0.0}

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def adk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AdkSide]:
    with serving(tmp_path_factory.mktemp("adk")) as served:
        yield served


@pytest.fixture(scope="session")
def ours(nemofake_server: FakeServer) -> Callable[..., FakeSide]:
    """Return a function that opens a world: the same seed and requests always tell the same scenario."""

    def open_world(
        profile: str = "adk", parameters: dict[str, Any] | None = None, **settings: Any
    ) -> FakeSide:
        name = f"parity-{next(_numbers)}"
        return FakeSide(
            nemofake_server.world(
                name, profile=profile, parameters={**PARAMETERS, **(parameters or {})}, **settings
            )
        )

    return open_world
