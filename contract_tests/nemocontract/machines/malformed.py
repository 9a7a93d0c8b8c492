"""Requests that are wrong in one way each, and must be answered with a 400 that says so (ENV-4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_JSON: Final = {"Content-Type": "application/json"}
_MESSAGE: Final = {"parts": [{"text": "hello"}]}

# By endpoint: what is wrong, and what httpx is told to send; {session} and {task} are filled in.
FAULTS: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "chat": {
        "no JSON": {"content": b'{"session_id": ', "headers": _JSON},
        "no body": {"content": b"", "headers": _JSON},
        "a list for a body": {"json": [1, 2]},
        "no session_id": {"json": {"new_message": _MESSAGE}},
        "a number for session_id": {"json": {"session_id": 7, "new_message": _MESSAGE}},
        "no new_message": {"json": {"session_id": "{session}"}},
        "no parts": {"json": {"session_id": "{session}", "new_message": {"parts": []}}},
        "a number for text": {"json": {"session_id": "{session}", "new_message": {"parts": [{"text": 5}]}}},
        "blanks for text": {"json": {"session_id": "{session}", "new_message": {"parts": [{"text": "  "}]}}},
        "another content type": {"content": b"hello", "headers": {"Content-Type": "text/plain"}},
    },
    "session.create": {
        "no task_name": {"json": {"language": "en"}},
        "a number for task_name": {"json": {"task_name": 1}},
    },
    "upload": {
        "no urls": {"json": {"source_type": "url"}},
        "an empty list of urls": {"json": {"urls": [], "source_type": "url"}},
        "a text for urls": {"json": {"urls": "https://example.com/a.mp4", "source_type": "url"}},
    },
    "token.claim": {
        "no task_id": {"json": {"session_id": "{session}"}},
        "no session_id": {"json": {"task_id": "{task}"}},
    },
    "render.submit": {
        "no id": {"json": {"sessionId": "{session}", "draft": {}}},
        "session_id for sessionId": {"json": {"id": "r", "session_id": "{session}", "draft": {}}},
        "a list for draft": {"json": {"id": "r", "sessionId": "{session}", "draft": []}},
    },
}
ALL: Final = tuple((endpoint, fault) for endpoint, faults in FAULTS.items() for fault in faults)
