"""Request bodies: their shapes, and how a bad one becomes a 400 that names the field (ENV-4)."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import from_json
from starlette.requests import ClientDisconnect, Request

from ..engine.errors import BackendError
from ..faults import ANY, FAULTS, TARGETS
from . import context

Model = TypeVar("Model", bound=BaseModel)
Name = Annotated[str, Field(min_length=1, max_length=256)]


class RequestBody(BaseModel):
    """A JSON object; fields that nobody knows are accepted and ignored (SSE-1)."""

    # Errors name a field as the protocol does, whichever spelling the client chose.
    model_config = ConfigDict(extra="ignore", strict=True, loc_by_alias=False)


class SessionBody(RequestBody):
    """A new session (SES-1)."""

    task_name: Name = Field(examples=["project"])
    language: Annotated[str, Field(max_length=32)] | None = Field(None, examples=["en", "zh"])


class ClaimBody(RequestBody):
    """The session that a claim token is for (AUTH-8)."""

    task_id: Name
    session_id: Name


def _either(snake: str, camel: str) -> AliasChoices:
    return AliasChoices(camel, snake)  # where both are given, camelCase wins, as ADK has it


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
    session_id: Name = Field(validation_alias=_either("session_id", "sessionId"))
    new_message: Message = Field(validation_alias=_either("new_message", "newMessage"))
    streaming: bool = True


class UrlsBody(RequestBody):
    """Files to take from URLs (UPL-1)."""

    urls: list[Annotated[str, Field(max_length=2048)]] = Field(min_length=1)
    source_type: str = Field("url", pattern="^url$")


class OutputBody(RequestBody):
    """What film is asked for; the fake makes H.264 MP4 within its box whatever it says (REN-8)."""

    format: str | None = Field(None, examples=["mp4"])
    quality: str | None = Field(None, examples=["high"])


class RenderBody(RequestBody):
    """An export (REN-1): ``sessionId`` is camelCase here only."""

    id: Annotated[str, Field(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9._~:-]+$")]
    sessionId: Name  # noqa: N815  # REN-1
    draft: dict[str, Any]
    output: OutputBody | None = None


async def read_json(request: Request, model: type[Model]) -> Model:
    """Return the request's body as ``model``; raise 400 naming what is wrong and where (ENV-4)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
        raise BackendError(400, f"header Content-Type must be application/json, not {kind[:80]!r}")
    return checked(await read_bytes(request), model)


async def read_bytes(request: Request) -> bytes:
    """Return the whole body; raise 400 where it is over the bound for JSON, or never arrives in full."""
    limit = context.context_of(request).world.settings.max_json_bytes
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
    """Return bytes as ``model``; raise 400 naming the first field that is wrong."""
    try:
        from_json(body, allow_inf_nan=False)  # NaN is no JSON, though pydantic's own reading lets it pass
        return model.model_validate_json(body)
    except ValidationError as error:
        raise BackendError(400, describe_errors(error)) from None
    except ValueError as error:
        raise BackendError(400, f"the body: Invalid JSON: {error}") from None


def describe_errors(error: ValidationError) -> str:
    """Return in one sentence what the first fault is and where."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(key) for key in first["loc"])
    return f"field {where}: {first['msg']}" if where else f"the body: {first['msg']}"


_FAULTS: list[Any] = sorted(FAULTS)
_TARGETS: list[Any] = [ANY, *TARGETS]

_MAX_ADVANCE_S = 10 * 365 * 24 * 3600


class ControlRequest(BaseModel):
    """A control request's body: unknown keys are refused, since a typo here would go unseen."""

    model_config = ConfigDict(extra="forbid", strict=True)


class SetClock(ControlRequest):
    """Which clock."""

    mode: str = Field(max_length=32, examples=["auto", "real", "x60", "manual"])


class AdvanceClock(ControlRequest):
    """How far; fractions of a second are allowed."""

    seconds: float = Field(ge=0, le=_MAX_ADVANCE_S, allow_inf_nan=False, examples=[30, 0.5])


class SetScenario(ControlRequest):
    """Which scenario; `reset` begins the world anew with it."""

    name: str = Field(max_length=256)
    reset: bool = False


class UpdateAccount(ControlRequest):
    """What changes in an account; each is optional."""

    grant: int | None = Field(None, ge=0, le=1_000_000_000)
    plan: str | None = Field(None, pattern="^(free|paid)$")
    export_blocked: bool | None = None


class CreateAccount(ControlRequest):
    """A registered account, with a token that holds `scopes`, all of them if left out."""

    credits: int | None = Field(None, ge=0, le=1_000_000_000)
    plan: str = Field("free", pattern="^(free|paid)$")
    scopes: list[str] | None = None


class CreateWorld(ControlRequest):
    """The settings of a world of its own; what is left out is as the server's."""

    seed: int | None = None
    clock: str | None = Field(None, max_length=32)
    scenario: str | None = Field(None, max_length=256)
    profile: str | None = Field(None, max_length=256)
    start_ms: int | None = Field(None, ge=0, le=253_402_300_799_000)
    rules: dict[str, Any] | None = None


class AddFault(BaseModel):
    """A fault and its aim; the fault's own fields stand beside them, see docs/FAULTS.md."""

    model_config = ConfigDict(extra="allow", strict=True)

    fault: str = Field(json_schema_extra={"enum": _FAULTS})
    on: str = Field(ANY, json_schema_extra={"enum": _TARGETS})
    nth: int | None = Field(None, ge=1)
    share: float | None = Field(None, ge=0, le=1)
    from_ms: int | None = Field(None, ge=0)
    until_ms: int | None = Field(None, ge=0)
