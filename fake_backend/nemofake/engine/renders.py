"""Export jobs: planned when submitted, read at any time, cancelled on request (REN-1 to REN-12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .accounts import Account
from .errors import BackendError
from .parameters import Parameters
from .randomness import RandomStream
from .state_machines import RENDER, transition

_ABSURD_MS = 1e15
_FINAL = {"completed", "failed", "cancelled"}


@dataclass(slots=True)
class RenderJob:
    """One export: ``plan`` is what will happen and when, engine ms; ``state`` as in state_machines.RENDER.

    ``canvas`` and ``box`` are (width, height): the picture's, and what it is scaled into (REN-8).
    """

    render_id: str
    session_id: str
    owner: str  # the token that submitted it (REN-10)
    draft: Mapping[str, Any]
    length_ms: int
    canvas: tuple[int, int]
    box: tuple[int, int]
    created_at_ms: int
    plan: tuple[tuple[int, str], ...]
    path: str
    kept_ms: int = 0  # how long its video can be fetched; 0: for ever
    state: str = "pending"
    ended_at_ms: int | None = None

    def advance(self, now_ms: int) -> None:
        """Apply what was planned up to ``now_ms``."""
        for due_ms, event in self.plan:
            if due_ms <= now_ms and (self.state, event) in RENDER:
                self._move(event, due_ms)

    def unfinished(self, now_ms: int) -> bool:
        """Whether the job has not ended at ``now_ms``."""
        self.advance(now_ms)
        return self.state not in _FINAL

    def is_gone(self, now_ms: int) -> bool:
        """Whether the video of a finished job can no longer be fetched (REN-9)."""
        return (
            bool(self.kept_ms) and self.ended_at_ms is not None and now_ms >= self.ended_at_ms + self.kept_ms
        )

    def cancel(self, now_ms: int) -> None:
        """Cancel the job; raise 409 if it has ended (REN-12)."""
        if self.state in _FINAL:
            raise BackendError(409, f"render {self.render_id!r} is {self.state} and cannot be cancelled")
        self._move("cancel", now_ms)

    def progress(self, now_ms: int) -> int:
        """Return 0 to 100 by elapsed time; 100 only when completed (REN-6)."""
        if self.state == "completed":
            return 100
        until_ms = now_ms if self.ended_at_ms is None else self.ended_at_ms
        last_ms = self.plan[-1][0]
        share = (until_ms - self.created_at_ms) / max(1, last_ms - self.created_at_ms)
        return min(99, int(share * 100)) if self.state != "pending" else 0

    def seen_at(self, at_ms: int) -> tuple[str, int]:
        """Return state and progress as they were at ``at_ms``, which may be in the past."""
        if self.ended_at_ms is not None and self.ended_at_ms <= at_ms:
            return self.state, self.progress(self.ended_at_ms)
        if at_ms < self.plan[0][0]:
            return "pending", 0
        share = (at_ms - self.created_at_ms) / max(1, self.plan[-1][0] - self.created_at_ms)
        return "processing", min(99, int(share * 100))

    def _move(self, event: str, at_ms: int) -> None:
        self.state = transition(RENDER, self.state, event)
        if self.state in _FINAL:
            self.ended_at_ms = at_ms


def plan_job(
    now_ms: int, parameters: Parameters, rng: RandomStream, *, fails: bool, hangs: bool = False
) -> tuple[tuple[int, str], ...]:
    """Return when a job submitted now starts, and when it completes or fails (REN-6)."""
    length_ms = rng.between(*parameters.render_ms)
    start_ms = now_ms + int(length_ms * parameters.render_pending_share)
    end_ms = now_ms + length_ms + (parameters.render_stuck_ms if hangs else 0)
    return ((start_ms, "start"), (end_ms, "fail" if fails else "complete"))


def check_ready(draft: Mapping[str, Any], parameters: Parameters) -> None:
    """Raise 400 if a draft cannot be exported: no track with a segment (REN-5, STA-3)."""
    tracks = draft.get("t")
    if not isinstance(tracks, list) or not any(isinstance(t, dict) and t.get("sg") for t in tracks):
        raise BackendError(400, "draft: nothing to export; draft.t needs a track with a segment in sg")
    _check_count("tracks", len(tracks), parameters.max_draft_tracks)
    segments = sum(len(t["sg"]) for t in tracks if isinstance(t, dict) and isinstance(t.get("sg"), list))
    _check_count("segments", segments, parameters.max_draft_segments)
    if draft_length_ms(draft) > parameters.max_draft_ms:
        raise BackendError(400, f"draft: longer than {parameters.max_draft_ms} ms")


def _check_count(what: str, count: int, limit: int) -> None:
    if count > limit:
        raise BackendError(
            400, f"draft: {count} {what}, at most {limit} can be exported; join or remove some"
        )


def draft_length_ms(draft: Mapping[str, Any]) -> int:
    """Return a draft's duration: its own ``d``, else its last segment's end (REN-8); raise 400."""
    end_ms = _last_end_ms(draft)
    stated = draft.get("d")
    return end_ms if stated is None else int(_milliseconds(stated, "draft.d")) or end_ms


def _last_end_ms(draft: Mapping[str, Any]) -> int:
    end_ms = 0
    for at, track in enumerate(draft["t"]):
        segments = track.get("sg", []) if isinstance(track, dict) else None
        if not isinstance(segments, list):
            raise BackendError(400, f"draft.t[{at}]: must be an object whose sg is a list")
        for nth, segment in enumerate(segments):
            end_ms = max(end_ms, _segment_end_ms(segment, f"draft.t[{at}].sg[{nth}]"))
    if end_ms <= 0:
        raise BackendError(400, "draft: has no duration; some segment needs d above 0")
    return end_ms


def _segment_end_ms(segment: object, path: str) -> int:
    if not isinstance(segment, dict):
        raise BackendError(400, f"{path}: must be an object with s and d")
    start_ms = _milliseconds(segment.get("s", 0), f"{path}.s")
    return int(start_ms) + int(_milliseconds(segment.get("d"), f"{path}.d"))


def _milliseconds(value: object, path: str) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _ABSURD_MS:
        raise BackendError(400, f"{path}: must be milliseconds, 0 or more")
    return value


def check_export_right(account: Account, parameters: Parameters, *, attributed: bool) -> None:
    """Raise 402 if the plan does not allow this export (REN-3)."""
    if account.export_blocked:
        raise BackendError(402, "register or upgrade your plan to unlock export")
    if account.plan == "free" and parameters.attribution_required and not attributed:
        raise BackendError(402, "X-Skill-Source, X-Skill-Version and X-Skill-Platform are all needed")


def export_box(canvas: tuple[int, int], parameters: Parameters) -> tuple[int, int]:
    """Return (width, height) of the box that an export is scaled into, turned for landscape (REN-8)."""
    box = (parameters.render_max_width, parameters.render_max_height)
    turns = parameters.render_box_turns and (canvas[0] > canvas[1]) != (box[0] > box[1])
    return box[::-1] if turns and canvas[0] != canvas[1] else box
