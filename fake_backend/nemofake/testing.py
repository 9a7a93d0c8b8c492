"""A live fake inside this process, for tests in Python: ``with running(seed=7) as server:``."""

from __future__ import annotations

import asyncio
import os
import threading
import time
import urllib.request
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from .calls import Call, CallMatch, call_of, listing
from .faults.base import TARGETS
from .http.control import Control, check_world_name, dump, journal_records
from .http.request_models import (
    AddFault,
    AddTrigger,
    AdvanceClock,
    CreateAccount,
    SetClock,
    SetScenario,
    UpdateAccount,
    describe_errors,
)
from .http.worlds import World
from .scenario_loader import ScenarioRegistry
from .settings import SettingError, Settings, with_parameters
from .uvicorn_server import ServerRunner

if TYPE_CHECKING:
    from .interception.session import Interception

T = TypeVar("T")
_START_TIMEOUT_S = 30
_CALL_TIMEOUT_S = 30
_POLL_S = 0.01


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
        self._world.control(Control.set_clock, checked(SetClock, mode=mode))

    @property
    def now_ms(self) -> int:
        """Engine time, milliseconds since 1970 UTC."""
        return self._world.call(lambda world: world.now_ms)

    def advance(self, seconds: float) -> int:
        """Advance the clock and return engine time in ms, once everything due has happened."""
        body = checked(AdvanceClock, seconds=seconds)
        return self._world.await_(lambda world: world.advance(round(body.seconds * 1000)))


