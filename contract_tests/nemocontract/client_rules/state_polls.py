"""The looks at a project that a client takes after a message broke off (C-SSE-4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nemocontract.client_rules.stream_outcome import line_of
from nemocontract.client_run import ClientRun
from nemocontract.protocol.drafts import state_in
from nemocontract.protocol.requests import session_of
from nemocontract.recording import Exchange, id_in

# Who gets no answer may ask again at once a few times: these reads are one look.
AGAIN_S: Final = 10.0
_AFTER_LIMIT_S: Final = 40.0  # C-AUTH-3: after a 429 once more, in 30 s
_RATE_LIMIT: Final = 429
_BESIDE: Final = ("state", "token.issue", "session.create", "control", "other")
_LOOKED_BEFORE: Final = ("chat", "render.submit", "upload")


@dataclass(frozen=True, slots=True)
class StatePoll:
    """One or more reads that follow on one another because the ones before them failed."""

    reads: tuple[Exchange, ...]

    @property
    def at_ms(self) -> int:
        """When it began."""
        return self.reads[0].at_ms

    @property
    def state(self) -> Mapping[str, Any] | None:
        """What was seen, None where nothing was."""
        return state_in(self.reads[-1])

    @property
    def barred(self) -> bool:
        """Whether the service refused to show the project, so that looking again means little."""
        last = self.reads[-1]
        return bool(last.code) and (last.status or 500) < 500


def retry_groups(requests: list[Exchange]) -> Iterator[tuple[Exchange, ...]]:
    """Yield requests in groups: one that follows a failed one at once belongs to it."""
    group: list[Exchange] = []
    for request in requests:
        if group and not _again(group[-1], request):
            yield tuple(group)
            group = []
        group.append(request)
    if group:
        yield tuple(group)


def _again(before: Exchange, request: Exchange) -> bool:
    within_s = _AFTER_LIMIT_S if before.code == _RATE_LIMIT else AGAIN_S
    return before.code != 0 and request.at_ms - before.ended_at_ms <= within_s * 1000


def looks_after(run: ClientRun, chat: Exchange) -> list[StatePoll]:
    """Return the looks at a message's project that belong to it, and not to what the user did next."""
    reads = [one for one in _aftermath(run, chat) if one.operation == "state"]
    return [
        StatePoll(group) for group in retry_groups([r for r in reads if id_in(r.path) == session_of(chat)])
    ]


def _aftermath(run: ClientRun, chat: Exchange) -> list[Exchange]:
    later = [one for one in run.traffic if one.seq > chat.seq]
    said = line_of(run, chat)
    if said is not None:
        later = [one for one in later if one.seq <= said.last]
    for place, one in enumerate(later):
        if one.operation not in _BESIDE:
            # A client that does not know the project looks at it before it goes on: not a look back.
            own = later[:place]
            foreign = said is None and one.operation in _LOOKED_BEFORE and own
            return own[:-1] if foreign and own[-1].operation == "state" else own
    return later


def longest_unchanged_streak(looks: list[StatePoll], before: Mapping[str, Any] | None) -> int:
    """Return how many looks in a row showed nothing new, at most; one that failed shows nothing."""
    most = row = 0
    known = before
    for look in looks:
        new = look.state is not None and known is not None and look.state != known
        row = 0 if new else row + 1
        known = look.state if look.state is not None else known
        most = max(most, row)
    return most


def has_changed(looks: list[StatePoll], before: Mapping[str, Any] | None) -> bool:
    """Tell whether a look may have shown something new; without an earlier look nobody knows."""
    states = [look.state for look in looks if look.state is not None]
    return bool(states) and (before is None or any(state != before for state in states))
