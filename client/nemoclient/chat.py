"""Chat (section 4): a message is sent once and its stream read; the user always learns the outcome."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from nemoclient import constants, errors
from nemoclient.api import ACCOUNT_RETRIES, SESSION_RETRIES, code_of, connect, exchange, state
from nemoclient.context import Context
from nemoclient.draft import State, compare, summarise
from nemoclient.effects import (
    QUIET,
    Close,
    Flow,
    GetTime,
    Notice,
    Open,
    Read,
    ReadStatus,
    Request,
    Response,
    Sleep,
)
from nemoclient.json_values import printable_text
from nemoclient.messages import localized
from nemoclient.reply import SIGNS_OF_LIFE, Reply, interpret
from nemoclient.results import ChatResult, StreamEnd
from nemoclient.sse import ServerSentEvent, SseReader

_MAX_REFUSAL_BYTES = 1024 * 1024
_SERVER_ERROR = 500
_MAX_READS = 15  # a project that changes at every read is reported as it is then
_BROKEN = (StreamEnd.DROPPED, StreamEnd.STALLED)
_WHEN_UNCHANGED = {
    StreamEnd.SILENT: "unchanged",
    StreamEnd.DROPPED: "lost",
    StreamEnd.STALLED: "lost",
    StreamEnd.TIMED_OUT: "timed_out",
    StreamEnd.FAILED: "failed",
}
_WHEN_CHANGED = {StreamEnd.TIMED_OUT: "timed_out_partly", StreamEnd.FAILED: "failed_partly"}


class StreamDeadlines:
    """Counts from the moment the message is sent; every time is in seconds of the client's clock."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        self._started_s = self._shown_s = self._worked_s = self._received_s = now_s

    def received(self) -> None:
        """Note that bytes came, whatever they mean."""
        self._received_s = self.now_s

    def worked(self) -> None:
        """Note that something came that is more than a heartbeat."""
        self._worked_s = self.now_s

    def shown(self) -> None:
        """Note that the user was shown something."""
        self._shown_s = self.now_s

    @property
    def timed_out(self) -> bool:
        """Whether it has lasted too long, or brought heartbeats only for too long."""
        return self.now_s >= min(
            self._started_s + constants.GIVE_UP_S, self._worked_s + constants.HEARTBEATS_ONLY_S
        )

    @property
    def stalled(self) -> bool:
        """Whether nothing has come for too long; only to be asked when nothing is there to be read."""
        return self.now_s >= self._received_s + constants.STALL_S

    @property
    def needs_progress_message(self) -> bool:
        """Whether the user was shown nothing for two minutes."""
        return self.now_s >= self._shown_s + constants.STILL_WORKING_S

    @property
    def wait_s(self) -> float:
        """How long nothing will be due."""
        due_s = (
            self._started_s + constants.GIVE_UP_S,
            self._worked_s + constants.HEARTBEATS_ONLY_S,
            self._received_s + constants.STALL_S,
            self._shown_s + constants.STILL_WORKING_S,
        )
        return max(0.0, min(due_s) - self.now_s)


class _DeadlineExceeded(Exception):  # noqa: N818
    """C-SSE-2: waiting is over."""

    def __init__(self, ending: StreamEnd) -> None:
        super().__init__(ending)
        self.ending = ending


@dataclass(slots=True)
class _Turn:
    """One message and its stream while they last."""

    context: Context
    text: str
    reply: Reply = field(default_factory=Reply)
    reader: SseReader = field(default_factory=SseReader)
    deadlines: StreamDeadlines = field(default_factory=lambda: StreamDeadlines(0.0))


