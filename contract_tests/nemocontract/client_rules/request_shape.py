"""Rules about the shape of requests: known endpoints, the fields and the headers that each needs."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final

from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_run import ClientRun
from nemocontract.protocol.requests import message_of
from nemocontract.recording.operations import operations_at, templates

_READS: Final = ("GET", "HEAD", "OPTIONS")
_STREAM: Final = "text/event-stream"
# SSE-1, and the fields that the ADK API server accepts besides.
_CHAT_FIELDS: Final = frozenset(
    ("app_name", "user_id", "session_id", "new_message", "role", "streaming", "state_delta", "invocation_id")
)
_CAMEL_CASE: Final = {"appName": "app_name", "userId": "user_id", "sessionId": "session_id"}


@rule("C-ROU-1", "request-shape.known-endpoints", "Every request goes to an endpoint that the protocol has.")
def _known_endpoints(run: ClientRun) -> Iterator[RuleResult]:
    for one in run.traffic:
        path = one.path.partition("?")[0]
        if one.operation != "other":
            yield RuleResult(True, "a known endpoint", at=one)
        elif path.startswith("/api") or one.method not in _READS:
            yield RuleResult(False, _nearest(path), f"{one.method} {path}", one)


def _nearest(path: str) -> str:
    """Return what the protocol has in place of an unknown endpoint."""
    if others := operations_at(path):
        return f"{', '.join(sorted(set(others.values())))} for this path"
    known = {place: f"{verb} {place}" for verb, place in templates().values()}
    near = get_close_matches(path, known, n=1, cutoff=0.0)
    return f"an endpoint of the protocol; the nearest is {known[near[0]]}" if near else "a known endpoint"


@rule("SSE-2", "request-shape.accepts-event-stream", "A message is sent with Accept: text/event-stream.")
def _accepts_event_stream(run: ClientRun) -> Iterator[RuleResult]:
    for chat in run.of("chat"):
        accept = chat.headers.get("accept", "")
        passed = _STREAM in accept.lower()
        yield RuleResult(passed, f"Accept: {_STREAM}", f"Accept: {accept}" if accept else "no Accept", chat)


@rule(
    "SSE-1",
    "request-shape.message-fields",
    "A message names session_id and new_message.parts[0].text, spelled so.",
)
def _message_fields(run: ClientRun) -> Iterator[RuleResult]:
    for chat in run.of("chat"):
        body: Any = chat.body if isinstance(chat.body, dict) else {}
        missing = [] if _has_session(body) else ["session_id"]
        missing += [] if "new_message" in body and message_of(chat).strip() else ["new_message.parts[0].text"]
        yield RuleResult(
            not missing, "session_id and new_message.parts[0].text", _lacking(missing, body), chat
        )


def _has_session(body: Any) -> bool:
    return isinstance(body.get("session_id"), str) and bool(body["session_id"].strip())


def _lacking(missing: list[str], body: Any) -> str:
    spelled = [f"{wrong} in place of {right}" for wrong, right in _CAMEL_CASE.items() if wrong in body]
    return "; ".join([f"no {', '.join(missing)}", *spelled])


@rule(
    "SSE-1",
    "request-shape.unknown-message-fields",
    "A message has no field that the protocol lacks.",
    source="D",
)
def _unknown_message_fields(run: ClientRun) -> Iterator[RuleResult]:
    for chat in run.of("chat"):
        body: Any = chat.body if isinstance(chat.body, dict) else {}
        unknown = sorted(set(body) - _CHAT_FIELDS - set(_CAMEL_CASE) - {"newMessage"})
        yield RuleResult(not unknown, "fields of the protocol only", ", ".join(unknown), chat)


@rule("C-REN-1", "request-shape.export-fields", "An export names id, sessionId in camelCase, and a draft.")
def _export_fields(run: ClientRun) -> Iterator[RuleResult]:
    for submit in run.of("render.submit"):
        body: Any = submit.body if isinstance(submit.body, dict) else {}
        missing = [name for name in ("id", "sessionId", "draft") if not body.get(name)]
        spelled = "; session_id in place of sessionId" if "session_id" in body else ""
        seen = f"no {', '.join(missing)}{spelled}" if missing else ""
        yield RuleResult(not missing, "id, sessionId and draft", seen, submit)
