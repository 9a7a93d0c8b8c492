"""Real downloads for URL uploads, from hosts that a setting names and no others (UPL-6)."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import urlsplit

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from ..engine.errors import BackendError
from ..engine.parameters import Parameters
from ..engine.sessions import MediaInfo, check_size, file_type, simulated, url_filename
from .worlds import World

if TYPE_CHECKING:
    from httpx import AsyncClient


_TIMEOUT_S = 30.0


async def fetch(url: str, path: Path, rules: Parameters) -> ReceivedFile:
    """Download ``url`` to ``path``; raise 400 where that fails, 4002 where it is too large.

    Redirects are not followed: they could lead to a host that no setting names.
    """
    import httpx  # loaded by the first download: it would cost every start a tenth of a second

    received = ReceivedFile(url_filename(url), path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False) as client:
            await _download(client, url, received, rules)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BackendError(400, f"field urls: {url[:80]!r} cannot be fetched: {error}") from None
    return received


async def _download(client: AsyncClient, url: str, received: ReceivedFile, rules: Parameters) -> None:
    async with client.stream("GET", url) as answer:
        if answer.status_code != 200:
            raise BackendError(400, f"field urls: {url[:80]!r} answers {answer.status_code}")
        with received.path.open("wb") as out:
            async for chunk in answer.aiter_bytes():
                received.size += len(chunk)
                check_size(received.size, rules.max_upload_bytes, received.filename)
                out.write(chunk)


FIELD = "files"  # UPL-1
_MAX_FIELDS = 64


@dataclass(slots=True)
class ReceivedFile:
    """One file as it arrived: its name as the client gave it, where it lies, its size in bytes so far."""

    filename: str
    path: Path
    size: int = 0


class MultipartReceiver:
    """Takes the parts of one multipart body; files go to ``folder``."""

    def __init__(self, folder: Path, rules: Parameters) -> None:
        self.files: list[ReceivedFile] = []
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
        received = ReceivedFile(part.filename, self._folder / str(len(self.files)))
        self.files.append(received)
        self._out = received.path.open("wb")

    def _write(self, piece: bytes) -> None:
        file = self.files[-1]
        file.size += len(piece)
        check_size(file.size, self._rules.max_upload_bytes, file.filename)
        assert self._out is not None
        self._out.write(piece)


async def receive(request: Request, folder: Path, rules: Parameters) -> list[ReceivedFile]:
    """Return the files of a multipart request; raise 400, 4001 or 4002, all or none (UPL-5).

    The files lie in ``folder``, which the caller removes.
    """
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise BackendError(400, "header Content-Type must be multipart/form-data with a boundary, or JSON")
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    receiver = MultipartReceiver(folder, rules)
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


async def _parse(chunks: AsyncIterator[bytes], boundary: str, receiver: MultipartReceiver) -> None:
    with PushMultipartParser(boundary, max_segment_count=_MAX_FIELDS) as parser:
        async for chunk in chunks:
            if chunk:
                for event in parser.parse(chunk):
                    receiver.take(event)
                await asyncio.sleep(0)  # others run between the chunks of a long upload
        parser.close()


_numbers = itertools.count()


def upload_folder(world: World) -> Path:
    """Return a folder of its own for one upload, not yet made."""
    return world.directory / f"incoming-{next(_numbers)}"


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """One file: its facts, and where its bytes lie; None for one that is only simulated."""

    facts: MediaInfo
    path: Path | None


class UploadBatch:
    """The files of one upload, in order."""

    def __init__(self, world: World, folder: Path) -> None:
        self.files: list[StoredUpload] = []
        self._world = world
        self._folder = folder

    async def receive(self, request: Request, rules: Parameters) -> None:
        """Take the files of a multipart request; raise 400, 4001 or 4002 (UPL-3, UPL-4)."""
        for received in await receive(request, self._folder, rules):
            self.files.append(await probe_upload(received, rules))

    async def fetch(self, urls: Sequence[str], rules: Parameters) -> None:
        """Take files from URLs: simulated, or really fetched from hosts a setting names (UPL-6)."""
        if len(urls) > rules.max_files_per_upload:
            raise BackendError(400, f"field urls: at most {rules.max_files_per_upload} files at once")
        for url in urls:
            file_type(url_filename(url))
            if urlsplit(url).hostname in self._world.settings.fetch_hosts:
                received = await fetch(url, self._folder / str(len(self.files)), rules)
                self.files.append(await probe_upload(received, rules))
            else:
                self.files.append(StoredUpload(simulated(url, self._world.backend.data.randomness), None))

    def keep(self, paths: Sequence[str]) -> None:
        """Move the bytes to where their media paths are served from."""
        for taken, url_path in zip(self.files, paths, strict=True):
            if taken.path is not None:
                home = self._world.directory / url_path.lstrip("/")
                home.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(taken.path, home)
                self._world.files[url_path] = home


async def probe_upload(received: ReceivedFile, rules: Parameters) -> StoredUpload:
    """Return a file with what its own headers say (UPL-2); raise 4001 where its name claims another kind."""
    from ..media import MediaError, SilenceRule, probe  # video libraries are loaded by the first file

    file_type(received.filename)
    silence = SilenceRule(threshold_dbfs=-rules.silence_depth_db, shortest_ms=rules.silence_min_ms)
    try:
        facts = await asyncio.to_thread(probe, received.path, received.filename, silence)
    except MediaError as error:
        raise BackendError(4001, error.reason) from None
    return StoredUpload(
        MediaInfo(
            filename=received.filename,
            file_type=facts.file_type,
            duration_ms=facts.duration_ms,
            width=facts.width,
            height=facts.height,
            fps=facts.fps,
            hash=facts.hash,
            size=facts.size,
            has_audio=facts.has_audio,
            silences=facts.silences,
        ),
        received.path,
    )
