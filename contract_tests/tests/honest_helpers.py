"""The honest client on a running fake: open in a world, its clock the world's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from nemocontract.client_adapter import ClientAdapter, ClientConfig

from .honest import Honest

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle


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


def setting(world: WorldHandle, home: Path, language: str = "en", token: str = "") -> ClientConfig:
    """Return what a client in this world is started with."""
    web = "https://nemovideo.com"
    fields = {"NEMO_API_URL": world.url, "NEMO_WEB_URL": web, "HOME": str(home), "SKILL_SOURCE": "cursor"}
    return ClientConfig(
        world.url,
        web,
        token,
        home,
        WorldTime(world),
        language,
        fields | ({"NEMO_TOKEN": token} if token else {}),
    )


class Talk:
    """An open client, and lines said to it."""

    def __init__(self, client: ClientAdapter) -> None:
        self.client = client

    def say(self, line: str) -> str:
        """Say a line and return all that the user reads."""
        return "".join(self.client.say(line))


@contextmanager
def talking(world: WorldHandle, home: Path, language: str = "en", token: str = "") -> Iterator[Talk]:
    """Give an honest client that is open, for as long as the block lasts."""
    client = Honest()
    client.open(setting(world, home, language, token))
    try:
        yield Talk(client)
    finally:
        client.close()
