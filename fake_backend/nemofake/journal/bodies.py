"""Raw body bytes to something a reader can use: a JSON value, text, or base64."""

from __future__ import annotations

import codecs
import json
import zlib
from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from .masking import Mask

_MAX_DEPTH = 64
_MAX_UNPACKED = 16 * 1024 * 1024
ANY_WRAPPING = 47  # zlib's number for "gzip or zlib, see for yourself"
NOT_JSON = object()


@dataclass(frozen=True, slots=True)
class Body:
    """A body made readable, secrets not yet masked in ``text``: one of the three fields is set, or none.

    ``base64`` is already masked: nobody could find a secret in it later. ``omitted`` says why nothing
    can be shown.
    """

    text: str | None = None
    base64: str | None = None
    omitted: str | None = None


def read_body(data: bytes, encoding: str, mask: Mask, *, truncated: bool) -> Body:
    """Read kept bytes; ``encoding`` is the Content-Encoding, ``truncated`` when the end is missing."""
    if not data:
        return Body()
    if encoding not in {"", "identity"}:
        return _unpacked(data, encoding, mask)
    try:
        return Body(text=codecs.getincrementaldecoder("utf-8")().decode(data, not truncated))
    except UnicodeDecodeError:
        return Body(base64=b64encode(mask.data(data)).decode("ascii"))


def _unpacked(data: bytes, encoding: str, mask: Mask) -> Body:
    # A packed secret cannot be masked, so what cannot be unpacked is not shown at all (C-SEC-1).
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        return Body(omitted=f"packed as {encoding}")
    try:
        plain = zlib.decompressobj(ANY_WRAPPING).decompress(data, _MAX_UNPACKED)
    except zlib.error:
        return Body(omitted=f"not readable as {encoding}")
    return read_body(plain, "", mask, truncated=True)


def parsed(text: str) -> Any:
    """Return the value of an object or array in JSON, else NOT_JSON.

    Only what JSON can give back is parsed: a repeated key, NaN or a depth beyond reason stays text.
    """
    if not text.lstrip(" \t\r\n").startswith(("{", "[")):
        return NOT_JSON
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_refuse, parse_float=_finite)
        _measure(value, _MAX_DEPTH)
    except (ValueError, RecursionError):
        return NOT_JSON
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("repeated key")
    return value


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _finite(digits: str) -> float:
    number = float(digits)
    if number - number != 0:  # infinity: more than a double holds
        raise ValueError(digits)
    return number


def _measure(value: Any, room: int) -> None:
    if room == 0:
        raise ValueError("too deep")
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in inner:
        _measure(item, room - 1)
