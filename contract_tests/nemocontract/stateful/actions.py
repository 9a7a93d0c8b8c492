"""Actions of a generated sequence: accounts, tokens, plans, requests."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from nemocontract.http.api_client import ApiAccount, request_token
from nemocontract.server_checks.access import (
    CLIP,
    DRAFT,
    NEEDS_TOKEN,
    UNKNOWN_SESSION,
    UNKNOWN_USER,
    Endpoint,
)
from nemocontract.stateful.runner import ExportRef, SequenceRunner, SessionRef


def account(player: SequenceRunner) -> int | None:
    """Let an account come, with a client id that nobody had before."""
    client_id = str(uuid5(NAMESPACE_URL, f"nemocontract/sequence/{player.asked}"))
    player.asked += 1
    response = request_token(player.recorder, client_id)
    token = response.data.get("token")
    if not response.succeeded or not isinstance(token, str):
        return None
    player.accounts.append(ApiAccount(player.recorder, token, str(response.data.get("user_id"))))
    return len(player.accounts) - 1


def again(player: SequenceRunner, account: int) -> None:
    """Ask for a token with the client id that an account had before; without one where it had none."""
    who = player.accounts[account]
    client_id = player.model.state.client_of.get(who.token)
    response = request_token(player.recorder, client_id)
    if client_id and response.succeeded:
        player.former.append(who.token)
        who.token, who.user_id = str(response.data.get("token")), str(response.data.get("user_id"))


def register(player: SequenceRunner, credits: int, scopes: tuple[str, ...] | None) -> int:  # noqa: A002
    """Open a registered account."""
    body = {"credits": credits, **({"scopes": [*scopes]} if scopes else {})}
    with player.timed() as spans:
        account = player.target.control("POST", "accounts", body)
    player.model.state.add_registered(account, scopes, spans[0])
    player.accounts.append(ApiAccount(player.recorder, account["tokens"][0]["token"], account["user_id"]))
    return len(player.accounts) - 1


def end_token(player: SequenceRunner, account: int, how: str) -> None:
    """Expire or revoke a token."""
    token = player.accounts[account].token
    with player.timed() as spans:
        player.target.control("POST", f"tokens/{token}/{how}")
    player.model.state.end_token(token, how, spans[0])


def grant(player: SequenceRunner, account: int, credits: int) -> None:  # noqa: A002
    """Grant credits."""
    _change(player, account, {"grant": credits})


def plan(player: SequenceRunner, account: int, plan: str, blocked: bool) -> None:
    """Change a plan, and whether exports are blocked."""
    _change(player, account, {"plan": plan, "export_blocked": blocked})


def _change(player: SequenceRunner, account: int, body: dict[str, Any]) -> None:
    user_id = player.accounts[account].user_id
    response = player.target.control("POST", f"accounts/{user_id}", body)
    changed = player.model.state.accounts[user_id]
    changed.granted = None if changed.granted is None else changed.granted + body.get("grant", 0)
    changed.paid, changed.blocked = response["plan"] == "paid", response["export_blocked"]


_JSON: Final = {"Content-Type": "application/json"}
_MESSAGE: Final = {"parts": [{"text": "hello"}]}

# By endpoint: what is wrong, and what httpx is told to send; {session} and {task} are filled in.
FAULTS: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "chat": {
        "no JSON": {"content": b'{"session_id": ', "headers": _JSON},
        "no body": {"content": b"", "headers": _JSON},
        "a list for a body": {"json": [1, 2]},
        "no session_id": {"json": {"new_message": _MESSAGE}},
        "a number for session_id": {"json": {"session_id": 7, "new_message": _MESSAGE}},
        "no new_message": {"json": {"session_id": "{session}"}},
        "no parts": {"json": {"session_id": "{session}", "new_message": {"parts": []}}},
        "a number for text": {"json": {"session_id": "{session}", "new_message": {"parts": [{"text": 5}]}}},
        "blanks for text": {"json": {"session_id": "{session}", "new_message": {"parts": [{"text": "  "}]}}},
        "another content type": {"content": b"hello", "headers": {"Content-Type": "text/plain"}},
    },
    "session.create": {
        "no task_name": {"json": {"language": "en"}},
        "a number for task_name": {"json": {"task_name": 1}},
    },
    "upload": {
        "no urls": {"json": {"source_type": "url"}},
        "an empty list of urls": {"json": {"urls": [], "source_type": "url"}},
        "a text for urls": {"json": {"urls": "https://example.com/a.mp4", "source_type": "url"}},
    },
    "token.claim": {
        "no task_id": {"json": {"session_id": "{session}"}},
        "no session_id": {"json": {"task_id": "{task}"}},
    },
    "render.submit": {
        "no id": {"json": {"sessionId": "{session}", "draft": {}}},
        "session_id for sessionId": {"json": {"id": "r", "session_id": "{session}", "draft": {}}},
        "a list for draft": {"json": {"id": "r", "sessionId": "{session}", "draft": []}},
    },
}
ALL: Final = tuple((endpoint, fault) for endpoint, faults in FAULTS.items() for fault in faults)


ENDPOINTS: Final[dict[str, Endpoint]] = {endpoint.name: endpoint for endpoint in NEEDS_TOKEN}


def access_unknown_resource(player: SequenceRunner, account: int, endpoint: str) -> None:
    """Ask for a session and a job that never were."""
    ENDPOINTS[endpoint].call(player.accounts[account], UNKNOWN_SESSION, render="render_of_nobody")


def access_foreign_resource(player: SequenceRunner, account: int, session: int, endpoint: str) -> None:
    """Ask for a session and a job that may be somebody else's."""
    place = player.places[session]
    render = player.jobs[-1].render_id if player.jobs else "render_1"
    ENDPOINTS[endpoint].call(player.accounts[account], place.session_id, task=place.task_id, render=render)


