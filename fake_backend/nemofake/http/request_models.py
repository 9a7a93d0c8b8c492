"""Request bodies of the data plane and of the control API, and the 400 that names a wrong field (ENV-4)."""

from __future__ import annotations

import asyncio
import zlib
from typing import Annotated, Any, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request

from ..engine.accounts import SCOPES
from ..engine.errors import CATALOGUE, BackendError
from ..engine.scenario import ACTIONS, OPERATIONS
from ..faults import ANY, FAULTS, TARGETS
from . import context
from .openapi.models import DRAFT, SESSION_ID, TASK_ID

Model = TypeVar("Model", bound=BaseModel)
Name = Annotated[str, Field(min_length=1, max_length=256)]
_GZIP_OR_ZLIB = 47  # zlib's window bits for "detect gzip or zlib"
_THREAD_BYTES = 64 * 1024  # a longer body is decoded in a thread
_MAX_VALUES = 200_000  # objects, arrays and members of one body: what makes a body slow to parse
# What the document says of a clock's mode; the clock itself says what is wrong with another.
CLOCK = r"^(?:auto|real|manual|x(?:[1-9][0-9]{0,5}(?:\.[0-9]+)?|0\.[0-9]*[1-9][0-9]*))$"
_MAX_ADVANCE_S = 10 * 365 * 24 * 3600


# -- data plane -----------------------------------------------------------------------------------


class RequestBody(BaseModel):
    """A JSON object; unknown fields are accepted and ignored (SSE-1)."""

    # Errors name a field as the protocol does, whichever spelling the client chose.
    model_config = ConfigDict(extra="ignore", strict=True, loc_by_alias=False)


class SessionBody(RequestBody):
    """A new session (SES-1)."""

    task_name: Name = Field(examples=["project"])
    language: Annotated[str, Field(max_length=32)] | None = Field(None, examples=["en", "zh"])


class ClaimBody(RequestBody):
    """The session that a claim token is for (AUTH-8)."""

    task_id: Name = Field(examples=[TASK_ID])
    session_id: Name = Field(examples=[SESSION_ID])


def _either(snake: str, camel: str) -> AliasChoices:
    return AliasChoices(camel, snake)  # if both are given, camelCase wins, as in ADK


class Part(RequestBody):
    """A part of a message."""

    text: str | None = Field(None, examples=["cut silences, color grade the footage"])


class Message(RequestBody):
    """A message of the user: the text of its parts, joined."""

    parts: list[Part] = Field(min_length=1)
    role: str | None = Field(None, examples=["user"])


class ChatBody(RequestBody):
    """A chat message, spelled in snake_case or camelCase (SSE-1)."""

    app_name: str | None = Field(
        None, validation_alias=_either("app_name", "appName"), examples=["nemo_agent"]
    )
    user_id: str = Field("me", validation_alias=_either("user_id", "userId"), examples=["me"])
    session_id: Name = Field(validation_alias=_either("session_id", "sessionId"), examples=[SESSION_ID])
    new_message: Message = Field(validation_alias=_either("new_message", "newMessage"))
    streaming: bool = True


class UrlsBody(RequestBody):
    """Files to take from URLs (UPL-1)."""

    urls: list[Annotated[str, Field(max_length=2048)]] = Field(
        min_length=1, examples=[["https://example.com/walk_12s.mp4"]]
    )
    source_type: str = Field("url", pattern="^url$", examples=["url"])


class OutputBody(RequestBody):
    """The requested video; the fake always makes H.264 MP4 within its size limit (REN-8)."""

    format: str | None = Field(None, examples=["mp4"])
    quality: str | None = Field(None, examples=["high"])


class RenderBody(RequestBody):
    """An export (REN-1): ``sessionId`` is camelCase here only."""

    id: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9._~:-]+$")] = Field(
        examples=["render_1767225600"]
    )
    sessionId: Name = Field(examples=[SESSION_ID])  # noqa: N815  # REN-1
    draft: dict[str, Any] = Field(examples=[DRAFT])
    output: OutputBody | None = Field(None, examples=[{"format": "mp4", "quality": "high"}])


# -- control API ----------------------------------------------------------------------------------