class WorldHandle:
    """One world of a running fake: its URL to point a client at, and its control API as methods.

    Methods return what the control API returns, as JSON values. Wrong arguments raise SettingError, unknown
    accounts and tokens BackendError.
    """

    def __init__(self, server: FakeServer, name: str) -> None:
        self._server = server
        self.name = name
        self.url = server.base_url if name == "default" else f"{server.base_url}/w/{name}"
        self.clock = ClockHandle(self)

    def journal(self) -> list[dict[str, Any]]:
        """Return every request and response so far, secrets masked; see nemofake.journal for the fields.

        A journal is bounded: if older ones were dropped, the first element is ``{"dropped": N}``.
        """
        return self.call(lambda world: journal_records(world, self._server.base_url))

    def har(self) -> bytes:
        """Return every request and response so far as a HAR document, secrets masked."""
        pieces, _ = self.control(Control.journal, "har", self._server.base_url)
        return b"".join(pieces)

    def calls(self, operation: str | None = None, *, code: int | None = None, body: Any = None) -> list[Call]:
        """Return the calls of an operation, with a protocol code, or with a part of a request's body.

        ``body`` is an object whose keys and values must be in the body, or a text that it contains.
        """
        return call_match(operation, code, body).select(self._all_calls())

    def count(self, operation: str | None = None, *, code: int | None = None, body: Any = None) -> int:
        """Return how many calls match; arguments as in ``calls``."""
        return len(self.calls(operation, code=code, body=body))

    def last(self, operation: str | None = None, *, code: int | None = None, body: Any = None) -> Call:
        """Return the newest call that matches; raise AssertionError naming the nearest one if none does."""
        return self.assert_called(operation, code=code, body=body)[-1]

    def assert_called(
        self,
        operation: str | None = None,
        *,
        times: int | None = None,
        code: int | None = None,
        body: Any = None,
    ) -> list[Call]:
        """Return the calls that match; raise AssertionError if there is none, or not ``times`` of them.

        The error tells which call came nearest, and what it lacked; other arguments as in ``calls``.
        """
        match, known = call_match(operation, code, body), self._all_calls()
        found = match.select(known)
        if times is None and not found:
            raise AssertionError(f"no call matches {match}; {match.explain(known)}")
        if times is not None and len(found) != times:
            reason = match.explain(known) if not found else listing(known)
            raise AssertionError(f"{len(found)} calls match {match}, expected {times}; {reason}")
        return found

    def wait_for(
        self,
        operation: str | None = None,
        timeout: float = 5,
        *,
        code: int | None = None,
        body: Any = None,
    ) -> Call:
        """Return the first call that matches and has ended, once there is one.

        For code under test that runs elsewhere. Raises TimeoutError after ``timeout`` real seconds, naming
        the nearest call. It blocks: in a coroutine use ``await asyncio.to_thread(fake.wait_for, …)``.
        """
        match, gives_up_at = call_match(operation, code, body), time.monotonic() + timeout
        while True:
            known = self._all_calls()
            found = [call for call in match.select(known) if call.ending is not None]
            if found:
                return found[0]
            if time.monotonic() >= gives_up_at:
                raise TimeoutError(f"no call matched {match} within {timeout} s; {match.explain(known)}")
            time.sleep(_POLL_S)

    def _all_calls(self) -> list[Call]:
        return [call_of(record) for record in self.journal()]

    def activity(self) -> dict[str, Any]:
        """Return what the server is doing in this world, and when it goes on by itself."""
        return self._dict(Control.read_activity)

    def reset(self) -> None:
        """Forget everything and start again."""
        self.control(Control.reset)

    def set_scenario(self, scenario: str, *, reset: bool = False) -> None:
        """Activate another scenario from now on, or from the start."""
        self.control(Control.set_scenario, checked(SetScenario, name=scenario, reset=reset))

    def accounts(self) -> list[dict[str, Any]]:
        """Return all accounts with their ledgers and tokens."""
        return self._list(Control.list_accounts)

    def create_account(
        self,
        *,
        credits: int | None = None,  # noqa: A002
        plan: str = "free",
        scopes: list[str] | None = None,
    ) -> dict[str, Any]:
        """Create a registered account; return it with its token."""
        return self._dict(
            Control.create_account, checked(CreateAccount, credits=credits, plan=plan, scopes=scopes)
        )

    def update_account(
        self,
        user_id: str,
        *,
        grant: int | None = None,
        plan: str | None = None,
        export_blocked: bool | None = None,
    ) -> dict[str, Any]:
        """Grant credits, change the plan (free, paid), block or allow exports; return the account."""
        body = checked(UpdateAccount, grant=grant, plan=plan, export_blocked=export_blocked)
        return self._dict(Control.update_account, body, user_id)

    def revoke_token(self, token: str) -> None:
        """Revoke a token."""
        self.control(Control.revoke_token, token)

    def expire_token(self, token: str) -> None:
        """Expire a token as if it were 7 days old."""
        self.control(Control.expire_token, token)

    def add_fault(self, fault: str, **fields: Any) -> list[dict[str, Any]]:
        """Add a fault from now on: ``add_fault("close", after_events=2, on="chat", nth=1)``.

        ``fields`` are those of the fault and of its match, see docs/FAULTS.md; returns all active faults.
        """
        return self._list(Control.add_fault, checked(AddFault, fault=fault, **fields))

    def faults(self) -> list[dict[str, Any]]:
        """Return the active faults of this world, its scenario's first."""
        return self._list(Control.list_faults)

    def clear_faults(self) -> None:
        """Remove all faults, the scenario's included."""
        self.control(Control.clear_faults)

    def add_trigger(self, on: str, do: str, *, nth: int = 1, code: int | None = None) -> list[dict[str, Any]]:
        """Let the backend do something on the ``nth`` call of ``on`` from now; return all triggers."""
        return self._list(Control.add_trigger, checked(AddTrigger, on=on, do=do, nth=nth, code=code))

    def triggers(self) -> list[dict[str, Any]]:
        """Return the triggers of this world, its scenario's first."""
        return self._list(Control.list_triggers)

    def clear_triggers(self) -> None:
        """Remove all triggers, the scenario's included."""
        self.control(Control.clear_triggers)

    def delete(self) -> None:
        """Delete the world and its files."""
        self._server.on_loop(lambda: self._server.runner.worlds.delete(self.name))

    def control(self, method: Callable[..., Any], *args: Any) -> Any:
        """Return the result of a method of Control as JSON values, run on the server's event loop."""
        result: Any = self.call(lambda world: dump(method(self._server.control_of(world), *args)))
        return result

    def _dict(self, method: Callable[..., Any], *args: Any) -> dict[str, Any]:
        result: dict[str, Any] = self.control(method, *args)
        return result

    def _list(self, method: Callable[..., Any], *args: Any) -> list[dict[str, Any]]:
        result: list[dict[str, Any]] = self.control(method, *args)
        return result

    def call(self, work: Callable[[World], T]) -> T:
        """Return the result of ``work`` on this world, run on the server's event loop."""
        return self._server.on_loop(lambda: work(self._server.runner.worlds.world(self.name)))

    def await_(self, work: Callable[[World], Coroutine[Any, Any, T]]) -> T:
        """Return the result of a coroutine on this world, run on the server's event loop."""

        async def call() -> T:
            return await work(self._server.runner.worlds.world(self.name))

        return self._server.run(call())