def chat(context: Context, text: str) -> Flow[ChatResult]:
    """Send a message and return what became of it; notices come while the agent works.

    Raises the errors of the table (the message was not taken then), and ``ServiceUnavailable`` where it
    never left. Once it may have left, the outcome is in ``ending`` and ``changes``; raised is then only
    ``SessionNotFound`` or ``AuthenticationFailed``, where there is no project to read any more.
    """
    yield from connect(context)
    before = yield from state(context)
    session, turn = context.session_id, _Turn(context, printable_text(text))
    ending = yield from _send_and_read(turn)
    if context.session_id != session:
        before = State()  # 1002 on the message: it went to a new session, which had nothing in it (STA-2)
    after = yield from _state_after(context, before, ending)
    changes = compare(before, after, context.language) if after else ()
    yield from _report(turn, ending, changes, after)
    reply = turn.reply
    skipped = reply.skipped + turn.reader.oversized + turn.reader.strange
    ok = _is_ok(reply, ending, changes)
    return ChatResult(reply.text.shown, ending, changes, ok, before, after, tuple(reply.tools), skipped)


def _send_and_read(turn: _Turn) -> Flow[StreamEnd]:
    """Send, read the stream to its end, and say how it ended."""
    try:
        yield from _send_once(turn)
        ending = yield from _read_stream(turn)
    except _DeadlineExceeded as exceeded:
        ending = exceeded.ending
    except errors.TransportError as failure:
        if not failure.sent:
            raise errors.ServiceUnavailable(detail=str(failure)) from failure
        ending = StreamEnd.DROPPED
    yield Close()
    cut = yield from _last_event(turn)
    turn.reply.close()
    yield from _ready_texts(turn)
    return _clean_end(turn.reply, cut=cut) if ending is StreamEnd.COMPLETE else ending


def _send_once(turn: _Turn) -> Flow[Response]:
    """Send the message: the one place that does, and it never does so again once it may have arrived.

    What ``exchange`` repeats are refusals: a JSON envelope in place of a stream says that the message was
    not taken (SSE-2). A failed connection, a server error, an answer that is neither stream nor refusal:
    all of them leave this as ``TransportError``, and from there on only the state is read (C-SSE-4).
    """

    def make() -> Request:
        body = {
            "app_name": constants.AGENT,
            "user_id": "me",
            "session_id": turn.context.session_id,
            "new_message": {"parts": [{"text": turn.text}]},
        }
        request = turn.context.request("POST", constants.CHAT_PATH, json=body)
        return replace(request, headers={**request.headers, "Accept": "text/event-stream"})

    return (yield from exchange(turn.context, make, SESSION_RETRIES, lambda request: _open(turn, request)))


def _open(turn: _Turn, request: Request) -> Flow[Response]:
    """Return the head of a stream or a whole refusal; raise ``TransportError`` for anything else."""
    turn.deadlines = StreamDeadlines((yield GetTime()))
    yield Open(request)
    head = yield from _next_piece(turn.deadlines)
    assert isinstance(head, Response), "a driver answers Open with a head first"
    ok = head.status // 100 == 2
    if ok and head.headers.get("content-type", "").lower().startswith("text/event-stream"):
        return head
    body = b""
    while (
        isinstance(chunk := (yield from _next_piece(turn.deadlines)), bytes)
        and len(body) < _MAX_REFUSAL_BYTES
    ):
        body += chunk
    yield Close()
    answer = replace(head, body=body)
    if answer.status >= _SERVER_ERROR or code_of(answer) == constants.SUCCESS:
        raise errors.TransportError(f"status {answer.status} and no stream", sent=True)
    return answer


def _next_piece(deadlines: StreamDeadlines) -> Flow[Response | bytes | ReadStatus]:
    """Return the next piece of the stream; raises ``_DeadlineExceeded`` when it is time to (C-SSE-2)."""
    while True:
        deadlines.now_s = yield GetTime()
        if deadlines.timed_out:
            raise _DeadlineExceeded(StreamEnd.TIMED_OUT)
        if deadlines.needs_progress_message:
            deadlines.shown()
            yield Notice("waiting", constants.STILL_WORKING)
        piece: Response | bytes | ReadStatus = yield Read(deadlines.wait_s)
        deadlines.now_s = yield GetTime()
        if piece is not QUIET:
            deadlines.received()
            return piece
        if deadlines.stalled:  # asked only here: a caller who took long to come back may find bytes waiting
            raise _DeadlineExceeded(StreamEnd.STALLED)


