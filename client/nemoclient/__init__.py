"""The reference client: a thin client of NemoVideo's backend that keeps every obligation."""

from typing import TYPE_CHECKING, Any

from nemoclient.attribution import Attribution, from_skill_file
from nemoclient.client import NemoClient, Operation
from nemoclient.commands import route
from nemoclient.draft import Draft, Segment, State, Track, compare, summarise
from nemoclient.effects import Clock, InstantClock, Notice, SystemClock
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

if TYPE_CHECKING:
    from nemoclient.async_client import AsyncNemoClient, AsyncOperation, AsyncSystemClock

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


def __getattr__(name: str) -> Any:
    """Load the client for asyncio when it is asked for: asyncio would double the time of this import."""
    if name in ("AsyncNemoClient", "AsyncOperation", "AsyncSystemClock"):
        from nemoclient import async_client

        return getattr(async_client, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