def call_match(operation: str | None, code: int | None, body: Any) -> CallMatch:
    """Return what to look for; raise SettingError for an operation that does not exist."""
    if operation is not None and operation not in TARGETS:
        close = " or ".join(get_close_matches(operation, TARGETS)) or ", ".join(TARGETS)
        raise SettingError(f"there is no operation {operation!r}; did you mean {close}?")
    return CallMatch(operation, code, body)


class FakeServer(WorldHandle):
    """A running server; it is also the handle of the world without a prefix, ``default``.

    ``interception`` has the variables for programs if it runs with ``intercept=True``, else it is None.
    """

    interception: Interception | None = None

    def __init__(self, runner: ServerRunner) -> None:
        self.runner = runner
        self.base_url = runner.url
        self.loop: asyncio.AbstractEventLoop | None = None
        super().__init__(self, "default")

    def world(self, name: str, **settings: Any) -> WorldHandle:
        """Return a separate world, created anew if ``settings`` (seed, clock, parameters …) are given."""
        handle = WorldHandle(self, name)
        check_world_name(name)
        if settings:
            self.on_loop(lambda: self.runner.worlds.create(name, **settings))
        return handle

    def control_of(self, world: World) -> Control:
        """Return the control operations on a world."""
        return Control(world, self.runner.worlds)

    def on_loop(self, work: Callable[[], T]) -> T:
        """Return the result of ``work``, called on the server's event loop."""

        async def call() -> T:
            return work()

        return self.run(call())

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return the result of a coroutine, run on the server's event loop."""
        assert self.loop is not None
        return asyncio.run_coroutine_threadsafe(coroutine, self.loop).result(_CALL_TIMEOUT_S)


Body = TypeVar("Body", bound=BaseModel)


def checked(model: type[Body], **fields: Any) -> Body:
    """Return a control request; raise SettingError naming the wrong field."""
    try:
        return model(**fields)
    except ValidationError as error:
        raise SettingError(describe_errors(error)) from None


@contextmanager
def running(
    *,
    parameters: dict[str, Any] | None = None,
    registry: ScenarioRegistry | None = None,
    scenario_dir: Path | str | None = None,
    intercept: bool = False,
    **settings: Any,
) -> Iterator[FakeServer]:
    """Run a fake on a free port of 127.0.0.1 while the context is open.

    ``settings`` are fields of nemofake.settings.Settings, such as ``clock``, ``seed``, ``scenario`` and
    ``profile``; ``parameters`` replaces fields of nemofake.engine.parameters.Parameters; ``scenario_dir``
    is a folder of your own scenarios. With ``intercept`` the production host is answered by the fake, for
    clients made in this process and programs started by it: the environment variables for proxies and
    certificates are set while the context is open (extra ``run``). Raises SettingError.
    """
    chosen = Settings(**{"port": 0, **settings})
    if parameters:
        changed = with_parameters(chosen.parameters, parameters)
        chosen = Settings(**{"port": 0, **settings, "parameters": changed})
    runner = ServerRunner(chosen, registry or ScenarioRegistry.of(scenario_dir))
    server, ready = FakeServer(runner), threading.Event()
    runner.server.on_ready = ready.set
    thread = threading.Thread(target=_serve, args=(server, ready), name="nemofake", daemon=True)
    thread.start()
    try:
        if not ready.wait(_START_TIMEOUT_S) or server.loop is None:
            raise RuntimeError(f"the server did not start within {_START_TIMEOUT_S} s")
        with ExitStack() as stack:
            if intercept:
                stack.enter_context(_intercepted(server))
            yield server
    finally:
        runner.stop()
        thread.join()


@contextmanager
def _intercepted(server: FakeServer) -> Iterator[None]:
    """Answer the production host with ``server`` for this process and its children."""
    from .interception.session import intercepting  # its libraries are an extra

    with intercepting(server) as server.interception:
        variables = server.interception.environment
        before = {name: os.environ.get(name) for name in variables}
        os.environ.update(variables)
        # urllib remembers the proxies of its first request, and would go on to the real host.
        urllib.request.install_opener(None)  # made anew at the next request
        try:
            yield
        finally:
            _restore(before)
            urllib.request.install_opener(None)


def _restore(variables: Mapping[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _serve(server: FakeServer, ready: threading.Event) -> None:
    async def main() -> None:
        server.loop = asyncio.get_running_loop()
        await server.runner.serve()

    try:
        server.runner.run(main())
    finally:
        ready.set()
