"""A session: one project with its media, timeline, editing fee and running turns (SES-1, STA-1)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .accounts import Account, Hold
from .agent import History
from .library import Generated, Library, UploadedMedia, analysis, generated_info, video_info
from .timeline import EMPTY, Timeline, to_draft


@dataclass(slots=True)
class SessionEditFee:
    """The price of editing, once per session (CRE-2): held while first edits run, then paid.

    ``turns`` counts the running turns that rely on the hold: it is consumed when the first of them
    completes and given back when the last of them fails (CRE-3).
    """

    hold: Hold | None = None
    turns: int = 0
    paid: bool = False

    def due(self, price: int) -> int:
        """Return what a further editing turn would have to freeze: nothing once held or paid."""
        return 0 if self.paid or self.hold else price

    def join(self, account: Account, price: int) -> None:
        """Let one more turn rely on the fee; raise 2001 where it cannot be frozen."""
        if amount := self.due(price):
            self.hold = account.ledger.freeze(amount)
        self.turns += 1

    def leave(self, account: Account, *, completed: bool) -> None:
        """Let one turn less rely on the fee: it is over."""
        self.turns -= 1
        if self.hold is None:
            return
        if completed:
            account.ledger.consume(self.hold)
            self.hold, self.paid = None, True
        elif self.turns == 0:
            account.ledger.release(self.hold)
            self.hold = None


_MAX_REVISIONS = 200


class Revision(NamedTuple):
    """The timeline from ``at_ms`` on, engine time, and the kind of edit that made it."""

    at_ms: int
    edit: str
    timeline: Timeline


@dataclass(slots=True)
class Session:
    """A project: ``session_id`` is a 19-digit string, ``language`` the replies' language (SES-1)."""

    session_id: str
    task_id: str
    task_name: str
    language: str
    account: Account
    timeline: Timeline = EMPTY
    history: History = field(default_factory=History)
    footage: list[UploadedMedia] = field(default_factory=list)
    generated: list[Generated] = field(default_factory=list)
    fee: SessionEditFee = field(default_factory=SessionEditFee)
    revisions: deque[Revision] = field(default_factory=lambda: deque(maxlen=_MAX_REVISIONS))
    running: list[str] = field(default_factory=list)  # ids of the turns that have not ended
    turns_made: int = 0
    files_made: int = 0
    claims_made: int = 0

    @property
    def library(self) -> Library:
        """What there is to cut from."""
        return Library(tuple(self.footage), tuple(self.generated))

    def snapshot(self, origin: str) -> dict[str, Any]:
        """Return STA-1's ``data``; ``origin`` goes in front of every media path."""
        width, height = self.timeline.canvas
        return {
            "session_id": self.session_id,
            "task_id": self.task_id,
            "task_name": self.task_name,
            "user_id": self.account.user_id,
            "state": {
                "draft": to_draft(self.timeline),
                "video_infos": [video_info(item, origin) for item in self.footage],
                "canvas_config": {"width": width, "height": height},
                "video_analyses": [analysis(item) for item in self.footage],
                "generated_media": [generated_info(item, origin) for item in self.generated],
            },
        }
