"""What the client gives back: frozen values with units in their names."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import NamedTuple

from nemoclient.draft import State


class Connection(NamedTuple):
    """A ready session; ``anonymous`` tells an anonymous account from a registered one."""

    user_id: str
    session_id: str
    task_id: str
    anonymous: bool


class Credits(NamedTuple):
    """The account's credits (CRE-1)."""

    available: int
    frozen: int
    total: int


class UploadedFile(NamedTuple):
    """A file as the service measured it (UPL-2); what it did not tell is None."""

    filename: str
    file_type: str
    cdn_url: str
    duration_s: float | None
    width: int | None
    height: int | None
    fps: float | None
    hash: str


class UploadResult(NamedTuple):
    """All files of one upload; ``applied`` says whether the session has them already."""

    files: tuple[UploadedFile, ...]
    applied: bool


class ExportResult(NamedTuple):
    """A video on this machine: where, how long, how large, and the id of the job that made it."""

    path: Path
    render_id: str
    size_bytes: int
    duration_s: float | None = None


class StreamEnd(Enum):
    """How a chat's stream came to its end."""

    COMPLETE = "complete"  # it closed after the agent had spoken
    SILENT = "silent"  # it closed after work without words (C-SSE-3)
    DROPPED = "dropped"  # it broke off (C-SSE-4)
    STALLED = "stalled"  # nothing came any more, not even a heartbeat
    TIMED_OUT = "timed out"  # it went on for too long (C-SSE-2)
    FAILED = "failed"  # the agent reported that it broke


@dataclass(frozen=True, slots=True)
class ChatResult:
    """What became of a message.

    ``text`` is the reply as the user saw it, ``changes`` what is different in the project, in words.
    ``ok`` is False where the user should look before going on. ``after`` is None when the project could
    not be read. ``skipped`` counts events of the stream that made no sense.
    """

    text: str
    ending: StreamEnd
    changes: tuple[str, ...]
    ok: bool
    before: State = field(repr=False)
    after: State | None = field(repr=False)
    tools: tuple[str, ...] = ()
    skipped: int = 0
