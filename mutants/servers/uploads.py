"""Uploads, broken (UPL-1 to UPL-6)."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from nemofake.engine.errors import BackendError
from nemofake.engine.library import file_type, url_filename

from ..patching import Apply, Mutant, around, instead, more, rules, without

_RECEIVE = "nemofake.http.uploads:UploadBatch.receive"
_FETCH = "nemofake.http.uploads:UploadBatch.fetch"
_ADD = "nemofake.engine.backend:Backend.add_files"
_INFO = "nemofake.engine.backend:video_info"
_FORMATS = "nemofake.engine.library:FORMATS"


async def _first_only(real: Any, self: Any, request: Any, value: Any) -> None:
    await real(self, request, value)
    del self.files[1:]


async def _one_address_only(real: Any, self: Any, urls: Any, value: Any) -> None:
    await real(self, urls[:1], value)


def _answered(change: Any) -> Apply:
    """Return a change of what an upload's answer says of each file."""
    return around(_INFO, lambda real, *args: (info := real(*args)) | change(info))


def _not_in_state(real: Any, self: Any, admission: Any, *args: Any) -> Any:
    kept = list(admission.session.footage)
    answer = real(self, admission, *args)
    admission.session.footage[:] = kept
    return answer


def _not_applied(real: Any, *args: Any) -> Any:
    data, paths = real(*args)
    return {**data, "session_state_applied": False}, paths


def _limit(change: int) -> Apply:
    def check(real: Any, size: int, limit: int, filename: str) -> None:
        real(size, limit + change, filename)

    return around("nemofake.engine.library:check_size", check)


async def _only_good_addresses(real: Any, self: Any, urls: Any, value: Any) -> None:
    good = []
    for url in urls:
        with suppress(BackendError):
            file_type(url_filename(url))
            good.append(url)
    await real(self, good or urls, value)


def _bad_parts_left_out(real: Any, self: Any, part: Any) -> None:
    try:
        real(self, part)
    except BackendError:
        if not self.files:
            raise


def _bad_ones_left_out(patch: pytest.MonkeyPatch) -> None:
    """Take the good ones of several files and say nothing of the others."""
    around(_FETCH, _only_good_addresses)(patch)
    around("nemofake.http.uploads:MultipartReceiver._begin", _bad_parts_left_out)(patch)


async def _good_ones_stay(real: Any, request: Any, admission: Any, taken: Any) -> Any:
    try:
        return await real(request, admission, taken)
    except BackendError:
        files = [file.info for file in taken.files]
        admission.session.footage.extend(facts.stored("0" * 16) for facts in files)
        raise


async def _fetched(real: Any, self: Any, urls: Any, value: Any) -> None:
    """Look at what is there, on this machine alone: a mutant has no business elsewhere."""
    for url in urls:
        if urlsplit(url).hostname in ("127.0.0.1", "localhost"):
            with suppress(httpx.HTTPError):
                httpx.get(url, timeout=1.0, trust_env=False)  # noqa: ASYNC210  a careless one would
    await real(self, urls, value)


async def _unreachable(real: Any, self: Any, urls: Any, value: Any) -> None:
    raise BackendError(400, f"field urls: {urls[0][:80]!r} cannot be fetched")


MUTANTS = (
    Mutant("one-file-of-several", "UPL-1", "Of several files only the first is taken.",
           around(_RECEIVE, _first_only)),
    Mutant("one-address-of-several", "UPL-1", "Of several addresses only the first is taken.",
           around(_FETCH, _one_address_only)),
    Mutant("field-by-another-name", "UPL-1", "The multipart field is called `file`.",
           instead("nemofake.http.uploads:FIELD", "file")),
    Mutant("duration-in-ms", "UPL-2", "A file's duration is told in milliseconds.",
           _answered(lambda info: {"duration": info["duration"] * 1000})),
    Mutant("sides-swapped", "UPL-2", "Width and height are swapped.",
           _answered(lambda info: {"width": info["height"], "height": info["width"]})),
    Mutant("always-30-fps", "UPL-2", "Every video has 30 frames a second.",
           _answered(lambda info: {"fps": 30.0 if info["file_type"] == "video" else info["fps"]})),
    Mutant("hash-of-the-name", "UPL-2", "A file's hash is that of its name.",
           _answered(lambda info: {"hash": hashlib.sha256(info["filename"].encode()).hexdigest()})),
    Mutant("upload-not-in-state", "UPL-2", "A file that was taken is not in `video_infos`.",
           around(_ADD, _not_in_state)),
    Mutant("upload-not-applied", "UPL-2", "An upload says that the session does not have it yet.",
           around(_ADD, _not_applied)),
    Mutant("webm-refused", "UPL-3", "WebM is refused.", without(_FORMATS, "webm")),
    Mutant("aac-refused", "UPL-3", "AAC is refused.", without(_FORMATS, "aac")),
    Mutant("flac-taken", "UPL-3", "A FLAC address is taken.", more(_FORMATS, "flac", "audio")),
    Mutant("one-byte-over", "UPL-4", "A byte more than the limit is taken.", _limit(1)),
    Mutant("limit-itself-refused", "UPL-4", "A file as large as the limit is refused.", _limit(-1)),
    Mutant("limit-in-decimal", "UPL-4", "The limit is 500 million bytes.",
           rules(max_upload_bytes=500_000_000)),
    Mutant("bad-ones-left-out", "UPL-5", "Of several files the good ones are taken.", _bad_ones_left_out),
    Mutant("good-ones-stay", "UPL-5", "Addresses before a bad one stay in the session.",
           around("nemofake.http.routes.uploads:_add", _good_ones_stay)),
    Mutant("addresses-fetched", "UPL-6", "An address is looked at before it is taken.",
           around(_FETCH, _fetched)),
    Mutant("unreachable-refused", "UPL-6", "An address whose host cannot be reached is refused.",
           around(_FETCH, _unreachable)),
)  # fmt: skip
