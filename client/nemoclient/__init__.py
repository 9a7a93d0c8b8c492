"""The reference client: a thin client of NemoVideo's backend that keeps every obligation."""

from nemoclient.async_client import AsyncNemoClient, AsyncNotices
from nemoclient.attribution import Attribution, from_skill_file
from nemoclient.client import NemoClient, Notices
from nemoclient.clock import AsyncSystemClock, Clock, InstantClock, SystemClock
from nemoclient.draft import Draft, Segment, State, Track
from nemoclient.errors import NemoError
from nemoclient.gui import translate
from nemoclient.results import Chatted, Connection, Credits, Ending, Exported, Uploaded, UploadedFile
from nemoclient.routing import route
from nemoclient.steps import Notice
from nemoclient.summary import compare, summarise
from nemoclient.transport import Timeouts

__all__ = [
    "AsyncNemoClient",
    "AsyncNotices",
    "AsyncSystemClock",
    "Attribution",
    "Chatted",
    "Clock",
    "Connection",
    "Credits",
    "Draft",
    "Ending",
    "Exported",
    "InstantClock",
    "NemoClient",
    "NemoError",
    "Notice",
    "Notices",
    "Segment",
    "State",
    "SystemClock",
    "Timeouts",
    "Track",
    "Uploaded",
    "UploadedFile",
    "compare",
    "from_skill_file",
    "route",
    "summarise",
    "translate",
]
