"""The honest client on a running fake: its module from a folder of its own, its clock the world's."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from nemocontract.subject import Setting, Subject

if TYPE_CHECKING:
    from nemofake.server import WorldHandle

FILE = Path(__file__).parent / "honest" / "honest_client.py"
_NAME = "honest_client"


def honest() -> Any:
    """Return the module of the honest client, which is no part of any package."""
    if _NAME not in sys.modules:
        spec = importlib.util.spec_from_file_location(_NAME, FILE)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[_NAME] = module
        spec.loader.exec_module(module)
    return sys.modules[_NAME]


class WorldTime:
    """A world's clock as a subject is given it."""

    def __init__(self, world: WorldHandle) -> None:
        self._world = world

    def now(self) -> float:
        """Return seconds since 1970."""
        return self._world.clock.now_ms / 1000

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self._world.clock.advance(seconds)


def setting(world: WorldHandle, home: Path, language: str = "en", token: str = "") -> Setting:
    """Return what a client in this world is started with."""
    web = "https://nemovideo.com"
    told = {"NEMO_API_URL": world.url, "NEMO_WEB_URL": web, "HOME": str(home), "SKILL_SOURCE": "cursor"}
    return Setting(
        world.url,
        web,
        token,
        home,
        WorldTime(world),
        language,
        told | ({"NEMO_TOKEN": token} if token else {}),
    )


class Talk:
    """An open client, and lines said to it."""

    def __init__(self, client: Subject) -> None:
        self.client = client

    def say(self, line: str) -> str:
        """Say a line and return all that the user reads."""
        return "".join(self.client.say(line))


@contextmanager
def talking(world: WorldHandle, home: Path, language: str = "en", token: str = "") -> Iterator[Talk]:
    """Give an honest client that is open, for as long as the block lasts."""
    client = cast("Subject", honest().Honest())
    client.open(setting(world, home, language, token))
    try:
        yield Talk(client)
    finally:
        client.close()
