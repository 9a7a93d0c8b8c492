"""Uploaded files on their way into a session: received or fetched, probed, stored under their media path."""

from __future__ import annotations

import asyncio
import itertools
import re
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO
from urllib.parse import unquote, urlsplit

from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from ..engine.errors import BackendError
from ..engine.library import MediaInfo, check_size, file_type, safe_filename, simulated, url_filename
from ..engine.parameters import Parameters
from .media_service import while_connected
from .worlds import World

if TYPE_CHECKING:
    from httpx import AsyncClient

FIELD = "files"  # UPL-1
_MAX_FIELDS = 64
_OPTION = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;]*)')
_numbers = itertools.count()


@dataclass(slots=True)
class ReceivedFile:
    """One received file: its name as the client gave it, its path, its size in bytes so far."""

    filename: str
    path: Path
    size: int = 0


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """One probed file, and the path of its bytes; None for a simulated one."""

    info: MediaInfo
    path: Path | None


def upload_folder(world: World) -> Path:
    """Return a separate folder for one upload, not yet created."""
    return world.directory / f"incoming-{next(_numbers)}"


class UploadBatch:
    """The files of one upload, in order."""

    def __init__(self, world: World, folder: Path, request: Request) -> None:
        self.files: list[StoredUpload] = []
        self._world = world
        self._folder = folder
        self._request = request
        self._deadline_s: float | None = None

    async def receive(self, parameters: Parameters) -> None:
        """Take the files of a multipart request; raise 400, 4001 or 4002 (UPL-3, UPL-4)."""
        for received in await receive(self._request, self._folder, parameters):
            self.files.append(await self._probed(received, parameters))

    async def fetch(self, urls: Sequence[str], parameters: Parameters) -> None:
        """Take files from URLs: simulated, or fetched from hosts that a setting names (UPL-6)."""
        if len(urls) > parameters.max_files_per_upload:
            raise BackendError(400, f"field urls: at most {parameters.max_files_per_upload} files at once")
        for url in urls:
            file_type(url_filename(url))
            if urlsplit(url).hostname in self._world.settings.fetch_hosts:
                received = await self._fetched(url, parameters)
                self.files.append(await self._probed(received, parameters))
            else:
                self.files.append(StoredUpload(simulated(url, self._world.backend.data.randomness), None))

    async def _fetched(self, url: str, parameters: Parameters) -> ReceivedFile:
        """Return a file from a URL; it ends with its client, and at the deadline of all of them."""
        limit_s, loop = self._world.settings.fetch_timeout_s, asyncio.get_running_loop()
        self._deadline_s = self._deadline_s or loop.time() + limit_s
        try:
            async with asyncio.timeout_at(self._deadline_s):
                path = self._folder / str(len(self.files))
                return await while_connected(self._request, fetch(url, path, parameters))
        except TimeoutError:
            detail = f"field urls: {url[:80]!r} was not fetched within {limit_s:g} s"
            raise BackendError(400, detail) from None

    async def _probed(self, received: ReceivedFile, parameters: Parameters) -> StoredUpload:
        """Return a file as its content describes it (UPL-2); raise 4001 if its name claims another kind."""
        file_type(received.filename)
        info = await self._world.media.probe(
            self._request, received.path, received.filename, parameters, self._world.backend.data.randomness
        )
        return StoredUpload(info, received.path)

    async def keep(self) -> None:
        """Make the bytes safe before the upload is accepted, if the world is stored."""
        recorder = self._world.recorder
        for upload in self.files if recorder is not None else ():
            if recorder is not None and upload.path is not None:
                await asyncio.to_thread(recorder.files.take, upload.path, upload.info.hash)
                recorder.use_file(upload.info.hash)

    def store(self, paths: Sequence[str]) -> None:
        """Move the bytes to where their media paths are served from."""
        for upload, url_path in zip(self.files, paths, strict=True):
            if upload.path is not None:
                self._world.files[url_path] = self._stored(upload.path, upload.info.hash, url_path)

    def _stored(self, path: Path, digest: str, url_path: str) -> Path:
        if self._world.recorder is not None:
            return self._world.recorder.files.path(digest)
        target = self._world.directory / url_path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, target)
        return target


