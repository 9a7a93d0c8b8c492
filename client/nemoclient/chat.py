"""One message to the agent: sent once, listened to, and its outcome told, however the stream ends."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from httpx_sse import ServerSentEvent

from nemoclient import errors, facts
from nemoclient.account import state
from nemoclient.calls import SESSION_REMEDIES, Flow, code_of, connect, exchange
from nemoclient.context import Context
from nemoclient.draft import State, words
from nemoclient.events import Heartbeat, Text, Unreadable, interpret
from nemoclient.patience import Patience
from nemoclient.recovery import look, recover
from nemoclient.reply import Reply
from nemoclient.results import Chatted, Ending
from nemoclient.sse import SseReader
from nemoclient.steps import QUIET, Answer, Close, Notice, Now, Open, Read, Request, Sign
from nemoclient.summary import compare, summarise
from nemoclient.wording import say

_MAX_REFUSAL_BYTES = 1024 * 1024
_SERVER_ERROR = 500
_BROKEN = (Ending.DROPPED, Ending.STALLED)
_WHEN_UNCHANGED = {
    Ending.SILENT: "unchanged",
    Ending.DROPPED: "lost",
    Ending.STALLED: "lost",
    Ending.TIMED_OUT: "timed_out",
    Ending.FAILED: "failed",
}
_WHEN_CHANGED = {Ending.TIMED_OUT: "timed_out_partly", Ending.FAILED: "failed_partly"}


class _GaveUp(Exception):  # noqa: N818
    """C-SSE-2: waiting is over."""

    def __init__(self, ending: Ending) -> None:
        super().__init__(ending)
        self.ending = ending


@dataclass(slots=True)
class _Talk:
    """One message's conversation while it lasts."""

    context: Context
    text: str
    reply: Reply = field(default_factory=Reply)
    reader: SseReader = field(default_factory=SseReader)
    patience: Patience = field(default_factory=lambda: Patience(0.0))


def chat(context: Context, text: str) -> Flow[Chatted]:
    """Send a message and return what became of it; notices come while the agent works.

    Raises the refusals of the error table (the message was not taken then), and ``Unreachable`` where it
    never left. Once it may have left, the outcome is told by ``ending`` and ``changes``; raised is then
    only ``SessionLost`` or ``AuthenticationFailed``, where there is no project to look at any more.
    """
    yield from connect(context)
    before = yield from state(context)
    session, talk = context.session_id, _Talk(context, words(text))
    ending = yield from _converse(talk)
    if context.session_id != session:
        before = State()  # 1002 on the message: it went to a new session, which had nothing in it (STA-2)
    after = yield from _outcome(context, before, ending)
    changes = compare(before, after, context.language) if after else ()
    yield from _report(talk, ending, changes, after)
    reply = talk.reply
    skipped = reply.skipped + talk.reader.oversized + talk.reader.strange
    ok = _went_well(reply, ending, changes)
    return Chatted(reply.speech.text, ending, changes, ok, before, after, tuple(reply.tools), skipped)


def _send_once(talk: _Talk) -> Flow[Answer]:
    """Send the message: the one place that does, and it never does so again once it may have arrived.

    What ``exchange`` repeats after a remedy are refusals: a JSON envelope in place of a stream says that
    the message was not taken (SSE-2). A failed connection, a server error, an answer that is neither
    stream nor refusal: all of them leave this as ``LinkFailed``, and from there on only the state is read
    (C-SSE-4).
    """

    def make() -> Request:
        body = {
            "app_name": facts.AGENT,
            "user_id": "me",
            "session_id": talk.context.session_id,
            "new_message": {"parts": [{"text": talk.text}]},
        }
        request = talk.context.request("POST", facts.CHAT_PATH, json=body)
        return replace(request, headers={**request.headers, "Accept": "text/event-stream"})

    return (yield from exchange(talk.context, make, SESSION_REMEDIES, lambda request: _open(talk, request)))


def _open(talk: _Talk, request: Request) -> Flow[Answer]:
    """Return the head of a stream, or a whole refusal; anything else is ``LinkFailed`` with ``sent``."""
    talk.patience = Patience((yield Now()))
    yield Open(request)
    head = yield from _patiently(talk.patience)
    assert isinstance(head, Answer), "a driver answers Open with a head first"
    ok = head.status // 100 == 2
    if ok and head.headers.get("content-type", "").lower().startswith("text/event-stream"):
        return head
    body = b""
    while (
        isinstance(chunk := (yield from _patiently(talk.patience)), bytes) and len(body) < _MAX_REFUSAL_BYTES
    ):
        body += chunk
    yield Close()
    answer = replace(head, body=body)
    if answer.status >= _SERVER_ERROR or code_of(answer) == facts.SUCCESS:
        raise errors.LinkFailed(f"status {answer.status} and no stream", sent=True)
    return answer


