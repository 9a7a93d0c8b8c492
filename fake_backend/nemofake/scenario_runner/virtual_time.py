"""Time on the stage: one clock for fake and client, which moves only while both of them wait.

The fake's world runs by hand (clock ``manual``), and someone who waits on the client's side moves it: to the
next thing the fake has to say, or to where the client's own patience ends, whichever comes first. So
nothing depends on how fast the machine is, and a scenario gives the same journal on every run.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import NAMESPACE_URL, uuid5

import httpx

from nemoclient import NemoClient, Operation
from nemoclient.drivers import Driver
from nemoclient.effects import QUIET
from nemoclient.errors import TransportError

if TYPE_CHECKING:
    from collections.abc import Callable

    from nemoclient.effects import Flow, Request, Response

    from ..http.worlds import World
    from ..testing import WorldHandle


_CALM_TIMEOUT_S = 10.0
_HANG_UP_AFTER_S = 0.05
_GLANCE_S = 0.0005


class DeadlockError(RuntimeError):
    """Neither side goes on, and no passing of time would help: a fault of the fake or of the stage."""


@dataclass(frozen=True, slots=True)
class ServerSnapshot:
    """What the fake is doing: ``open`` exchanges, and of the last one, whether its head and how much is out.

    ``due_ms`` is engine time at which it goes on by itself; ``resting`` that it never does.
    """

    open: int
    begun: bool
    sent: int
    due_ms: int | None
    resting: bool
    now_ms: int

    @property
    def waits(self) -> bool:
        """Whether only time, or nothing at all, lets it go on."""
        return bool(self.open) and (self.due_ms is not None or self.resting)


class VirtualClockDriver:
    """A world's time, in the hands of its only client."""

    def __init__(self, world: WorldHandle) -> None:
        self._handle = world
        self._world = world.call(lambda world: world)
        self.wait_for_disconnect: Callable[[], None] = lambda: None

    @property
    def now_ms(self) -> int:
        """Engine time; it moves by nobody else, so that reading it needs no lock."""
        return self._world.now_ms

    def view(self) -> ServerSnapshot:
        """Return what the fake is doing, once everything it had to send has left it."""
        return self._handle.await_(_view)

    def advance_ms(self, delta_ms: int) -> None:
        """Let time pass for both sides."""
        self._handle.await_(lambda world: _pass(world, delta_ms))

    def step(self, view: ServerSnapshot, limit_ms: int) -> int:
        """Let a waiting fake go on, but not beyond ``limit_ms``; return how much time that took."""
        due_ms = limit_ms if view.due_ms is None else view.due_ms - view.now_ms
        delta_ms = max(0, min(due_ms, limit_ms))
        self.advance_ms(delta_ms)
        return delta_ms

    def calm(self) -> None:
        """Return when the fake has seen the end of every exchange; raise Stuck where it never does."""
        began_s = time.monotonic()
        hung_up = False
        while self.view().open:
            waited_s = time.monotonic() - began_s
            if waited_s > _CALM_TIMEOUT_S:
                raise DeadlockError("the fake does not see that an exchange is over")
            if waited_s > _HANG_UP_AFTER_S and not hung_up:
                self.wait_for_disconnect()  # what the client let go of may still hold a connection
                hung_up = True
            time.sleep(_GLANCE_S)


async def _view(world: World) -> ServerSnapshot:
    await asyncio.sleep(0)  # what was written in this turn of the loop leaves with the next one
    entries = [entry for entry in world.journal.entries[-2:] if entry.ending is None]
    last = entries[-1] if entries else None
    return ServerSnapshot(
        open=len(entries),
        begun=last is not None and last.status is not None,
        sent=last.response_size if last else 0,
        due_ms=world.clock.next_due_ms,
        resting=world.clock.is_stalled,
        now_ms=world.now_ms,
    )


async def _pass(world: World, delta_ms: int) -> None:
    world.pass_ms(delta_ms)