def call_with_bad_token(
    player: SequenceRunner, account: int, endpoint: str, session: int, token: str
) -> None:
    """Ask with a token that is no good."""
    own, place = player.accounts[account].token, player.places[session]
    bearers = {
        "no": None,
        "a wrong": "Bearer nmv_usr_" + "0" * 32,
        "the bare": own,
        "the basic": f"Basic {own}",
        "a former": f"Bearer {(*player.former, 'nmv_usr_none')[0]}",
        "a claim": f"Bearer {(*player.claims, 'clm_none')[0]}",
    }
    render = player.jobs[-1].render_id if player.jobs else "render_1"
    fields: dict[str, Any] = {"token": "", "headers": {"Authorization": bearers[token]}}
    fields |= {"task": place.task_id, "render": render}
    ENDPOINTS[endpoint].call(player.accounts[account], place.session_id, **fields)


def use_wrong_user(player: SequenceRunner, session: int, by: int, endpoint: str) -> None:
    """Ask for one's own session as somebody else (SES-3)."""
    account, session_id = player.accounts[by], player.places[session].session_id
    if endpoint == "state":
        account.state(session_id, user=UNKNOWN_USER)
    elif endpoint == "chat":
        account.chat(session_id, "hello", user=UNKNOWN_USER)
    else:
        account.upload_urls(session_id, CLIP, user=UNKNOWN_USER)


def call_unknown_path(player: SequenceRunner, account: int) -> None:
    """Ask for what is not on the map (ENV-2)."""
    player.accounts[account].call("GET", "/api/nothing/of/the/kind")


def malformed(player: SequenceRunner, session: int, by: int, endpoint: str, fault: str) -> None:
    """Send a request that is wrong in one way (ENV-4)."""
    place = player.places[session]
    fields = {"json": None, **FAULTS[endpoint][fault]}
    fields["json"] = _filled(fields["json"], {"{session}": place.session_id, "{task}": place.task_id})
    ENDPOINTS[endpoint].call(player.accounts[by], place.session_id, **fields)


def _filled(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, known) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, known) for one in value]
    return known.get(value, value) if isinstance(value, str) else value


# STA-3: drafts to export, by what is told of them; the first ones are ready.
READY: Final[dict[str, Any]] = {
    "of two seconds": DRAFT,
    "of sound alone": {"t": [{"tt": 1, "sg": [{"s": 0, "d": 2000, "m": {}}], "m": {}}]},
}
UNREADY: Final[dict[str, Any]] = {
    "without tracks": {},
    "without segments": {"t": [{"tt": 0, "sg": [], "m": {}}]},
}
# REN-3: headers that an export goes without, by what is told of it.
LACKING: Final[dict[str, tuple[str, ...]]] = {
    "without attribution": ("X-Skill-Source", "X-Skill-Version", "X-Skill-Platform"),
    "without X-Skill-Source": ("X-Skill-Source",),
    "without X-Skill-Platform": ("X-Skill-Platform",),
}


def session(player: SequenceRunner, account: int, language: str | None, user: str) -> int | None:
    """Make a session, as `me`, by one's `own` user id, or as an `other`."""
    who, body = player.accounts[account], {"task_name": "project", "language": language}
    if language is None:
        del body["language"]
    users = {"me": "me", "own": who.user_id, "other": "anon_0000000000000000"}
    made = who.create_session(body, users[user])
    if not made.succeeded:
        return None
    player.places.append(SessionRef(account, str(made.data.get("session_id")), str(made.data.get("task_id"))))
    return len(player.places) - 1


