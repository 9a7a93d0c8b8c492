"""What the fake answers, recorded, so that the bare servers answer the same bytes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

Header = tuple[str, str]
_HOP = frozenset({"transfer-encoding", "connection"})  # the server adds these by itself


@dataclass(frozen=True, slots=True)
class CannedResponse:
    """One answer: ``chunks`` as they were sent, one an event in a stream."""

    headers: tuple[Header, ...]
    chunks: tuple[str, ...]

    @property
    def streams(self) -> bool:
        """Whether it is a stream of events."""
        return any("event-stream" in value for _, value in self.headers)


@dataclass(frozen=True, slots=True)
class Ask:
    """One kind of request, and what is answered to it by turns."""

    method: str
    path: str
    headers: tuple[Header, ...]
    body: str
    answers: tuple[CannedResponse, ...]

    def on_wire(self, host: str) -> str:
        """Return the request as it is sent to a server."""
        length = (("Content-Length", str(len(self.body.encode()))),) if self.body else ()
        lines = (f"{name}: {value}\r\n" for name, value in (("Host", host), *self.headers, *length))
        return f"{self.method} {self.path} HTTP/1.1\r\n{''.join(lines)}\r\n{self.body}"


def record(
    client: httpx.Client, method: str, path: str, headers: Iterable[Header], body: str = "", times: int = 1
) -> Ask:
    """Ask a server some times and return the request with what came; raise for any answer but a 200."""
    sent = tuple(headers)
    answers = []
    for _ in range(times):
        response = client.request(method, path, headers=dict(sent), content=body or None)
        if response.status_code != 200:
            raise RuntimeError(f"{method} {path}: {response.status_code} {response.text[:200]}")
        answers.append(_answer(response))
    return Ask(method, path, sent, body, tuple(answers))


def _answer(response: httpx.Response) -> CannedResponse:
    headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in response.headers.raw)
    kept = CannedResponse(tuple(pair for pair in headers if pair[0].lower() not in _HOP), ())
    text = response.text
    chunks = tuple(f"{event}\n\n" for event in text.split("\n\n")[:-1]) if kept.streams else (text,)
    return CannedResponse(kept.headers, chunks)


def save(asks: Sequence[Ask], file: Path) -> None:
    """Write what a bare server is to answer."""
    fields = {ask.path: [[answer.headers, answer.chunks] for answer in ask.answers] for ask in asks}
    file.write_text(json.dumps(fields), encoding="utf-8")


def load(file: Path) -> dict[str, tuple[CannedResponse, ...]]:
    """Read what ``save`` wrote: the answers by path."""
    parsed = json.loads(file.read_text(encoding="utf-8"))
    return {path: tuple(_read(*answer) for answer in answers) for path, answers in parsed.items()}


def _read(headers: list[list[str]], chunks: list[str]) -> CannedResponse:
    return CannedResponse(tuple((name, value) for name, value in headers), tuple(chunks))
