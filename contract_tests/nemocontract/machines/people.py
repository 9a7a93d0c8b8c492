"""What befalls people in a history: they come, come again, and have their tokens and plans changed."""

from __future__ import annotations

from typing import Any
from uuid import NAMESPACE_URL, uuid5

from nemocontract.machines.player import Player
from nemocontract.probing.guest import Guest, ask_token


def guest(player: Player) -> int | None:
    """Let a guest come, with a client id that nobody had before."""
    client_id = str(uuid5(NAMESPACE_URL, f"nemocontract/history/{player.asked}"))
    player.asked += 1
    told = ask_token(player.probe, client_id)
    token = told.data.get("token")
    if not told.succeeded or not isinstance(token, str):
        return None
    player.guests.append(Guest(player.probe, token, str(told.data.get("user_id"))))
    return len(player.guests) - 1


def again(player: Player, guest: int) -> None:
    """Ask for a token with the client id that a guest had before; without one where it had none."""
    who = player.guests[guest]
    client_id = player.auditor.books.client_of.get(who.token)
    told = ask_token(player.probe, client_id)
    if client_id and told.succeeded:
        player.former.append(who.token)
        who.token, who.user_id = str(told.data.get("token")), str(told.data.get("user_id"))


def register(player: Player, credits: int, scopes: tuple[str, ...] | None) -> int:  # noqa: A002
    """Open a registered account."""
    body = {"credits": credits, **({"scopes": [*scopes]} if scopes else {})}
    with player.timed() as spans:
        account = player.target.control("POST", "accounts", body)
    player.auditor.books.registered(account, scopes, spans[0])
    player.guests.append(Guest(player.probe, account["tokens"][0]["token"], account["user_id"]))
    return len(player.guests) - 1


def end_token(player: Player, guest: int, how: str) -> None:
    """Expire or revoke a token."""
    token = player.guests[guest].token
    with player.timed() as spans:
        player.target.control("POST", f"tokens/{token}/{how}")
    player.auditor.books.ended(token, how, spans[0])


def grant(player: Player, guest: int, credits: int) -> None:  # noqa: A002
    """Grant credits."""
    _change(player, guest, {"grant": credits})


def plan(player: Player, guest: int, plan: str, blocked: bool) -> None:
    """Change a plan, and whether exports are blocked."""
    _change(player, guest, {"plan": plan, "export_blocked": blocked})


def _change(player: Player, guest: int, body: dict[str, Any]) -> None:
    user_id = player.guests[guest].user_id
    told = player.target.control("POST", f"accounts/{user_id}", body)
    account = player.auditor.books.accounts[user_id]
    account.granted = None if account.granted is None else account.granted + body.get("grant", 0)
    account.paid, account.blocked = told["plan"] == "paid", told["export_blocked"]
