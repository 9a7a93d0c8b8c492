"""Small builders of JSON schemas, so that the schemas themselves read as tables."""

from __future__ import annotations

from typing import Any

from ...engine.errors import CATALOGUE

Doc = dict[str, Any]


def ref(name: str) -> Doc:
    """Point to a component."""
    return {"$ref": f"#/components/schemas/{name}"}


def text(about: str, **more: Any) -> Doc:
    """Return the schema of a string."""
    return {"type": "string", "description": about, **more}


def whole(about: str, **more: Any) -> Doc:
    """Return the schema of a whole number."""
    return {"type": "integer", "description": about, **more}


def number(about: str) -> Doc:
    """Return the schema of a number that is 0 or more."""
    return {"type": "number", "description": about, "minimum": 0}


def truth(about: str, **more: Any) -> Doc:
    """Return the schema of true or false."""
    return {"type": "boolean", "description": about, **more}


def listing(item: Doc, about: str = "") -> Doc:
    """Return the schema of an array."""
    return {"type": "array", "items": item, **({"description": about} if about else {})}


def record(about: str, *optional: str, **fields: Doc) -> Doc:
    """Return the schema of an object that has these fields and no others."""
    needed = [name for name in fields if name not in optional]
    return loose(about, **fields) | {"required": needed, "additionalProperties": False}


def loose(about: str, **fields: Doc) -> Doc:
    """Return the schema of an object that may have more than these fields."""
    return {"type": "object", "description": about, "properties": fields}


def enveloped(data: Doc) -> Doc:
    """Return the schema of a success envelope (ENV-1)."""
    return record(
        "A success.",
        code={"const": 0},
        message={"const": "success"},
        data=data,
    )


def moment(about: str) -> Doc:
    """Return the schema of an instant."""
    return text(f"{about}, ISO 8601 in UTC", format="date-time")


_ID = {"pattern": "^[0-9]{19}$"}
_SIDE = "pixels; 0 for sound"
_JOB = {
    "id": text("the id that it was submitted with"),
    "status": text("how far it is", enum=["pending", "processing", "completed", "failed", "cancelled"]),
    "progress": whole("percent; 100 only when completed", minimum=0, maximum=100),
    "createdAt": moment("when it was submitted"),
    "completedAt": moment("when it was completed"),
    "error": text("why it failed"),
}

SCHEMAS: dict[str, Doc] = {
    "Failure": record(
        "A refusal: `code` is not 0, `data` is null.",
        code=whole("what is wrong", enum=sorted(CATALOGUE)),
        message=text("the same for a human"),
        data={"type": "null"},
    ),
    "Token": record(
        "An anonymous token.",
        token=text("what `Authorization: Bearer …` takes", pattern="^nmv_usr_"),
        user_id=text("the account behind it", pattern="^anon_"),
        credits=whole("credits to begin with", minimum=0),
        expires_at=moment("the end of its 7 days"),
    ),
    "ClaimToken": record(
        "A token for the web: `<web>/workspace/claim?ct=…`.",
        claim_token=text("it opens no API", pattern="^clm_"),
        expires_in=whole("seconds", minimum=0),
    ),
    "NewSession": record(
        "A session and the task it belongs to.",
        task_id=text("19 digits", **_ID),
        session_id=text("19 digits", **_ID),
        user_id=text("its owner"),
    ),
    "Balance": record(
        "Credits; `total` is `available` and `frozen`.",
        available=whole("to spend", minimum=0),
        frozen=whole("held by operations that run", minimum=0),
        total=whole("both", minimum=0),
    ),
    "File": record(
        "A file of a session, as its own headers measure it.",
        media_id=text("its id, which the draft's segments name"),
        filename=text("its name as the client gave it"),
        file_type=text("what it is", enum=["video", "image", "audio"]),
        cdn_url=text("where its bytes are; no token is needed", format="uri"),
        duration=number("seconds; 0 for a still"),
        width=whole(_SIDE, minimum=0),
        height=whole(_SIDE, minimum=0),
        fps=number("frames a second; 0 for pictures and sound"),
        hash=text("SHA-256, hexadecimal"),
        size=whole("bytes", minimum=0),
    ),
    "Uploaded": record(
        "What was added, all of it.",
        files=listing(ref("File")),
        session_state_applied={"const": True},
    ),
    "Draft": loose(
        "The timeline; `{}` before the first edit. Ready for export when some track has a segment.",
        d=number("milliseconds in all"),
        t=listing(ref("Track"), "tracks, the uppermost first in a summary"),
    ),
    "Track": loose(
        "One track.",
        tt=whole("0 video, 1 audio, 7 text"),
        d=number("milliseconds up to its end"),
        m=loose("About it.", name=text("the name a summary shows")),
        sg=listing(ref("Segment"), "segments in order"),
    )
    | {"required": ["sg"]},
    "Segment": loose(
        "One piece of a track.",
        s=number("start, milliseconds"),
        d=number("length, milliseconds"),
        m=loose(
            "About it; more as it applies.",
            name=text("what is shown or heard"),
            text=text("the words of a title"),
            volume=number("a share of 1"),
        ),
    )
    | {"required": ["d"]},
    "Analysis": record(
        "Where a file's sound is silent.",
        media_id=text("the file"),
        filename=text("its name"),
        has_audio=truth("whether it has sound at all"),
        silences=listing(
            record("One silence.", start=whole("milliseconds"), end=whole("milliseconds")),
        ),
    ),
    "Generated": record(
        "A clip that the agent made.",
        media_id=text("its id, which the draft's segments name"),
        name=text("a short name"),
        kind=text("what it is"),
        prompt=text("what was asked for"),
        url=text("where its film is; no token is needed", format="uri"),
        duration=number("seconds"),
        width=whole("pixels"),
        height=whole("pixels"),
    ),
    "SessionState": record(
        "A session with all that is in it.",
        session_id=text("19 digits", **_ID),
        task_id=text("19 digits", **_ID),
        task_name=text("the name it was made with"),
        user_id=text("its owner"),
        state=record(
            "What is in it.",
            draft=ref("Draft"),
            video_infos=listing(ref("File"), "uploaded files"),
            canvas_config=record("The picture.", width=whole("pixels"), height=whole("pixels")),
            video_analyses=listing(ref("Analysis"), "one for each file"),
            generated_media=listing(ref("Generated")),
        ),
    ),
    "Job": record(
        "An export; without envelope.",
        "completedAt",
        "error",
        "output",
        **_JOB,
        output=record(
            "The film of a completed one.",
            url=text("where it is; no token is needed", format="uri"),
            duration=number("seconds"),
            size=whole("bytes", minimum=1),
        ),
    ),
    "NestedJob": record(
        "An export under profile `render-nested`.",
        success={"const": True},
        data=record(
            "The job.", "completedAt", "error", "outputUrl", **_JOB, outputUrl=text("the film", format="uri")
        ),
    ),
    "Event": {
        "description": "What a `data:` line of the stream holds, unless it is empty; under profile `typed`.",
        "oneOf": [
            record("Words for the user.", type={"const": "text"}, content=text("a piece of the reply")),
            record(
                "A tool is called.", type={"const": "tool_call"}, name=text("the tool"), args=loose("How.")
            ),
            record(
                "A tool is done.",
                type={"const": "tool_result"},
                name=text("the tool"),
                result=loose("What came."),
            ),
            record("Still at work.", type={"const": "heartbeat"}),
        ],
    },
}


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
