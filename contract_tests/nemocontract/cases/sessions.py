"""Sessions: what a new one looks like, whom it is shown, and how its user is written (SES-1 to SES-3)."""

from __future__ import annotations

from nemocontract.cases.endpoints import CLIP, NOBODY, NOWHERE, OF_SESSIONS
from nemocontract.cases.outcomes import accepted, refused, seen
from nemocontract.cases.shapes import is_digits, is_text
from nemocontract.probing.case import Bench, case
from nemocontract.probing.guest import Guest
from nemocontract.traffic import Exchange


def made(bench: Bench, told: Exchange) -> str:
    """Claim that an answer is a whole new session (SES-1), and return its id."""
    accepted(bench, told, "SES-1", "a new session")
    data = told.data
    bench.claim("SES-1", is_digits(data.get("session_id"), 19), "session_id: 19 decimal digits", data)
    bench.claim("SES-1", is_text(data.get("task_id")), "task_id: a text", data)
    own = bench.guest.user_id
    bench.claim("SES-1", is_text(data.get("user_id")), "user_id: a text", data)
    if own:
        bench.claim("SES-1", data.get("user_id") == own, "user_id: the token's own", data)
    return str(data.get("session_id", ""))


@case("SES-1", "ENV-1", looks_for="a new session with its ids, in English, in Chinese, without a language")
def _new_sessions(bench: Bench) -> None:
    known = set()
    for body in (
        {"task_name": "project", "language": "en"},
        {"task_name": "project", "language": "zh"},
        {"task_name": "project"},
        {"task_name": "Другой проект 项目"},
    ):
        known.add(made(bench, bench.guest.create_session(body)))
    bench.claim("SES-1", len(known) == 4, "each session an id of its own", sorted(known))


@case("SES-1", looks_for="the new session is there to be read, under the ids it was told with")
def _readable(bench: Bench) -> None:
    told = bench.guest.create_session()
    session = made(bench, told)
    state = accepted(bench, bench.guest.state(session), "SES-1", "the state of a new session").data
    for name in ("session_id", "task_id", "user_id"):
        bench.claim("SES-1", state.get(name) == told.data.get(name), f"the same {name} as when made", state)


@case("SES-1", looks_for="without a language replies are English, as with `en`", control=True)
def _language_left_out(bench: Bench) -> None:
    for body in ({"task_name": "project"}, {"task_name": "project", "language": "en"}):
        session = str(bench.guest.create_session(body).data.get("session_id", ""))
        told = bench.guest.chat(session, "hello")
        text = "".join(str(event.data) for event in told.events or ())
        bench.claim("SES-1", (bool(text) and text.isascii()) or _latin(text), "a reply in English", text)


def _latin(text: str) -> bool:
    return bool(text) and not any("\u4e00" <= letter <= "\u9fff" for letter in text)


# -- nobody's and somebody else's ----------------------------------------------------------------


@case("SES-2", "ENV-2", "ENV-3", looks_for="1002 for a session that never was, wherever one is named")
def _unknown(bench: Bench) -> None:
    for endpoint in OF_SESSIONS:
        told = endpoint.call(bench.guest, NOWHERE)
        refused(bench, told, "SES-2", 1002, f"{endpoint.name} in a session that never was")
        bench.claim("SES-2", told.events is None, "no stream where there is no session", seen(told))


@case("SES-2", looks_for="1002 for what cannot be a session's id at all")
def _no_id(bench: Bench) -> None:
    for nonsense in ("0", "x", "abc-def", "1" * 18, "9" * 20, "9" * 200, "%E9%A1%B9", "null", "undefined"):
        refused(bench, bench.guest.state(nonsense), "SES-2", 1002, f"the state of {nonsense[:24]!r}")


@case("SES-2", looks_for="one answer for somebody else's session and for none, byte for byte", tokens=1)
def _somebody_elses(bench: Bench) -> None:
    other = bench.another("stranger")
    theirs = other.create_session().data
    session, task = str(theirs.get("session_id", "")), str(theirs.get("task_id", ""))
    for endpoint in OF_SESSIONS:
        foreign = endpoint.call(bench.guest, session, task=task)
        refused(bench, foreign, "SES-2", 1002, f"{endpoint.name} in somebody else's session")
        leaked = _bare(bench, session, task)
        absent = endpoint.call(bench.guest, NOWHERE, task=NOWHERE)
        same = (foreign.status, leaked) == (absent.status, _bare(bench, NOWHERE, NOWHERE))
        bench.claim("SES-2", same, f"{endpoint.name}: the same answer as for no session", seen(foreign))
        heads = [{*told.answer_headers} for told in (foreign, absent)]
        bench.claim("SES-2", heads[0] == heads[1], f"{endpoint.name}: the same headers", heads)
    bench.claim("SES-2", other.state(session).succeeded, "its owner still has it", session)


