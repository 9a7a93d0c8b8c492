"""Sends recorded requests to a fake that speaks the recording's wire profile."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote

import httpx

from nemocontract.compare.id_mapping import IdMapping, client_id
from nemocontract.environments.replay_target import ReplayTarget
from nemocontract.http.api_client import request_token
from nemocontract.http.recorder import ApiRecorder
from nemocontract.masking import PREFIXES, mask_secrets
from nemocontract.recording import Exchange
from nemocontract.results import RunResult

_STRICT: Final = {1001: 401, 1002: 404, 2001: 403, 4001: 415, 4002: 413}  # ENV-3


def profile_of(traffic: Iterable[Exchange]) -> str:
    """Return the wire profile of most answers, such as ``typed,envelope,render-flat``."""
    counts: Counter[str] = Counter(name for one in traffic for name in _spoken(one))
    pairs = (("typed", "adk"), ("envelope", "http-status"), ("render-flat", "render-nested"))
    return ",".join(other if counts[other] > counts[usual] else usual for usual, other in pairs)


def _spoken(exchange: Exchange) -> Iterator[str]:
    for event in exchange.events or ():
        if isinstance(event.data, dict) and event.data.get("type") != "heartbeat":
            yield "adk" if isinstance(event.data.get("content"), dict) else "typed"
    if exchange.code in _STRICT:
        yield "http-status" if exchange.status == _STRICT[exchange.code] else "envelope"
    if exchange.operation.startswith("render.") and exchange.code == 0 and isinstance(exchange.answer, dict):
        yield "render-nested" if "success" in exchange.answer else "render-flat"


def job_in(answer: Any) -> dict[str, Any]:
    """Return the render job in an answer, in either shape (REN-7); empty if there is none."""
    response = answer.get("data") if isinstance(answer, dict) and "success" in answer else answer
    return response if isinstance(response, dict) and "status" in response else {}


# Headers that belong to a connection, and the one that names the state of another account's video.
_OWN: Final = frozenset(
    {"host", "content-length", "connection", "accept-encoding", "transfer-encoding", "if-range", "cookie"}
)
_GATEWAY: Final = frozenset({502, 503, 504})
_RANK: Final = {"pending": 0, "processing": 1}  # REN-6; anything else is an end
_STEP_S: Final = 2.0
_MOST_STEPS: Final = 90  # three minutes: an export takes 30 to 90 s


@dataclass(frozen=True, slots=True)
class ExchangePair:
    """A recorded exchange and the fake's; ``reason`` says why a request cannot be sent again."""

    recorded: Exchange
    fake: Exchange | None
    reason: str = ""


