"""What a client makes of a stream, broken (C-SSE-1, C-SSE-2, C-SSE-5, C-GUI-1, C-UX-1)."""

from __future__ import annotations

import re
import traceback
from typing import Any

from nemoclient import errors, reply_text
from nemoclient.effects import Notice
from nemoclient.reply import Meaning
from nemoclient.reply_text import Translation

from ..patching import Mutant, around, entry, instead

_ADD = "nemoclient.reply:Reply.add"
_TAKE_EVENT = "nemoclient.chat:_take_event"
_TRANSLATE = "nemoclient.reply_text:translate"
_PHRASES = "nemoclient.messages:_PHRASES"
_INIT = "nemoclient.errors:NemoError.__init__"
_NEVER = 1e9


def _tool_names(real: Any, self: Any, meaning: Meaning) -> None:
    if meaning.kind == "tool_call":
        real(self, Meaning("text", f"[{meaning.content}] "))
    real(self, meaning)


def _heartbeats_shown(real: Any, talk: Any, event: Any) -> Any:
    if not event.data.strip() or "heartbeat" in event.data:
        yield Notice("text", "heartbeat ")
    yield from real(talk, event)


def _leaves_at_heartbeat(real: Any, talk: Any, event: Any) -> Any:
    if not event.data.strip() or '"heartbeat"' in event.data:
        raise errors.TransportError("an event without content", sent=True)
    yield from real(talk, event)


def _finals_again(real: Any, self: Any, text: Meaning) -> str:
    real(self, text)
    return text.content


def _first_sentence(real: Any, self: Any, text: str) -> Any:
    if not self.shown:
        real(self, text)


def _raw_results(real: Any, talk: Any, event: Any) -> Any:
    if '"tool_result"' in event.data or '"functionResponse"' in event.data:
        yield Notice("info", event.data)
    yield from real(talk, event)


def _noise_is_failure(real: Any, self: Any) -> Any:
    real(self)
    if self.text.noise:
        self.failures.append("temporary issue")


def _in_quotes_too(real: Any, pattern: str, words: Any, text: str) -> str:
    return re.sub(pattern, words, text, flags=re.IGNORECASE)


def _sentence_lost(real: Any, text: str) -> Translation:
    done: Translation = real(text)
    return done._replace(text="") if done.actions else done


def _rest_lost(real: Any, text: str) -> Translation:
    done: Translation = real(text)
    return done._replace(text=done.text.partition(",")[0]) if done.actions else done


def _export_left(real: Any, text: str) -> Translation:
    done: Translation = real(text)
    return Translation(text) if "export" in done.actions else done


def _no_summary(real: Any, text: str) -> Translation:
    done: Translation = real(text)
    return done._replace(actions=tuple(action for action in done.actions if action != "summary"))


def _detail_shown(real: Any, self: Any, says: str | None = None, *, detail: str = "") -> None:
    real(self, f"{says or self.says} ({detail})" if detail else says, detail=detail)


def _trace_shown(real: Any, self: Any, says: str | None = None, *, detail: str = "") -> None:
    stack = "".join(traceback.format_stack(limit=3))
    real(self, f"Traceback (most recent call last):\n{stack}{says or self.says}", detail=detail)


def _session_shown(real: Any, context: Any) -> Any:
    known = context.session_id
    connection = yield from real(context)
    if not known:
        yield Notice("info", f"session_id={context.session_id}")
    return connection


_ENGLISH_ONLY = tuple(rule for rule in reply_text._RULES if rule.pattern.isascii())