def _whole(value: Any) -> Any:
    """Take 3.0 for 3, as JSON Schema does."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Integer = Annotated[int, BeforeValidator(_whole)]
# With their bounds inside, since those of an optional field would not be in its schema.
Amount = Annotated[int, Field(ge=0, le=1_000_000_000), BeforeValidator(_whole)]
Ordinal = Annotated[int, Field(ge=1), BeforeValidator(_whole)]
Moment = Annotated[int, Field(ge=0, le=253_402_300_799_000), BeforeValidator(_whole)]


class ControlRequest(BaseModel):
    """A control request's body: unknown keys are rejected, since a typo would go unnoticed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SetClock(ControlRequest):
    """The clock's mode."""

    mode: str = Field(
        max_length=32, json_schema_extra={"pattern": CLOCK}, examples=["manual", "auto", "real", "x60"]
    )


class AdvanceClock(ControlRequest):
    """By how much; fractions of a second are allowed."""

    seconds: float = Field(ge=0, le=_MAX_ADVANCE_S, allow_inf_nan=False, examples=[0.5, 30])


class SetScenario(ControlRequest):
    """The scenario; with `reset` the world starts again with it."""

    name: str = Field(max_length=256, examples=["chat-silent-edit"])
    reset: bool = Field(False, examples=[True])


class UpdateAccount(ControlRequest):
    """Changes to an account; each is optional."""

    grant: Amount | None = Field(None, examples=[1000])
    plan: str | None = Field(None, pattern="^(free|paid)$", examples=["paid"])
    export_blocked: bool | None = Field(None, examples=[False])


class CreateAccount(ControlRequest):
    """A registered account, with a token that has `scopes`, all of them if left out."""

    credits: Amount | None = Field(None, examples=[1000])
    plan: str = Field("free", pattern="^(free|paid)$", examples=["paid"])
    scopes: list[Annotated[str, Field(json_schema_extra={"enum": [*sorted(SCOPES)]})]] | None = Field(
        None, examples=[["*"]]
    )


class CreateWorld(ControlRequest):
    """The settings of a world; those left out are the server's."""

    seed: Integer | None = Field(None, examples=[7])
    clock: Annotated[str, Field(max_length=32, json_schema_extra={"pattern": CLOCK})] | None = Field(
        None, examples=["manual"]
    )
    scenario: str | None = Field(None, max_length=256, examples=["chat-silent-edit"])
    profile: str | None = Field(None, max_length=256)
    start_ms: Moment | None = None
    parameters: dict[str, Any] | None = Field(None, examples=[{"silent_share": 1.0}])


class AsOf(BaseModel):
    """The query of views that can show an earlier moment."""

    model_config = ConfigDict(extra="forbid")

    at_ms: int | None = Field(
        None, ge=0, description="Engine time of the view; now if left out", examples=[1_767_225_600_000]
    )


class RequestQuery(AsOf):
    """Which requests a page of the list has."""

    text: str = Field(
        "", max_length=200, description="Words that all must be in a row", examples=["chat 200"]
    )
    offset: int = Field(0, ge=0, le=1 << 53, description="Position of the first one", examples=[100])
    limit: int = Field(100, ge=0, le=500, description="How many at most", examples=[100])


class AddFault(BaseModel):
    """A fault and what it matches; the fault's own fields stand beside them, see docs/FAULTS.md."""

    model_config = ConfigDict(extra="allow", strict=True)

    fault: str = Field(json_schema_extra={"enum": [*sorted(FAULTS)]}, examples=["close"])
    on: str = Field(ANY, json_schema_extra={"enum": [ANY, *TARGETS]}, examples=["chat"])
    nth: Ordinal | None = Field(None, examples=[1])
    share: float | None = Field(None, ge=0, le=1)
    from_ms: Annotated[int, Field(ge=0), BeforeValidator(_whole)] | None = None
    until_ms: Annotated[int, Field(ge=0), BeforeValidator(_whole)] | None = None


