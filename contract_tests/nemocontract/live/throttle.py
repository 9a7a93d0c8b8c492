"""A transport that sends one request at a time, with pauses, up to a limit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Final

import httpx

from nemocontract.http.case import RequestBudgetExceededError
from nemocontract.http.recorder import BEGAN_MS

PAUSE_S: Final = 2.0
MOST: Final = 150


def wall_ms() -> int:
    """Return the time, in milliseconds since 1970."""
    return int(time.time() * 1000)


class ConcurrentRequestError(RuntimeError):
    """A request started while another one was open."""


class ThrottledTransport(httpx.BaseTransport):
    """Wraps a transport: waits ``pause_s`` seconds between requests and sends at most ``most``.

    After a 429 it sends nothing more. Raises RequestBudgetExceededError for a request that is not sent,
    ConcurrentRequestError for one that starts before the last answer was read or closed.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport,
        *,
        pause_s: float = PAUSE_S,
        most: int = MOST,
        now_ms: Callable[[], int] = wall_ms,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._inner, self._pause_s, self._most = inner, pause_s, most
        self._now_ms, self._sleep = now_ms, sleep
        self._busy = threading.Lock()
        self._ended_ms: int | None = None
        self._stopped = ""
        self.sent = 0

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request after the pause."""
        if not self._busy.acquire(blocking=False):
            raise ConcurrentRequestError(
                f"{request.method} {request.url.path} while another request is under way"
            )
        try:
            self._may_go_on()
            self._rest()
            self.sent += 1
            began_ms = self._now_ms()
            response = self._inner.handle_request(request)
        except BaseException:
            self._over()
            raise
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            self._stopped = f"the server asks for less (429); {retry_after_text(response.headers)}"
        return httpx.Response(
            response.status_code,
            headers=response.headers,
            stream=_Watched(response, self._over),
            extensions={**response.extensions, BEGAN_MS: began_ms},
        )

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()

    def _may_go_on(self) -> None:
        if self._stopped:
            raise RequestBudgetExceededError(self._stopped)
        if self.sent >= self._most:
            raise RequestBudgetExceededError(f"{self._most} requests were sent, the limit of this run")

    def _rest(self) -> None:
        if self._ended_ms is not None:
            left_s = self._pause_s - (self._now_ms() - self._ended_ms) / 1000
            if left_s > 0:
                self._sleep(left_s)

    def _over(self) -> None:
        self._ended_ms = self._now_ms()
        if self._busy.locked():
            self._busy.release()


class _Watched(httpx.SyncByteStream):
    """A response body that reports when it is closed."""

    def __init__(self, response: httpx.Response, over: Callable[[], None]) -> None:
        self._response, self._over, self._open = response, over, True

    def __iter__(self) -> Iterator[bytes]:
        assert isinstance(self._response.stream, httpx.SyncByteStream), "a sync answer"
        yield from self._response.stream

    def close(self) -> None:
        self._response.close()
        if self._open:
            self._open = False
            self._over()


def retry_after_text(headers: httpx.Headers) -> str:
    """Return in words when a server that answered 429 allows another request (AUTH-3)."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return f"try again in {_in_words(int(text))}"
    return f"try again after {text}" if text else "it does not say when to try again"


def _in_words(seconds: int) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds} seconds"
