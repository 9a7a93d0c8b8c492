"""Who may call what: bad tokens, scopes, claim tokens (AUTH-6 to AUTH-8)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from nemocontract.cases.endpoints import (
    CHAT,
    CLIP,
    CREDITS,
    GUARDED,
    NOWHERE,
    SESSION,
    STATE,
    SUBMIT,
    UPLOAD,
    Endpoint,
)
from nemocontract.cases.outcomes import accepted, refused, seen
from nemocontract.cases.shapes import is_prefixed
from nemocontract.probing.case import Bench, case
from nemocontract.probing.guest import Guest

_WEEK_S: Final = 604_800
_UNKNOWN: Final = "nmv_usr_00000000000000000000000000000000"
# AUTH-7: what a scope is for, as far as its name says it beyond doubt.
_NEEDED: Final[dict[str, tuple[Endpoint, ...]]] = {
    "read": (CREDITS, STATE),
    "write": (SESSION, CHAT),
    "upload": (UPLOAD,),
    "render": (SUBMIT,),
}


def everywhere(
    bench: Bench, guest: Guest, clause: str, expected: str, session: str = NOWHERE, **told: Any
) -> None:
    """Claim that every endpoint that needs a token answers 1001."""
    for endpoint in GUARDED:
        answer = endpoint.call(guest, session, **told)
        refused(bench, answer, clause, 1001, f"{endpoint.name} with {expected}")


def _malformed(token: str) -> Iterator[tuple[str, str]]:
    """Yield headers that are no bearer token, each with what is wrong in words."""
    yield "Bearer", "a scheme without a token"
    yield token, "a token without a scheme"
    yield f"Basic {token}", "another scheme"
    yield f"Bearer {token}x", "a character too many"
    yield f"Bearer {token[:-1]}", "a character too few"
    yield f"Bearer {token} {token}", "two tokens"


@case("AUTH-6", "ENV-2", "ENV-3", looks_for="1001 without a token, at every endpoint that needs one")
def _no_token(bench: Bench) -> None:
    everywhere(bench, Guest(bench.probe, ""), "AUTH-6", "no token")


@case("AUTH-6", looks_for="1001 for a token that nobody has, at every endpoint that needs one")
def _unknown_token(bench: Bench) -> None:
    everywhere(bench, Guest(bench.probe, _UNKNOWN), "AUTH-6", "an unknown token")


@case("AUTH-6", looks_for="1001 for an Authorization header that is no bearer token")
def _malformed_header(bench: Bench) -> None:
    for header, what in _malformed(_UNKNOWN):
        told = CREDITS.call(Guest(bench.probe, ""), headers={"Authorization": header})
        refused(bench, told, "AUTH-6", 1001, what)


@case("AUTH-6", looks_for="1001 for a good token in a bad header, at every endpoint", control=True)
def _good_token_malformed(bench: Bench) -> None:
    session, token = bench.guest.session(), bench.guest.token
    nobody = Guest(bench.probe, "")
    for header, what in _malformed(token):
        everywhere(bench, nobody, "AUTH-6", what, session, headers={"Authorization": header})
    bench.claim("AUTH-6", bench.guest.credits().succeeded, "the same token, well put, is good")


@case("AUTH-6", "AUTH-5", looks_for="1001 for an expired token, at every endpoint", control=True)
def _expired_token(bench: Bench) -> None:
    session = bench.guest.session()
    bench.control("POST", f"tokens/{bench.guest.token}/expire")
    refused(bench, bench.guest.credits(), "AUTH-5", 1001, "the token has expired")
    everywhere(bench, bench.guest, "AUTH-6", "an expired token", session)


@case("AUTH-6", "AUTH-5", looks_for="1001 for a revoked token, at every endpoint", control=True)
def _revoked_token(bench: Bench) -> None:
    session = bench.guest.session()
    bench.control("POST", f"tokens/{bench.guest.token}/revoke")
    refused(bench, bench.guest.credits(), "AUTH-5", 1001, "the token was revoked")
    everywhere(bench, bench.guest, "AUTH-6", "a revoked token", session)


@case("AUTH-6", looks_for="a token is good again in the next request: refusals leave nothing behind")
def _after_a_refusal(bench: Bench) -> None:
    refused(bench, CREDITS.call(Guest(bench.probe, _UNKNOWN)), "AUTH-6", 1001, "an unknown token")
    accepted(bench, bench.guest.credits(), "AUTH-6", "a good token works after a bad one")


@case("AUTH-6", looks_for="1001 for a good token anywhere but in its header", control=True)
def _token_elsewhere(bench: Bench) -> None:
    nobody, token = Guest(bench.probe, ""), bench.guest.token
    for name, value in (("Cookie", f"token={token}"), ("X-Token", token), ("X-Client-Id", token)):
        told = nobody.credits(headers={name: value})
        refused(bench, told, "AUTH-6", 1001, f"no Authorization header, a token in {name}")
    told = nobody.call("GET", f"{CREDITS.path}?token={token}&access_token={token}")
    refused(bench, told, "AUTH-6", 1001, "no Authorization header, a token in the query")


# -- scopes ------------------------------------------------------------------------------------------


@case("AUTH-7", "ENV-3", looks_for="403 where the scope is missing, and only there", control=True)
def _a_scope_missing(bench: Bench) -> None:
    for scope in ("read", "upload", "render"):
        held = [other for other in _NEEDED if other != scope]
        guest = bench.registered(scopes=held)
        session = guest.session()
        for needed, endpoints in _NEEDED.items():
            for endpoint in endpoints:
                told = endpoint.call(guest, session, render=f"render_{scope}")
                if needed == scope:
                    refused(bench, told, "AUTH-7", 403, f"{endpoint.name} without the scope {scope}")
                else:
                    bench.claim("AUTH-7", told.succeeded, f"{endpoint.name} with its scope", seen(told))


@case("AUTH-7", looks_for="403 for a new session, and no stream for a message, without write", control=True)
def _no_write(bench: Bench) -> None:
    guest = bench.registered(scopes=["read", "upload", "render"])
    refused(bench, SESSION.call(guest), "AUTH-7", 403, "a new session without the scope write")
    told = CHAT.call(guest)
    fits = told.code in (403, 1002) and told.events is None
    bench.claim("AUTH-7", fits, "no message without the scope write", seen(told))


@case("AUTH-7", looks_for="a scope alone opens what it is for, none opens nothing", control=True)
def _one_scope(bench: Bench) -> None:
    for scope in _NEEDED:
        guest = bench.registered(scopes=[scope])
        for needed, endpoints in _NEEDED.items():
            told = endpoints[0].call(guest)
            if needed == scope:
                fits = told.code not in (403, 1001)
                bench.claim("AUTH-7", fits, f"{scope} opens {endpoints[0].name}", seen(told))
            else:  # a session of nobody's may be looked for first
                fits = told.code == 403 or (told.code == 1002 and endpoints[0] in (UPLOAD, SUBMIT))
                bench.claim("AUTH-7", fits, f"{scope} alone does not open {endpoints[0].name}", seen(told))
    nothing = bench.registered(scopes=[])
    refused(bench, nothing.credits(), "AUTH-7", 403, "credits without any scope")


@case("AUTH-7", looks_for="the scope * opens everything", control=True)
def _every_scope(bench: Bench) -> None:
    guest = bench.registered(scopes=["*"])
    session = guest.session()
    for endpoint in (CREDITS, STATE, SESSION, CHAT, UPLOAD, SUBMIT):
        told = endpoint.call(guest, session)
        bench.claim("AUTH-7", told.succeeded, f"{endpoint.name} with the scope *", seen(told))


@case("AUTH-7", looks_for="a guest reads, writes and uploads, and may export all the same", control=True)
def _guests(bench: Bench) -> None:
    session = bench.guest.session()
    for endpoint in (CREDITS, STATE, SESSION, CHAT, UPLOAD, SUBMIT):
        told = endpoint.call(bench.guest, session)
        bench.claim("AUTH-7", told.succeeded, f"{endpoint.name} as a guest", seen(told))


@case("AUTH-7", looks_for="a guest is not kept from reading, writing and uploading")
def _a_guest_may(bench: Bench) -> None:
    session = bench.guest.session()
    for told in (
        bench.guest.credits(),
        bench.guest.state(session),
        bench.guest.upload_urls(session, CLIP),
    ):
        bench.claim("AUTH-7", told.code != 403, "what guests have the scopes for", seen(told))


# -- claim tokens ------------------------------------------------------------------------------------


def _claimed(bench: Bench) -> tuple[str, str]:
    """Return a new session's id and a claim token for it."""
    made = accepted(bench, bench.guest.create_session(), "SES-1", "a new session").data
    told = accepted(
        bench,
        bench.guest.claim(made.get("session_id", ""), made.get("task_id", "")),
        "AUTH-8",
        "a claim token for one's own session",
    )
    bench.must("AUTH-8", is_prefixed(told.data.get("claim_token"), "clm_"), "claim_token: clm_…", told.data)
    bench.claim("AUTH-8", told.data.get("expires_in") == _WEEK_S, "expires_in: 604800", told.data)
    return str(made.get("session_id", "")), str(told.data["claim_token"])


@case("AUTH-8", "ENV-1", looks_for="a claim token of its form, which the API does not take")
def _claim(bench: Bench) -> None:
    _, token = _claimed(bench)
    for endpoint in (CREDITS, SESSION):
        refused(bench, endpoint.call(Guest(bench.probe, token)), "AUTH-8", 1001, "a claim token")


@case(
    "AUTH-8",
    "AUTH-6",
    looks_for="1001 for a claim token at every endpoint, for its session too",
    control=True,
)
def _claim_everywhere(bench: Bench) -> None:
    session, token = _claimed(bench)
    everywhere(bench, Guest(bench.probe, token), "AUTH-8", "a claim token", session)
    refused(bench, bench.guest.state(session, token=token), "AUTH-6", 1001, "a token of another kind")


@case("AUTH-8", looks_for="no claim token holds the token of the API, nor leaves it less good")
def _claim_is_another(bench: Bench) -> None:
    _, token = _claimed(bench)
    secret = bench.guest.token.removeprefix("nmv_usr_")
    bench.claim("AUTH-8", secret not in token, "a claim token that does not give away the other")
    bench.claim("AUTH-8", bench.guest.credits().succeeded, "the account's token is as good as before")
