"""Anonymous tokens: what they look like, who gets how many, and how long they live (AUTH-1 to AUTH-5)."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import Final

from nemocontract.http.api_client import ApiAccount, ask_token
from nemocontract.http.case import CaseContext, case
from nemocontract.recording import Exchange
from nemocontract.server_checks.expectations import expect_error, expect_success, is_prefixed, seen, utc_ms

_WEEK_S: Final = 7 * 24 * 3600
_MS_S: Final = 0.001


def client_id(nth: int) -> str:
    """Return the UUID of the nth installed client."""
    return f"9b1deb4d-3b7d-4bad-9bdd-2b0d7b3d{nth:04d}"


def issued(ctx: CaseContext, told: Exchange) -> Exchange:
    """Claim that an answer is a whole anonymous token (AUTH-1), and return it."""
    expect_success(ctx, told, "AUTH-1", "an anonymous token for a client id")
    data = told.data
    ctx.must("AUTH-1", is_prefixed(data.get("token"), "nmv_usr_"), "token: nmv_usr_…", data)
    for what, holds in (
        ("user_id: anon_…", is_prefixed(data.get("user_id"), "anon_")),
        ("credits: 100", data.get("credits") == 100),
        ("expires_at: ISO 8601, in UTC", utc_ms(data.get("expires_at")) is not None),
    ):
        ctx.claim("AUTH-1", holds, what, data)
    return told


def limited(ctx: CaseContext, told: Exchange, clause: str, expected: str) -> None:
    """Claim a 429 whose Retry-After says a wait that is more than none and at most a week (AUTH-3)."""
    expect_error(ctx, told, clause, 429, expected)
    if told.code == 429:
        wait = told.answer_headers.get("retry-after", "")
        ctx.claim("AUTH-3", _is_wait(wait), "Retry-After, a wait of at most 7 days", wait or "none")


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
    return ApiAccount(ctx.probe, str(token)).credits()


@case("AUTH-1", "ENV-1", looks_for="a token for a new client id, with everything it comes with", tokens=1)
def _a_token(ctx: CaseContext) -> None:
    told = issued(ctx, ctx.new_token("one"))
    balance = balance_of(ctx, told.data["token"])
    ctx.claim("AUTH-1", balance.data.get("available") == 100, "100 credits behind it", seen(balance))


@case("AUTH-1", looks_for="two clients have two tokens and are two users", tokens=2)
def _two_clients(ctx: CaseContext) -> None:
    one = issued(ctx, ctx.new_token("one")).data
    two = issued(ctx, ctx.new_token("two")).data
    for name in ("token", "user_id"):
        ctx.claim("AUTH-1", one.get(name) != two.get(name), f"each client its own {name}", two)


@case("AUTH-2", "ENV-2", "ENV-3", looks_for="400 without a client id, and for one that is blank")
def _no_client_id(ctx: CaseContext) -> None:
    for value in (None, ""):
        expect_error(ctx, ask_token(ctx.probe, value), "AUTH-2", 400, f"X-Client-Id is {value!r}")


@case("AUTH-2", "AUTH-3", looks_for="a request without a client id uses nothing up", control=True)
def _refused_for_nothing(ctx: CaseContext) -> None:
    for _ in range(11):
        expect_error(ctx, ask_token(ctx.probe, ""), "AUTH-2", 400, "X-Client-Id is blank")
    told = issued(ctx, ctx.new_token("one"))
    ctx.claim("AUTH-3", told.succeeded, "refused requests count for no client", seen(told))


@case("AUTH-3", looks_for="429 with Retry-After for the second token of a client id", tokens=1)
def _one_a_week(ctx: CaseContext) -> None:
    first = issued(ctx, ctx.new_token("one")).data
    limited(ctx, ask_token(ctx.probe, ctx.client_id("one")), "AUTH-3", "one token per client id in 7 days")
    still = balance_of(ctx, first["token"])
    ctx.claim("AUTH-3", still.succeeded, "the first token lives on", seen(still))


@case("AUTH-3", "AUTH-5", looks_for="429 up to the last ms of the week, a token after it", control=True)
def _the_week_ends(ctx: CaseContext) -> None:
    first = issued(ctx, ctx.new_token("one")).data
    ctx.advance(_WEEK_S / 2)
    limited(ctx, ask_token(ctx.probe, ctx.client_id("one")), "AUTH-3", "half a week is none")
    ctx.advance(_WEEK_S / 2 - _MS_S)
    limited(ctx, ask_token(ctx.probe, ctx.client_id("one")), "AUTH-3", "a millisecond before 7 days")
    ctx.advance(_MS_S)
    again = ask_token(ctx.probe, ctx.client_id("one"))
    ctx.must("AUTH-5", again.succeeded, "another token for the same client id after 7 days", seen(again))
    second = issued(ctx, again).data
    ctx.claim("AUTH-5", second["token"] != first["token"], "another token, not the old one", second)
    limited(
        ctx,
        ask_token(ctx.probe, ctx.client_id("one")),
        "AUTH-3",
        "the second token starts a week of its own",
    )


@case(
    "AUTH-3",
    looks_for="a token once the time that Retry-After names is over, and not long before",
    control=True,
)
def _as_long_as_it_says(ctx: CaseContext) -> None:
    issued(ctx, ctx.new_token("one"))
    ctx.advance(_WEEK_S / 3)
    told = ask_token(ctx.probe, ctx.client_id("one"))
    wait = told.answer_headers.get("retry-after", "")
    ctx.must("AUTH-3", wait.isdecimal() and int(wait) > 60, "Retry-After in seconds, of some days", wait)
    ctx.advance(int(wait) - 60)
    early = ask_token(ctx.probe, ctx.client_id("one"))
    ctx.claim("AUTH-3", early.code == 429, "429 a minute before Retry-After is over", seen(early))
    ctx.advance(60)
    again = ask_token(ctx.probe, ctx.client_id("one"))
    ctx.claim("AUTH-3", again.succeeded, "a token when Retry-After is over", seen(again))


@case(
    "AUTH-3",
    looks_for="a limit that is there once only: the retry after 30 s succeeds",
    control=True,
    scenario="auth-429-once",
)
def _once_only(ctx: CaseContext) -> None:
    limited(
        ctx,
        ask_token(ctx.probe, ctx.client_id("one")),
        "AUTH-3",
        "the scenario refuses the first request",
    )
    ctx.advance(30)
    told = ask_token(ctx.probe, ctx.client_id("one"))
    ctx.claim("AUTH-3", told.succeeded, "the one retry after 30 s has its token", seen(told))


@case(
    "AUTH-4",
    "AUTH-3",
    looks_for="ten tokens for an address, no eleventh, and ten again after a week",
    control=True,
)
def _ten_an_address(ctx: CaseContext) -> None:
    for nth in range(10):
        told = ask_token(ctx.probe, client_id(nth))
        ctx.must("AUTH-4", told.succeeded, f"token {nth + 1} of 10", seen(told))
    limited(ctx, ask_token(ctx.probe, client_id(10)), "AUTH-4", "the eleventh from one address")
    ctx.advance(_WEEK_S - _MS_S)
    limited(ctx, ask_token(ctx.probe, client_id(10)), "AUTH-4", "a millisecond before 7 days")
    ctx.advance(_MS_S)
    told = ask_token(ctx.probe, client_id(10))
    ctx.claim("AUTH-4", told.succeeded, "a token once the first ten are 7 days old", seen(told))


@case(
    "AUTH-4",
    "AUTH-3",
    looks_for="the ten slide: what is a week old no longer counts, the rest does",
    control=True,
)
def _ten_that_slide(ctx: CaseContext) -> None:
    for nth in range(10):
        told = ask_token(ctx.probe, client_id(nth))
        ctx.must("AUTH-4", told.succeeded, f"token {nth + 1} of 10", seen(told))
        if nth == 3:
            ctx.advance(24 * 3600)
    ctx.advance(_WEEK_S - 24 * 3600)  # four are a week old now, six are not
    for nth in range(10, 14):
        told = ask_token(ctx.probe, client_id(nth))
        ctx.claim("AUTH-4", told.succeeded, "as many as are a week old", seen(told))
    limited(ctx, ask_token(ctx.probe, client_id(14)), "AUTH-4", "six of this week and four new ones")


@case("AUTH-5", "AUTH-1", looks_for="a token good for 7 days to the ms, and 1001 from then on", control=True)
def _a_week_of_life(ctx: CaseContext) -> None:
    began = now_ms(ctx)
    told = issued(ctx, ctx.new_token("one")).data
    ends = utc_ms(told.get("expires_at"))
    ctx.claim("AUTH-5", ends == began + _WEEK_S * 1000, "expires_at is 7 days away", told.get("expires_at"))
    token = str(told["token"])
    ctx.advance(_WEEK_S - _MS_S)
    last = balance_of(ctx, token)
    ctx.claim("AUTH-5", last.succeeded, "the token is good at 7 days less 1 ms", seen(last))
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


@case("AUTH-5", "AUTH-3", looks_for="1001 for a revoked token, and 429 for who then asks", control=True)
def _revoked_early(ctx: CaseContext) -> None:
    token = str(issued(ctx, ctx.new_token("one")).data["token"])
    ctx.control("POST", f"tokens/{token}/revoke")
    told = balance_of(ctx, token)
    expect_error(ctx, told, "AUTH-5", 1001, "the token was revoked")
    limited(
        ctx,
        ask_token(ctx.probe, ctx.client_id("one")),
        "AUTH-5",
        "its client id has had this week's token",
    )
    issued(ctx, ctx.new_token("two"))
    ctx.advance(_WEEK_S)
    issued(ctx, ctx.new_token("one"))
