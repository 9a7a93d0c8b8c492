"""What /openapi.json says of the routes that NemoVideo's backend has."""

from __future__ import annotations

from ..request_models import ChatBody, ClaimBody, RenderBody, SessionBody, UrlsBody
from . import schemas
from .operations import OperationResponse, data, file, operation, parameter, plain
from .schemas import ref

_USER = parameter("user", "path", "`me`, or the token's own user id", "me")
_SESSION = parameter("session_id", "path", "a session's id", schemas.SESSION_ID)
_RENDER = parameter("render_id", "path", "the id the export was submitted with", "render_1767225600")
_MEDIA = parameter("path", "path", "what follows in a URL of the answers", "0f5a1c9e77d24b10/clip.mp4")
_CLIENT = parameter(
    "X-Client-Id", "header", "a UUID of the installed client", "7c1de02f-52bb-4a3c-a5a7-4c1df3a8f0a1"
)
_ATTRIBUTION = [
    parameter(f"X-Skill-{name}", "header", f"{about}; needed on the free plan", example, required=False)
    for name, about, example in (
        ("Source", "the skill's name", "professional-video-local-ai"),
        ("Version", "the skill's version", "1.0.0"),
        ("Platform", "where the skill is installed", "cursor"),
    )
]
_JOBS = {"anyOf": [ref("Job"), ref("NestedJob")]}
_NESTED_ONLY = "profile `render-nested` only"

ISSUE_TOKEN = operation(
    "issueToken", "Get an anonymous token",
    data("A token for 7 days, with 100 credits", ref("Token"), schemas.TOKEN),
    400, 429, parameters=[_CLIENT], security=[],
)  # fmt: skip
CLAIM_TOKEN = operation(
    "claimToken", "Take a project to the web",
    data("A claim token for the web", ref("ClaimToken"), schemas.CLAIM_TOKEN),
    400, 403, 1001, 1002, body=ClaimBody, example=schemas.CLAIM,
)  # fmt: skip
CREATE_SESSION = operation(
    "createSession", "Make a session",
    data("A session", ref("NewSession"), schemas.NEW_SESSION),
    400, 403, 1001, 1002, body=SessionBody, example=schemas.SESSION, parameters=[_USER],
)  # fmt: skip
READ_STATE = operation(
    "readState", "Read a session's state",
    data("Draft, files, analyses, generated media", ref("SessionState"), schemas.SESSION_STATE),
    403, 1001, 1002, parameters=[_USER, _SESSION],
)  # fmt: skip
CHAT = operation(
    "chat", "Send a message, follow the work",
    OperationResponse(
        "Server-Sent Events, each an `Event`, until the server closes: with or without a word",
        {"text/event-stream": {"schema": {"type": "string"}, "example": schemas.STREAM}},
    ),
    400, 403, 404, 1001, 1002, 2001, body=ChatBody, example=schemas.CHAT,
)  # fmt: skip
READ_CREDITS = operation(
    "readCredits", "Read the balance",
    data("The balance", ref("Balance"), schemas.BALANCE), 403, 1001,
)  # fmt: skip
UPLOAD = operation(
    "upload", "Upload files, or name URLs",
    data("The files, all of them", ref("Uploaded"), schemas.UPLOADED),
    400, 403, 1001, 1002, 4001, 4002, body=UrlsBody, example=schemas.URLS, parameters=[_USER, _SESSION],
)  # fmt: skip
UPLOAD["openapi_extra"]["requestBody"]["content"]["multipart/form-data"] = {
    "schema": {
        "type": "object",
        "required": ["files"],
        "properties": {
            "files": {
                "type": "array",
                "minItems": 1,
                "items": {"type": "string", "contentMediaType": "application/octet-stream"},
            }
        },
    }
}
SUBMIT_RENDER = operation(
    "submitRender", "Export a draft",
    plain("The job, pending", _JOBS, schemas.PENDING),
    400, 402, 403, 409, 1001, 1002, body=RenderBody, example=schemas.RENDER, parameters=_ATTRIBUTION,
)  # fmt: skip
READ_RENDER = operation(
    "readRender", "Read how far an export is",
    plain("The job as it is now", _JOBS, schemas.COMPLETED), 403, 404, 1001, parameters=[_RENDER],
)  # fmt: skip
CANCEL_RENDER = operation(
    "cancelRender", "Stop an export",
    plain("The job, cancelled", _JOBS, schemas.CANCELLED), 403, 404, 409, 1001, parameters=[_RENDER],
)  # fmt: skip
DOWNLOAD = operation(
    "download", "Download a film",
    file("The film", "video/mp4"), 403, 404, 409, 1001, parameters=[_RENDER],
)  # fmt: skip
SUBMIT_DRAFT = operation(
    "submitDraft", f"Export a draft, {_NESTED_ONLY}",
    plain("The job, pending", ref("NestedJob"), schemas.NESTED),
    400, 402, 403, 404, 409, 1001, 1002, body=RenderBody, example=schemas.RENDER, parameters=_ATTRIBUTION,
)  # fmt: skip
READ_DRAFT = operation(
    "readDraft", f"Read how far an export is, {_NESTED_ONLY}",
    plain("The job as it is now", ref("NestedJob"), schemas.NESTED), 403, 404, 1001, parameters=[_RENDER],
)  # fmt: skip
MEDIA = operation(
    "readMedia", "Get an uploaded file", file("The file as it was uploaded", "*/*"), 404,
    parameters=[_MEDIA], security=[],
)  # fmt: skip
GENERATED = operation(
    "readGenerated", "Get a generated clip", file("The clip, as a film of one segment", "video/mp4"), 404,
    parameters=[_MEDIA], security=[],
)  # fmt: skip
FILM = operation(
    "readFilm", "Get a film", file("The film of a completed export", "video/mp4"), 404,
    parameters=[_MEDIA], security=[],
)  # fmt: skip
