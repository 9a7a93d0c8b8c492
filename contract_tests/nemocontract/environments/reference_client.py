"""The reference client as a subject, over sockets or stepped; its texts are what its terminal would show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, TypeVar
from unittest.mock import patch
from uuid import NAMESPACE_URL, UUID, uuid5

import httpx

from nemoclient import Attribution, NemoClient, Notice, Operation, api, files
from nemoclient.drivers import Driver
from nemoclient.effects import END, QUIET, Effect, Flow, Open, ReadStatus, Request, Response
from nemoclient.transport import Timeouts, head_of, outgoing, streaming, translate_httpx_errors
from nemocontract.client_adapter import ClientConfig
from nemocontract.environments.in_process_server import InProcessExchange
from nemocontract.environments.transport import SteppedTransport

_QUICK = Timeouts(connect_s=5.0, answer_s=120.0, tick_s=0.25)


class ReferenceClient:
    """The reference client; ``client`` may be replaced by one with another driver."""

    def __init__(self) -> None:
        self._client: NemoClient | None = None

    def make(self, setting: ClientConfig, **kwargs: Any) -> NemoClient:
        """Return the client; subclasses give it another transport."""
        return NemoClient(setting.api_url, **kwargs)

    def open(self, setting: ClientConfig) -> None:
        """Make a client for this setting; nothing of this machine's environment is in it."""
        self._home = setting.home
        fields = {
            "token": setting.token,
            "attribution": Attribution(platform=setting.environment["SKILL_SOURCE"]),
            "clock": setting.clock,
            "timeouts": _QUICK,
            "language": setting.language,
            "client_id_file": setting.home / ".config/nemovideo/client_id",
        }
        client = self._client = self.make(setting, **fields)
        client.context.token, client.context.client_id = setting.token, ""
        client.context.web_url = setting.web_url

    def say(self, line: str) -> Iterator[str]:
        """Say a line, and yield what the client shows."""
        assert self._client is not None, "opened first"
        notices: Operation[Any] = self._client.ask(self._placed(line), self._home / "export.mp4")
        try:
            for notice in notices:
                yield shown(notice)
        finally:
            notices.close()

    def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            self._client.close()

    def _placed(self, line: str) -> str:
        """Return a line in which files of the home are named in full."""

        def full(word: re.Match[str]) -> str:
            path = self._home / word[0]
            return str(path) if path.is_file() else word[0]

        return re.sub(r"[^\s/\"“”]+\.\w+", full, line)


def shown(notice: Notice) -> str:
    """Return a notice as it stands on a screen: pieces of a reply run on, all else has its own line."""
    return notice.text if notice.kind == "text" else f"\n{notice.text}\n"


T = TypeVar("T")


class SteppedStream:
    """An open answer in the hands of someone who reads it: nothing goes on meanwhile."""

    def __init__(
        self, http: httpx.Client, line: SteppedTransport, request: Request, timeouts: Timeouts
    ) -> None:
        self._http, self._line, self._request = http, line, request
        with outgoing(http, request, streaming(timeouts)) as sending:
            self._sending = sending
            self._call: InProcessExchange = line.begin(sending)
        self._response: httpx.Response | None = None
        self._chunks: Iterator[bytes] = iter(())

    def read(self, wait_s: float) -> Response | bytes | ReadStatus:
        """Return the next piece, or QUIET after ``wait_s`` of backend time."""
        if not self._call.wait(max(1, round(wait_s * 1000))):
            return QUIET
        with translate_httpx_errors():
            if self._response is None:
                return self._head()
            return next(self._chunks, END)

    def _head(self) -> Response:
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
        self._call.wait_for_disconnect()


class SteppedRun(Driver):
    """The client's driver."""

    line: SteppedTransport

    def _perform(self, effect: Effect) -> Any:
        if isinstance(effect, Open):
            self._close()
            self._stream = SteppedStream(self._http, self.line, effect.request, self._timeouts)  # type: ignore[assignment]
            return None
        return super()._perform(effect)

    def _read(self, wait_s: float) -> Any:
        assert self._stream, "a flow opens before it reads"
        return self._stream.read(wait_s)


class SteppedClient(NemoClient):
    """The reference client with a stepped driver."""

    line: SteppedTransport

    def _notices(self, flow: Flow[T]) -> Operation[T]:
        run = SteppedRun(self._http, self._clock, self._timeouts)
        run.line = self.line
        return Operation(lambda results: run.steps(flow, results))


class DeterministicUuid:
    """Stands where the client has the module ``uuid``: what is drawn in a world is the same on every run."""

    def __init__(self) -> None:
        self._drawn = 0

    def uuid4(self) -> UUID:
        """Return the next one."""
        self._drawn += 1
        return UUID(int=uuid5(NAMESPACE_URL, f"nemocontract/drawn/{self._drawn}").int, version=4)


class SteppedReference(ReferenceClient):
    """The reference client as a subject on a stepped fake."""

    def __init__(self, line: SteppedTransport, chance: DeterministicUuid) -> None:
        super().__init__()
        self._line, self._chance = line, chance

    def make(self, setting: ClientConfig, **kwargs: Any) -> NemoClient:
        """Return a stepped client."""
        client = SteppedClient(setting.api_url, transport=self._line, **kwargs)
        client.line = self._line
        return client

    def say(self, line: str) -> Iterator[str]:
        """Say a line, and yield what the client shows; chance has no part in it."""
        with patch.object(api, "uuid", self._chance), patch.object(files, "uuid", self._chance):
            yield from super().say(line)
