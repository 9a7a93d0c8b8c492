"""Envelopes: of every success, of every refusal, under the status that belongs to it (ENV-1 to ENV-3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from nemocontract.cases.endpoints import CLAIM, CREDITS, NOWHERE, SESSION, STATE, SUBMIT, UPLOAD
from nemocontract.cases.outcomes import STRICT, accepted, is_json, refused, seen, tidy
from nemocontract.cases.shapes import is_failure, is_success, is_text
from nemocontract.probing.case import Bench, case
from nemocontract.probing.guest import Guest, ask_token
from nemocontract.traffic import Exchange


def made_session(bench: Bench) -> str:
    """Return a new session of the guest's; a case goes no further without one."""
    told = accepted(bench, bench.guest.create_session(), "ENV-1", "a new session")
    bench.must("SES-1", is_text(told.data.get("session_id")), "a session_id", seen(told))
    return str(told.data["session_id"])


@case("ENV-1", looks_for="the envelope of a success: code 0, `success`, data, called JSON")
def _successes(bench: Bench) -> None:
    session = made_session(bench)
    for endpoint in (CREDITS, STATE):
        told = accepted(bench, endpoint.call(bench.guest, session), "ENV-1", f"{endpoint.name} succeeds")
        bench.claim("ENV-1", isinstance(told.answer.get("data"), dict), "data is an object", seen(told))
        bench.claim("ENV-1", told.status == 200, "a success under HTTP status 200", seen(told))


@case("ENV-1", looks_for="the envelope of every success, uploads and claim tokens too", control=True)
def _every_success(bench: Bench) -> None:
    made = bench.guest.create_session()
    session, task = str(made.data.get("session_id", "")), str(made.data.get("task_id", ""))
    told = [made, *(e.call(bench.guest, session, task=task) for e in (CREDITS, STATE, UPLOAD, CLAIM))]
    for one in told:
        bench.claim("ENV-1", is_success(one.answer), f"{one.operation} succeeds in its envelope", seen(one))
        bench.claim("ENV-1", is_json(one), "JSON that is called so", one.answer_headers)


@case("ENV-2", "ENV-3", looks_for="refusals of all kinds in one envelope, statuses in one profile")
def _refusals(bench: Bench) -> None:
    guest = bench.guest
    refused(bench, guest.credits(token="nmv_usr_nobody"), "ENV-2", 1001, "a bad token")  # noqa: S106
    refused(bench, guest.state(NOWHERE), "ENV-2", 1002, "an unknown session")
    refused(bench, guest.job("render_nobody_1"), "ENV-2", 404, "an unknown export")
    refused(bench, bench.probe.send("POST", "/api/auth/anonymous-token"), "ENV-2", 400, "no client id")
    session = made_session(bench)
    refused(bench, guest.upload(session, ("notes.txt", b"text")), "ENV-2", 4001, "an unsupported file")


def _every_refusal(bench: Bench) -> Iterator[Exchange]:
    """Provoke each code of the table once, claiming that it comes (ENV-2)."""
    poor = bench.registered(credits=0)
    session = poor.session()
    nobody = Guest(bench.probe, "nmv_usr_nobody")
    provocations: tuple[tuple[int, Callable[[], Exchange]], ...] = (
        (1001, nobody.credits),
        (1002, lambda: poor.state(NOWHERE)),
        (2001, lambda: poor.chat(session, "generate a 5 second clip of a quiet lake")),
        (4001, lambda: poor.upload(session, ("notes.txt", b"text"))),
        (4002, lambda: poor.upload(session, ("clip.mp4", bytes(65)))),
        (400, lambda: SESSION.call(poor, json=[])),
        (402, lambda: SUBMIT.call(poor, session, attributed=False)),
        (403, lambda: bench.registered(scopes=[]).credits()),
        (404, lambda: poor.job("render_nobody_1")),
        (409, lambda: (SUBMIT.call(poor, session), SUBMIT.call(poor, session))[1]),
        (429, lambda: [ask_token(bench.probe, "env-3") for _ in range(2)][1]),
    )
    for code, provoke in provocations:
        told = provoke()
        refused(bench, told, "ENV-2", code, "a code of the table")
        yield told


@case(
    "ENV-2", "ENV-3", looks_for="every code of the table, the four-digit ones under HTTP 200",
    control=True, profile="envelope", rules={"max_upload_bytes": 64},
)  # fmt: skip
def _by_default(bench: Bench) -> None:
    for told in _every_refusal(bench):
        due = 200 if told.code in STRICT else told.code
        bench.claim("ENV-3", told.status == due, f"status {due} for {told.code} by default", seen(told))


@case(
    "ENV-2", "ENV-3", looks_for="every code of the table, each under its own status, in profile http-status",
    control=True, profile="http-status", rules={"max_upload_bytes": 64},
)  # fmt: skip
def _strictly(bench: Bench) -> None:
    for told in _every_refusal(bench):
        due = STRICT.get(told.code or 0, told.code)
        bench.claim("ENV-3", told.status == due, f"status {due} for {told.code} in http-status", seen(told))


@case("ENV-2", "ENV-4", looks_for="an envelope for a path or a method that there is not")
def _nowhere(bench: Bench) -> None:
    for method, path in (
        ("GET", "/api/nothing"),
        ("GET", "/run_sse"),
        ("DELETE", "/api/credits/balance/simple"),
        ("PUT", "/api/auth/anonymous-token"),
    ):
        told = bench.guest.call(method, path)
        bench.claim("ENV-2", not told.succeeded, "no success where there is nothing", seen(told))
        fits = is_failure(told.answer) or not is_json(told)  # a gateway in front may have pages of its own
        bench.claim("ENV-2", fits, "JSON that refuses is an envelope", seen(told))
        tidy(bench, told)