def upload(player: SequenceRunner, session: int, by: int, urls: tuple[str, ...]) -> None:
    """Upload by address."""
    player.accounts[by].upload_urls(player.places[session].session_id, *urls)


def say(player: SequenceRunner, session: int, by: int, text: str, upto: int | None) -> None:
    """Send a message, and hang up after ``upto`` events, or read to the end."""
    player.followed = True
    with player.accounts[by].open_chat(player.places[session].session_id, text) as stream:
        if upto != 0:
            for nth, _ in enumerate(stream, 1):
                if nth == upto:
                    break


def open_(player: SequenceRunner, session: int, by: int, text: str) -> int | None:
    """Send a message and leave the stream open, unread."""
    player.followed = False
    stack = ExitStack()
    stream = stack.enter_context(player.accounts[by].open_chat(player.places[session].session_id, text))
    if stream.whole:  # no stream at all: it was refused
        stack.close()
        return None
    player.streams.append((stack, stream))
    return len(player.streams) - 1


def read(player: SequenceRunner, stream: int) -> None:
    """Read an open stream to its end."""
    if (held := player.streams[stream]) is not None:
        for _ in held[1]:
            pass
        player.leave(stream)


def leave(player: SequenceRunner, stream: int) -> None:
    """Leave an open stream."""
    player.leave(stream)


def credits_(player: SequenceRunner, account: int) -> None:
    """Read a balance."""
    player.accounts[account].credits()


def state(player: SequenceRunner, session: int, by: int) -> None:
    """Read a state."""
    player.accounts[by].state(player.places[session].session_id)


def check(player: SequenceRunner, session: int, by: int) -> None:
    """Ask for a claim token, and keep it."""
    place = player.places[session]
    result = player.accounts[by].claim_token(place.session_id, place.task_id)
    player.claims += [str(result.data.get("claim_token"))] if result.succeeded else []


def submit(player: SequenceRunner, session: int, by: int, render_id: str, draft: str, how: str) -> int | None:
    """Ask for an export."""
    place, headers = player.places[session], dict.fromkeys(LACKING.get(how, ()))
    drafts = {**READY, **UNREADY}
    response = player.accounts[by].submit(render_id, place.session_id, drafts[draft], headers=headers)
    player.jobs += [ExportRef(by, render_id)] if response.succeeded else []
    return len(player.jobs) - 1 if response.succeeded else None


def poll(player: SequenceRunner, job: int, by: int) -> None:
    """Look at an export."""
    player.accounts[by].job(player.jobs[job].render_id)


def cancel(player: SequenceRunner, job: int, by: int) -> None:
    """Stop an export."""
    player.accounts[by].cancel(player.jobs[job].render_id)


def download(player: SequenceRunner, job: int, by: int) -> None:
    """Download a video."""
    player.accounts[by].download(player.jobs[job].render_id)


Action = Callable[..., Any]
_FAILING: Final = "chat-edit-fails"  # scenarios of the fake: its agent fails at all it does, or at nothing
_FINE: Final = "happy-path"
_ALL_OVER_MS: Final = 300_000  # SSE-7, REN-6: by then everything has come to its end


def wait(player: SequenceRunner, ms: int) -> None:
    """Let time pass."""
    player.target.control("POST", "clock/advance", {"seconds": ms / 1000})


def fail(player: SequenceRunner, fails: bool) -> None:
    """Let the agent fail from now on, or no more; every account is on the free plan after it."""
    player.target.control("PUT", "scenario", {"name": _FAILING if fails else _FINE})
    books = player.model.state
    books.may_fail, books.silent_share = fails, 0 if fails else player.world.silent_share
    for account in books.accounts.values():
        account.paid = account.blocked = False


def run_due(player: SequenceRunner) -> None:
    """Let everything come to its end, and everybody look at everything; stop at the first finding."""
    player.close()
    wait(player, _ALL_OVER_MS)
    for nth, place in enumerate(player.places):
        if not player.run_result.violations:
            state(player, nth, place.account)
    for account in player.accounts:
        if not player.run_result.violations:
            account.credits()


ACTIONS: Final[Mapping[str, Action]] = {
    "account": account,
    "again": again,
    "register": register,
    "end_token": end_token,
    "grant": grant,
    "plan": plan,
    "session": session,
    "upload": upload,
    "say": say,
    "open": open_,
    "read": read,
    "leave": leave,
    "credits": credits_,
    "state": state,
    "claim": check,
    "submit": submit,
    "poll": poll,
    "cancel": cancel,
    "download": download,
    "stranger": access_unknown_resource,
    "intrude": access_foreign_resource,
    "knock": call_with_bad_token,
    "malformed": malformed,
    "misname": use_wrong_user,
    "lost": call_unknown_path,
    "wait": wait,
    "fail": fail,
    "settle": run_due,
}
