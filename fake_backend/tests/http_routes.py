"""The data plane's routes with a good body each, and every field with the types that it takes."""

from __future__ import annotations

import json
from typing import Any

from .http_helpers import DRAFT, Api, success

SESSION = "/api/tasks/me/with-session/nemo_agent"
CLAIM = "/api/auth/claim-token"
CHAT = "/run_sse"
RENDER = "/api/render/proxy/lambda"
OLDER = "/api/render/proxy/draft"
CREDITS = "/api/credits/balance/simple"
JSON = {"Content-Type": "application/json"}

# Routes that take a JSON body, each with a good one; `SID` and `TID` stand for a real session and task.
BODIES: dict[str, dict[str, Any]] = {
    SESSION: {"task_name": "project", "language": "en"},
    CLAIM: {"task_id": "TID", "session_id": "SID"},
    CHAT: {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": "SID",
        "new_message": {"role": "user", "parts": [{"text": "hello"}]},
        "streaming": True,
    },
    "UPLOAD": {"urls": ["http://example.com/walk_12s.mp4"], "source_type": "url"},
    RENDER: {"id": "r1", "sessionId": "SID", "draft": DRAFT, "output": {"format": "mp4", "quality": "high"}},
}
NEEDED = {
    SESSION: ["task_name"],
    CLAIM: ["task_id", "session_id"],
    CHAT: ["session_id", "new_message", "new_message.parts", "new_message.parts.0.text"],
    "UPLOAD": ["urls"],
    RENDER: ["id", "sessionId", "draft"],
}
# Each field with the types that it takes; a list by its items, which are named by their place.
FIELDS: dict[str, dict[str, str]] = {
    SESSION: {"task_name": "text", "language": "text null"},
    CLAIM: {"task_id": "text", "session_id": "text"},
    CHAT: {
        "app_name": "text null",
        "user_id": "text",
        "session_id": "text",
        "new_message": "object",
        "new_message.role": "text null",
        "new_message.parts": "list",
        "new_message.parts.0": "object",
        "new_message.parts.0.text": "text",
        "streaming": "truth",
    },
    "UPLOAD": {"urls": "list", "urls.0": "text", "source_type": "text"},
    RENDER: {
        "id": "text",
        "sessionId": "text",
        "draft": "object",
        "output": "object null",
        "output.format": "text null",
        "output.quality": "text null",
    },
}
TYPED: dict[str, Any] = {
    "null": None,
    "number": 7,
    "fraction": 1.5,
    "truth": True,
    "text": "word",
    "list": [],
    "object": {},
}
DATA_PLANE = [
    ("POST", "/api/auth/anonymous-token"),
    ("POST", CLAIM),
    ("POST", SESSION),
    ("POST", CHAT),
    ("GET", CREDITS),
    ("GET", "/api/state/nemo_agent/me/SID/latest"),
    ("POST", "/api/upload-video/nemo_agent/me/SID"),
    ("POST", RENDER),
    ("GET", f"{RENDER}/r1"),
    ("POST", f"{RENDER}/r1/cancel"),
    ("POST", OLDER),
    ("GET", "/api/render/proxy/r1"),
    ("GET", "/api/render/proxy/r1/download"),
    ("GET", "/cdn/media/x/y.mp4"),
    ("GET", "/cdn/generated/x.mp4"),
    ("GET", "/cdn/renders/x.mp4"),
]


def good(api: Api, path: str) -> dict[str, Any]:
    """Return a fresh good body for a route."""
    task_id = success(api.call("GET", api.state_path()))["task_id"]
    text = json.dumps(BODIES[path]).replace("SID", api.session_id).replace("TID", task_id)
    body: dict[str, Any] = json.loads(text)
    return body


def place(api: Api, path: str) -> str:
    """Return the real path behind a name of the tables above."""
    return api.upload_path() if path == "UPLOAD" else path.replace("SID", api.session_id)


def holder(body: Any, field: str) -> tuple[Any, Any]:
    """Return what holds a field, and its key there."""
    *way, last = [int(step) if step.isdigit() else step for step in field.split(".")]
    for step in way:
        body = body[step]
    return body, last