class VirtualClock:
    """The client's clock: engine time, in seconds."""

    def __init__(self, clock_driver: VirtualClockDriver) -> None:
        self._clock_driver = clock_driver

    def now(self) -> float:
        """Return seconds since the epoch."""
        return self._clock_driver.now_ms / 1000

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass, once whatever went before is over on both sides."""
        self._clock_driver.calm()
        self._clock_driver.advance_ms(round(seconds * 1000))


T = TypeVar("T")
_TICK_S = 0.001
_ANSWER_S = 0.01  # most answers are here by then, and nobody has to look why not
_STUCK_AFTER_S = 60.0
_CLIENT_ID = "x-client-id"
# By this name the journal tells requests made by hand from the client's.
BY_HAND = "nemofake-by-hand"


class VirtualTimeTransport(httpx.BaseTransport):
    """The connection to the fake, which knows how much of an answer has arrived.

    Client ids that the client draws at random become the same ones on every run: chance is the world's.
    """

    def __init__(self, clock_driver: VirtualClockDriver, client_id: str, tokens: list[str]) -> None:
        # The fake speaks plain HTTP: reading this machine's certificates would cost more than a scenario.
        self._inner = httpx.HTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        self._client_ids = {client_id: client_id}
        self._tokens = tokens  # all that the client ever bore, oldest first
        self._streams: list[Any] = []
        self.begun = False  # the answer's head is with the client
        self.taken = 0  # bytes of its body that the client has taken
        clock_driver.wait_for_disconnect = self.wait_for_disconnect

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; someone who asks for one has seen to it that the one before is over."""
        self.begun, self.taken = False, 0
        if request.headers.get("user-agent") != BY_HAND:
            self._watch(request)
        request.extensions = {**request.extensions, "trace": self._trace}
        response = self._inner.handle_request(request)
        assert isinstance(response.stream, httpx.SyncByteStream)
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Counted(response.stream, self),
            extensions=response.extensions,
        )

    def _watch(self, request: httpx.Request) -> None:
        if drawn := request.headers.get(_CLIENT_ID):
            request.headers[_CLIENT_ID] = self._steady(drawn)
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if token and token not in self._tokens:
            self._tokens.append(token)

    def _steady(self, drawn: str) -> str:
        first = next(iter(self._client_ids))
        nth = len(self._client_ids)
        return self._client_ids.setdefault(drawn, str(uuid5(NAMESPACE_URL, f"{first}/{nth}")))

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        if event == "connection.connect_tcp.complete":
            self._streams.append(info["return_value"])

    def wait_for_disconnect(self) -> None:
        """Break every connection, also one that somebody still waits at."""
        for stream in self._streams:
            handle = stream.get_extra_info("socket")
            try:
                handle.shutdown(2)
            except OSError:
                continue  # closed already
        self._streams.clear()

    def close(self) -> None:
        """Close every connection."""
        self.wait_for_disconnect()
        self._inner.close()


class _Counted(httpx.SyncByteStream):
    """A body on its way to the client."""

    def __init__(self, body: httpx.SyncByteStream, line: VirtualTimeTransport) -> None:
        self._body, self._line = body, line

    def __iter__(self) -> Iterator[bytes]:
        self._line.begun = True  # the head was handed over before its body was asked for
        for chunk in self._body:
            yield chunk
            self._line.taken += len(chunk)  # asked for more: this one is where it belongs

    def close(self) -> None:
        self._body.close()


class VirtualWait:
    """Waits for the fake as the client would, in engine time."""

    def __init__(self, clock_driver: VirtualClockDriver, line: VirtualTimeTransport) -> None:
        self.clock_driver, self.line = clock_driver, line

    def quiet(self) -> ServerSnapshot | None:
        """Return what is seen where nothing is under way in either direction: only time can bring more."""
        view, line = self.clock_driver.view(), self.line
        arrived = line.begun and line.taken == view.sent if view.begun else not line.begun
        return view if view.waits and arrived else None

    def through(self, work: Callable[[], T], limit_ms: int) -> T:
        """Return what ``work`` gives, which blocks on the network; raise TimeoutError after ``limit_ms``."""
        self.clock_driver.calm()
        done: Future[T] = Future()
        threading.Thread(target=_into, args=(done, work), daemon=True).start()
        left_ms, began_s, tick_s = limit_ms, time.monotonic(), _ANSWER_S
        while True:
            try:
                return done.result(tick_s)
            except TimeoutError:
                if done.done():
                    raise
            tick_s = _TICK_S
            if time.monotonic() - began_s > _STUCK_AFTER_S:
                raise DeadlockError("a request is neither answered nor refused")
            if (view := self.quiet()) is not None:
                left_ms -= self.clock_driver.step(view, left_ms)
            if left_ms <= 0:
                self.line.wait_for_disconnect()
                raise TimeoutError


def _into(done: Future[T], work: Callable[[], T]) -> None:
    try:
        done.set_result(work())
    except BaseException as failure:  # noqa: BLE001  it is raised again where somebody waits
        done.set_exception(failure)


class VirtualTimeDriver(Driver):
    """The client's driver; only its waiting is another."""

    waiting: VirtualWait

    def _send(self, request: Request) -> Response:
        try:
            return self.waiting.through(
                lambda: super(VirtualTimeDriver, self)._send(request), round(self._timeouts.answer_s * 1000)
            )
        except TimeoutError:
            raise TransportError("ReadTimeout", sent=True) from None

    def _close(self) -> None:
        if self._stream is not None and not self.waiting.line.begun:
            self.waiting.line.wait_for_disconnect()  # or its thread would wait for a head that never comes
        super()._close()
        self.waiting.clock_driver.calm()

    def _read(self, wait_s: float) -> Any:
        assert self._stream, "a flow opens before it reads"
        began_s = time.monotonic()
        while (piece := self._stream.read(_TICK_S)) is QUIET:
            # Quiet must be seen first, and then nothing be found: what was under way is in hand by then.
            if (view := self.waiting.quiet()) is not None:
                if (piece := self._stream.read(_TICK_S)) is not QUIET:
                    return piece
                self.waiting.clock_driver.step(view, round(wait_s * 1000))
                return QUIET
            if time.monotonic() - began_s > _STUCK_AFTER_S:
                raise DeadlockError("a stream neither goes on nor ends")
        return piece


class VirtualTimeClient(NemoClient):
    """The reference client with a staged driver."""

    waiting: VirtualWait

    def _notices(self, flow: Flow[T]) -> Operation[T]:
        run = VirtualTimeDriver(self._http, self._clock, self._timeouts)
        run.waiting = self.waiting
        return Operation(lambda results: run.steps(flow, results))
