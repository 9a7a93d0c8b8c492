"""The envelope around JSON answers, and how a refusal becomes status, headers and body (ENV-1 to ENV-3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from .encoding import json_text, utf8
from .profile import DEFAULT, Profile

if TYPE_CHECKING:
    from nemofake.engine.errors import BackendError

Headers = tuple[tuple[bytes, bytes], ...]

JSON_HEADERS: Headers = ((b"content-type", b"application/json"),)


class Failure(NamedTuple):
    """A refusal, ready to send."""

    status: int
    headers: Headers
    body: bytes


def success(data: Any) -> bytes:
    """Return the envelope of a success around ``data``, which is any JSON value (ENV-1)."""
    return utf8('{"code":0,"message":"success","data":' + json_text(data) + "}")


def failure(error: BackendError, profile: Profile = DEFAULT) -> Failure:
    """Return HTTP status, headers and envelope of a refusal; ``data`` is null (ENV-2, ENV-3)."""
    row = error.spec
    status = row.strict_status if profile.errors == "http-status" else row.http_status
    body = f'{{"code":{error.code},"message":{json_text(error.message)},"data":null}}'
    return Failure(status, _headers(status, error.retry_after_s), utf8(body))


def _headers(status: int, retry_after_s: int | None) -> Headers:
    headers = JSON_HEADERS
    if retry_after_s is not None:  # AUTH-3
        headers += ((b"retry-after", b"%d" % retry_after_s),)
    if status == 401:  # HTTP itself obliges every 401 to name the scheme it wants
        headers += ((b"www-authenticate", b"Bearer"),)
    return headers