# -- multipart ------------------------------------------------------------------------------------


class MultipartReceiver:
    """Writes the file parts of one multipart body to ``folder``, holding one chunk in memory (UPL-4)."""

    def __init__(self, folder: Path, parameters: Parameters) -> None:
        self.files: list[ReceivedFile] = []
        self._folder = folder
        self._parameters = parameters
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
        """Close the file that is open."""
        if self._out is not None:
            self._out.close()
            self._out = None

    def _begin(self, part: MultipartSegment) -> None:
        if part.name != FIELD:
            return  # an unknown field is accepted and ignored
        filename = filename_of(part)
        if not filename:
            raise BackendError(400, f"field {FIELD}: a file part needs a filename")
        file_type(filename)  # UPL-3: rejected before its bytes are written
        limit = self._parameters.max_files_per_upload
        if len(self.files) >= limit:
            raise BackendError(400, f"field {FIELD}: at most {limit} files at once")
        received = ReceivedFile(filename, self._folder / str(len(self.files)))
        self.files.append(received)
        self._out = received.path.open("wb")

    def _write(self, piece: bytes) -> None:
        file = self.files[-1]
        file.size += len(piece)
        check_size(file.size, self._parameters.max_upload_bytes, file.filename)
        assert self._out is not None
        self._out.write(piece)


def filename_of(part: MultipartSegment) -> str:
    """Return the name of a part's file without folders and control characters, empty if it has none.

    ``filename*`` (RFC 8187) wins over ``filename``; browsers spell quotes and line ends as %22, %0D, %0A.
    """
    name = part.filename or ""
    for spelling, char in (("%22", '"'), ("%0D", "\r"), ("%0A", "\n")):
        name = name.replace(spelling, char).replace(spelling.lower(), char)
    options = _OPTION.findall(part.header("Content-Disposition", ""))
    extended = next((value.strip('"') for key, value in options if key.lower() == "filename*"), "")
    charset, _, encoded = extended.partition("'")
    _language, quote, encoded = encoded.partition("'")
    if quote and encoded and charset.lower() in ("utf-8", "iso-8859-1"):
        name = unquote(encoded, charset)
    return safe_filename(name)


async def receive(request: Request, folder: Path, parameters: Parameters) -> list[ReceivedFile]:
    """Return the files of a multipart request; raise 400, 4001 or 4002, all or none (UPL-5).

    The files are in ``folder``, which the caller removes.
    """
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    if media_type != "multipart/form-data" or not options.get("boundary"):
        raise BackendError(400, "header Content-Type must be multipart/form-data with a boundary, or JSON")
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise BackendError(400, "header Content-Encoding: send an upload uncompressed, without this header")
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    receiver = MultipartReceiver(folder, parameters)
    try:
        await _parse(request.stream(), options["boundary"], receiver)
    except MultipartError as error:
        # The parser appends a cause of its own to its message, which is internal (ENV-4).
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
                await asyncio.sleep(0)  # other requests run between the chunks of a long upload
        parser.close()


# -- fetching -------------------------------------------------------------------------------------


async def fetch(url: str, path: Path, parameters: Parameters) -> ReceivedFile:
    """Download ``url`` to ``path``; raise 400 if that fails, 4002 if it is too large (UPL-6).

    Redirects are not followed: they could lead to a host that no setting names.
    """
    import httpx  # loaded by the first download: it would cost every start a tenth of a second

    received = ReceivedFile(url_filename(url), path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        # The caller has a deadline for all of it.
        async with httpx.AsyncClient(timeout=None, trust_env=False) as client:  # noqa: S113
            await _download(client, url, received, parameters)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BackendError(400, f"field urls: {url[:80]!r} cannot be fetched: {error}") from None
    return received


async def _download(client: AsyncClient, url: str, received: ReceivedFile, parameters: Parameters) -> None:
    async with client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response:
        if response.status_code != 200:
            raise BackendError(400, f"field urls: {url[:80]!r} answers {response.status_code}")
        with received.path.open("wb") as out:
            async for chunk in response.aiter_raw():  # not unpacked: a small answer could become a large file
                received.size += len(chunk)
                check_size(received.size, parameters.max_upload_bytes, received.filename)
                out.write(chunk)
