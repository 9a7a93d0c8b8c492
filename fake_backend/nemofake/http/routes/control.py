"""The routes of the control API below /__fake__/: one row per operation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import StreamingResponse

from ...engine.errors import BackendError
from .. import context, responses
from ..control import Control, dump
from ..methods import refusal
from ..openapi import control_models, models
from ..openapi.operations import JSON, Doc, Success, data, operation, parameter, ref
from ..request_models import (
    AddFault,
    AddTrigger,
    AdvanceClock,
    CreateAccount,
    CreateWorld,
    SetClock,
    SetScenario,
    UpdateAccount,
)
from .rows import SECURITY, Row, add_rows, require_admin_token, service_of

_MAX_COUNT = 10**9
_HAR = {
    "type": "object",
    "description": "HAR 1.2",
    "properties": {"log": {"type": "object"}},
    "required": ["log"],
}
_ENTRIES = {
    "type": "array",
    "items": {"anyOf": [ref(control_models.JournalEntry), ref(control_models.Dropped)]},
}
_CLOCK = data("The clock", control_models.Clock)
_WORLD = data("The world", control_models.WorldInfo)
_SCENARIO = data("The scenario", control_models.ScenarioInfo)
_ACCOUNT = data("The account", control_models.AccountInfo)
_FAULT = {"fault": "close", "after_events": 2, "on": "chat", "nth": 1}
_FAULTS = data("The active faults", AddFault, many=True, value=_FAULT)
_TRIGGERS = data("The triggers", control_models.TriggerInfo, many=True)
_NAME = parameter("name", "path", "Name of a world", "mine")
_USER = parameter("user_id", "path", "Id of an account", models.USER_ID)
_TOKEN = parameter("token", "path", "A token", models.TOKEN)
_FORMAT = parameter(
    "format", "query", "Format", "har", required=False, enum=["json", "ndjson", "har"], default="json"
)
_COUNT: Doc = {"type": "integer", "minimum": 0, "maximum": _MAX_COUNT}
_PAGE = [
    parameter("after", "query", "Number of the last entry that is known", 20, required=False, **_COUNT),
    parameter("limit", "query", "How many entries at most", 100, required=False, **_COUNT),
]
_PIECE_BYTES = 512 * 1024  # of a long journal, rendered at once

ROWS = (
    Row(
        "GET", "/version", Control.version, "Read the version",
        data("Name and version", control_models.Version),
    ),
    Row("GET", "/clock", Control.read_clock, "Read the clock", _CLOCK),
    Row("PUT", "/clock", Control.set_clock, "Set the clock's mode", _CLOCK, [400], SetClock),
    Row("POST", "/clock/advance", Control.advance_clock, "Advance the clock", _CLOCK, [400], AdvanceClock),
    Row(
        "GET", "/activity", Control.read_activity, "Read what is going on, and what is due next",
        data("The activity", control_models.Activity),
    ),
    Row("POST", "/reset", Control.reset, "Reset the world", _WORLD, [400]),
    Row("GET", "/scenario", Control.read_scenario, "Read the active scenario", _SCENARIO),
    Row("PUT", "/scenario", Control.set_scenario, "Set the scenario", _SCENARIO, [400], SetScenario),
    Row(
        "GET", "/scenarios", Control.list_scenarios, "List all scenarios",
        data("All scenarios", control_models.ScenarioInfo, many=True),
    ),
    Row("GET", "/faults", Control.list_faults, "List active faults", _FAULTS),
    Row("POST", "/faults", Control.add_fault, "Add a fault", _FAULTS, [400], AddFault, _FAULT),
    Row(
        "DELETE", "/faults", Control.clear_faults, "Clear all faults",
        data("No faults", AddFault, many=True, value=[]), [400],
    ),
    Row("GET", "/triggers", Control.list_triggers, "List triggers", _TRIGGERS),
    Row("POST", "/triggers", Control.add_trigger, "Add a trigger", _TRIGGERS, [400], AddTrigger),
    Row(
        "DELETE", "/triggers", Control.clear_triggers, "Clear all triggers",
        data("No triggers", control_models.TriggerInfo, many=True, value=[]), [400],
    ),
    Row(
        "GET", "/accounts", Control.list_accounts, "List accounts",
        data("All accounts", control_models.AccountInfo, many=True),
    ),
    Row(
        "POST", "/accounts", Control.create_account, "Create a registered account", _ACCOUNT, [400],
        CreateAccount,
    ),
    Row(
        "POST", "/accounts/{user_id}", Control.update_account, "Grant credits, change plan, block exports",
        _ACCOUNT, [400, 404], UpdateAccount, parameters=[_USER],
    ),
    Row(
        "POST", "/tokens/{token}/revoke", Control.revoke_token, "Revoke a token", _ACCOUNT, [400, 404],
        parameters=[_TOKEN],
    ),
    Row(
        "POST", "/tokens/{token}/expire", Control.expire_token, "Expire a token", _ACCOUNT, [400, 404],
        parameters=[_TOKEN],
    ),
    Row(
        "GET", "/worlds", Control.list_worlds, "List worlds",
        data("All worlds", control_models.WorldInfo, many=True),
    ),
    Row(
        "PUT", "/worlds/{name}", Control.create_world, "Create a world with settings", _WORLD, [400, 404],
        CreateWorld, parameters=[_NAME],
    ),
    Row(
        "DELETE", "/worlds/{name}", Control.delete_world, "Delete a world and its files",
        data("The world is deleted", control_models.Deleted), [404], parameters=[_NAME],
    ),
)  # fmt: skip


router = APIRouter(prefix="/__fake__", tags=["control"], dependencies=[Depends(require_admin_token)])
health_router = APIRouter(prefix="/__fake__", tags=["control"])  # there with --no-control too


add_rows(router, ROWS, Control)


@health_router.head("/health", include_in_schema=False)
@health_router.get(
    "/health",
    **operation(
        "health", "Check that the server answers", data("It does", control_models.Health), 403, security=[]
    ),
)
async def health(request: Request) -> Response:
    """Report that the server answers; needs no token, and exists without the control API too."""
    return responses.data(dump(service_of(request).health()))


@router.get(
    "/journal",
    **operation(
        "readJournal",
        "Read the journal",
        Success(
            "The journal",
            {
                JSON: {
                    "schema": {"anyOf": [_ENTRIES, _HAR]},
                    "example": [],
                },
                "application/x-ndjson": {"schema": {"type": "string"}},
            },
        ),
        *(400, 403),
        parameters=[_FORMAT, *_PAGE],
        security=SECURITY,
    ),
)
async def journal(request: Request) -> Response:
    """Read every request and response of this world, secrets masked; `format` is json, ndjson or har.

    `after` and `limit` read it page by page: at most so many entries, numbered above `after`.
    """
    ctx = context.context_of(request)
    base_url = ctx.origin.removesuffix(request.scope.get("root_path", ""))
    style = request.query_params.get("format", "json")
    after, limit = (_count(request, name) for name in ("after", "limit"))
    pieces, media_type = service_of(request).journal(style, base_url, after or 0, limit)
    # A long journal takes a minute to render: other requests are served meanwhile, and only a part is held.
    body, is_whole = await asyncio.to_thread(_gathered, pieces)
    if is_whole:
        return Response(body, media_type=media_type)
    return StreamingResponse(_rest(body, pieces), media_type=media_type)


async def _rest(body: bytes, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    is_whole = False
    while not is_whole:
        yield body
        body, is_whole = await asyncio.to_thread(_gathered, pieces)
    yield body


def _gathered(pieces: Iterator[bytes]) -> tuple[bytes, bool]:
    """Return the next pieces as one, and whether they were the last."""
    taken, size = [], 0
    for piece in pieces:
        taken.append(piece)
        size += len(piece)
        if size > _PIECE_BYTES:
            return b"".join(taken), False
    return b"".join(taken), True


def _count(request: Request, name: str) -> int | None:
    """Return a number of the query, None if it is absent; raise 400."""
    text = request.query_params.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 16 and int(text) <= _MAX_COUNT):
        raise BackendError(400, f"query {name}: must be a number from 0 to {_MAX_COUNT}, got {text[:40]!r}")
    return int(text)


last_router = APIRouter(prefix="/__fake__", tags=["control"], dependencies=[Depends(require_admin_token)])


@last_router.api_route(
    "/{path:path}",
    methods=["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "QUERY"],
    include_in_schema=False,
)
async def unknown(request: Request) -> Response:
    """Reject what the control API does not have: a path, or a method of a path."""
    raise refusal(request, f"the control API has no {request.method} {request.url.path[:80]}")
