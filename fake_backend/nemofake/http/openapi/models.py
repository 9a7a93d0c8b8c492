"""Response bodies of the data plane as pydantic models: schemas and examples of /openapi.json.

A field that may be absent has the default None; the schema then leaves it out of ``required`` and shows its
type alone, since the fake never sends null for it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel
from pydantic.json_schema import SkipJsonSchema

from ...engine.errors import CATALOGUE, STORAGE

TASK_ID, SESSION_ID, USER_ID = "1748290516374920001", "1748290516374920583", "anon_91c0d2f4a6b85e37"
TOKEN = "nmv_usr_4f1d09c6a2b87e53d1f0c9a8b7e6d5c4"  # noqa: S105  # an example
_ORIGIN = "http://127.0.0.1:8787"


class Exact(BaseModel):
    """An object that has these fields and no others."""

    model_config = ConfigDict(extra="forbid")


class Open(BaseModel):
    """An object that may have more fields than these."""

    model_config = ConfigDict(extra="allow")


Id19 = Annotated[str, Field(pattern="^[0-9]{19}$")]
Time = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Count = Annotated[int, Field(ge=0)]
Number = Annotated[float, Field(ge=0)]


class Failure(Exact):
    """An error response: `code` is not 0, `data` is null."""

    code: int = Field(
        description="Error code", json_schema_extra={"enum": [*sorted(CATALOGUE), STORAGE.code]}
    )
    message: str = Field(description="The error in words")
    data: None


class Token(Exact):
    """An anonymous token."""

    token: str = Field(description="Value of `Authorization: Bearer`", pattern="^nmv_usr_", examples=[TOKEN])
    user_id: str = Field(description="Account id", pattern="^anon_", examples=[USER_ID])
    credits: Count = Field(description="Credits at the start", examples=[100])
    expires_at: Time = Field(description="When its 7 days end", examples=["2026-01-08T00:00:00.000Z"])


class ClaimToken(Exact):
    """A token for the web: `<web>/workspace/claim?ct=…`."""

    claim_token: str = Field(
        description="Not valid for this API",
        pattern="^clm_",
        examples=["clm_8d3e5f7a9b1c2d4e6f8091a2b3c4d5e6"],
    )
    expires_in: Count = Field(description="Seconds", examples=[604_800])


class NewSession(Exact):
    """A session and the task it belongs to."""

    task_id: Id19 = Field(examples=[TASK_ID])
    session_id: Id19 = Field(examples=[SESSION_ID])
    user_id: str = Field(description="Owner", examples=[USER_ID])


class Balance(Exact):
    """Credits; `total` is `available` plus `frozen`."""

    available: Count = Field(description="Available to spend", examples=[50])
    frozen: Count = Field(description="Reserved by running operations", examples=[50])
    total: Count = Field(examples=[100])


class File(Exact):
    """A file of a session, as measured from its own headers."""

    media_id: str = Field(description="The id that draft segments name", examples=["0f5a1c9e77d24b10"])
    filename: str = Field(description="Name given by the client", examples=["clip.mp4"])
    file_type: Literal["video", "image", "audio"] = Field(examples=["video"])
    cdn_url: Url = Field(
        description="URL of its bytes; needs no token",
        examples=[f"{_ORIGIN}/cdn/media/0f5a1c9e77d24b10/clip.mp4"],
    )
    duration: Number = Field(description="Seconds; 0 for an image", examples=[12.5])
    width: Count = Field(description="Pixels; 0 for audio", examples=[1080])
    height: Count = Field(description="Pixels; 0 for audio", examples=[1920])
    fps: Number = Field(description="Frames per second; 0 for images and audio", examples=[30.0])
    hash: str = Field(
        description="SHA-256 in hexadecimal",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    size: Count = Field(description="Bytes", examples=[2_480_133])


class Uploaded(Exact):
    """The files that were added: all of them, or the upload fails."""

    files: list[File]
    session_state_applied: Literal[True] = Field(examples=[True])


class SegmentDetails(Open):
    """Details of a segment; more fields as they apply."""

    name: str | SkipJsonSchema[None] = Field(None, description="What is shown or heard")
    text: str | SkipJsonSchema[None] = Field(None, description="Text of a title")
    volume: Number | SkipJsonSchema[None] = Field(None, description="Volume, 1 is unchanged")


class Segment(Open):
    """One piece of a track."""

    s: Number | SkipJsonSchema[None] = Field(None, description="Start, milliseconds")
    d: Number = Field(description="Length, milliseconds")
    m: SegmentDetails | SkipJsonSchema[None] = None


class TrackDetails(Open):
    """Details of a track."""

    name: str | SkipJsonSchema[None] = Field(None, description="Name in summaries")


class Track(Open):
    """One track."""

    tt: Count | SkipJsonSchema[None] = Field(None, description="0 video, 1 audio, 7 text")
    d: Number | SkipJsonSchema[None] = Field(None, description="End of its last segment, milliseconds")
    m: TrackDetails | SkipJsonSchema[None] = None
    sg: list[Segment] = Field(description="Segments in order")


class Draft(Open):
    """The timeline; `{}` before the first edit. Ready for export if a track has a segment."""

    d: Number | SkipJsonSchema[None] = Field(None, description="Total length, milliseconds")
    t: list[Track] | SkipJsonSchema[None] = Field(None, description="Tracks, the topmost first")


DRAFT = {
    "d": 10000,
    "t": [
        {"tt": 0, "m": {"name": "Video"}, "sg": [{"s": 0, "d": 10000, "m": {"name": "city timelapse"}}]},
        {"tt": 7, "m": {"name": "Title"}, "sg": [{"s": 0, "d": 3000, "m": {"text": "Urban Dreams"}}]},
    ],
}


class Silence(Exact):
    """One silent interval."""

    start: Count = Field(description="Milliseconds", examples=[2000])
    end: Count = Field(description="Milliseconds", examples=[3500])


class Analysis(Exact):
    """Silent intervals of a file."""

    media_id: str = Field(examples=["0f5a1c9e77d24b10"])
    filename: str = Field(examples=["clip.mp4"])
    has_audio: bool = Field(examples=[True])
    silences: list[Silence]


class Generated(Exact):
    """A clip that the agent generated."""

    media_id: str = Field(description="The id that draft segments name", examples=["77d24b100f5a1c9e"])
    name: str = Field(description="Short name", examples=["the sea"])
    kind: str = Field(examples=["video"])
    prompt: str = Field(examples=["generate a 5 second clip of the sea"])
    url: Url = Field(
        description="URL of its video; needs no token",
        examples=[f"{_ORIGIN}/cdn/generated/77d24b100f5a1c9e.mp4"],
    )
    duration: Number = Field(description="Seconds", examples=[5.0])
    width: Count = Field(description="Pixels", examples=[1080])
    height: Count = Field(description="Pixels", examples=[1920])


class Canvas(Exact):
    """Size of the picture."""

    width: Count = Field(description="Pixels", examples=[1080])
    height: Count = Field(description="Pixels", examples=[1920])


class SessionContent(Exact):
    """What a session contains."""

    draft: Draft = Field(examples=[DRAFT])
    video_infos: list[File] = Field(description="Uploaded files")
    canvas_config: Canvas
    video_analyses: list[Analysis] = Field(description="One per file")
    generated_media: list[Generated] = Field(examples=[[]])


class SessionState(Exact):
    """A session with its content."""

    session_id: Id19 = Field(examples=[SESSION_ID])
    task_id: Id19 = Field(examples=[TASK_ID])
    task_name: str = Field(description="Name given at creation", examples=["project"])
    user_id: str = Field(description="Owner", examples=[USER_ID])
    state: SessionContent


class Output(Exact):
    """The video of a completed export."""

    url: Url = Field(
        description="URL of the video; needs no token",
        examples=[f"{_ORIGIN}/cdn/renders/5d41402abc4b2a76b9719d911017c592.mp4"],
    )
    duration: Number = Field(description="Seconds", examples=[10.0])
    size: int = Field(description="Bytes", ge=1, examples=[48_213])


class JobStatus(Exact):
    """The state of an export."""

    id: str = Field(description="The id it was submitted with", examples=["render_1767225600"])
    status: Literal["pending", "processing", "completed", "failed", "cancelled"] = Field(examples=["pending"])
    progress: int = Field(description="Percent; 100 only if completed", ge=0, le=100, examples=[0])
    createdAt: Time = Field(description="Time of submission", examples=["2026-01-01T00:01:00.000Z"])  # noqa: N815  # REN-7
    completedAt: Time | SkipJsonSchema[None] = Field(None, description="Time of completion")  # noqa: N815
    error: str | SkipJsonSchema[None] = Field(None, description="Why it failed")


class Job(JobStatus):
    """An export, without envelope."""

    output: Output | SkipJsonSchema[None] = None


class NestedStatus(JobStatus):
    """The state of an export under profile `render-nested`."""

    outputUrl: Url | SkipJsonSchema[None] = Field(None, description="URL of the video")  # noqa: N815  # REN-7


class NestedJob(Exact):
    """An export under profile `render-nested`."""

    success: Literal[True] = Field(examples=[True])
    data: NestedStatus


class TextEvent(Exact):
    """Text for the user."""

    type: Literal["text"]
    content: str = Field(description="A piece of the reply")


class ToolCallEvent(Exact):
    """A tool is called."""

    type: Literal["tool_call"]
    name: str = Field(description="Name of the tool")
    args: dict[str, Any] = Field(description="Its arguments")


class ToolResultEvent(Exact):
    """A tool has returned."""

    type: Literal["tool_result"]
    name: str = Field(description="Name of the tool")
    result: dict[str, Any] = Field(description="Its result")


class HeartbeatEvent(Exact):
    """The work goes on."""

    type: Literal["heartbeat"]


class Event(
    RootModel[
        Annotated[TextEvent | ToolCallEvent | ToolResultEvent | HeartbeatEvent, Field(discriminator="type")]
    ]
):
    """The JSON of one `data:` line of the stream under profile `typed`; a line may also be empty."""


STREAM = (
    'data: {"type":"tool_call","name":"edit_multitrack","args":{"action":"add_title","text":"Dreams"}}\n\n'
    'data: {"type":"heartbeat"}\n\n'
    'data: {"type":"tool_result","name":"edit_multitrack","result":{"status":"success"}}\n\n'
    "data:\n\n"
    'data: {"type":"text","content":"Your title is in. Click Export when you are happy with it."}\n\n'
)
