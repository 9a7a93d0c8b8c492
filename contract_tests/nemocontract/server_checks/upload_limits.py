"""Uploads by size and number: the limit to the byte, and several files all or none (UPL-4, UPL-5)."""

from __future__ import annotations

import io
from typing import Final

from nemocontract.http.case import CaseContext, case
from nemocontract.server_checks.access import CLIP
from nemocontract.server_checks.expectations import expect_error, seen
from nemocontract.server_checks.media import sample
from nemocontract.server_checks.uploads import appear, files_of, infos, measured

# -- how much --------------------------------------------------------------------------------------

_LIMIT: Final = 4096


def _head(size: int) -> bytes:
    """Return the beginning of a real sound of so many bytes; the rest of it is a chunk of nothing."""
    body = _short_wav()[8:]
    world = size - 8 - len(body) - 8
    assert world >= 0, size
    return b"RIFF" + (size - 8).to_bytes(4, "little") + body + b"junk" + world.to_bytes(4, "little")


def _padded(size: int) -> bytes:
    """Return a real sound of exactly so many bytes."""
    return _head(size).ljust(size, b"\0")


class _Sparse(io.RawIOBase):
    """A real sound of exactly so many bytes, made while it is read."""

    def __init__(self, size: int) -> None:
        self._begins, self._size, self._at = _head(size), size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        left = self._size - self._at
        piece = self._begins[self._at :][: left if size < 0 else size]
        piece = piece.ljust(left if size < 0 else min(size, left), b"\0")
        self._at += len(piece)
        return piece


def _short_wav() -> bytes:
    rate = 8000
    data = bytes(rate // 10 * 2)
    form = b"WAVEfmt " + (16).to_bytes(4, "little") + b"\1\0\1\0" + rate.to_bytes(4, "little")
    form += (
        (rate * 2).to_bytes(4, "little") + b"\2\0\x10\0" + b"data" + len(data).to_bytes(4, "little") + data
    )
    return b"RIFF" + len(form).to_bytes(4, "little") + form


@case(
    "UPL-4", "UPL-5", "ENV-3", description="the maximum size is accepted, and one byte more gets 4002",
    control=True, parameters={"max_upload_bytes": _LIMIT},
)  # fmt: skip
def _size_limit(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    for size in (_LIMIT - 2, _LIMIT):
        exchange = ctx.account.upload(session, (f"s{size}.wav", _padded(size)))
        ctx.check("UPL-4", exchange.succeeded, f"{size} bytes of {_LIMIT} pass", seen(exchange))
    for size in (_LIMIT + 1, _LIMIT * 3):
        exchange = ctx.account.upload(session, (f"s{size}.wav", _padded(size)))
        expect_error(ctx, exchange, "UPL-4", 4002, f"{size} bytes of {_LIMIT}")
    appear(ctx, session, [f"s{_LIMIT}.wav"], not_=[f"s{_LIMIT + 1}.wav", f"s{_LIMIT * 3}.wav"])


@case(
    "UPL-4",
    description="a real file of 500 MiB is accepted, and one byte more gets 4002",
    control=True,
    slow=True,
)
def _full_size(ctx: CaseContext) -> None:
    session, limit = ctx.account.new_session(), 500 * 1024 * 1024
    for size in (limit, limit + 1):
        parts = [("files", (f"s{size}.wav", _Sparse(size)))]
        exchange = ctx.account.call("POST", f"/api/upload-video/nemo_agent/me/{session}", files=parts)
        if size > limit:
            expect_error(ctx, exchange, "UPL-4", 4002, "500 MiB and a byte")
        else:
            ctx.check("UPL-4", exchange.succeeded, "500 MiB pass", seen(exchange))


# -- several ---------------------------------------------------------------------------------------


@case("UPL-1", "UPL-5", description="several files at once are all listed, in order", control=True)
def _several_files(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    sent = [sample(ending) for ending in ("png", "wav", "mp4")]
    items = files_of(ctx, ctx.account.upload(session, *(file.part for file in sent)))
    ctx.require("UPL-1", len(items) == len(sent), "as many as were sent", items)
    for one, file in zip(items, sent, strict=True):
        measured(ctx, one, file)
    ctx.check("UPL-5", [one.get("filename") for one in items] == [f.filename for f in sent], "all", items)
    addresses = {str(one.get("cdn_url")) for one in items}
    ctx.check("UPL-2", len(addresses) == len(sent), "each file an address of its own", addresses)
    appear(ctx, session, [file.filename for file in sent])


@case("UPL-5", description="one unsupported file rejects all files, at any position", control=True)
def _all_or_none(ctx: CaseContext) -> None:
    session, good = ctx.account.new_session(), sample("png").data
    bad = ("bad.txt", b"some text")
    before = infos(ctx, session)
    for at in range(3):
        parts = [(f"good{nth}.png", good) for nth in range(2)]
        parts.insert(at, bad)
        exchange = ctx.account.upload(session, *parts)
        expect_error(ctx, exchange, "UPL-5", 4001, f"the unsupported file is number {at + 1} of 3")
        ctx.check("UPL-5", infos(ctx, session) == before, "none of them in the state", before)
    exchange = ctx.account.upload_urls(session, CLIP, "https://example.com/bad.txt")
    expect_error(ctx, exchange, "UPL-5", 4001, "one of two addresses is unsupported")
    ctx.check("UPL-5", infos(ctx, session) == before, "none of them in the state", before)
    exchange = ctx.account.upload(session, ("good0.png", good), ("good1.png", good))
    ctx.check("UPL-5", exchange.succeeded, "the good ones by themselves", seen(exchange))
    appear(ctx, session, ["good0.png", "good1.png"])


@case(
    "UPL-5", "UPL-4", description="one file that is too large rejects all; the limit is per file",
    control=True, parameters={"max_upload_bytes": _LIMIT},
)  # fmt: skip
def _one_too_large(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    before = infos(ctx, session)
    exchange = ctx.account.upload(session, ("a.wav", _padded(_LIMIT)), ("b.wav", _padded(_LIMIT + 1)))
    expect_error(ctx, exchange, "UPL-5", 4002, "the second of two is a byte too large")
    ctx.check("UPL-5", infos(ctx, session) == before, "none of them in the state", before)
    exchange = ctx.account.upload(session, ("a.wav", _padded(_LIMIT)), ("b.wav", _padded(_LIMIT)))
    ctx.check("UPL-4", exchange.succeeded, "two files of the largest size", seen(exchange))
