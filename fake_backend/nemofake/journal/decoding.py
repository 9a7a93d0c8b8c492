"""Decodes stored bytes for a reader: bodies to JSON, text or base64, streams to events."""

from __future__ import annotations

import codecs
import json
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from .masking import Mask

_MAX_DEPTH = 64
_MAX_UNPACKED = 16 * 1024 * 1024
_GZIP_OR_ZLIB = 47  # zlib's window bits for "detect gzip or zlib"
_ENCODINGS = frozenset({"gzip", "x-gzip", "deflate"})
NOT_JSON = object()


@dataclass(frozen=True, slots=True)
class DecodedBody:
    """A decoded body: one of the three fields is set, or none.

    ``text`` is not masked yet. ``base64`` is: a secret could not be found in it later. ``omitted`` is the
    reason why nothing is shown.
    """

    text: str | None = None
    base64: str | None = None
    omitted: str | None = None


def decode_body(data: bytes, encoding: str, mask: Mask, *, truncated: bool) -> DecodedBody:
    """Decode stored bytes; ``encoding`` is the Content-Encoding, ``truncated`` if the end is missing."""
    if not data:
        return DecodedBody()
    if encoding not in {"", "identity"}:
        return _unpacked(data, encoding, mask)
    try:
        return DecodedBody(text=codecs.getincrementaldecoder("utf-8")().decode(data, not truncated))
    except UnicodeDecodeError:
        return DecodedBody(base64=b64encode(mask.data(data)).decode("ascii"))


def _unpacked(data: bytes, encoding: str, mask: Mask) -> DecodedBody:
    # A compressed secret cannot be masked, so a body that cannot be unpacked is not shown (C-SEC-1).
    if encoding not in _ENCODINGS:
        return DecodedBody(omitted=f"compressed as {encoding}")
    try:
        plain = zlib.decompressobj(_GZIP_OR_ZLIB).decompress(data, _MAX_UNPACKED)
    except zlib.error:
        return DecodedBody(omitted=f"not readable as {encoding}")
    return decode_body(plain, "", mask, truncated=True)


def parsed(text: str) -> Any:
    """Return the value of an object or array in JSON, else NOT_JSON.

    Only what JSON can express again is parsed: a repeated key, NaN or extreme depth stays text.
    """
    if not text.lstrip(" \t\r\n").startswith(("{", "[")):
        return NOT_JSON
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_reject, parse_float=_finite)
        _check_depth(value, _MAX_DEPTH)
    except (ValueError, RecursionError):
        return NOT_JSON
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("repeated key")
    return value


def _reject(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if number - number != 0:  # infinity: more than a double holds
        raise ValueError(digits)
    return number


def _check_depth(value: Any, left: int) -> None:
    if left == 0:
        raise ValueError("too deep")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        _check_depth(item, left - 1)


# -- streams --------------------------------------------------------------------------------------


def unpacked(events: Iterable[tuple[int, bytes]], encoding: str) -> list[tuple[int, bytes]]:
    """Return a stream's frames without compression; those that cannot be unpacked are left out.

    A compressed secret could not be masked (C-SEC-1).
    """
    if encoding in {"", "identity"}:
        return list(events)
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    plain: list[tuple[int, bytes]] = []
    for at_ms, frame in events if encoding in _ENCODINGS else ():
        try:
            plain.append((at_ms, unpacker.decompress(frame)))
        except zlib.error:
            break
    return [(at_ms, frame) for at_ms, frame in plain if frame]


def masked_frames(events: Iterable[tuple[int, bytes]], mask: Mask) -> list[tuple[int, str]]:
    """Return frames as text with their times; secrets are masked even if several frames share one."""
    sent = list(events)
    # Latin-1 has one character per byte, so a frame that was cut inside a character survives.
    pieces = mask.pieces([frame.decode("latin-1") for _, frame in sent])
    texts = (piece.encode("latin-1").decode("utf-8", "backslashreplace") for piece in pieces)
    return [(at_ms, text) for (at_ms, _), text in zip(sent, texts, strict=True)]


def event_records(frames: Iterable[tuple[int, str]]) -> list[dict[str, Any]]:
    """Return one record per event: ``at_ms`` and ``data``, or ``raw`` for bytes that are not plain events."""
    return [record for at_ms, text in frames for record in _records(at_ms, text)]


def _records(at_ms: int, text: str) -> Iterator[dict[str, Any]]:
    blocks = text.split("\n\n")
    if len(blocks) < 2 or blocks.pop() or not all(map(_is_plain, blocks)):
        yield {"at_ms": at_ms, "raw": text}
        return
    for block in blocks:
        payload = block[5:].removeprefix(" ")
        value = parsed(payload)
        yield {"at_ms": at_ms, "data": payload if value is NOT_JSON else value}


def _is_plain(block: str) -> bool:
    return block.startswith("data:") and "\n" not in block and "\r" not in block
