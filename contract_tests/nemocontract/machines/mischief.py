"""What nobody should do in a history: come without a token, ask for others' things, send what is wrong."""

from __future__ import annotations

from typing import Any, Final

from nemocontract.cases.endpoints import CLIP, GUARDED, NOBODY, NOWHERE, Endpoint
from nemocontract.machines.malformed import FAULTS
from nemocontract.machines.player import Player

ENDPOINTS: Final[dict[str, Endpoint]] = {endpoint.name: endpoint for endpoint in GUARDED}


def stranger(player: Player, guest: int, endpoint: str) -> None:
    """Ask for a session and a job that never were."""
    ENDPOINTS[endpoint].call(player.guests[guest], NOWHERE, render="render_of_nobody")


def intrude(player: Player, guest: int, session: int, endpoint: str) -> None:
    """Ask for a session and a job that may be somebody else's."""
    place = player.places[session]
    render = player.jobs[-1].render_id if player.jobs else "render_1"
    ENDPOINTS[endpoint].call(player.guests[guest], place.session_id, task=place.task_id, render=render)


def knock(player: Player, guest: int, endpoint: str, session: int, token: str) -> None:
    """Ask with a token that is no good."""
    own, place = player.guests[guest].token, player.places[session]
    bearers = {
        "no": None,
        "a wrong": "Bearer nmv_usr_" + "0" * 32,
        "the bare": own,
        "the basic": f"Basic {own}",
        "a former": f"Bearer {(*player.former, 'nmv_usr_none')[0]}",
        "a claim": f"Bearer {(*player.claims, 'clm_none')[0]}",
    }
    render = player.jobs[-1].render_id if player.jobs else "render_1"
    told: dict[str, Any] = {"token": "", "headers": {"Authorization": bearers[token]}}
    told |= {"task": place.task_id, "render": render}
    ENDPOINTS[endpoint].call(player.guests[guest], place.session_id, **told)


def misname(player: Player, session: int, by: int, endpoint: str) -> None:
    """Ask for one's own session as somebody else (SES-3)."""
    guest, session_id = player.guests[by], player.places[session].session_id
    if endpoint == "state":
        guest.state(session_id, user=NOBODY)
    elif endpoint == "chat":
        guest.chat(session_id, "hello", user=NOBODY)
    else:
        guest.upload_urls(session_id, CLIP, user=NOBODY)


def lost(player: Player, guest: int) -> None:
    """Ask for what is not on the map (ENV-2)."""
    player.guests[guest].call("GET", "/api/nothing/of/the/kind")


def malformed(player: Player, session: int, by: int, endpoint: str, fault: str) -> None:
    """Send a request that is wrong in one way (ENV-4)."""
    place = player.places[session]
    told = {"json": None, **FAULTS[endpoint][fault]}
    told["json"] = _filled(told["json"], {"{session}": place.session_id, "{task}": place.task_id})
    ENDPOINTS[endpoint].call(player.guests[by], place.session_id, **told)


def _filled(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, known) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, known) for one in value]
    return known.get(value, value) if isinstance(value, str) else value
