"""Uploads by size and number: the limit to the byte, and several files all or none (UPL-4, UPL-5)."""

from __future__ import annotations

from typing import Final

from nemocontract.cases.endpoints import CLIP
from nemocontract.cases.media import sample
from nemocontract.cases.outcomes import refused, seen
from nemocontract.cases.uploads import appear, files_of, infos, measured
from nemocontract.probing.case import Bench, case

# -- how much --------------------------------------------------------------------------------------

_LIMIT: Final = 4096


def _padded(size: int) -> bytes:
    """Return a real sound of exactly so many bytes; a chunk that nobody knows fills it up."""
    head = _short_wav()
    room = size - len(head) - 8
    assert room >= 0, size
    body = head[8:] + b"junk" + room.to_bytes(4, "little") + bytes(room)
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _short_wav() -> bytes:
    rate = 8000
    data = bytes(rate // 10 * 2)
    form = b"WAVEfmt " + (16).to_bytes(4, "little") + b"\1\0\1\0" + rate.to_bytes(4, "little")
    form += (
        (rate * 2).to_bytes(4, "little") + b"\2\0\x10\0" + b"data" + len(data).to_bytes(4, "little") + data
    )
    return b"RIFF" + len(form).to_bytes(4, "little") + form


@case(
    "UPL-4", "UPL-5", "ENV-3", looks_for="the limit to the byte: so many pass, one more does not",
    control=True, rules={"max_upload_bytes": _LIMIT},
)  # fmt: skip
def _to_the_byte(bench: Bench) -> None:
    session = bench.guest.session()
    for size in (_LIMIT - 2, _LIMIT):
        told = bench.guest.upload(session, (f"s{size}.wav", _padded(size)))
        bench.claim("UPL-4", told.succeeded, f"{size} bytes of {_LIMIT} pass", seen(told))
    for size in (_LIMIT + 1, _LIMIT * 3):
        told = bench.guest.upload(session, (f"s{size}.wav", _padded(size)))
        refused(bench, told, "UPL-4", 4002, f"{size} bytes of {_LIMIT}")
    appear(bench, session, [f"s{_LIMIT}.wav"], not_=[f"s{_LIMIT + 1}.wav", f"s{_LIMIT * 3}.wav"])


# -- several ---------------------------------------------------------------------------------------


@case("UPL-1", "UPL-5", looks_for="several files at once, each told of, in their order", control=True)
def _several(bench: Bench) -> None:
    session = bench.guest.session()
    sent = [sample(ending) for ending in ("png", "wav", "mp4")]
    told = files_of(bench, bench.guest.upload(session, *(file.part for file in sent)))
    bench.must("UPL-1", len(told) == len(sent), "as many as were sent", told)
    for one, file in zip(told, sent, strict=True):
        measured(bench, one, file)
    bench.claim("UPL-5", [one.get("filename") for one in told] == [f.filename for f in sent], "all", told)
    addresses = {str(one.get("cdn_url")) for one in told}
    bench.claim("UPL-2", len(addresses) == len(sent), "each file an address of its own", addresses)
    appear(bench, session, [file.filename for file in sent])


@case("UPL-5", looks_for="none of several where one is unsupported, wherever it stands", control=True)
def _all_or_none(bench: Bench) -> None:
    session, good = bench.guest.session(), sample("png").data
    bad = ("bad.txt", b"some text")
    before = infos(bench, session)
    for at in range(3):
        parts = [(f"good{nth}.png", good) for nth in range(2)]
        parts.insert(at, bad)
        told = bench.guest.upload(session, *parts)
        refused(bench, told, "UPL-5", 4001, f"the unsupported file is number {at + 1} of 3")
        bench.claim("UPL-5", infos(bench, session) == before, "none of them in the state", before)
    told = bench.guest.upload_urls(session, CLIP, "https://example.com/bad.txt")
    refused(bench, told, "UPL-5", 4001, "one of two addresses is unsupported")
    bench.claim("UPL-5", infos(bench, session) == before, "none of them in the state", before)


@case(
    "UPL-5", "UPL-4", looks_for="none of several where one is too large, and the limit is for each",
    control=True, rules={"max_upload_bytes": _LIMIT},
)  # fmt: skip
def _one_too_large(bench: Bench) -> None:
    session = bench.guest.session()
    before = infos(bench, session)
    told = bench.guest.upload(session, ("a.wav", _padded(_LIMIT)), ("b.wav", _padded(_LIMIT + 1)))
    refused(bench, told, "UPL-5", 4002, "the second of two is a byte too large")
    bench.claim("UPL-5", infos(bench, session) == before, "none of them in the state", before)
    told = bench.guest.upload(session, ("a.wav", _padded(_LIMIT)), ("b.wav", _padded(_LIMIT)))
    bench.claim("UPL-4", told.succeeded, "two files of the largest size", seen(told))
