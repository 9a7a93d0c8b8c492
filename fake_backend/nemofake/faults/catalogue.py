"""All faults by name."""

from __future__ import annotations

from .bom import ByteOrderMark
from .chunking import Chunking
from .close import Close
from .comments import Comments
from .compression import Compression
from .content_type import ContentType
from .cut import CutOff
from .cut_inside import CutInside
from .delay import Delay
from .drip import Drip
from .empty_data import EmptyData
from .error_code import ErrorCode
from .extra_fields import ExtraEventFields, ExtraFields
from .fault import Fault
from .heartbeats_only import HeartbeatsOnly
from .line_ends import LineEnds
from .malformed_event import MalformedEvent
from .malformed_json import MalformedJson
from .missing_fields import MissingFields
from .no_answer import NoAnswer
from .partial_upload import PartialUpload
from .plain_text import PlainText
from .proxy_error import ProxyError
from .redirect import Redirect
from .repeat_event import RepeatEvent
from .reset import ResetConnection
from .split_data import SplitData
from .stall import StallConnection
from .temporary_issue import TemporaryIssue
from .truncated_json import TruncatedJson

FAULTS: dict[str, type[Fault]] = {
    fault.name: fault
    for fault in (
        ByteOrderMark,
        Chunking,
        Close,
        Comments,
        Compression,
        ContentType,
        CutInside,
        CutOff,
        Delay,
        Drip,
        EmptyData,
        ErrorCode,
        ExtraEventFields,
        ExtraFields,
        HeartbeatsOnly,
        LineEnds,
        MalformedEvent,
        MalformedJson,
        MissingFields,
        NoAnswer,
        PartialUpload,
        PlainText,
        ProxyError,
        Redirect,
        RepeatEvent,
        ResetConnection,
        SplitData,
        StallConnection,
        TemporaryIssue,
        TruncatedJson,
    )
}
