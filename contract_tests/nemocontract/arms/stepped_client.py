"""The reference client's own flows on a stepped fake: only its waiting is another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx

from nemoclient import NemoClient, Notices, calls, files
from nemoclient.calls import Flow
from nemoclient.driver import Run
from nemoclient.steps import END, QUIET, Answer, Open, Request, Sign, Step
from nemoclient.transport import Timeouts, head_of, naming_failures, outgoing, streaming
from nemocontract.arms.reference import Reference
from nemocontract.arms.stepping import Call
from nemocontract.arms.transport import SteppedTransport
from nemocontract.subject import Setting

T = TypeVar("T")


class SteppedStream:
    """An open answer in the hands of whoever reads it: nothing goes on meanwhile."""

    def __init__(
        self, http: httpx.Client, line: SteppedTransport, request: Request, timeouts: Timeouts
    ) -> None:
        self._http, self._line, self._request = http, line, request
        with outgoing(http, request, streaming(timeouts)) as sending:
            self._sending = sending
            self._call: Call = line.begin(sending)
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] = iter(())

    def read(self, wait_s: float) -> Answer | bytes | Sign:
        """Return the next piece, or QUIET after ``wait_s`` of backend time."""
        if not self._call.wait(max(1, round(wait_s * 1000))):
            return QUIET
        with naming_failures():
            if self._response is None:
                return self._head()
            return next(self._chunks, END)

    def _head(self) -> Answer:
        self._line.prepare(self._call)
        self._response = self._http.send(
            self._sending, stream=True, follow_redirects=self._request.follow_redirects
        )
        self._chunks = self._response.iter_bytes()
        return head_of(self._response)

    def close(self) -> None:
        """Let go."""
        if self._response is not None:
            self._response.close()
        self._call.hang_up()


class SteppedRun(Run):
    """The client's driver."""

    line: SteppedTransport

    def _perform(self, step: Step) -> Any:
        if isinstance(step, Open):
            self._close()
            self._stream = SteppedStream(self._http, self.line, step.request, self._timeouts)  # type: ignore[assignment]
            return None
        return super()._perform(step)

    def _read(self, wait_s: float) -> Any:
        assert self._stream, "a flow opens before it reads"
        return self._stream.read(wait_s)


class SteppedClient(NemoClient):
    """The reference client with a stepped driver."""

    line: SteppedTransport

    def _notices(self, flow: Flow[T]) -> Notices[T]:
        run = SteppedRun(self._http, self._clock, self._timeouts)
        run.line = self.line
        return Notices(lambda results: run.steps(flow, results))


class Chance:
    """Stands where the client has the module ``uuid``: what is drawn in a world is the same on every run."""

    def __init__(self) -> None:
        self._drawn = 0

    def uuid4(self) -> UUID:
        """Return the next one."""
        self._drawn += 1
        return UUID(int=uuid5(NAMESPACE_URL, f"nemocontract/drawn/{self._drawn}").int, version=4)


class SteppedReference(Reference):
    """The reference client as a subject on a stepped fake."""

    def __init__(self, line: SteppedTransport, chance: Chance) -> None:
        super().__init__()
        self._line, self._chance = line, chance

    def make(self, setting: Setting, **told: Any) -> NemoClient:
        """Return a stepped client."""
        client = SteppedClient(setting.api_url, transport=self._line, **told)
        client.line = self._line
        return client

    def say(self, line: str) -> Iterator[str]:
        """Say a line, and yield what the client shows; chance has no part in it."""
        with patch.object(calls, "uuid", self._chance), patch.object(files, "uuid", self._chance):
            yield from super().say(line)
