"""The control API under /__fake__/: clock, scenario, journal, accounts, worlds; never on the data plane."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from ..._version import __version__
from ...engine.errors import BackendError
from ...settings import SettingError
from .. import context, control_service, responses
from ..openapi import control as docs
from ..request_models import (
    AddFault,
    AdvanceClock,
    ControlRequest,
    CreateAccount,
    CreateWorld,
    SetClock,
    SetScenario,
    UpdateAccount,
    checked,
    read_bytes,
)
from ..worlds import World, WorldRegistry


async def require_admin_token(request: Request) -> None:
    """Let in who bears the admin token, where one is set; raise 403."""
    wanted = context.context_of(request).world.settings.admin_token
    if wanted is not None and not control_service.secrets_equal(request.headers.get("x-admin-token"), wanted):
        raise BackendError(403, "header X-Admin-Token must be the server's --admin-token")


router = APIRouter(prefix="/__fake__", tags=["control"], dependencies=[Depends(require_admin_token)])


def world_of(request: Request) -> World:
    """Return the world that the request's path names."""
    return context.context_of(request).world


def worlds_of(request: Request) -> WorldRegistry:
    """Return all worlds of the server."""
    worlds: WorldRegistry = request.app.state.worlds
    return worlds


async def read_control_body(request: Request, model: type[Any]) -> Any:
    """Return the body, whatever its content type says; raise 400 naming what is wrong."""
    return checked(await read_bytes(request) or b"{}", model)


@router.get("/health", **docs.HEALTH)
async def health(_request: Request) -> Response:
    """Say that the server is up."""
    return responses.data({"status": "ok"})


@router.get("/version", **docs.VERSION)
async def version(_request: Request) -> Response:
    """Say which nemofake this is."""
    return responses.data({"name": "nemofake", "version": __version__})


@router.get("/clock", **docs.READ_CLOCK)
async def read_clock(request: Request) -> Response:
    """Read the world's clock."""
    return responses.data(control_service.clock(world_of(request)))


@router.put("/clock", **docs.SET_CLOCK)
async def set_clock(request: Request) -> Response:
    """Change the clock's mode; engine time goes on where it is."""
    world_of(request).clock.set_mode((await read_control_body(request, SetClock)).mode)
    return responses.data(control_service.clock(world_of(request)))


@router.post("/clock/advance", **docs.ADVANCE)
async def advance(request: Request) -> Response:
    """Move the clock; the answer comes when everything due has settled."""
    seconds = (await read_control_body(request, AdvanceClock)).seconds
    await world_of(request).advance(round(seconds * 1000))
    return responses.data(control_service.clock(world_of(request)))


@router.post("/reset", **docs.RESET)
async def reset(request: Request) -> Response:
    """Forget everything in this world and begin again."""
    await read_control_body(request, ControlRequest)
    world_of(request).reset()
    return responses.data(control_service.describe_world(world_of(request)))


@router.get("/journal", **docs.JOURNAL)
async def journal(request: Request) -> Response:
    """Read every request and answer of this world, secrets masked; `format` is json, ndjson or har."""
    style = request.query_params.get("format", "json")
    # A long journal takes seconds to write down; others are served meanwhile.
    body, kind = await asyncio.to_thread(control_service.journal, world_of(request), style, _base(request))
    return Response(body, media_type=kind)


@router.get("/scenario", **docs.READ_SCENARIO)
async def read_scenario(request: Request) -> Response:
    """Read which scenario is played."""
    world = world_of(request)
    return responses.data(control_service.scenario(world.registry, world.scenario))


@router.put("/scenario", **docs.SET_SCENARIO)
async def set_scenario(request: Request) -> Response:
    """Play another scenario from now on, or from the start with `reset`."""
    told = await read_control_body(request, SetScenario)
    world_of(request).play(told.name, reset=told.reset)
    return await read_scenario(request)


@router.get("/scenarios", **docs.SCENARIOS)
async def scenarios(request: Request) -> Response:
    """List all scenarios."""
    registry = world_of(request).registry
    return responses.data([control_service.scenario(registry, name) for name in registry.shelf.names()])


