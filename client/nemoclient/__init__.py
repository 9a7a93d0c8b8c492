"""The reference client: a thin client of NemoVideo's backend that keeps every obligation."""

from nemoclient.attribution import Attribution, from_skill_file
from nemoclient.client import AsyncNemoClient, AsyncOperation, NemoClient, Operation
from nemoclient.commands import route
from nemoclient.draft import Draft, Segment, State, Track, compare, summarise
from nemoclient.effects import AsyncSystemClock, Clock, InstantClock, Notice, SystemClock
from nemoclient.errors import NemoError
from nemoclient.reply_text import translate
from nemoclient.results import (
    ChatResult,
    Connection,
    Credits,
    ExportResult,
    StreamEnd,
    UploadedFile,
    UploadResult,
)
from nemoclient.transport import Timeouts

__all__ = [
    "AsyncNemoClient",
    "AsyncOperation",
    "AsyncSystemClock",
    "Attribution",
    "ChatResult",
    "Clock",
    "Connection",
    "Credits",
    "Draft",
    "ExportResult",
    "InstantClock",
    "NemoClient",
    "NemoError",
    "Notice",
    "Operation",
    "Segment",
    "State",
    "StreamEnd",
    "SystemClock",
    "Timeouts",
    "Track",
    "UploadResult",
    "UploadedFile",
    "compare",
    "from_skill_file",
    "route",
    "summarise",
    "translate",
]