def _patiently(patience: Patience) -> Flow[Answer | bytes | Sign]:
    """Return the next piece of the stream; raises ``_GaveUp`` when it is time to (C-SSE-2)."""
    while True:
        patience.now_s = yield Now()
        if patience.timed_out:
            raise _GaveUp(Ending.TIMED_OUT)
        if patience.must_speak:
            patience.spoke()
            yield Notice("waiting", facts.STILL_WORKING)
        piece: Answer | bytes | Sign = yield Read(patience.wait_s)
        patience.now_s = yield Now()
        if piece is not QUIET:
            patience.heard()
            return piece
        if patience.stalled:  # asked only here: whoever took long to come back may find bytes waiting
            raise _GaveUp(Ending.STALLED)


def _converse(talk: _Talk) -> Flow[Ending]:
    """Send, listen to the end, and say how it ended."""
    try:
        yield from _send_once(talk)
        ending = yield from _listen(talk)
    except _GaveUp as gave_up:
        ending = gave_up.ending
    except errors.LinkFailed as failure:
        if not failure.sent:
            raise errors.Unreachable(detail=str(failure)) from failure
        ending = Ending.DROPPED
    yield Close()
    cut = yield from _last_event(talk)
    for said in talk.reply.close():
        yield Notice("text", said)
    return _judge(talk.reply, cut=cut) if ending is Ending.COMPLETE else ending


def _listen(talk: _Talk) -> Flow[Ending]:
    while isinstance(chunk := (yield from _patiently(talk.patience)), bytes):
        for event in talk.reader.feed(chunk):
            yield from _hear(talk, event)
    return Ending.COMPLETE


def _hear(talk: _Talk, event: ServerSentEvent) -> Flow[None]:
    for meaning in interpret(event):
        if not isinstance(meaning, Heartbeat):
            talk.patience.worked()
        if isinstance(meaning, Text):
            talk.patience.spoke()
        for said in talk.reply.hear(meaning):
            yield Notice("text", said)


def _last_event(talk: _Talk) -> Flow[bool]:
    """Hear an event that lacks only the blank line behind it; return whether one was really cut."""
    cut, event = talk.reader.unfinished, talk.reader.rest()
    if event is None or all(isinstance(m, Heartbeat | Unreadable) for m in interpret(event)):
        return cut
    yield from _hear(talk, event)
    return False


def _judge(reply: Reply, *, cut: bool) -> Ending:
    """Say how a stream ended whose connection closed cleanly: that alone means little (SSE-4)."""
    if reply.failures:
        return Ending.FAILED
    if cut or not reply.conclusive:
        return Ending.DROPPED
    return Ending.COMPLETE if reply.complete else Ending.SILENT


def _outcome(context: Context, before: State, ending: Ending) -> Flow[State | None]:
    """Return the project as it is now: one look, or several where the stream broke."""
    if ending is Ending.COMPLETE:
        try:
            return (yield from look(context))
        except errors.NemoError as trouble:
            yield Notice("info", str(trouble))  # the reply stands, but the project cannot be reached any more
            return None
    after = None if ending in _BROKEN else (yield from look(context))
    return after or (yield from recover(context, before))


def _went_well(reply: Reply, ending: Ending, changes: tuple[str, ...]) -> bool:
    well = ending in (Ending.COMPLETE, Ending.SILENT)
    return well or (ending in _BROKEN and (bool(changes) or reply.complete))


def _report(talk: _Talk, ending: Ending, changes: tuple[str, ...], after: State | None) -> list[Notice]:
    """Return what the user must still be told; never nothing after a stream without words (C-SSE-3)."""
    language = talk.context.language
    notices = []
    if ending is not Ending.COMPLETE and changes:
        prelude = _WHEN_CHANGED.get(ending)
        notices = [Notice("info", say(prelude, language))] if prelude else []
        notices += [Notice("change", change) for change in changes]
    elif ending is not Ending.COMPLETE:
        lost = ending in _BROKEN and talk.reply.complete
        notices = [Notice("info", say("lost_after_reply" if lost else _WHEN_UNCHANGED[ending], language))]
    if after and "summary" in talk.reply.speech.actions:
        notices.append(Notice("summary", summarise(after.draft, language)))
    return notices