@router.get("/faults", **docs.READ_FAULTS)
async def read_faults(request: Request) -> Response:
    """List what strikes in this world: the scenario's faults, then those that were set."""
    return responses.data(control_service.faults(world_of(request)))


@router.post("/faults", **docs.ADD_FAULT)
async def add_fault(request: Request) -> Response:
    """Let one more fault strike from now on."""
    told: AddFault = await read_control_body(request, AddFault)
    return responses.data(control_service.add_fault(world_of(request), told.model_dump(exclude_unset=True)))


@router.delete("/faults", **docs.CLEAR_FAULTS)
async def clear_faults(request: Request) -> Response:
    """Let nothing strike any more, the scenario's faults included."""
    await read_control_body(request, ControlRequest)
    world_of(request).fault_rules.clear()
    return await read_faults(request)


@router.get("/accounts", **docs.ACCOUNTS)
async def accounts(request: Request) -> Response:
    """List the world's accounts."""
    return responses.data(control_service.accounts(world_of(request)))


@router.post("/accounts", **docs.NEW_ACCOUNT)
async def new_account(request: Request) -> Response:
    """Open a registered account and return its token."""
    told = await read_control_body(request, CreateAccount)
    return responses.data(control_service.register(world_of(request), told.credits, told.plan, told.scopes))


@router.post("/accounts/{user_id}", **docs.CHANGE_ACCOUNT)
async def change_account(request: Request) -> Response:
    """Grant credits, change the plan, block or allow exports."""
    told = await read_control_body(request, UpdateAccount)
    user_id = request.path_params["user_id"]
    return responses.data(
        control_service.change(world_of(request), user_id, told.grant, told.plan, told.export_blocked)
    )


@router.post("/tokens/{token}/revoke", **docs.REVOKE)
async def revoke(request: Request) -> Response:
    """End a token early; its client may not have another for the rest of its 7 days."""
    await read_control_body(request, ControlRequest)
    return responses.data(
        control_service.end_token(world_of(request), request.path_params["token"], "revoke")
    )


@router.post("/tokens/{token}/expire", **docs.EXPIRE)
async def expire(request: Request) -> Response:
    """Let a token be 7 days old now; its client may ask for another."""
    await read_control_body(request, ControlRequest)
    return responses.data(
        control_service.end_token(world_of(request), request.path_params["token"], "expire")
    )


@router.get("/worlds", **docs.WORLDS)
async def worlds(request: Request) -> Response:
    """List all worlds of the server."""
    return responses.data(
        [control_service.describe_world(world) for world in worlds_of(request).by_name.values()]
    )


@router.put("/worlds/{name}", **docs.MAKE_WORLD)
async def make_world(request: Request) -> Response:
    """Make a world with settings of its own, in place of any of that name."""
    told: CreateWorld = await read_control_body(request, CreateWorld)
    control_service.check_world_name(request.path_params["name"])
    changes = told.model_dump(exclude_none=True)
    try:
        return responses.data(
            control_service.describe_world(worlds_of(request).open(request.path_params["name"], **changes))
        )
    except ValueError as error:
        raise SettingError(str(error)) from None


@router.delete("/worlds/{name}", **docs.DELETE_WORLD)
async def delete_world(request: Request) -> Response:
    """Remove a world and its files."""
    name = request.path_params["name"]
    if not worlds_of(request).close(name):
        raise BackendError(404, f"no world {name[:80]!r}")
    return responses.data({"deleted": name})


@router.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE", "PATCH"], include_in_schema=False)
async def unknown(request: Request) -> Response:
    """Refuse what the control API does not have."""
    raise BackendError(404, f"the control API has no {request.method} {request.url.path[:80]}")


def _base(request: Request) -> str:
    ctx = context.context_of(request)
    prefix = request.scope.get("root_path", "")
    return ctx.origin.removesuffix(prefix) if prefix else ctx.origin
