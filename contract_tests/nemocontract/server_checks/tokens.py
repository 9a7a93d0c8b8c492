"""Checks of anonymous tokens: form, limits, lifetime (AUTH-1 to AUTH-5)."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final

from nemocontract.http.api_client import ApiAccount, request_token
from nemocontract.http.case import CaseContext, case
from nemocontract.recording import Exchange
from nemocontract.server_checks.expectations import expect_error, expect_success, is_prefixed, seen, utc_ms

_WEEK_S: Final = 7 * 24 * 3600
_MS_S: Final = 0.001


def client_id(nth: int) -> str:
    """Return the UUID of the nth installed client."""
    return f"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3d{nth:04d}"


def issued(ctx: CaseContext, exchange: Exchange) -> Exchange:
    """Check that an answer is a whole anonymous token (AUTH-1), and return it."""
    expect_success(ctx, exchange, "AUTH-1", "an anonymous token for a client id")
    data = exchange.data
    ctx.require("AUTH-1", is_prefixed(data.get("token"), "nmv_usr_"), "token: nmv_usr_…", data)
    for what, holds in (
        ("user_id: anon_…", is_prefixed(data.get("user_id"), "anon_")),
        ("credits: 100", data.get("credits") == 100),
        ("expires_at: ISO 8601, in UTC", utc_ms(data.get("expires_at")) is not None),
    ):
        ctx.check("AUTH-1", holds, what, data)
    return exchange


def limited(ctx: CaseContext, exchange: Exchange, clause: str, expected: str) -> None:
    """Check a 429 whose Retry-After is positive and at most a week (AUTH-3)."""
    expect_error(ctx, exchange, clause, 429, expected)
    if exchange.code == 429:
        wait = exchange.answer_headers.get("retry-after", "")
        ctx.check("AUTH-3", _is_wait(wait), "Retry-After, a wait of at most 7 days", wait or "none")


def _is_wait(value: str) -> bool:
    if value.isascii() and value.isdigit():
        return 0 < int(value) <= _WEEK_S
    try:
        return parsedate_to_datetime(value) is not None  # HTTP allows a date as well
    except ValueError:
        return False


def now_ms(ctx: CaseContext) -> int:
    """Return backend time."""
    return int(ctx.control("GET", "clock")["now_ms"])


def balance_of(ctx: CaseContext, token: object) -> Exchange:
    """Read the balance with a token: the least that shows whether it is good."""
    return ApiAccount(ctx.recorder, str(token)).credits()


@case("AUTH-1", "ENV-1", description="a new client id gets a token with all its fields", tokens=1)
def _new_token(ctx: CaseContext) -> None:
    exchange = issued(ctx, ctx.new_token("one"))
    balance = balance_of(ctx, exchange.data["token"])
    ctx.check("AUTH-1", balance.data.get("available") == 100, "100 credits behind it", seen(balance))


@case("AUTH-1", description="two client ids get two tokens of two users", tokens=2)
def _two_clients(ctx: CaseContext) -> None:
    one = issued(ctx, ctx.new_token("one")).data
    two = issued(ctx, ctx.new_token("two")).data
    for name in ("token", "user_id"):
        ctx.check("AUTH-1", one.get(name) != two.get(name), f"each client its own {name}", two)


@case("AUTH-2", "ENV-2", "ENV-3", description="a missing or blank client id gets 400")
def _missing_client_id(ctx: CaseContext) -> None:
    for value in (None, ""):
        expect_error(ctx, request_token(ctx.recorder, value), "AUTH-2", 400, f"X-Client-Id is {value!r}")


@case("AUTH-2", "AUTH-3", description="a request without a client id uses no quota", control=True)
def _missing_client_id_uses_no_quota(ctx: CaseContext) -> None:
    for _ in range(11):
        expect_error(ctx, request_token(ctx.recorder, ""), "AUTH-2", 400, "X-Client-Id is blank")
    exchange = issued(ctx, ctx.new_token("one"))
    ctx.check("AUTH-3", exchange.succeeded, "rejected requests count for no client", seen(exchange))


@case("AUTH-3", description="the second token of a client id gets 429 with Retry-After", tokens=1)
def _second_token_in_week(ctx: CaseContext) -> None:
    first = issued(ctx, ctx.new_token("one")).data
    limited(
        ctx, request_token(ctx.recorder, ctx.client_id("one")), "AUTH-3", "one token per client id in 7 days"
    )
    still = balance_of(ctx, first["token"])
    ctx.check("AUTH-3", still.succeeded, "the first token lives on", seen(still))


@case(
    "AUTH-3",
    "AUTH-5",
    description="a client id gets 429 until the last ms of the week, then a token",
    control=True,
)
def _end_of_week(ctx: CaseContext) -> None:
    first = issued(ctx, ctx.new_token("one")).data
    ctx.advance(_WEEK_S / 2)
    limited(ctx, request_token(ctx.recorder, ctx.client_id("one")), "AUTH-3", "half a week is not enough")
    ctx.advance(_WEEK_S / 2 - _MS_S)
    limited(ctx, request_token(ctx.recorder, ctx.client_id("one")), "AUTH-3", "a millisecond before 7 days")
    ctx.advance(_MS_S)
    again = request_token(ctx.recorder, ctx.client_id("one"))
    ctx.require("AUTH-5", again.succeeded, "another token for the same client id after 7 days", seen(again))
    second = issued(ctx, again).data
    ctx.check("AUTH-5", second["token"] != first["token"], "another token, not the old one", second)
    limited(
        ctx,
        request_token(ctx.recorder, ctx.client_id("one")),
        "AUTH-3",
        "the second token starts a week of its own",
    )


@case(
    "AUTH-3",
    description="a client id gets a token when Retry-After is over, and not long before",
    control=True,
)
def _retry_after(ctx: CaseContext) -> None:
    issued(ctx, ctx.new_token("one"))
    ctx.advance(_WEEK_S / 3)
    exchange = request_token(ctx.recorder, ctx.client_id("one"))
    wait = exchange.answer_headers.get("retry-after", "")
    ctx.require("AUTH-3", wait.isdecimal() and int(wait) > 60, "Retry-After in seconds, of some days", wait)
    ctx.advance(int(wait) - 60)
    early = request_token(ctx.recorder, ctx.client_id("one"))
    ctx.check("AUTH-3", early.code == 429, "429 a minute before Retry-After is over", seen(early))
    ctx.advance(60)
    again = request_token(ctx.recorder, ctx.client_id("one"))
    ctx.check("AUTH-3", again.succeeded, "a token when Retry-After is over", seen(again))


@case(
    "AUTH-3",
    description="a transient limit ends: the retry after 30 s succeeds",
    control=True,
    scenario="auth-429-once",
)
def _transient_limit(ctx: CaseContext) -> None:
    limited(
        ctx,
        request_token(ctx.recorder, ctx.client_id("one")),
        "AUTH-3",
        "the scenario refuses the first request",
    )
    ctx.advance(30)
    exchange = request_token(ctx.recorder, ctx.client_id("one"))
    ctx.check("AUTH-3", exchange.succeeded, "the one retry after 30 s has its token", seen(exchange))


@case(
    "AUTH-4",
    "AUTH-3",
    description="an address gets ten tokens, then 429, and ten more after a week",
    control=True,
)
def _ten_per_address(ctx: CaseContext) -> None:
    for nth in range(10):
        exchange = request_token(ctx.recorder, client_id(nth))
        ctx.require("AUTH-4", exchange.succeeded, f"token {nth + 1} of 10", seen(exchange))
    limited(ctx, request_token(ctx.recorder, client_id(10)), "AUTH-4", "the eleventh from one address")
    ctx.advance(_WEEK_S - _MS_S)
    limited(ctx, request_token(ctx.recorder, client_id(10)), "AUTH-4", "a millisecond before 7 days")
    ctx.advance(_MS_S)
    exchange = request_token(ctx.recorder, client_id(10))
    ctx.check("AUTH-4", exchange.succeeded, "a token once the first ten are 7 days old", seen(exchange))


@case(
    "AUTH-4",
    "AUTH-3",
    description="the limit of ten is a sliding window of a week",
    control=True,
)
def _sliding_window(ctx: CaseContext) -> None:
    for nth in range(10):
        exchange = request_token(ctx.recorder, client_id(nth))
        ctx.require("AUTH-4", exchange.succeeded, f"token {nth + 1} of 10", seen(exchange))
        if nth == 3:
            ctx.advance(24 * 3600)
    ctx.advance(_WEEK_S - 24 * 3600)  # four are a week old now, six are not
    for nth in range(10, 14):
        exchange = request_token(ctx.recorder, client_id(nth))
        ctx.check("AUTH-4", exchange.succeeded, "as many as are a week old", seen(exchange))
    limited(ctx, request_token(ctx.recorder, client_id(14)), "AUTH-4", "six of this week and four new ones")


@case("AUTH-5", "AUTH-1", description="a token is valid for 7 days to the ms, then gets 1001", control=True)
def _lifetime(ctx: CaseContext) -> None:
    began = now_ms(ctx)
    payload = issued(ctx, ctx.new_token("one")).data
    ends = utc_ms(payload.get("expires_at"))
    ctx.check(
        "AUTH-5", ends == began + _WEEK_S * 1000, "expires_at is 7 days away", payload.get("expires_at")
    )
    token = str(payload["token"])
    ctx.advance(_WEEK_S - _MS_S)
    last = balance_of(ctx, token)
    ctx.check("AUTH-5", last.succeeded, "the token is good at 7 days less 1 ms", seen(last))
    ctx.advance(_MS_S)
    over = balance_of(ctx, token)
    expect_error(ctx, over, "AUTH-5", 1001, "the token is 7 days old")
    ctx.advance(_WEEK_S)
    expect_error(
        ctx,
        balance_of(ctx, token),
        "AUTH-5",
        1001,
        "two weeks old",
    )


@case("AUTH-5", "AUTH-3", description="a revoked token gets 1001, and its client id gets 429", control=True)
def _revoked_early(ctx: CaseContext) -> None:
    token = str(issued(ctx, ctx.new_token("one")).data["token"])
    ctx.control("POST", f"tokens/{token}/revoke")
    exchange = balance_of(ctx, token)
    expect_error(ctx, exchange, "AUTH-5", 1001, "the token was revoked")
    limited(
        ctx,
        request_token(ctx.recorder, ctx.client_id("one")),
        "AUTH-5",
        "its client id has had this week's token",
    )
    issued(ctx, ctx.new_token("two"))
    ctx.advance(_WEEK_S)
    issued(ctx, ctx.new_token("one"))
