"""A live fake inside this process: ``with running(seed=7) as fake:`` (for tests in Python)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from .http import control_service
from .http.worlds import World
from .scenario_loader import ScenarioRegistry
from .settings import Settings, with_parameters
from .uvicorn_server import ServerRunner

T = TypeVar("T")
_START_TIMEOUT_S = 30
_CALL_TIMEOUT_S = 30


class ClockHandle:
    """A world's clock, from outside its event loop."""

    def __init__(self, world: WorldHandle) -> None:
        self._world = world

    @property
    def mode(self) -> str:
        """``auto``, ``real``, ``manual`` or ``xN``."""
        return self._world.call(lambda world: world.clock.mode)

    @mode.setter
    def mode(self, mode: str) -> None:
        self._world.call(lambda world: world.clock.set_mode(mode))

    @property
    def now_ms(self) -> int:
        """Engine time, milliseconds since 1970 UTC."""
        return self._world.call(lambda world: world.now_ms)

    def advance(self, seconds: float) -> int:
        """Move the clock and return engine time in ms, once everything due has settled."""
        if seconds < 0:
            raise ValueError("time runs forward only")
        return self._world.await_(lambda world: world.advance(round(seconds * 1000)))


class WorldHandle:
    """One world of a running fake: its URL to point a client at, and its control API as methods."""

    def __init__(self, fake: FakeServer, name: str) -> None:
        self._fake = fake
        self.name = name
        self.url = fake.base_url if name == "default" else f"{fake.base_url}/w/{name}"
        self.clock = ClockHandle(self)

    def journal(self) -> list[dict[str, Any]]:
        """Return every request and answer so far, secrets masked; see nemofake.journal for the fields."""
        return self.call(lambda world: control_service.records(world, self._fake.base_url))

    def reset(self) -> None:
        """Forget everything and begin again."""
        self.call(lambda world: world.reset())

    def play(self, scenario: str, *, reset: bool = False) -> None:
        """Play another scenario from now on, or from the start."""
        self.call(lambda world: world.play(scenario, reset=reset))

    def accounts(self) -> list[dict[str, Any]]:
        """Return all accounts with their ledgers and tokens."""
        return self.call(control_service.accounts)

    def change_account(
        self,
        user_id: str,
        *,
        grant: int | None = None,
        plan: str | None = None,
        export_blocked: bool | None = None,
    ) -> dict[str, Any]:
        """Grant credits, change the plan (free, paid), block or allow exports; return the account."""
        return self.call(lambda world: control_service.change(world, user_id, grant, plan, export_blocked))

    def register(
        self,
        *,
        credits: int | None = None,  # noqa: A002
        plan: str = "free",
        scopes: list[str] | None = None,
    ) -> dict[str, Any]:
        """Open a registered account; return it with its token."""
        return self.call(lambda world: control_service.register(world, credits, plan, scopes))

    def revoke(self, token: str) -> None:
        """End a token early."""
        self.call(lambda world: control_service.end_token(world, token, "revoke"))

    def expire(self, token: str) -> None:
        """Let a token be 7 days old now."""
        self.call(lambda world: control_service.end_token(world, token, "expire"))

    def add_fault(self, fault: str, **told: Any) -> list[dict[str, Any]]:
        """Let a fault strike from now on: ``add_fault("close", after_events=2, on="chat", nth=1)``.

        ``told`` are the fault's own fields and its aim, see docs/FAULTS.md; returns all that strikes now.
        Raises SettingError for what there is not.
        """
        return self.call(lambda world: control_service.add_fault(world, {"fault": fault, **told}))

    def faults(self) -> list[dict[str, Any]]:
        """Return what strikes in this world, its scenario's faults first."""
        return self.call(control_service.faults)

    def clear_faults(self) -> None:
        """Let nothing strike any more, the scenario's faults included."""
        self.call(lambda world: world.fault_rules.clear())

    def delete(self) -> None:
        """Remove the world and its files."""
        self._fake.on_loop(lambda: self._fake.site.worlds.close(self.name))

    def call(self, work: Callable[[World], T]) -> T:
        """Return what ``work`` does with the world's room, on the server's event loop."""
        return self._fake.on_loop(lambda: work(self._fake.site.worlds.world(self.name)))

    def await_(self, work: Callable[[World], Coroutine[Any, Any, T]]) -> T:
        """Return what a coroutine of the world's room gives, run on the server's event loop."""

        async def call() -> T:
            return await work(self._fake.site.worlds.world(self.name))

        return self._fake.run(call())


class FakeServer(WorldHandle):
    """A running server; by itself it is the world without a prefix, ``default``."""

    def __init__(self, site: ServerRunner) -> None:
        self.site = site
        self.base_url = site.url
        self.loop: asyncio.AbstractEventLoop | None = None
        super().__init__(self, "default")

    def world(self, name: str, **settings: Any) -> WorldHandle:
        """Return a world of its own, made anew where ``settings`` (seed, clock, rules …) are given."""
        handle = WorldHandle(self, name)
        control_service.check_world_name(name)
        if settings:
            self.on_loop(lambda: self.site.worlds.open(name, **settings))
        return handle

    def on_loop(self, work: Callable[[], T]) -> T:
        """Return what ``work`` gives, called on the server's event loop."""

        async def call() -> T:
            return work()

        return self.run(call())

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return what a coroutine gives, run on the server's event loop."""
        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(_CALL_TIMEOUT_S)


@contextmanager
def running(
    *,
    rules: dict[str, Any] | None = None,
    registry: ScenarioRegistry | None = None,
    scenarios: Path | str | None = None,
    **settings: Any,
) -> Iterator[FakeServer]:
    """Run a fake on a free port of 127.0.0.1 for as long as the block lasts.

    ``settings`` are fields of nemofake.settings.Settings, such as ``clock``, ``seed``, ``scenario`` and
    ``profile``; ``rules`` replaces single fields of Parameters; ``scenarios`` is a folder
    of scenarios of your own. Raises SettingError.
    """
    chosen = Settings(**{"port": 0, **settings})
    if rules:
        chosen = Settings(**{"port": 0, **settings, "rules": with_parameters(chosen.rules, rules)})
    site = ServerRunner(chosen, registry or ScenarioRegistry.of(scenarios))
    fake, ready = FakeServer(site), threading.Event()
    site.server.on_ready = ready.set
    thread = threading.Thread(target=_serve, args=(fake, ready), name="nemofake", daemon=True)
    thread.start()
    try:
        if not ready.wait(_START_TIMEOUT_S) or fake.loop is None:
            raise RuntimeError("the fake did not start")
        yield fake
    finally:
        site.stop()
        thread.join()


def _serve(fake: FakeServer, ready: threading.Event) -> None:
    async def main() -> None:
        fake.loop = asyncio.get_running_loop()
        await fake.site.serve()

    try:
        fake.site.run(main())
    finally:
        ready.set()
