"""What the tests of the judge share: exchanges of a good client, what a user read, one rule's verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from nemocontract.client_rules.judge import all_rules
from nemocontract.client_rules.rule import Rule, RuleResult
from nemocontract.client_run import ClientRun, OutputChunk, RunFacts, UserLine
from nemocontract.recording import Event, Exchange, operation_of

START_MS = 1_767_225_600_000
CLIENT_ID = "7c1de02f-52bb-4a3c-a5a7-4c1df3a8f0a1"
TOKEN = "nmv_usr_first0001"
NEXT_TOKEN = "nmv_usr_second002"
SESSION = "7000000000000000001"
NEXT_SESSION = "7000000000000000002"
TASK = "task_1"
USER = "anon_5d41"
RENDER = "render_1767225600000"
DRAFT = {"t": [{"tt": 0, "sg": [{"s": 0, "d": 5000, "m": {"name": "clip"}}]}]}
ATTRIBUTION = {"x-skill-source": "a-client", "x-skill-version": "1.0.0", "x-skill-platform": "cursor"}
MESSAGE = "trim the first 2 seconds"

_PLACES = {
    "token.issue": ("POST", "/api/auth/anonymous-token"),
    "token.claim": ("POST", "/api/auth/claim-token"),
    "session.create": ("POST", "/api/tasks/me/with-session/nemo_agent"),
    "chat": ("POST", "/run_sse"),
    "credits": ("GET", "/api/credits/balance/simple"),
    "state": ("GET", "/api/state/nemo_agent/me/{id}/latest"),
    "upload": ("POST", "/api/upload-video/nemo_agent/me/{id}"),
    "render.submit": ("POST", "/api/render/proxy/lambda"),
    "render.cancel": ("POST", "/api/render/proxy/lambda/{id}/cancel"),
    "render.download": ("GET", "/api/render/proxy/{id}/download"),
    "render.status": ("GET", "/api/render/proxy/lambda/{id}"),
    "media": ("GET", "/cdn/film.mp4"),
}
_BARE = {"token.issue", "media"}  # requests that bear no token
_FLAT = {"render.submit", "render.status", "render.cancel"}  # answers without envelope (REN-7)


def ex(
    seq: int,
    operation: str,
    *,
    code: int | None = 0,
    at_s: float | None = None,
    took_s: float = 0,
    token: str = TOKEN,
    about: str = "",
    text: str = MESSAGE,
    headers: Mapping[str, str | None] | None = None,
    data: Mapping[str, Any] | None = None,
    events: Iterable[Any] | None = None,
    **changes: Any,
) -> Exchange:
    """Return an exchange as a good client has it, one a second; ``changes`` are fields of ``Exchange``.

    ``about``: the session or job. ``text``: the message of a chat. ``headers`` come on top, None takes one
    out. ``data`` comes on top of the answer's. ``events``: what stood behind ``data:``, all at the end, or
    pairs of seconds since the request and that. ``code`` None: no answer came.
    """
    method, place = _PLACES[operation]
    named = about or (RENDER if operation.startswith("render") else SESSION)
    path = place.format(id=named)
    began = START_MS + round(1000 * (seq if at_s is None else at_s))
    ended = began + round(1000 * took_s)
    streams = operation == "chat" and code == 0
    made: dict[str, Any] = {
        "method": method,
        "path": path,
        "at_ms": began,
        "ended_at_ms": ended,
        "headers": _headers(operation, token, headers or {}),
        "body": _body(operation, named, text),
        "status": None if code is None else 200 if code == 0 or code >= 1000 else code,
        "code": code,
        "answer": None if streams or code is None else _answer(operation, code, named, data or {}),
        "events": _events(events, began, ended) if streams else None,
        "ending": "complete" if code is not None else "cut",
    }
    made |= changes
    assert "path" in changes or operation_of(method, path) == operation
    return Exchange(seq=seq, operation=operation, **made)


def _headers(operation: str, token: str, on_top: Mapping[str, str | None]) -> dict[str, str]:
    if operation == "media":
        fields: dict[str, str | None] = {}
    elif operation in _BARE:
        fields = {**ATTRIBUTION, "x-client-id": CLIENT_ID}
    else:
        fields = {**ATTRIBUTION, "authorization": f"Bearer {token}"}
    return {name: value for name, value in {**fields, **on_top}.items() if value is not None}


def _body(operation: str, named: str, text: str) -> Any:
    bodies: dict[str, Any] = {
        "token.claim": {"task_id": TASK, "session_id": named},
        "session.create": {"task_name": "project", "language": "en"},
        "chat": {
            "app_name": "nemo_agent",
            "user_id": "me",
            "session_id": named,
            "new_message": {"parts": [{"text": text}]},
        },
        "upload": {"urls": ["https://example.com/walk_12s.mp4"], "source_type": "url"},
        "render.submit": {"id": named, "sessionId": SESSION, "draft": DRAFT},
    }
    return bodies.get(operation)


def _answer(operation: str, code: int, named: str, data: Mapping[str, Any]) -> Any:
    if code != 0:
        return {"code": code, "message": "no", "data": None}
    if operation == "media" or operation == "render.download":
        return None
    own: dict[str, dict[str, Any]] = {
        "token.issue": {"token": TOKEN, "user_id": USER, "credits": 100},
        "token.claim": {"claim_token": "clm_abc123", "expires_in": 604800},
        "session.create": {"task_id": TASK, "session_id": named, "user_id": USER},
        "credits": {"available": 100, "frozen": 0, "total": 100},
        "state": {
            "session_id": named,
            "task_id": TASK,
            "task_name": "project",
            "user_id": USER,
            "state": {
                "draft": DRAFT,
                "video_infos": [],
                "canvas_config": {"width": 1080, "height": 1920},
                "video_analyses": [],
                "generated_media": [],
            },
        },
        "upload": {"files": [], "session_state_applied": True},
        "render.submit": {"id": named, "status": "pending", "progress": 0},
        "render.status": {"id": named, "status": "processing", "progress": 50},
        "render.cancel": {"id": named, "status": "cancelled", "progress": 50},
    }
    fields = {**own[operation], **data}
    return fields if operation in _FLAT else {"code": 0, "message": "success", "data": fields}


def _events(items: Iterable[Any] | None, began_ms: int, ended_ms: int) -> tuple[Event, ...]:
    if items is None:
        items = [{"type": "text", "content": "Done."}]
    return tuple(
        Event(began_ms + round(1000 * one[0]), one[1]) if isinstance(one, tuple) else Event(ended_ms, one)
        for one in items
    )


def words(
    line: str, *heard: str | tuple[float, str], first: int = 1, last: int = 0, **changes: Any
) -> UserLine:
    """Return a line of the user's and what was read; ``heard`` may be pairs of seconds and text."""
    at_ms = changes.pop("at_ms", START_MS)
    pieces = [(0.0, one) if isinstance(one, str) else one for one in heard]
    result = tuple(OutputChunk(START_MS + round(1000 * at_s), text) for at_s, text in pieces)
    ended = changes.pop("ended_at_ms", max([at_ms, *(piece.at_ms for piece in result)]))
    return UserLine(line, at_ms, ended, result, first, last, **changes)


def evidence(*exchanges: Exchange, said: Iterable[UserLine] | None = None, **known: Any) -> ClientRun:
    """Return evidence of whole traffic in virtual time, unless ``known`` says otherwise."""
    facts = {"timing": "virtual", "complete": True, **known}
    return ClientRun(exchanges, None if said is None else tuple(said), RunFacts(**facts))


def the_rule(name: str) -> Rule:
    """Return a rule by name."""
    return next(rule for rule in all_rules() if rule.name == name)


def verdicts(name: str, client_run: ClientRun) -> list[RuleResult]:
    """Return all that one rule has to say."""
    return list(the_rule(name).check(client_run))


def broken(name: str, client_run: ClientRun) -> list[RuleResult]:
    """Return where one rule was broken."""
    return [verdict for verdict in verdicts(name, client_run) if not verdict.passed]


def tried(name: str, client_run: ClientRun) -> int:
    """Return on how many occasions a rule could have been broken."""
    return len(verdicts(name, client_run))
