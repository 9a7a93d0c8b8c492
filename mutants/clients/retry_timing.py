"""Subtler bugs of a client: over-eager, over-patient, or turnative in the wrong place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nemoclient import api, constants, errors
from nemoclient.draft import State
from nemoclient.effects import Notice, Response, RunBlocking, Sleep
from nemoclient.results import StreamEnd

from ..patching import Mutant, around, instead, together
from .attribution import _remedy
from .exports import _any_size

_SEND_AND_READ = "nemoclient.chat:_send_and_read"
_TAKE_EVENT = "nemoclient.chat:_take_event"


def _waits_as_asked(real: Any, context: Any, make: Any, remedies: Any, *args: Any) -> Any:
    try:
        return (yield from real(context, make, _without(remedies), *args))
    except errors.RateLimited as limited:
        yield Sleep(limited.retry_after_s or constants.RATE_LIMIT_PAUSE_S)
        return (yield from real(context, make, _without(remedies), *args))


def _without(remedies: Any) -> Any:
    return {code: remedy for code, remedy in remedies.items() if code != constants.RATE_LIMITED}


def _with_the_old_token(context: Any, used: str) -> Any:
    yield from api._renew_token(context, used)
    context.token = used


def _two_at_once(real: Any, context: Any) -> Any:
    fresh = not context.session_id
    connection = yield from real(context)
    if fresh and context.anonymous:
        yield from api.new_session(context)
    return connection


def _session_a_message(real: Any, context: Any, text: str) -> Any:
    context.session_id = ""
    return (yield from real(context, text))


def _kept_on_disk(real: Any, context: Any) -> Any:
    yield from real(context)
    file = context.client_id_file.expanduser().parent / "session.log"
    yield RunBlocking(lambda: file.write_text(f"signed in with {context.token}\n", encoding="utf-8"))


def _args_shown(real: Any, turn: Any, event: Any) -> Any:
    if '"tool_call"' in event.data or '"functionCall"' in event.data:
        yield Notice("info", "calling edit_multitrack")
    yield from real(turn, event)


def _continues(real: Any, turn: Any) -> Any:
    ending = yield from real(turn)
    if ending is StreamEnd.DROPPED and turn.text != "continue":
        turn.text = "continue"
        yield from real(turn)
    return ending


def _from_nothing(real: Any, before: Any, after: Any, *args: Any) -> Any:
    return real(before if before.raw == after.raw else State(), after, *args)


def _volume_untold(real: Any, *args: Any) -> Any:
    return tuple(c for c in real(*args) if "volume" not in c.lower() and "音量" not in c)


def _in_json(real: Any, before: Any, after: Any, *args: Any) -> Any:
    return (str(dict(after.raw)),) if real(before, after, *args) else ()


def _error_page_saved(real: Any, transfer: Any, head: Response) -> Any:
    return (yield from real(transfer, replace(head, status=200) if head.status >= 400 else head))


def _never_resumed(patch: pytest.MonkeyPatch) -> None:
    """Give a download one attempt, and keep what came of it under its final name."""
    instead("nemoclient.export:_ATTEMPTS", 1)(patch)

    def fetch(real: Any, context: Any, render_id: str, job: Any, landing: Any) -> Any:
        try:
            yield from real(context, render_id, job, landing)
        except errors.DownloadFailed:
            yield RunBlocking(landing.settle)
            raise

    around("nemoclient.export:_fetch", fetch)(patch)


def _class_name_shown(real: Any, self: Any, says: str | None = None, *, detail: str = "") -> None:
    real(self, f"{type(self).__name__}: {says or self.says}", detail=detail)


def _at_the_api(real: Any, self: Any) -> str:
    return str(real(self)).replace(self.web_url, self.base_url)


MUTANTS = (
    Mutant("waits-for-days", "C-AUTH-3", "After 429 it waits as long as Retry-After says.",
           around("nemoclient.api:exchange", _waits_as_asked)),
    Mutant("repeats-with-old-token", "C-ATT-1",
           "The request is repeated with the old token after there is a new one.",
           _remedy(constants.BAD_TOKEN, _with_the_old_token)),
    Mutant("two-sessions", "C-SES-1", "Two sessions are made where one is needed.",
           around("nemoclient.api:connect", _two_at_once)),
    Mutant("a-session-a-message", "C-SES-1", "Every message gets a session of its own.",
           around("nemoclient.chat:chat", _session_a_message)),
    Mutant("token-in-a-log-file", "C-SEC-1", "The token is written into a log file.",
           around("nemoclient.api:authenticate", _kept_on_disk)),
    Mutant("calls-shown", "C-SSE-1", "The user reads that a tool is called.",
           around(_TAKE_EVENT, _args_shown)),
    Mutant("sends-continue", "C-SSE-4", "After a broken stream it sends “continue”.",
           around(_SEND_AND_READ, _continues)),
    Mutant("compared-with-nothing", "C-SSE-3", "All of the project is told as new after each edit.",
           around("nemoclient.draft:compare", _from_nothing)),
    Mutant("volume-untold", "C-SSE-3", "A change of volume is not told.",
           around("nemoclient.draft:compare", _volume_untold)),
    Mutant("changes-in-json", "C-UX-1", "Changes are told as the state's JSON.",
           around("nemoclient.draft:compare", _in_json)),
    Mutant("error-page-saved", "C-REN-2", "What an error says is saved as the video.",
           together(around("nemoclient.export:_begin", _error_page_saved),
                    around("nemoclient.export:download", _any_size))),
    Mutant("part-video-settled", "C-REN-2", "What came of a failed download gets the final name.",
           _never_resumed),
    Mutant("class-names-shown", "C-UX-1", "An error shows the name of its class.",
           around("nemoclient.errors:NemoError.__init__", _class_name_shown)),
    Mutant("refusals-by-status", "C-UX-1", "A refusal is told as `HTTP 400`.",
           instead("nemoclient.errors:RequestRejected.says", "HTTP 400")),
    Mutant("registers-at-the-api", "CRE-4", "The registration address is that of the API.",
           around("nemoclient.context:Context.registration_url", _at_the_api)),
    Mutant("advice-lost", "CRE-4", "A registered user without credits reads a code.",
           instead("nemoclient.errors:OutOfCredits.says", "Error 2001")),
)  # fmt: skip
