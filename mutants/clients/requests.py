"""What a client sends, broken: headers, and tokens where they do not belong (C-ATT-1, C-SEC-1)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from nemoclient.effects import Notice, Request

from ..patching import Apply, Mutant, around

_HEADERS = "nemoclient.attribution:Attribution.headers"
_REQUEST = "nemoclient.context:Context.request"
_DOWNLOAD = "nemoclient.export:download"
_TRANSFER = "nemoclient.export:_Download.request"


def _attribution(**changes: str | None) -> Apply:
    """Return a change of the three headers; None takes one out."""
    fields = {f"X-Skill-{name.title()}": value for name, value in changes.items()}

    def headers(real: Any, self: Any) -> dict[str, str]:
        return {name: value for name, value in {**real(self), **fields}.items() if value is not None}

    return around(_HEADERS, headers)


def _bare(request: Request, *starts: str) -> Request:
    kept = {name: v for name, v in request.headers.items() if not name.lower().startswith(starts)}
    return replace(request, headers=kept)


def _sent(where: Callable[[str], bool], change: Callable[[Request], Request]) -> Apply:
    """Return a change of the requests for which ``where(address)`` is true."""

    def made(real: Any, self: Any, *args: Any, **named: Any) -> Request:
        request: Request = real(self, *args, **named)
        return change(request) if where(request.url) else request

    return around(_REQUEST, made)


def _token_request_bare(real: Any, context: Any, make: Any, *args: Any, **named: Any) -> Any:
    def bare() -> Request:
        request: Request = make()
        asks = request.url.endswith("/anonymous-token")
        return _bare(request, "x-skill-") if asks else request

    return (yield from real(context, bare, *args, **named))


def _in_query(real: Any, context: Any, url: str, *args: Any) -> Any:
    mark = "&" if "?" in url else "?"
    yield from real(context, f"{url}{mark}token={context.token}", *args)


def _state_in_query(real: Any, self: Any, *args: Any, **named: Any) -> Any:
    request = real(self, *args, **named)
    reads = request.url.endswith("/latest")
    return replace(request, url=f"{request.url}?access_token={self.token}") if reads else request


def _error_with_token(real: Any, context: Any, *args: Any) -> Any:
    error = real(context, *args)
    error.args = (f"{error} (token {context.token})",)
    return error


def _registration_by_token(real: Any, self: Any) -> str:
    return f"{self.web_url}/register?bind={self.token}"


def _token_shown(real: Any, context: Any) -> Any:
    known = context.session_id
    connection = yield from real(context)
    if not known:
        yield Notice("info", f"Signed in with {context.token}.")
    return connection


def _token_logged(real: Any, context: Any) -> Any:
    yield from real(context)
    logging.getLogger("nemoclient").warning("signed in with %s", context.token)


def _without_accept(real: Any, *args: Any, **changes: Any) -> Any:
    headers = changes.get("headers", {})
    if "Accept" in headers:
        changes["headers"] = {name: value for name, value in headers.items() if name != "Accept"}
    return real(*args, **changes)


def _camel_case(request: Request) -> Request:
    body = dict(request.json)
    session = body.pop("session_id")
    return replace(request, json={**body, "sessionId": session})


def _extra_field(request: Request) -> Request:
    return replace(request, json={**request.json, "prompt": "x"})


MUTANTS = (
    Mutant("chat-without-accept", "SSE-2", "A message is sent without Accept: text/event-stream.",
           around("nemoclient.chat:replace", _without_accept)),
    Mutant("session-id-in-camel-case", "SSE-1", "A message names its session as sessionId.",
           _sent(lambda url: url.endswith("/run_sse"), _camel_case)),
    Mutant("unknown-message-field", "SSE-1", "A message has a field of its own, prompt.",
           _sent(lambda url: url.endswith("/run_sse"), _extra_field)),
    Mutant("credits-at-unknown-endpoint", "C-ROU-1", "The balance is asked for at an endpoint that is none.",
           _sent(lambda url: "/credits/" in url,
                 lambda request: replace(request, url=request.url.replace("/balance/simple", "/balance")))),
    Mutant("no-version-header", "C-ATT-1", "X-Skill-Version is never sent.", _attribution(version=None)),
    Mutant("platform-wrong", "C-ATT-1", "X-Skill-Platform is always `web`.", _attribution(platform="web")),
    Mutant("upload-unattributed", "C-ATT-1", "An upload bears no attribution.",
           _sent(lambda url: "/upload-video/" in url, lambda request: _bare(request, "x-skill-"))),
    Mutant("state-unattributed", "C-ATT-1", "A look at the state bears no attribution.",
           _sent(lambda url: url.endswith("/latest"), lambda request: _bare(request, "x-skill-"))),
    Mutant("poll-without-version", "C-ATT-1", "A poll of an export lacks X-Skill-Version.",
           _sent(lambda url: "/lambda/" in url, lambda request: _bare(request, "x-skill-version"))),
    Mutant("download-unattributed", "C-ATT-1", "A download bears no attribution.",
           around(_TRANSFER, lambda real, self: _bare(real(self), "x-skill-"))),
    Mutant("token-request-unattributed", "C-ATT-1", "The request for a token bears no attribution.",
           around("nemoclient.api:exchange", _token_request_bare)),
    Mutant("credits-without-bearer", "C-ATT-1", "The balance is asked for without a token.",
           _sent(lambda url: "/credits/" in url, lambda request: _bare(request, "authorization"))),
    Mutant("chat-without-bearer", "C-ATT-1", "A message is sent without a token.",
           _sent(lambda url: url.endswith("/run_sse"), lambda request: _bare(request, "authorization"))),
    Mutant("token-in-download-url", "C-SEC-1", "The token stands in the address of a download.",
           around(_DOWNLOAD, _in_query)),
    Mutant("token-in-state-url", "C-SEC-1", "The token stands in the address of the state.",
           around(_REQUEST, _state_in_query)),
    Mutant("token-in-error", "C-SEC-1", "An error's text holds the token.",
           around("nemoclient.api:error_of", _error_with_token)),
    Mutant("token-in-registration-url", "C-SEC-1", "The registration address binds the token, not the id.",
           around("nemoclient.context:Context.registration_url", _registration_by_token)),
    Mutant("token-told", "C-SEC-1", "The user reads the token after connecting.",
           around("nemoclient.api:connect", _token_shown)),
    Mutant("token-logged", "C-SEC-1", "A log line holds the new token.",
           around("nemoclient.api:authenticate", _token_logged)),
)  # fmt: skip
