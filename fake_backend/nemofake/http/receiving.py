"""Multipart uploads to disk as they arrive, no more in memory than a chunk (UPL-4)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from ..engine.errors import BackendError
from ..engine.rules import Rules
from ..engine.uploads import check_size, file_type

FIELD = "files"  # UPL-1
_MAX_FIELDS = 64


@dataclass(slots=True)
class Received:
    """One file as it arrived: its name as the client gave it, where it lies, its size in bytes so far."""

    filename: str
    path: Path
    size: int = 0


class Receiver:
    """Takes the parts of one multipart body; files go to ``folder``."""

    def __init__(self, folder: Path, rules: Rules) -> None:
        self.files: list[Received] = []
        self._folder = folder
        self._rules = rules
        self._out: BinaryIO | None = None

    def take(self, event: Any) -> None:
        """Take one event of the parser: a part's head, a piece of its bytes, or None for its end."""
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            self.close()
        elif self._out is not None:
            self._write(event)

    def close(self) -> None:
        """Give up what is open."""
        if self._out is not None:
            self._out.close()
            self._out = None

    def _begin(self, part: MultipartSegment) -> None:
        if part.name != FIELD:
            return  # an unknown field is accepted and ignored
        if not part.filename:
            raise BackendError(400, f"field {FIELD}: a file part needs a filename")
        file_type(part.filename)  # UPL-3: refused before its bytes are kept
        if len(self.files) >= self._rules.max_files_per_upload:
            raise BackendError(
                400, f"field {FIELD}: at most {self._rules.max_files_per_upload} files at once"
            )
        received = Received(part.filename, self._folder / str(len(self.files)))
        self.files.append(received)
        self._out = received.path.open("wb")

    def _write(self, piece: bytes) -> None:
        file = self.files[-1]
        file.size += len(piece)
        check_size(file.size, self._rules.max_upload_bytes, file.filename)
        assert self._out is not None
        self._out.write(piece)


async def receive(request: Request, folder: Path, rules: Rules) -> list[Received]:
    """Return the files of a multipart request; raise 400, 4001 or 4002, all or none (UPL-5).

    The files lie in ``folder``, which the caller removes.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise BackendError(400, "header Content-Type must be multipart/form-data with a boundary, or JSON")
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    receiver = Receiver(folder, rules)
    try:
        await _parse(request.stream(), options["boundary"], receiver)
    except MultipartError as error:
        # The parser puts a cause of its own beside its words; that is none of a client's business (ENV-4).
        raise BackendError(400, f"the multipart body: {error.args[0] if error.args else 'broken'}") from None
    except ClientDisconnect:
        raise BackendError(400, "the client hung up before the body was complete") from None
    finally:
        receiver.close()
    if not receiver.files:
        raise BackendError(400, f"field {FIELD}: no file was sent")
    return receiver.files


async def _parse(chunks: AsyncIterator[bytes], boundary: str, receiver: Receiver) -> None:
    with PushMultipartParser(boundary, max_segment_count=_MAX_FIELDS) as parser:
        async for chunk in chunks:
            if chunk:
                for event in parser.parse(chunk):
                    receiver.take(event)
                await asyncio.sleep(0)  # others run between the chunks of a long upload
        parser.close()
