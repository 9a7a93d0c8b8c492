"""An answer compressed with gzip, though nobody may have asked for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zlib import Z_SYNC_FLUSH, compressobj

from .actions import Action, Bend, Data, End, Head
from .fault import Fault, Scene

_GZIP_WINDOW = 31


@dataclass(frozen=True)
class Compression(Fault):
    """Compress the body with gzip, event by event where it streams."""

    name = "gzip"

    def begin(self, scene: Scene) -> Bend:
        """Compress as the body passes; the length is not known beforehand."""
        packer = compressobj(wbits=_GZIP_WINDOW)
        last_ms = scene.start_ms

        def bend(action: Action) -> Iterator[Action]:
            nonlocal last_ms
            if isinstance(action, Head):
                known = action.get(b"content-encoding")
                coding = b"gzip" if known is None else known + b", gzip"
                yield action.with_(content_encoding=coding, content_length=None)
            elif isinstance(action, Data):
                last_ms = action.at_ms
                yield Data(packer.compress(action.body) + packer.flush(Z_SYNC_FLUSH), action.at_ms)
            elif isinstance(action, End):
                yield Data(packer.flush(), last_ms)
                yield action
            else:
                yield action

        return bend
