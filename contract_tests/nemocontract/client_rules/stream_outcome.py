"""How a message ended, as far as the wire shows it; where an honest client may take it two ways, `either`."""

from __future__ import annotations

from typing import Final, Literal

from nemocontract.client_run import ClientRun, UserLine
from nemocontract.protocol.events import StreamSummary, summarize_stream
from nemocontract.recording import Exchange

Outcome = Literal["refused", "complete", "silent", "failed", "broken", "either"]

# How long nothing at all has to come before a client may take the connection for dead; the protocol is
# silent, and every ten seconds there ought to be a sign of life (SSE-6).
STALL_S: Final = 120.0
_LEAST_ERROR, _LEAST_SERVER_ERROR = 400, 500


def was_rejected(chat: Exchange) -> bool:
    """Tell whether the message was certainly not taken: an error in place of a stream (SSE-2)."""
    status = chat.status or 0
    if chat.events is not None or not chat.code or chat.ending != "complete":
        return False
    matches = isinstance(chat.answer, dict) and chat.answer.get("code") == chat.code
    return status < _LEAST_SERVER_ERROR and (matches or status >= _LEAST_ERROR)


def outcome(chat: Exchange, *, left: bool = False) -> Outcome:
    """Return how a message ended; ``left``: its user went away, so that the client ended it."""
    if was_rejected(chat):
        return "refused"
    if chat.events is None:
        # Nothing came back, or something that is neither a stream nor a refusal.
        return "broken" if chat.status is None and chat.ending != "open" and not left else "either"
    found = summarize_stream(chat.events)
    if left or chat.ending == "open":
        return "either"
    if chat.ending == "client-gone":
        return "broken" if stalled(chat) else "either"
    if chat.ending == "cut":
        return "either" if found.spoke_last and not found.open_calls and not found.half else "broken"
    return _closed(found)


def _closed(found: StreamSummary) -> Outcome:
    """Return what a stream that closed properly amounts to: closing alone says nothing (SSE-4)."""
    if found.failed:
        return "failed"
    if found.open_calls:
        return "broken"
    if found.half:
        return "either"  # pieces without the whole that repeats them: nobody says that it must come
    if found.spoke_last:
        return "complete"
    if found.said or found.strange:
        return "either"  # words before the work and none after it, or events that nobody knows
    if not found.results:
        return "either" if found.texts else "broken"  # noise alone; nothing but heartbeats
    return "silent"


def silence_s(chat: Exchange) -> float:
    """Return for how long nothing had come when the exchange ended."""
    last_ms = chat.events[-1].at_ms if chat.events else chat.at_ms
    return (chat.ended_at_ms - last_ms) / 1000


def stalled(chat: Exchange) -> bool:
    """Tell whether nothing came for so long that the connection may be taken for dead."""
    return silence_s(chat) >= STALL_S


def lines(run: ClientRun) -> tuple[UserLine, ...]:
    """Return the user's lines of which it is known what each led to, and what was read for it."""
    return tuple(said for said in run.said or () if said.attributed)


def line_of(run: ClientRun, exchange: Exchange) -> UserLine | None:
    """Return the line that led to a request, None where nobody knows."""
    return next((said for said in lines(run) if said.first <= exchange.seq <= said.last), None)


def reader_of(run: ClientRun, exchange: Exchange) -> UserLine | None:
    """Return the line with all that may have been read for a request.

    Where lines cannot be told apart it is the first one, which passed all that was read.
    """
    untold = [said for said in run.said or () if not said.attributed]
    return line_of(run, exchange) or (untold[0] if untold else None)


def said_in(run: ClientRun) -> str:
    """Return all lines of the user's; what is in them is content."""
    return "\n".join(said.line for said in run.said or ())


def read_for(run: ClientRun, said: UserLine, since_ms: int | None = None) -> str:
    """Return what the user read for a line; in known times only what came at ``since_ms`` or later."""
    if since_ms is None or not run.known.times_streams:
        return said.text
    slack_ms = 0 if run.known.timing == "virtual" else max(1000, 1000 * (run.known.slack_s or 0))
    return "".join(piece.text for piece in said.output if piece.at_ms >= since_ms - slack_ms)
