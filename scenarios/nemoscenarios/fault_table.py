"""All faults of the infrastructure: their parameters as JSON Schema says it, and whose answers they can bend.

The fake has these faults as values. They are told here once more, for editors and for errors with a line;
a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_MOST = 1 << 53
_COUNT: Schema = {"type": "integer", "minimum": 0, "maximum": _MOST}
_ORDINAL: Schema = {"type": "integer", "minimum": 1, "maximum": _MOST}
_MS: Schema = {"type": "integer", "minimum": 0, "maximum": 366 * 24 * 3_600_000}
_FLAG: Schema = {"type": "boolean"}
_TEXT: Schema = {"type": "string", "maxLength": 4096}
_LINE: Schema = {**_TEXT, "pattern": r"^[^\r\n\x00]*$"}
_HEADER: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 1024,
    "pattern": r"^[!-~]([ -~]*[!-~])?$",
}
_SPOT: Mapping[str, Schema] = {
    "after_events": _COUNT,
    "after_bytes": _COUNT,
    "at_ms": _MS,
    "at_end": _FLAG,
}
_CODES = (400, 402, 403, 404, 405, 409, 429, 1001, 1002, 2001, 4001, 4002)

FILMS = frozenset({"cdn.media", "cdn.generated", "cdn.render", "render.download"})

# Fault -> its parameters; each has a default.
PARAMETERS: Mapping[str, Mapping[str, Schema]] = {
    "bom": {},
    "chunking": {"size": _COUNT},
    "close": _SPOT,
    "comments": {"text": _LINE},
    "content_type": {"value": _HEADER},
    "cut": _SPOT,
    "cut_inside": {"what": {"enum": ["character", "json"]}, "nth_event": _ORDINAL, "clean": _FLAG},
    "delay": {"ms": _MS},
    "drip": {"size": _ORDINAL, "every_ms": _MS},
    "empty_data": {"count": {"type": "integer", "minimum": 1, "maximum": 1000}},
    "error_code": {"code": {"enum": [*_CODES]}, "retry_after_s": _COUNT, "acted": _FLAG},
    "extra_event_fields": {},
    "extra_fields": {},
    "gzip": {},
    "heartbeats_only": {
        "minutes": {"type": "number", "minimum": 0, "maximum": 600},
        "every_s": {"type": "number", "minimum": 0.1, "maximum": 3600},
    },
    "line_ends": {"style": {"enum": ["crlf", "cr"]}},
    "malformed_event": {"nth_event": _ORDINAL, "data": _LINE},
    "malformed_json": {},
    "missing_fields": {"fields": {"type": "array", "items": {"type": "string"}, "maxItems": 100}},
    "no_answer": {"reset": _FLAG, "acted": _FLAG},
    "partial_upload": {"keep": _COUNT},
    "plain_text": {"text": _TEXT},
    "proxy_error": {"status": {"enum": [502, 503, 504]}, "acted": _FLAG},
    "redirect": {"location": _HEADER, "status": {"enum": [301, 302, 303, 307, 308]}, "acted": _FLAG},
    "repeat_event": {"nth_event": _ORDINAL, "times": {"type": "integer", "minimum": 2, "maximum": 1000}},
    "reset": _SPOT,
    "split_data": {},
    "stall": _SPOT,
    "temporary_issue": {"text": _LINE},
    "truncated_json": {"kept_share": {"type": "number", "minimum": 0, "maximum": 1}},
}

_OF_STREAMS = frozenset(
    {"bom", "comments", "empty_data", "extra_event_fields", "heartbeats_only", "line_ends", "malformed_event"}
    | {"plain_text", "repeat_event", "split_data", "temporary_issue"}
)
_OF_JSON = frozenset({"extra_fields", "malformed_json", "missing_fields", "truncated_json"})


def suits(fault: str, target: str) -> bool:
    """Tell whether a fault can bend the answers of an operation at all."""
    if fault in _OF_STREAMS:
        return target == "chat"
    if fault == "partial_upload":
        return target == "upload"
    return fault not in _OF_JSON or target not in FILMS
