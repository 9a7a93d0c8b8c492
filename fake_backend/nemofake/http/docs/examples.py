"""Examples that a reader can use: the values that /openapi.json shows beside its schemas."""

from __future__ import annotations

from typing import Any

from ...engine.errors import CATALOGUE

SESSION_ID, TASK_ID, USER_ID = "1748290516374920583", "1748290516374920001", "anon_91c0d2f4a6b85e37"
_ORIGIN = "http://127.0.0.1:8787"

TOKEN = {
    "token": "nmv_usr_4f1d09c6a2b87e53d1f0c9a8b7e6d5c4",
    "user_id": USER_ID,
    "credits": 100,
    "expires_at": "2026-01-08T00:00:00.000Z",
}
CLAIM_TOKEN = {"claim_token": "clm_8d3e5f7a9b1c2d4e6f8091a2b3c4d5e6", "expires_in": 604800}
NEW_SESSION = {"task_id": TASK_ID, "session_id": SESSION_ID, "user_id": USER_ID}
BALANCE = {"available": 50, "frozen": 50, "total": 100}
FILE = {
    "media_id": "0f5a1c9e77d24b10",
    "filename": "clip.mp4",
    "file_type": "video",
    "cdn_url": f"{_ORIGIN}/cdn/media/0f5a1c9e77d24b10/clip.mp4",
    "duration": 12.5,
    "width": 1080,
    "height": 1920,
    "fps": 30.0,
    "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "size": 2480133,
}
UPLOADED = {"files": [FILE], "session_state_applied": True}
DRAFT = {
    "d": 10000,
    "t": [
        {"tt": 0, "m": {"name": "Video"}, "sg": [{"s": 0, "d": 10000, "m": {"name": "city timelapse"}}]},
        {"tt": 7, "m": {"name": "Title"}, "sg": [{"s": 0, "d": 3000, "m": {"text": "Urban Dreams"}}]},
    ],
}
SESSION_STATE = {
    "session_id": SESSION_ID,
    "task_id": TASK_ID,
    "task_name": "project",
    "user_id": USER_ID,
    "state": {
        "draft": DRAFT,
        "video_infos": [FILE],
        "canvas_config": {"width": 1080, "height": 1920},
        "video_analyses": [
            {
                "media_id": FILE["media_id"],
                "filename": "clip.mp4",
                "has_audio": True,
                "silences": [{"start": 2000, "end": 3500}],
            }
        ],
        "generated_media": [],
    },
}
STREAM = (
    'data: {"type":"tool_call","name":"edit_multitrack","args":{"action":"add_title","text":"Dreams"}}\n\n'
    'data: {"type":"heartbeat"}\n\n'
    'data: {"type":"tool_result","name":"edit_multitrack","result":{"status":"success"}}\n\n'
    "data:\n\n"
    'data: {"type":"text","content":"Your title is in. Click Export when you are happy with it."}\n\n'
)
PENDING = {
    "id": "render_1767225600",
    "status": "pending",
    "progress": 0,
    "createdAt": "2026-01-01T00:01:00.000Z",
}
COMPLETED = PENDING | {
    "status": "completed",
    "progress": 100,
    "completedAt": "2026-01-01T00:01:58.000Z",
    "output": {
        "url": f"{_ORIGIN}/cdn/renders/5d41402abc4b2a76b9719d911017c592.mp4",
        "duration": 10.0,
        "size": 48213,
    },
}
CANCELLED = PENDING | {"status": "cancelled", "progress": 40}
NESTED = {"success": True, "data": PENDING}

# What a route is asked with.
CLAIM = {"task_id": TASK_ID, "session_id": SESSION_ID}
SESSION = {"task_name": "project", "language": "en"}
CHAT = {
    "app_name": "nemo_agent",
    "user_id": "me",
    "session_id": SESSION_ID,
    "new_message": {"parts": [{"text": "cut silences, color grade the footage"}]},
}
URLS = {"urls": ["https://example.com/walk_12s.mp4"], "source_type": "url"}
RENDER = {
    "id": "render_1767225600",
    "sessionId": SESSION_ID,
    "draft": DRAFT,
    "output": {"format": "mp4", "quality": "high"},
}


def envelope(data: Any) -> dict[str, Any]:
    """Return a success around ``data`` (ENV-1)."""
    return {"code": 0, "message": "success", "data": data}


# What details the refusals carry, by code; the others have none.
_DETAILS = {400: "field session_id: Field required", 409: "render id 'render_1767225600' was used before"}
REFUSALS: dict[str, dict[str, Any]] = {
    f"refusal-{code}": {
        "summary": f"{code}: {fault.message}",
        "value": {
            "code": code,
            "message": ": ".join(filter(None, (fault.message, _DETAILS.get(code)))),
            "data": None,
        },
    }
    for code, fault in CATALOGUE.items()
}
