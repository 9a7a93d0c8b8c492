"""Finding out what became of a message whose stream says nothing any more: by reading, never by sending."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from httpx_sse import ServerSentEvent

from nemoclient import constants, errors
from nemoclient.api import ACCOUNT_REMEDIES, SESSION_REMEDIES, Flow, code_of, connect, exchange, state
from nemoclient.context import Context
from nemoclient.draft import State, compare, printable_text, summarise
from nemoclient.effects import QUIET, Close, GetTime, Notice, Open, Read, ReadStatus, Request, Response, Sleep
from nemoclient.messages import localized
from nemoclient.reply import EmptyEvent, Heartbeat, InvalidEvent, Reply, Text, interpret
from nemoclient.results import ChatResult, StreamEnd
from nemoclient.sse import SseReader

_MOST_READS = 15  # a project that changes at every look is reported as it is then


def fetch_state(context: Context) -> Flow[State | None]:
    """Return the project, or None where it cannot be read just now.

    No new session is made here (``SessionNotFound`` is raised instead): its empty project would look like a
    change.
    """
    try:
        return (yield from state(context, ACCOUNT_REMEDIES))
    except (errors.ServiceUnavailable, errors.ProtocolError, errors.RateLimited):
        return None


def recover(context: Context, before: State) -> Flow[State | None]:
    """C-SSE-4: read after 30 s, then every 60 s, until five reads in a row showed nothing new.

    Once something did change, one read that shows nothing further is enough: a message may change a project
    in several steps (SSE-8), and half of them is not the outcome. None where no read succeeded.
    """
    yield Notice("info", localized("checking", context.language))
    seen: State | None = None
    unchanged, pause_s = 0, constants.RECOVERY_FIRST_S
    for _ in range(_MOST_READS):
        yield Sleep(pause_s)
        pause_s = constants.RECOVERY_NEXT_S
        now = yield from fetch_state(context)
        new = now is not None and now.raw != (seen or before).raw
        seen = now or seen
        unchanged = 0 if new else unchanged + 1
        changed = seen is not None and seen.raw != before.raw
        if unchanged == constants.RECOVERY_READS or (changed and unchanged and now is not None):
            break
    return seen


class StreamDeadlines:
    """Counts from the moment the message is sent; every time is in seconds of the client's clock."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        self._started_s = self._spoken_s = self._worked_s = self._heard_s = now_s

    def heard(self) -> None:
        """Note that bytes came, whatever they mean."""
        self._heard_s = self.now_s

    def worked(self) -> None:
        """Note that something came that is more than a heartbeat."""
        self._worked_s = self.now_s

    def spoke(self) -> None:
        """Note that the user was told something."""
        self._spoken_s = self.now_s

    @property
    def timed_out(self) -> bool:
        """Whether it has lasted too long, or brought heartbeats only for too long."""
        return self.now_s >= min(
            self._started_s + constants.GIVE_UP_S, self._worked_s + constants.HEARTBEATS_ONLY_S
        )

    @property
    def stalled(self) -> bool:
        """Whether nothing has come for too long; only to be asked when nothing is there to be read."""
        return self.now_s >= self._heard_s + constants.STALL_S

    @property
    def needs_progress_message(self) -> bool:
        """Whether the user has heard nothing for two minutes."""
        return self.now_s >= self._spoken_s + constants.STILL_WORKING_S

    @property
    def wait_s(self) -> float:
        """How long nothing will be due."""
        due_s = (
            self._started_s + constants.GIVE_UP_S,
            self._worked_s + constants.HEARTBEATS_ONLY_S,
            self._heard_s + constants.STALL_S,
            self._spoken_s + constants.STILL_WORKING_S,
        )
        return max(0.0, min(due_s) - self.now_s)


_MAX_REFUSAL_BYTES = 1024 * 1024
_SERVER_ERROR = 500
_BROKEN = (StreamEnd.DROPPED, StreamEnd.STALLED)
_WHEN_UNCHANGED = {
    StreamEnd.SILENT: "unchanged",
    StreamEnd.DROPPED: "lost",
    StreamEnd.STALLED: "lost",
    StreamEnd.TIMED_OUT: "timed_out",
    StreamEnd.FAILED: "failed",
}
_WHEN_CHANGED = {StreamEnd.TIMED_OUT: "timed_out_partly", StreamEnd.FAILED: "failed_partly"}


