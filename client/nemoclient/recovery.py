"""Finding out what became of a message whose stream says nothing any more: by reading, never by sending."""

from __future__ import annotations

from nemoclient import errors, facts
from nemoclient.account import state
from nemoclient.calls import ACCOUNT_REMEDIES, Flow
from nemoclient.context import Context
from nemoclient.draft import State
from nemoclient.steps import Notice, Pause
from nemoclient.wording import say

_MOST_READS = 15  # a project that changes at every look is reported as it is then


def look(context: Context) -> Flow[State | None]:
    """Return the project, or None where it cannot be read just now.

    No new session is made here (``SessionLost`` is raised instead): its empty project would look like a
    change.
    """
    try:
        return (yield from state(context, ACCOUNT_REMEDIES))
    except (errors.Unreachable, errors.ProtocolViolated, errors.RateLimited):
        return None


def recover(context: Context, before: State) -> Flow[State | None]:
    """C-SSE-4: read after 30 s, then every 60 s, until five reads in a row showed nothing new.

    Once something did change, one read that shows nothing further is enough: a message may change a project
    in several steps (SSE-8), and half of them is not the outcome. None where no read succeeded.
    """
    yield Notice("info", say("checking", context.language))
    seen: State | None = None
    unchanged, pause_s = 0, facts.RECOVERY_FIRST_S
    for _ in range(_MOST_READS):
        yield Pause(pause_s)
        pause_s = facts.RECOVERY_NEXT_S
        now = yield from look(context)
        new = now is not None and now.raw != (seen or before).raw
        seen = now or seen
        unchanged = 0 if new else unchanged + 1
        changed = seen is not None and seen.raw != before.raw
        if unchanged == facts.RECOVERY_READS or (changed and unchanged and now is not None):
            break
    return seen