class AddTrigger(ControlRequest):
    """What the backend does on one of the next calls of an operation.

    ``nth`` counts calls from now on, 1 is the next one; ``code`` is the error code of ``refuse``.
    """

    on: str = Field(json_schema_extra={"enum": [*OPERATIONS]}, examples=["credits"])
    do: str = Field(json_schema_extra={"enum": [*ACTIONS]}, examples=["refuse"])
    nth: Ordinal = Field(1, examples=[1])
    code: Integer | None = Field(None, json_schema_extra={"enum": [*sorted(CATALOGUE), None]}, examples=[402])


BODIES: tuple[type[BaseModel], ...] = (
    ChatBody,
    ClaimBody,
    RenderBody,
    SessionBody,
    UrlsBody,
    AddFault,
    AddTrigger,
    AdvanceClock,
    CreateAccount,
    CreateWorld,
    SetClock,
    SetScenario,
    UpdateAccount,
)


def read_query(request: Request, model: type[Model]) -> Model:
    """Return the request's query as ``model``; raise 400 naming what is wrong."""
    try:
        return model.model_validate(dict(request.query_params))
    except ValidationError as error:
        raise BackendError(400, describe_errors(error).replace("field ", "query ", 1)) from None


# -- reading --------------------------------------------------------------------------------------


async def read_json(request: Request, model: type[Model]) -> Model:
    """Return the request's body as ``model``; raise 400 naming what is wrong and where (ENV-4)."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
    if not is_json:
        raise BackendError(400, f"header Content-Type must be application/json, not {media_type[:80]!r}")
    return await read_model(request, model)


async def read_model(request: Request, model: type[Model], empty: bytes = b"") -> Model:
    """Return the request's body as ``model``, whatever its type; an empty one counts as ``empty``.

    Raise 400 if it is over the limit, wrong, or never arrives in full. A long body is decoded in a thread,
    so that other requests are served meanwhile.
    """
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    limit = context.context_of(request).world.settings.max_json_bytes
    body = await _received(request, limit)
    if encoding in ("", "identity") and len(body) <= _THREAD_BYTES:
        return checked(body or empty, model)
    return await asyncio.to_thread(_decoded, body, encoding, limit, model, empty)


def _decoded(body: bytes, encoding: str, limit: int, model: type[Model], empty: bytes) -> Model:
    if encoding in ("gzip", "x-gzip", "deflate"):
        body = _decompressed(body, encoding, limit)
    elif encoding not in ("", "identity"):
        raise BackendError(400, f"header Content-Encoding must be gzip or deflate, not {encoding[:80]!r}")
    # Parsing holds Python's lock from beginning to end, so its length needs a bound of its own.
    if len(body) > _MAX_VALUES and sum(map(body.count, (b"{", b"[", b","))) > _MAX_VALUES:
        raise BackendError(400, f"the body has more than {_MAX_VALUES} values")
    return checked(body or empty, model)


def _decompressed(body: bytes, encoding: str, limit: int) -> bytes:
    decoder = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        plain = decoder.decompress(body, limit + 1)
    except zlib.error:
        raise BackendError(400, f"the body is not {encoding}, as header Content-Encoding says") from None
    if len(plain) > limit:
        raise BackendError(400, f"the body is over {limit} bytes")
    if not decoder.eof:
        raise BackendError(400, f"the body is not complete {encoding}, as header Content-Encoding says")
    return plain


async def _received(request: Request, limit: int) -> bytes:
    parts, size = [], 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise BackendError(400, f"the body is over {limit} bytes")
            parts.append(chunk)
    except ClientDisconnect:
        raise BackendError(400, "the client hung up before the body was complete") from None
    return b"".join(parts)


def checked(body: bytes, model: type[Model]) -> Model:
    """Return bytes as ``model``; raise 400 naming the first wrong field."""
    try:
        from_json(body, allow_inf_nan=False)  # NaN is not JSON, though pydantic accepts it
        return model.model_validate_json(body)
    except ValidationError as error:
        raise BackendError(400, describe_errors(error)) from None
    except ValueError as error:
        raise BackendError(400, f"the body: Invalid JSON: {error}") from None


def describe_errors(error: ValidationError) -> str:
    """Return the first error and its location in one sentence."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    location = ".".join(str(key) for key in first["loc"])
    return f"field {location}: {first['msg']}" if location else f"the body: {first['msg']}"
