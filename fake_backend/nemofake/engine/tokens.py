"""How tokens come into the world: anonymous, registered, brought along by a story (AUTH-1 to AUTH-5)."""

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


def checked_client_id(client_id: str | None, rules: Parameters) -> str:
    """Return the client id; raise 400 where it is missing, blank or out of bounds (AUTH-2)."""
    value = (client_id or "").strip()
    if not value:
        raise BackendError(400, "header X-Client-Id is missing; send a UUID")
    if len(value) > rules.max_name_chars or (rules.client_id_must_be_uuid and not _UUID.fullmatch(value)):
        raise BackendError(400, "header X-Client-Id must be a UUID")
    return value


def issue_anonymous(state: BackendState, client_id: str, ip: str) -> Token:
    """Issue an anonymous token with its credits; raise 429 where the client or the address had theirs."""
    client = state.client(client_id, ip)
    raise_injected_error(client.begin("token.issue"), client.scenario.rules)
    rules, now_ms = client.scenario.rules, state.now_ms
    addresses = state.issued_by_ip.setdefault(ip, deque())
    check_window(client.issued_at_ms, rules.tokens_per_client, rules, now_ms)  # AUTH-3
    check_window(addresses, rules.tokens_per_ip, rules, now_ms)  # AUTH-4
    rng = state.randomness.stream("token", client_id, len(client.issued_at_ms))
    account = create_account(state, client, f"anon_{rng.hex(16)}", registered=False)
    token = create_token(state, account, f"nmv_usr_{rng.hex(32)}")
    addresses.append(now_ms)
    client.issued_at_ms.append(now_ms)
    apply_triggers(state, token, client.scenario.strikes("token.issue", client.calls["token.issue"]))
    return token


def check_window(issued_at_ms: list[int] | deque[int], limit: int, rules: Parameters, now_ms: int) -> None:
    """Raise 429, with the wait until one is free, where ``limit`` tokens were issued within the window."""
    recent = [at for at in issued_at_ms if now_ms - at < rules.token_window_ms]
    if len(recent) >= limit:
        free_ms = sorted([*recent, now_ms])[len(recent) - limit] + rules.token_window_ms
        raise BackendError(429, retry_after_s=-(-(free_ms - now_ms) // 1000))


def create_account(state: BackendState, client: Client, user_id: str, *, registered: bool) -> Account:
    """Open an account as the client's story gives it, with its credits (AUTH-1)."""
    given, rules = client.scenario.given, client.scenario.rules
    account = Account(user_id, client, registered, given.plan, given.export_blocked)
    account.ledger.grant(rules.anonymous_credits if given.credits is None else given.credits)
    state.accounts[user_id] = account
    return account


def create_token(state: BackendState, account: Account, value: str, age_ms: int = 0) -> Token:
    """Make a token for an account: a lifetime from now or from ``age_ms`` ago, the scopes of its kind.

    Clauses AUTH-5 and AUTH-7.
    """
    issued_at_ms, lifetime_ms = state.now_ms - age_ms, account.client.scenario.rules.token_lifetime_ms
    token = Token(value, account, issued_at_ms, issued_at_ms + lifetime_ms, _scopes(account))
    state.tokens[value] = token
    return token


def register(state: BackendState, credits_: int | None, plan: str, scopes: list[str] | None) -> Token:
    """Open a registered account and return its token, as the vendor's web site would (AUTH-7)."""
    given = InitialAccount(credits_, plan, registered=True, scopes=None if scopes is None else tuple(scopes))
    client = Client(replace(state.scenario, given=given))
    rng = state.randomness.stream("registered", sum(held.registered for held in state.accounts.values()))
    account = create_account(state, client, f"usr_{rng.hex(16)}", registered=True)
    return create_token(state, account, f"nmv_usr_{rng.hex(32)}")


def _scopes(account: Account) -> frozenset[str]:
    given = account.client.scenario.given.scopes
    if not account.registered:
        return ANONYMOUS_SCOPES
    return SCOPES if given is None else frozenset(given)


def register_external_token(state: BackendState, value: str, scenario: ScenarioConfig) -> Token:
    """Make the account behind a token that is set from outside, in the state its story gives it."""
    client = Client(scenario)
    kind = "usr" if scenario.given.registered else "anon"
    user_id = f"{kind}_{state.randomness.stream('adopted', value).hex(16)}"
    account = create_account(state, client, user_id, registered=scenario.given.registered)
    token = create_token(state, account, value, age_ms=scenario.given.token_age_ms)
    if any(i.do == "refuse" for i in scenario.triggers if i.on == "token.issue"):
        token.end("revoke", state.now_ms)  # the story is about asking for a token, so none is good yet
    else:
        client.issued_at_ms.append(token.issued_at_ms)
        apply_triggers(state, token, client.begin("token.issue"))
    if scenario.given.token != "live":  # noqa: S105  # a state, no secret
        token.end({"expired": "expire", "revoked": "revoke"}[scenario.given.token], state.now_ms)
    return token


def raise_injected_error(triggers: tuple[Trigger, ...], rules: Parameters) -> None:
    """Raise the first refusal that befalls a call, if any."""
    for trigger in triggers:
        if trigger.do == "refuse" and trigger.code is not None:
            retry_after_s = rules.refusal_retry_after_s if trigger.code == 429 else None
            raise BackendError(trigger.code, retry_after_s=retry_after_s)


def apply_triggers(
    state: BackendState, token: Token, triggers: tuple[Trigger, ...], session_id: str = ""
) -> None:
    """Let happen what a story has in store after a call was accepted."""
    for trigger in triggers:
        if trigger.do == "delete-session":
            state.sessions.pop(session_id, None)
        elif trigger.do in ("expire-token", "revoke-token"):
            token.end(trigger.do.partition("-")[0], state.now_ms)