class Replay:
    """Sends the requests of one recording to one fake."""

    def __init__(self, beside: ReplayTarget, traffic: Sequence[Exchange]) -> None:
        self._beside, self._traffic = beside, traffic
        self._recorder = ApiRecorder(beside.target, RunResult("fake"), "drift")
        self._aside = ApiRecorder(
            beside.target, RunResult("fake"), "drift"
        )  # requests that are missing from the recording
        self._names = IdMapping()
        self._issued: set[str] = set()

    def pairs(self) -> Iterator[ExchangePair]:
        """Yield each recorded exchange with the fake's answer."""
        for recorded in self._traffic:
            if self._names.is_medium(recorded.path):
                recorded = replace(recorded, operation="media")
            if reason := self._obstacle(recorded):
                yield ExchangePair(recorded, None, reason)
                continue
            self._prepare(recorded)
            try:
                fake = self._send(recorded)
            except httpx.TransportError as error:
                yield ExchangePair(recorded, None, f"the fake gave no answer: {type(error).__name__}")
                continue
            if recorded.code == 0 and fake.code == 0:
                self._names.learn(recorded.answer, fake.answer)
            if recorded.operation == "media":
                fake = replace(fake, operation="media")
            yield ExchangePair(recorded, fake)

    def _obstacle(self, recorded: Exchange) -> str:
        if recorded.status is None:
            return "the recording has no answer"
        if recorded.events is None and recorded.ending != "complete":
            return "the recorded answer did not arrive in full"
        if recorded.operation == "control":
            return "a request to a control API"
        if recorded.status in _GATEWAY:
            return "a gateway answered, not the service"
        if _is_lost(recorded) and not recorded.uploads:
            return "the recording does not have the request body"
        if recorded.operation == "token.issue":
            asked = recorded.headers.get("x-client-id", "")
            if recorded.code == 429 and asked not in self._issued:
                return "an error caused before the recording began"
            self._issued |= {asked} if recorded.code == 0 else set()
        return ""

    # -- preparation -------------------------------------------------------------------------------

    def _prepare(self, recorded: Exchange) -> None:
        behind_ms = recorded.at_ms - self._beside.target.now_ms()
        if behind_ms > 0:
            self._beside.advance_s(behind_ms / 1000)
        for word in recorded.headers.get("authorization", "").split():
            token = _token_in(word)
            if token and not self._names.knows(token):
                self._names.call(token, self._token(token))
        if recorded.operation == "render.status" and recorded.code == 0:
            self._until(recorded)

    def _token(self, recorded: str) -> str:
        """Return a token of the fake for one older than the recording, valid only if that one was."""
        good = any(
            one.headers.get("authorization", "") == f"Bearer {recorded}" and one.code not in (1001, None)
            for one in self._traffic
        )
        unknown = next(prefix for prefix in PREFIXES if recorded.startswith(prefix)) + "0" * 32
        return str(request_token(self._aside, client_id(recorded + "***")).data["token"]) if good else unknown

    def _until(self, recorded: Exchange) -> None:
        """Advance the fake until its export has the recorded status (REN-6)."""
        wanted = _rank(recorded)
        for _ in range(_MOST_STEPS):
            seen = self._aside.send("GET", self._names.path(recorded.path), **self._request_of(recorded))
            if seen.code != 0 or _rank(seen) >= wanted:
                return
            self._beside.advance_s(_STEP_S)

    # -- the request itself ------------------------------------------------------------------------

    def _send(self, recorded: Exchange) -> Exchange:
        path, reported = self._names.path(recorded.path), self._request_of(recorded)
        with self._recorder.stream(recorded.method, path, **reported) as stream:
            left = None if recorded.ending != "client-gone" else len(recorded.events or ())
            for _ in stream:
                left = None if left is None else left - 1
                if left is not None and left <= 0:
                    break
        return self._recorder.exchanges[-1]

    def _request_of(self, recorded: Exchange) -> dict[str, Any]:
        headers: dict[str, str | None] = {
            name: value for name, value in recorded.headers.items() if name not in _OWN
        }
        if "authorization" in headers:
            headers["authorization"] = self._names.credential(recorded.headers["authorization"])
        if "x-client-id" in headers:
            headers["x-client-id"] = client_id(recorded.headers["x-client-id"])
        if _is_lost(recorded):
            headers["content-type"] = "application/json"
        return {"headers": headers, "attributed": False, "content": self._content(recorded)}

    def _content(self, recorded: Exchange) -> bytes:
        if recorded.sent:
            return recorded.sent
        body = _addresses(recorded) if _is_lost(recorded) else recorded.body
        if isinstance(body, str) or body is None:
            return (body or "").encode("utf-8", "surrogatepass")
        return json.dumps(self._names.value(body), ensure_ascii=True).encode("ascii")


def _is_lost(recorded: Exchange) -> bool:
    """Return whether the recording does not have the request body."""
    response = recorded.headers.get("content-length", "0")
    return recorded.body is None and not recorded.sent and response != "0"


def _addresses(recorded: Exchange) -> dict[str, Any]:
    """Return an upload by address of the files of a form (UPL-1): of the same names, which decide (UPL-3)."""
    urls = [f"https://example.com/{quote(name)}" for name in recorded.uploads]
    return {"urls": urls, "source_type": "url"}


def _token_in(word: str) -> str:
    """Return the token in a word of a header, masked or not; or an empty text."""
    start = min((at for prefix in PREFIXES if (at := word.find(prefix)) >= 0), default=-1)
    return word[start:] if start >= 0 and mask_secrets(word) else ""


def _rank(exchange: Exchange) -> int:
    return _RANK.get(str(job_in(exchange.answer).get("status")), 2)
