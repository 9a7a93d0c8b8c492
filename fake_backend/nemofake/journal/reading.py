"""One entry prepared for any rendering: headers and bodies as text, its mask, its sizes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from .bodies import Body, read_body
from .frames import masked_frames, unpacked
from .masking import Mask, is_secret_header, literal_secrets, mask_credential, mask_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .entry import Entry, HeaderList

TextHeaders = list[tuple[str, str]]
_BOUNDARY = re.compile(r'(boundary=)"?[^";,\s]+"?', re.IGNORECASE)


class Message(NamedTuple):
    """One side of an exchange: ``size`` in bytes of the whole body, ``truncated`` when less was kept."""

    headers: TextHeaders
    body: Body
    size: int
    truncated: bool

    def header(self, name: str) -> str:
        """Return a header's value by lower-case name, empty when absent."""
        return next((value for key, value in self.headers if key.lower() == name), "")


class Reading(NamedTuple):
    """An entry made readable; every text but those of ``frames`` must still pass ``mask``."""

    entry: Entry
    mask: Mask
    request: Message
    response: Message
    frames: list[tuple[int, str]]

    @property
    def is_stream(self) -> bool:
        """Whether the answer is told as events rather than as one body."""
        entry = self.entry
        kind = self.response.header("content-type").lower()
        return bool(entry.events) or (kind.startswith("text/event-stream") and not entry.response_body)


def read_entry(entry: Entry, origin: str, secrets: tuple[str, ...]) -> Reading:
    """Make one entry readable; credentials of its own headers are masked wherever else they appear."""
    sent, answered = _texts(entry.request_headers), _texts(entry.response_headers)
    own = literal_secrets(value for name, value in sent + answered if is_secret_header(name))
    mask = mask_for(origin, tuple(sorted({*secrets, *own})))
    events = unpacked(entry.events, _encoding(answered))
    request = _message(sent, [entry.request_body], entry.request_size, mask)
    chunks = [frame for _, frame in entry.events] or [entry.response_body]
    response = _message(answered, chunks, entry.response_size, mask)
    return Reading(entry, mask, request, response, masked_frames(events, mask))


def _texts(headers: HeaderList) -> TextHeaders:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _encoding(headers: TextHeaders) -> str:
    return next((value.strip().lower() for name, value in headers if _is(name, "content-encoding")), "")


def _message(headers: TextHeaders, chunks: list[bytes], size: int, mask: Mask) -> Message:
    data = b"".join(chunks)
    truncated = len(data) < size
    encoding = _encoding(headers)
    shift = mask.shift(data)
    return Message(
        [(name, _shown(name, value, shift)) for name, value in headers],
        read_body(data, encoding, mask, truncated=truncated),
        size + shift,
        truncated,
    )


def _shown(name: str, value: str, shift: int) -> str:
    """Return a header's value without what is secret, random or due to the port."""
    if is_secret_header(name):
        return mask_credential(value)
    if _is(name, "content-length") and value.isdecimal():
        return str(int(value) + shift)
    if _is(name, "content-type"):  # clients draw multipart boundaries at random; they say nothing
        return _BOUNDARY.sub(r"\1***", value)
    return value


def _is(name: str, wanted: str) -> bool:
    return name.lower() == wanted


def read_all(entries: Iterable[Entry], origin: str, secrets: Iterable[str]) -> list[Reading]:
    """Make entries readable, in order."""
    known = tuple(secrets)
    return [read_entry(entry, origin, known) for entry in entries]
