"""Uploaded files on their way into a session: to disk, measured, then kept under their media path."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from starlette.requests import Request

from ..engine.errors import BackendError
from ..engine.rules import Rules
from ..engine.uploads import NewFile, file_type, simulated, url_filename
from . import fetching
from .receiving import Received, receive
from .room import Room

_numbers = itertools.count()


def scratch(room: Room) -> Path:
    """Return a folder of its own for one upload, not yet made."""
    return room.directory / f"incoming-{next(_numbers)}"


@dataclass(frozen=True, slots=True)
class Taken:
    """One file: its facts, and where its bytes lie; None for one that is only simulated."""

    facts: NewFile
    path: Path | None


class Intake:
    """The files of one upload, in order."""

    def __init__(self, room: Room, folder: Path) -> None:
        self.files: list[Taken] = []
        self._room = room
        self._folder = folder

    async def receive(self, request: Request, rules: Rules) -> None:
        """Take the files of a multipart request; raise 400, 4001 or 4002 (UPL-3, UPL-4)."""
        for received in await receive(request, self._folder, rules):
            self.files.append(await measured(received, rules))

    async def fetch(self, urls: Sequence[str], rules: Rules) -> None:
        """Take files from URLs: simulated, or really fetched from hosts a setting names (UPL-6)."""
        if len(urls) > rules.max_files_per_upload:
            raise BackendError(400, f"field urls: at most {rules.max_files_per_upload} files at once")
        for url in urls:
            file_type(url_filename(url))
            if urlsplit(url).hostname in self._room.settings.fetch_hosts:
                received = await fetching.fetch(url, self._folder / str(len(self.files)), rules)
                self.files.append(await measured(received, rules))
            else:
                self.files.append(Taken(simulated(url, self._room.backend.world.entropy), None))

    def keep(self, paths: Sequence[str]) -> None:
        """Move the bytes to where their media paths are served from."""
        for taken, url_path in zip(self.files, paths, strict=True):
            if taken.path is not None:
                home = self._room.directory / url_path.lstrip("/")
                home.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(taken.path, home)
                self._room.files[url_path] = home


async def measured(received: Received, rules: Rules) -> Taken:
    """Return a file with what its own headers say (UPL-2); raise 4001 where its name claims another kind."""
    from ..media import MediaError, SilenceRule, probe  # video libraries are loaded by the first file

    file_type(received.filename)
    silence = SilenceRule(threshold_dbfs=-rules.silence_depth_db, shortest_ms=rules.silence_min_ms)
    try:
        facts = await asyncio.to_thread(probe, received.path, received.filename, silence)
    except MediaError as error:
        raise BackendError(4001, error.reason) from None
    return Taken(
        NewFile(
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