class _DeadlineExceeded(Exception):  # noqa: N818
    """C-SSE-2: waiting is over."""

    def __init__(self, ending: StreamEnd) -> None:
        super().__init__(ending)
        self.ending = ending


@dataclass(slots=True)
class _ChatExchange:
    """One message's conversation while it lasts."""

    context: Context
    text: str
    reply: Reply = field(default_factory=Reply)
    reader: SseReader = field(default_factory=SseReader)
    deadlines: StreamDeadlines = field(default_factory=lambda: StreamDeadlines(0.0))


def chat(context: Context, text: str) -> Flow[ChatResult]:
    """Send a message and return what became of it; notices come while the agent works.

    Raises the errors of the table (the message was not taken then), and ``ServiceUnavailable`` where it
    never left. Once it may have left, the outcome is told by ``ending`` and ``changes``; raised is then
    only ``SessionNotFound`` or ``AuthenticationFailed``, where there is no project to look at any more.
    """
    yield from connect(context)
    before = yield from state(context)
    session, talk = context.session_id, _ChatExchange(context, printable_text(text))
    ending = yield from _converse(talk)
    if context.session_id != session:
        before = State()  # 1002 on the message: it went to a new session, which had nothing in it (STA-2)
    after = yield from _outcome(context, before, ending)
    changes = compare(before, after, context.language) if after else ()
    yield from _report(talk, ending, changes, after)
    reply = talk.reply
    skipped = reply.skipped + talk.reader.oversized + talk.reader.strange
    ok = _went_well(reply, ending, changes)
    return ChatResult(reply.speech.text, ending, changes, ok, before, after, tuple(reply.tools), skipped)


def _send_once(talk: _ChatExchange) -> Flow[Response]:
    """Send the message: the one place that does, and it never does so again once it may have arrived.

    What ``exchange`` repeats after a remedy are refusals: a JSON envelope in place of a stream says that
    the message was not taken (SSE-2). A failed connection, a server error, an answer that is neither
    stream nor refusal: all of them leave this as ``LinkFailed``, and from there on only the state is read
    (C-SSE-4).
    """

    def make() -> Request:
        body = {
            "app_name": constants.AGENT,
            "user_id": "me",
            "session_id": talk.context.session_id,
            "new_message": {"parts": [{"text": talk.text}]},
        }
        request = talk.context.request("POST", constants.CHAT_PATH, json=body)
        return replace(request, headers={**request.headers, "Accept": "text/event-stream"})

    return (yield from exchange(talk.context, make, SESSION_REMEDIES, lambda request: _open(talk, request)))


def _open(talk: _ChatExchange, request: Request) -> Flow[Response]:
    """Return the head of a stream, or a whole refusal; anything else is ``LinkFailed`` with ``sent``."""
    talk.deadlines = StreamDeadlines((yield GetTime()))
    yield Open(request)
    head = yield from _patiently(talk.deadlines)
    assert isinstance(head, Response), "a driver answers Open with a head first"
    ok = head.status // 100 == 2
    if ok and head.headers.get("content-type", "").lower().startswith("text/event-stream"):
        return head
    body = b""
    while (
        isinstance(chunk := (yield from _patiently(talk.deadlines)), bytes) and len(body) < _MAX_REFUSAL_BYTES
    ):
        body += chunk
    yield Close()
    answer = replace(head, body=body)
    if answer.status >= _SERVER_ERROR or code_of(answer) == constants.SUCCESS:
        raise errors.TransportError(f"status {answer.status} and no stream", sent=True)
    return answer


def _patiently(deadlines: StreamDeadlines) -> Flow[Response | bytes | ReadStatus]:
    """Return the next piece of the stream; raises ``_GaveUp`` when it is time to (C-SSE-2)."""
    while True:
        deadlines.now_s = yield GetTime()
        if deadlines.timed_out:
            raise _DeadlineExceeded(StreamEnd.TIMED_OUT)
        if deadlines.needs_progress_message:
            deadlines.spoke()
            yield Notice("waiting", constants.STILL_WORKING)
        piece: Response | bytes | ReadStatus = yield Read(deadlines.wait_s)
        deadlines.now_s = yield GetTime()
        if piece is not QUIET:
            deadlines.heard()
            return piece
        if deadlines.stalled:  # asked only here: someone who took long to come back may find bytes waiting
            raise _DeadlineExceeded(StreamEnd.STALLED)