def _read_stream(turn: _Turn) -> Flow[StreamEnd]:
    while isinstance(chunk := (yield from _next_piece(turn.deadlines)), bytes):
        for event in turn.reader.feed(chunk):
            yield from _take_event(turn, event)
    return StreamEnd.COMPLETE


def _take_event(turn: _Turn, event: ServerSentEvent) -> list[Notice]:
    """C-SSE-1: text to the user, tool events stay inside, heartbeats keep waiting."""
    for meaning in interpret(event):
        if meaning.kind not in SIGNS_OF_LIFE:
            turn.deadlines.worked()
        if meaning.kind == "text":
            turn.deadlines.shown()
        turn.reply.add(meaning)
    return _ready_texts(turn)


def _ready_texts(turn: _Turn) -> list[Notice]:
    return [Notice("text", text) for text in turn.reply.text.take_ready()]


def _last_event(turn: _Turn) -> Flow[bool]:
    """Take an event that lacks only the blank line behind it; return whether one was really cut."""
    cut, event = turn.reader.unfinished, turn.reader.rest()
    if event is None or all(m.kind in (*SIGNS_OF_LIFE, "invalid") for m in interpret(event)):
        return cut
    yield from _take_event(turn, event)
    return False


def _clean_end(reply: Reply, *, cut: bool) -> StreamEnd:
    """Say how a stream ended whose connection closed cleanly: that alone means little (SSE-4)."""
    if reply.failures or (reply.is_empty and not cut):
        return StreamEnd.FAILED
    if cut or not reply.is_final:
        return StreamEnd.DROPPED
    return StreamEnd.COMPLETE if reply.complete else StreamEnd.SILENT


def _state_after(context: Context, before: State, ending: StreamEnd) -> Flow[State | None]:
    """Return the project as it is now: one read, or several where the stream broke."""
    if ending is StreamEnd.COMPLETE:
        try:
            return (yield from fetch_state(context))
        except errors.NemoError as trouble:
            yield Notice("info", str(trouble))  # the reply stands, but the project cannot be reached any more
            return None
    after = None if ending in _BROKEN else (yield from fetch_state(context))
    return after or (yield from recover(context, before))


def fetch_state(context: Context) -> Flow[State | None]:
    """Return the project, or None where it cannot be read just now.

    No new session is made here (``SessionNotFound`` is raised instead): its empty project would look like a
    change.
    """
    try:
        return (yield from state(context, ACCOUNT_RETRIES))
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
    for _ in range(_MAX_READS):
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


def _is_ok(reply: Reply, ending: StreamEnd, changes: tuple[str, ...]) -> bool:
    fine = ending in (StreamEnd.COMPLETE, StreamEnd.SILENT)
    return fine or (ending in _BROKEN and (bool(changes) or reply.complete))


def _report(turn: _Turn, ending: StreamEnd, changes: tuple[str, ...], after: State | None) -> list[Notice]:
    """Return what the user must still read; never nothing after a stream without text (C-SSE-3)."""
    language, notices = turn.context.language, []
    if ending is not StreamEnd.COMPLETE and changes:
        prelude = _WHEN_CHANGED.get(ending)
        notices = [Notice("info", localized(prelude, language))] if prelude else []
        notices += [Notice("change", change) for change in changes]
    elif ending is not StreamEnd.COMPLETE:
        lost_after_reply = ending in _BROKEN and turn.reply.complete
        key = "lost_after_reply" if lost_after_reply else _WHEN_UNCHANGED[ending]
        notices = [Notice("info", localized(key, language))]
    if after and "summary" in turn.reply.text.actions:
        notices.append(Notice("summary", summarise(after.draft, language)))
    return notices