def _bare(bench: Bench, *ids: str) -> bytes:
    """Return the last answer's bytes without the ids that it was asked for."""
    raw = bench.probe.raw
    for one in ids:
        raw = raw.replace(one.encode(), b"<id>") if one else raw
    return raw


@case(
    "SES-2",
    "AUTH-5",
    looks_for="sessions do not pass on to the account that comes after a token",
    control=True,
)
def _former_account(bench: Bench) -> None:
    session = bench.guest.session()
    bench.control("POST", f"tokens/{bench.guest.token}/expire")
    heir = bench.another("first")
    refused(bench, heir.credits(token=bench.guest.token), "AUTH-5", 1001, "the old token stays expired")
    told = heir.state(session)
    fits = told.succeeded or told.code == 1002  # the documents do not say whose it is now
    bench.claim("SES-2", fits, "the session, or 1002", seen(told))


@case("SES-2", looks_for="what is refused in somebody else's session leaves it as it was", control=True)
def _nothing_done(bench: Bench) -> None:
    other, session = bench.another("stranger"), bench.guest.session()
    before = bench.guest.state(session).data
    for endpoint in OF_SESSIONS:
        refused(bench, endpoint.call(other, session), "SES-2", 1002, f"{endpoint.name}, somebody else's")
    refused(bench, other.upload(session, ("a.txt", b"text")), "SES-2", 1002, "a file for somebody else")
    bench.claim("SES-2", bench.guest.state(session).data == before, "the same state as before", before)
    credits_ = other.credits().data
    bench.claim("SES-2", credits_.get("available") == 100, "nothing charged for what was refused", credits_)


# -- the user ------------------------------------------------------------------------------------


def own_id(bench: Bench) -> str:
    """Return the guest's user id, asked for where the target keeps none."""
    return bench.guest.user_id or str(bench.guest.create_session().data.get("user_id", ""))


def _as_user(bench: Bench, user: str, session: str) -> tuple[tuple[str, Exchange], ...]:
    guest: Guest = bench.guest
    return (
        ("a new session", guest.create_session(user=user)),
        ("a state", guest.state(session, user=user)),
    )


@case("SES-3", looks_for="the token's own id instead of `me`, in paths")
def _own_id(bench: Bench) -> None:
    user, session = own_id(bench), bench.guest.session()
    for what, told in _as_user(bench, user, session):
        bench.claim("SES-3", told.succeeded, f"{what} under one's own user id", seen(told))


@case("SES-3", "ENV-2", looks_for="1002 for a user id that is not the token's own, in paths and bodies")
def _other_id(bench: Bench) -> None:
    session = bench.guest.session()
    for user in (NOBODY, "ME", own_id(bench)[:-1], own_id(bench) + "0"):
        refused(bench, bench.guest.create_session(user=user), "SES-3", 1002, f"a session as {user}")
        refused(bench, bench.guest.state(session, user=user), "SES-3", 1002, f"a state as {user}")
        refused(bench, bench.guest.upload_urls(session, CLIP, user=user), "SES-3", 1002, f"a file as {user}")
        told = bench.guest.chat(session, "hello", user=user)
        refused(bench, told, "SES-3", 1002, f"a message as {user}")


@case("SES-3", looks_for="one's own id in uploads and messages", control=True)
def _own_id_in_bodies(bench: Bench) -> None:
    user, session = own_id(bench), bench.guest.session()
    for what, told in (
        ("an upload", bench.guest.upload_urls(session, CLIP, user=user)),
        ("a message", bench.guest.chat(session, "hello", user=user)),
    ):
        bench.claim("SES-3", told.succeeded, f"{what} under one's own user id", seen(told))


@case("SES-3", "SES-2", looks_for="1002 for the id of another account that is there", tokens=1)
def _anothers_id(bench: Bench) -> None:
    other, session = bench.another("stranger"), bench.guest.session()
    theirs = other.session()
    for user, of in ((other.user_id, session), (other.user_id, theirs)):
        refused(bench, bench.guest.state(of, user=user), "SES-3", 1002, "a state as somebody else")
    refused(bench, bench.guest.state(theirs), "SES-2", 1002, "somebody else's state as oneself")
    told = bench.guest.create_session(user=other.user_id)
    refused(bench, told, "SES-3", 1002, "a session for somebody else")