def _converse(talk: _ChatExchange) -> Flow[StreamEnd]:
    """Send, listen to the end, and say how it ended."""
    try:
        yield from _send_once(talk)
        ending = yield from _listen(talk)
    except _DeadlineExceeded as gave_up:
        ending = gave_up.ending
    except errors.TransportError as failure:
        if not failure.sent:
            raise errors.ServiceUnavailable(detail=str(failure)) from failure
        ending = StreamEnd.DROPPED
    yield Close()
    cut = yield from _last_event(talk)
    for said in talk.reply.close():
        yield Notice("text", said)
    return _judge(talk.reply, cut=cut) if ending is StreamEnd.COMPLETE else ending


def _listen(talk: _ChatExchange) -> Flow[StreamEnd]:
    while isinstance(chunk := (yield from _patiently(talk.deadlines)), bytes):
        for event in talk.reader.feed(chunk):
            yield from _hear(talk, event)
    return StreamEnd.COMPLETE


def _hear(talk: _ChatExchange, event: ServerSentEvent) -> Flow[None]:
    for meaning in interpret(event):
        if not isinstance(meaning, Heartbeat | EmptyEvent):
            talk.deadlines.worked()
        if isinstance(meaning, Text):
            talk.deadlines.spoke()
        for said in talk.reply.hear(meaning):
            yield Notice("text", said)


def _last_event(talk: _ChatExchange) -> Flow[bool]:
    """Hear an event that lacks only the blank line behind it; return whether one was really cut."""
    cut, event = talk.reader.unfinished, talk.reader.rest()
    if event is None or all(isinstance(m, Heartbeat | EmptyEvent | InvalidEvent) for m in interpret(event)):
        return cut
    yield from _hear(talk, event)
    return False


def _judge(reply: Reply, *, cut: bool) -> StreamEnd:
    """Say how a stream ended whose connection closed cleanly: that alone means little (SSE-4)."""
    if reply.failures or (reply.is_empty and not cut):
        return StreamEnd.FAILED
    if cut or not reply.is_final:
        return StreamEnd.DROPPED
    return StreamEnd.COMPLETE if reply.complete else StreamEnd.SILENT


def _outcome(context: Context, before: State, ending: StreamEnd) -> Flow[State | None]:
    """Return the project as it is now: one look, or several where the stream broke."""
    if ending is StreamEnd.COMPLETE:
        try:
            return (yield from fetch_state(context))
        except errors.NemoError as trouble:
            yield Notice("info", str(trouble))  # the reply stands, but the project cannot be reached any more
            return None
    after = None if ending in _BROKEN else (yield from fetch_state(context))
    return after or (yield from recover(context, before))


def _went_well(reply: Reply, ending: StreamEnd, changes: tuple[str, ...]) -> bool:
    well = ending in (StreamEnd.COMPLETE, StreamEnd.SILENT)
    return well or (ending in _BROKEN and (bool(changes) or reply.complete))


def _report(
    talk: _ChatExchange, ending: StreamEnd, changes: tuple[str, ...], after: State | None
) -> list[Notice]:
    """Return what the user must still be told; never nothing after a stream without words (C-SSE-3)."""
    language = talk.context.language
    notices = []
    if ending is not StreamEnd.COMPLETE and changes:
        prelude = _WHEN_CHANGED.get(ending)
        notices = [Notice("info", localized(prelude, language))] if prelude else []
        notices += [Notice("change", change) for change in changes]
    elif ending is not StreamEnd.COMPLETE:
        lost = ending in _BROKEN and talk.reply.complete
        notices = [
            Notice("info", localized("lost_after_reply" if lost else _WHEN_UNCHANGED[ending], language))
        ]
    if after and "summary" in talk.reply.speech.actions:
        notices.append(Notice("summary", summarise(after.draft, language)))
    return notices