MUTANTS = (
    Mutant("shows-tool-names", "C-SSE-1", "The user reads the names of tools.", around(_ADD, _tool_names)),
    Mutant("shows-heartbeats", "C-SSE-1", "The user reads of every heartbeat.",
           around(_TAKE_EVENT, _heartbeats_shown)),
    Mutant("leaves-at-heartbeat", "C-SSE-1", "The first heartbeat is taken for the end.",
           around(_TAKE_EVENT, _leaves_at_heartbeat)),
    Mutant("says-finals-again", "C-SSE-1", "What came in pieces is said once more as a whole.",
           around("nemoclient.reply:Reply._not_yet_shown", _finals_again)),
    Mutant("first-sentence-only", "C-SSE-1", "Only the first sentence of a reply is shown.",
           around("nemoclient.reply_text:ReplyText._show", _first_sentence)),
    Mutant("no-still-working", "C-SSE-2", "It never says that it still works.",
           instead("nemoclient.constants:STILL_WORKING_S", _NEVER)),
    Mutant("still-working-every-10-s", "C-SSE-2", "It says every ten seconds that it still works.",
           instead("nemoclient.constants:STILL_WORKING_S", 10.0)),
    Mutant("still-working-in-other-words", "C-SSE-2", "It says “Please wait” and not the words agreed.",
           instead("nemoclient.constants:STILL_WORKING", "Please wait.")),
    Mutant("gives-up-after-2-min", "C-SSE-2", "It gives up after two minutes.",
           instead("nemoclient.constants:GIVE_UP_S", 120.0)),
    Mutant("gives-up-after-20-min", "C-SSE-2", "It gives up after twenty minutes.",
           instead("nemoclient.constants:GIVE_UP_S", 1200.0)),
    Mutant("heartbeats-for-ever", "C-SSE-2", "Heartbeats alone never make it give up.",
           instead("nemoclient.constants:HEARTBEATS_ONLY_S", _NEVER)),
    Mutant("heartbeats-for-5-min", "C-SSE-2", "Five minutes of heartbeats alone make it give up.",
           instead("nemoclient.constants:HEARTBEATS_ONLY_S", 300.0)),
    Mutant("shows-noise", "C-SSE-5", "A trailing temporary issue is shown.",
           instead("nemoclient.reply_text:_ONLY_NOISE", r"\b\B")),
    Mutant("noise-is-failure", "C-SSE-5", "A trailing temporary issue is told as a failure.",
           around("nemoclient.reply:Reply.close", _noise_is_failure)),
    Mutant("buttons-shown", "C-GUI-1", "Talk of buttons is shown as it came.",
           around(_TRANSLATE, lambda real, text: Translation(text))),
    Mutant("buttons-shown-in-chinese", "C-GUI-1", "Chinese talk of buttons is shown as it came.",
           instead("nemoclient.reply_text:_RULES", _ENGLISH_ONLY)),
    Mutant("export-button-shown", "C-GUI-1", "A sentence about the Export button is shown as it came.",
           around(_TRANSLATE, _export_left)),
    Mutant("quotes-translated", "C-GUI-1", "A title that speaks of a button is changed.",
           around("nemoclient.reply_text:_outside_quotes", _in_quotes_too)),
    Mutant("sentence-lost", "C-GUI-1", "A sentence with a button in it is lost with its content.",
           around(_TRANSLATE, _sentence_lost)),
    Mutant("rest-of-sentence-lost", "C-GUI-1", "What stands behind a button is lost.",
           around(_TRANSLATE, _rest_lost)),
    Mutant("no-preview", "C-GUI-1", "“Preview in the timeline” brings no track summary.",
           around(_TRANSLATE, _no_summary)),
    Mutant("no-connecting", "C-UX-1", "It does not say that it connects.",
           entry(_PHRASES, "connecting", ("", ""))),
    Mutant("no-ready", "C-UX-1", "It does not say when it is ready.", entry(_PHRASES, "ready", ("", ""))),
    Mutant("codes-shown", "C-UX-1", "An error shows its code and the service's own words.",
           around(_INIT, _detail_shown)),
    Mutant("stack-shown", "C-UX-1", "An error shows a stack trace.", around(_INIT, _trace_shown)),
    Mutant("json-shown", "C-UX-1", "The user reads the JSON of tool results.",
           around(_TAKE_EVENT, _raw_results)),
    Mutant("session-id-shown", "C-UX-1", "The user reads the session id.",
           around("nemoclient.api:connect", _session_shown)),
)  # fmt: skip
