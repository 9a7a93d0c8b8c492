"""Stream bytes to events a reader can use."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

from .bodies import ANY_WRAPPING, NOT_JSON, parsed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .masking import Mask


_PACKINGS = frozenset({"gzip", "x-gzip", "deflate"})


def unpacked(events: Iterable[tuple[int, bytes]], encoding: str) -> list[tuple[int, bytes]]:
    """Return a stream's frames as they were before they were packed; what cannot be unpacked is left out.

    A packed secret could not be masked (C-SEC-1).
    """
    if encoding in {"", "identity"}:
        return list(events)
    packer = zlib.decompressobj(ANY_WRAPPING)
    plain: list[tuple[int, bytes]] = []
    for at_ms, frame in events if encoding in _PACKINGS else ():
        try:
            plain.append((at_ms, packer.decompress(frame)))
        except zlib.error:
            break
    return [(at_ms, frame) for at_ms, frame in plain if frame]


def masked_frames(events: Iterable[tuple[int, bytes]], mask: Mask) -> list[tuple[int, str]]:
    """Return what was sent when, as text; secrets are masked across the borders of what was sent."""
    kept = list(events)
    # Latin-1 keeps one character a byte, so a frame that faults cut inside a character survives as well.
    pieces = mask.pieces([frame.decode("latin-1") for _, frame in kept])
    texts = (piece.encode("latin-1").decode("utf-8", "backslashreplace") for piece in pieces)
    return [(at_ms, text) for (at_ms, _), text in zip(kept, texts, strict=True)]


def event_records(frames: Iterable[tuple[int, str]]) -> list[dict[str, Any]]:
    """Return one record an event: ``at_ms`` and ``data``, or ``raw`` for what is not plain events."""
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
