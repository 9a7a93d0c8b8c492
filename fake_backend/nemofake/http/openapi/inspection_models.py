"""Response bodies of the control API's views of a world at a moment; times are engine milliseconds."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from .control_models import Clock
from .models import SESSION_ID, USER_ID, Count, Exact

_NOW = 1_767_225_600_000


class LiveState(Exact):
    """What an event of the live stream says; a number that differs means that there is more to read."""

    world: str = Field(description="Name of the world", examples=["default"])
    clock: Clock
    resets: Count = Field(description="How often the world began anew", examples=[0])
    requests: Count = Field(description="Requests so far, dropped ones included", examples=[12])
    dropped: Count = Field(description="Older requests that the journal no longer has", examples=[0])
    open_requests: Count = Field(description="Requests without a complete response", examples=[1])
    accounts: Count = Field(examples=[1])
    sessions: Count = Field(examples=[1])
    renders: Count = Field(examples=[0])
    scenario: str = Field(description="The active scenario", examples=["happy-path"])
    faults: Count = Field(description="Active faults", examples=[0])


class RequestSummary(Exact):
    """One exchange in a row of a list; secrets are masked."""

    seq: int = Field(ge=1, description="Number of the journal entry", examples=[1])
    operation: str = Field(examples=["chat"])
    method: str = Field(examples=["POST"])
    path: str = Field(examples=["/run_sse"])
    at_ms: int = Field(description="Engine time of the request", examples=[_NOW])
    duration_ms: int | None = Field(
        description="Engine time until its end; null: still open", examples=[21_400]
    )
    status: int | None = Field(description="HTTP status; null: no response yet", examples=[200])
    code: int | None = Field(description="Code of the envelope; null: another body", examples=[0])
    ending: Literal["complete", "client-gone", "cut"] | None = Field(examples=["complete"])
    faults: list[str] = Field(description="Faults that changed the response", examples=[["close"]])
    scenario: str | None = Field(description="Scenario of a magic token", examples=["chat-silent-edit"])


class RequestPage(Exact):
    """Some of the requests that match, oldest first."""

    total: Count = Field(description="How many match", examples=[1])
    offset: Count = Field(description="Position of the first one here", examples=[0])
    dropped: Count = Field(description="Older requests that the journal no longer has", examples=[0])
    items: list[RequestSummary]


class SessionSummary(Exact):
    """A session in a list."""

    session_id: str = Field(examples=[SESSION_ID])
    task_name: str = Field(examples=["project"])
    user_id: str = Field(examples=[USER_ID])
    language: str = Field(examples=["en"])
    revisions: Count = Field(description="Edits so far", examples=[1])
    running_turns: Count = Field(description="Chat turns that have not ended now", examples=[0])


class SessionRevision(Exact):
    """The draft after an edit."""

    at_ms: int = Field(description="When the edit was applied", examples=[_NOW])
    edit: str = Field(description="Kind of the edit", examples=["trim"])
    draft: dict[str, Any] = Field(description="The draft from then on", examples=[{"d": 4000, "t": []}])


class SessionFile(Exact):
    """An uploaded file of a session, or a generated clip."""

    name: str = Field(examples=["clip.mp4"])
    kind: str = Field(description="video, image, audio or generated", examples=["video"])
    duration_ms: Count = Field(examples=[12_000])


class SessionDetail(Exact):
    """A session with its newest 200 edits, oldest first."""

    session: SessionSummary
    files: list[SessionFile]
    revisions: list[SessionRevision]


class CreditStep(Exact):
    """Credits of an account from a moment on."""

    at_ms: int = Field(examples=[_NOW])
    available: Count = Field(examples=[50])
    frozen: Count = Field(examples=[50])
    consumed: Count = Field(examples=[0])


class RenderInfo(Exact):
    """A render job as it was at the moment that was asked for."""

    render_id: str = Field(examples=["render_1767225600"])
    session_id: str = Field(examples=[SESSION_ID])
    created_at_ms: int = Field(examples=[_NOW])
    ended_at_ms: int | None = Field(examples=[_NOW + 60_000])
    state: Literal["pending", "processing", "completed", "failed", "cancelled"] = Field(
        examples=["completed"]
    )
    progress: Count = Field(le=100, examples=[100])
    duration_ms: Count = Field(description="Length of the video", examples=[4_000])
    video: str | None = Field(
        description="Name for `GET /videos/{name}` of a completed job", examples=["0f5a1c9e77d24b10.mp4"]
    )


class FaultField(Exact):
    """A field of a fault."""

    name: str = Field(examples=["after_events"])
    type: str = Field(description="number, text, boolean or json", examples=["number"])
    default: Any = Field(description="false, a number or a text; null: none", examples=[0])


class FaultType(Exact):
    """A fault that can be added."""

    name: str = Field(examples=["close"])
    description: str = Field(examples=["Close the connection."])
    operations: list[str] = Field(description="What it can be added for", examples=[["chat"]])
    fields: list[FaultField]


class Finding(Exact):
    """An obligation that the client of this world has not kept."""

    clause: str = Field(examples=["C-SSE-4"])
    level: str = Field(description="must, should or advice", examples=["must"])
    expected: str = Field(examples=["no message is sent twice"])
    seen: str = Field(examples=["the same message twice"])
    seq: int | None = Field(description="Number of the request, if it is about one", examples=[7])


class Findings(Exact):
    """What the client rules of the contract suite say of the newest requests."""

    available: bool = Field(description="Whether the contract suite is installed", examples=[True])
    judged: Count = Field(description="How many requests were judged", examples=[12])
    items: list[Finding]
