"""The parts of a HAR 1.2 file that the suite reads, and what they must be."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from nemocontract.recording.exchange import Ending, Event, Exchange, code_of
from nemocontract.recording.journal import events_in, fields_of, file_names
from nemocontract.recording.operations import below_base, operation_of
from nemocontract.recording.sse import events_of, value_of


class _Part(BaseModel):
    """Part of a HAR; unknown fields are let through, as the format asks."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True)


class ExchangePair(_Part):
    """A header."""

    name: str
    value: str


class Param(_Part):
    """A field of a form."""

    name: str
    value: str | None = None
    file_name: str | None = Field(None, alias="fileName")


class PostData(_Part):
    """A request's body: its text, or a form's fields."""

    mime: str = Field("", alias="mimeType")
    text: str | None = None
    params: list[Param] = []
    encoding: str | None = Field(None, alias="_encoding")


class Request(_Part):
    """What was sent."""

    method: str
    url: str
    headers: list[ExchangePair] = []
    post_data: PostData | None = Field(None, alias="postData")

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, text: str) -> str:
        try:
            httpx.URL(text)
        except httpx.InvalidURL as error:
            raise ValueError(str(error)) from None
        return text


class Content(_Part):
    """An answer's body."""

    mime: str | None = Field(None, alias="mimeType")
    size: int = 0
    text: str | None = None
    encoding: str | None = None


class Response(_Part):
    """What was answered; status 0 where nothing was."""

    status: int
    headers: list[ExchangePair] = []
    content: Content = Field(default_factory=lambda: Content.model_validate({}))
    error: str | None = Field(None, alias="_error")


class Entry(_Part):
    """One exchange, ``time`` in milliseconds; fields with an underscore are the fake's own."""

    started: AwareDatetime = Field(alias="startedDateTime")
    time: float | None = None
    request: Request
    response: Response
    seq: int | None = Field(None, alias="_seq")
    ending: Ending | None = Field(None, alias="_ending")
    notes: list[str] = Field([], alias="_notes")
    events: list[dict[str, Any]] | None = Field(None, alias="_events")


_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_STREAM: Final = "text/event-stream"
_NOT_KEPT: Final = "the recording does not have the stream's text"


def read_har(har: Mapping[str, Any]) -> tuple[Exchange, ...]:
    """Return the service's exchanges of a HAR in the order in which they began.

    Entries of other hosts and paths are left out. Raises ``ValueError`` that names the entry which is none.
    """
    entries = sorted(_entries(har), key=lambda entry: entry.started)
    hosts = {_host(entry) for entry in entries if _names_service(entry)}
    own = [entry for entry in entries if _host(entry) in hosts and _belongs(entry)]
    return tuple(_exchange(entry, seq) for entry, seq in zip(own, _numbers(own), strict=True))


def _numbers(own: list[Entry]) -> list[int]:
    """Return the entries' own numbers where all have one and they grow, else count them."""
    items = [entry.seq for entry in own if entry.seq is not None]
    grow = items == sorted({*items}) and len(items) == len(own)
    return items if grow else [*range(1, len(own) + 1)]


def _entries(har: Mapping[str, Any]) -> Iterator[Entry]:
    log = har.get("log")
    raw = log.get("entries") if isinstance(log, dict) else None
    if not isinstance(raw, list):
        raise ValueError("no HAR: it has no list log.entries")
    for nth, one in enumerate(raw, start=1):
        try:
            yield Entry.model_validate(one)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(step) for step in first["loc"]) or "it"
            raise ValueError(f"entry {nth} of the HAR cannot be read: {place}: {first['msg']}") from None


# -- which entries are the service's -----------------------------------------------------------------


def _names_service(entry: Entry) -> bool:
    operation = operation_of(entry.request.method, _path(entry))
    return operation not in ("other", "media", "control")


def _belongs(entry: Entry) -> bool:
    """Tell whether an entry of the service's host is a client's request: no page, picture or preflight."""
    path = _path(entry)
    known = operation_of(entry.request.method, path) not in ("other", "control")
    return known or (path.startswith("/api/") and entry.request.method != "OPTIONS")


def _host(entry: Entry) -> str:
    return httpx.URL(entry.request.url).netloc.decode("ascii")


def _path(entry: Entry) -> str:
    return below_base(httpx.URL(entry.request.url).raw_path.decode("ascii"))


# -- one entry ---------------------------------------------------------------------------------------


def _exchange(entry: Entry, seq: int) -> Exchange:
    request, response = entry.request, entry.response
    status, answer = response.status or None, _answer(response)
    at_ms, events = _ms(entry.started), _events(entry)
    operation = operation_of(request.method, _path(entry))
    return Exchange(
        seq=seq,
        operation=operation,
        method=request.method.upper(),
        path=_path(entry),
        at_ms=at_ms,
        ended_at_ms=at_ms + max(0, round(entry.time or 0)),
        headers=_joined(request.headers),
        body=_body(request.post_data),
        uploads=_uploads(request.post_data),
        status=status,
        code=None if status is None else code_of(status, answer, operation),
        answer_headers=_joined(response.headers),
        answer=answer,
        answer_size=max(0, response.content.size),
        events=events,
        ending=entry.ending or _ending(response),
        notes=(*entry.notes, *((_NOT_KEPT,) if _streams(response) and events is None else ())),
    )


def _ms(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def _joined(pairs: Iterable[ExchangePair]) -> dict[str, str]:
    """Return headers by lower-case name; HTTP/2's own, which begin with a colon, are none."""
    joined: dict[str, str] = {}
    for name, value in ((pair.name.lower(), pair.value) for pair in pairs):
        if not name.startswith(":"):
            joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


def _body(sent: PostData | None) -> Any:
    if sent is None or sent.encoding == "base64" or "multipart" in sent.mime:
        return None
    if sent.params:
        return None if _uploads(sent) else {param.name: param.value for param in sent.params}
    if not sent.text:
        return None
    return fields_of(sent.text) if "urlencoded" in sent.mime else value_of(sent.text)


def _uploads(sent: PostData | None) -> tuple[str, ...]:
    if sent is None:
        return ()
    named = tuple(param.file_name for param in sent.params if param.file_name)
    return named or (file_names(sent.text or "") if "multipart" in sent.mime else ())


def _streams(response: Response) -> bool:
    headers = _joined(response.headers)
    kind = headers.get("content-type") or response.content.mime or ""
    return kind.lower().startswith(_STREAM)


def _text(content: Content) -> str | None:
    if content.text is None or content.encoding != "base64":
        return content.text
    try:
        return b64decode(content.text).decode("utf-8", "replace")
    except ValueError:
        return None


def _answer(response: Response) -> Any:
    text = None if _streams(response) else _text(response.content)
    return value_of(text) if text else None


def _events(entry: Entry) -> tuple[Event, ...] | None:
    """Return a stream's events; None where there is no stream, or its text was not recorded."""
    if entry.events is not None:
        return events_in(entry.events)
    if not _streams(entry.response) or (text := _text(entry.response.content)) is None:
        return None
    ended_ms = _ms(entry.started) + max(0, round(entry.time or 0))
    return tuple(events_of([(ended_ms, text)]))


def _ending(response: Response) -> Ending:
    if response.error:
        return "client-gone" if "ABORT" in response.error.upper() else "cut"
    return "complete" if response.status else "cut"
