"""How tokens are made: anonymous, registered, or set from outside for a scenario (AUTH-1 to AUTH-5)."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import replace

from .accounts import ANONYMOUS_SCOPES, SCOPES, Account, Client, Token
from .errors import BackendError
from .parameters import Parameters
from .scenario import InitialAccount, ScenarioConfig, Trigger
from .state import BackendState

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def checked_client_id(client_id: str | None, parameters: Parameters) -> str:
    """Return the client id; raise 400 where it is missing, blank or out of bounds (AUTH-2)."""
    value = (client_id or "").strip()
    if not value:
        raise BackendError(400, "header X-Client-Id is missing; send a UUID")
    if len(value) > parameters.max_name_chars or (
        parameters.client_id_must_be_uuid and not _UUID.fullmatch(value)
    ):
        raise BackendError(400, "header X-Client-Id must be a UUID")
    return value


def issue_anonymous(state: BackendState, client_id: str, ip: str) -> Token:
    """Issue an anonymous token with its credits; raise 429 at the limit of the client or the address."""
    client = state.client(client_id, ip)
    raise_injected_error(client.begin("token.issue"), client.scenario.parameters)
    parameters, now_ms = client.scenario.parameters, state.now_ms
    addresses = state.issued_by_ip.setdefault(ip, deque())
    check_window(client.issued_at_ms, parameters.tokens_per_client, parameters, now_ms)  # AUTH-3
    check_window(addresses, parameters.tokens_per_ip, parameters, now_ms)  # AUTH-4
    rng = state.randomness.stream("token", client_id, len(client.issued_at_ms))
    account = create_account(state, client, f"anon_{rng.hex(16)}", registered=False)
    token = create_token(state, account, f"nmv_usr_{rng.hex(32)}")
    addresses.append(now_ms)
    client.issued_at_ms.append(now_ms)
    apply_triggers(state, token, client.scenario.triggers_for("token.issue", client.calls["token.issue"]))
    return token


def check_window(
    issued_at_ms: list[int] | deque[int], limit: int, parameters: Parameters, now_ms: int
) -> None:
    """Raise 429, with the wait until one is free, where ``limit`` tokens were issued within the window."""
    recent = [at for at in issued_at_ms if now_ms - at < parameters.token_window_ms]
    if len(recent) >= limit:
        free_ms = sorted([*recent, now_ms])[len(recent) - limit] + parameters.token_window_ms
        raise BackendError(429, retry_after_s=-(-(free_ms - now_ms) // 1000))


def create_account(state: BackendState, client: Client, user_id: str, *, registered: bool) -> Account:
    """Create an account as the client's scenario describes it, with its credits (AUTH-1)."""
    initial, parameters = client.scenario.account, client.scenario.parameters
    account = Account(user_id, client, registered, initial.plan, initial.export_blocked)
    account.ledger.grant(parameters.anonymous_credits if initial.credits is None else initial.credits)
    account.ledger.note(state.now_ms)
    state.accounts[user_id] = account
    return account


def create_token(state: BackendState, account: Account, value: str, age_ms: int = 0) -> Token:
    """Create a token that was issued ``age_ms`` ago, with the scopes of its account (AUTH-5, AUTH-7)."""
    issued_at_ms, lifetime_ms = state.now_ms - age_ms, account.client.scenario.parameters.token_lifetime_ms
    token = Token(value, account, issued_at_ms, issued_at_ms + lifetime_ms, _scopes(account))
    state.tokens[value] = token
    return token


def register(state: BackendState, credits_: int | None, plan: str, scopes: list[str] | None) -> Token:
    """Create a registered account, as the vendor's web site would, and return its token (AUTH-7)."""
    initial = InitialAccount(
        credits_, plan, registered=True, scopes=None if scopes is None else tuple(scopes)
    )
    client = Client(replace(state.scenario, account=initial))
    rng = state.randomness.stream(
        "registered", sum(account.registered for account in state.accounts.values())
    )
    account = create_account(state, client, f"usr_{rng.hex(16)}", registered=True)
    return create_token(state, account, f"nmv_usr_{rng.hex(32)}")


def _scopes(account: Account) -> frozenset[str]:
    scopes = account.client.scenario.account.scopes
    if not account.registered:
        return ANONYMOUS_SCOPES
    return SCOPES if scopes is None else frozenset(scopes)


def register_external_token(state: BackendState, value: str, scenario: ScenarioConfig) -> Token:
    """Create the account behind a token that is set from outside, in the state its scenario names."""
    client = Client(scenario)
    kind = "usr" if scenario.account.registered else "anon"
    user_id = f"{kind}_{state.randomness.stream('adopted', value).hex(16)}"
    account = create_account(state, client, user_id, registered=scenario.account.registered)
    token = create_token(state, account, value, age_ms=scenario.account.token_age_ms)
    if any(trigger.on == "token.issue" and trigger.do == "refuse" for trigger in scenario.triggers):
        token.end("revoke", state.now_ms)  # the scenario is about asking for a token: none is valid yet
    else:
        client.issued_at_ms.append(token.issued_at_ms)
        apply_triggers(state, token, client.begin("token.issue"))
    if scenario.account.token != "live":  # noqa: S105  # a state, no secret
        token.end({"expired": "expire", "revoked": "revoke"}[scenario.account.token], state.now_ms)
    return token


def raise_injected_error(triggers: tuple[Trigger, ...], parameters: Parameters) -> None:
    """Raise the first refusal among the triggers of a call, if any."""
    for trigger in triggers:
        if trigger.do == "refuse" and trigger.code is not None:
            retry_after_s = parameters.refusal_retry_after_s if trigger.code == 429 else None
            raise BackendError(trigger.code, retry_after_s=retry_after_s)


def apply_triggers(
    state: BackendState, token: Token, triggers: tuple[Trigger, ...], session_id: str = ""
) -> None:
    """Apply what a scenario does after a call was accepted."""
    for trigger in triggers:
        if trigger.do == "delete-session":
            state.sessions.pop(session_id, None)
        elif trigger.do in ("expire-token", "revoke-token"):
            token.end(trigger.do.partition("-")[0], state.now_ms)
