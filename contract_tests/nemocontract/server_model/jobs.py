"""Export jobs as the model remembers them: what one may say next (REN-4 to REN-12)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from nemocontract.recording import Exchange
from nemocontract.server_checks.expectations import is_number, utc_ms
from nemocontract.server_model.checker import Checker
from nemocontract.server_model.turns import Span

ORDER: Final = {"pending": 0, "processing": 1, "completed": 2, "failed": 2, "cancelled": 2}
_FINAL: Final = ("completed", "failed", "cancelled")
_TAKES_MS: Final = (30_000, 90_000)  # REN-6
_SKEW_MS: Final = 600_000  # how far two clocks may be apart
_FRAMES_S: Final = 0.2


@dataclass(slots=True)
class Job:
    """What is known of a job; ``ends_ms``: the first and the last moment at which it may end by itself."""

    render_id: str
    session_id: str
    ends_ms: tuple[int, int]
    status: str = "pending"
    progress: float = 0
    created: Any = None
    length_ms: float | None = None

    @classmethod
    def on_render_submitted(cls, render_id: str, session_id: str, at: Span) -> Job:
        """Return a job that was submitted within a span."""
        return cls(render_id, session_id, (at.since_ms + _TAKES_MS[0], at.until_ms + _TAKES_MS[1]))

    def unfinished(self, at: Span) -> bool | None:
        """Return whether the job is on its way all through a span; None where that cannot be known."""
        if self.status in _FINAL or self.ends_ms[1] <= at.since_ms:
            return False
        return True if self.ends_ms[0] > at.until_ms else None

    def completed(self, at: Span) -> bool | None:
        """Return whether its video is there; None where that cannot be known."""
        if self.status in _FINAL:
            return self.status == "completed"
        return False if self.ends_ms[0] > at.until_ms else None


def view(answer: Any, nested: bool | None) -> Mapping[str, Any] | None:
    """Return what an answer says of a job, flat or nested (REN-7); None where it has neither shape."""
    if not isinstance(answer, Mapping):
        return None
    inner = answer.get("data")
    if nested is not False and answer.get("success") is True and isinstance(inner, Mapping):
        return inner if "id" in inner and "code" not in answer else None
    return answer if nested is not True and "id" in answer and "data" not in answer else None


def check_view(check: Checker, job: Job, exchange: Exchange, nested: bool | None, at: Span) -> None:
    """Check REN-6, REN-7 and REN-12 of an answer about a job, and remember it."""
    found = view(exchange.answer, nested)
    if not check("REN-7", found is not None, f"a job, {_SHAPES[nested]}, without envelope", exchange.answer):
        return
    assert found is not None, "just claimed"
    status, progress = str(found.get("status")), found.get("progress")
    check("REN-7", found.get("id") == job.render_id, f"the job {job.render_id}", found.get("id"))
    known = check("REN-6", status in ORDER, f"a status of {', '.join(ORDER)}", status)
    if not check("REN-7", is_number(progress), "a progress in numbers", progress) or not known:
        return
    assert isinstance(progress, int | float), "just claimed"
    _check_steps(check, job, status, progress)
    _check_times(check, job, status, at)
    _check_fields(check, job, found, nested, at)
    job.status, job.progress = status, progress
    job.created = found.get("createdAt")


_SHAPES: Final = {None: "flat or nested", True: "nested", False: "flat"}


def _check_steps(check: Checker, job: Job, status: str, progress: float) -> None:
    forward = ORDER[status] > ORDER[job.status] or status == job.status
    check("REN-6", forward, f"after {job.status} nothing earlier, and no other end", status)
    check("REN-6", 0 <= progress <= 100, "a progress from 0 to 100", progress)
    check("REN-6", progress >= job.progress, f"a progress of {job.progress} or more", progress)
    if status == "completed":
        check("REN-6", progress == 100, "100 when completed", progress)


def _check_times(check: Checker, job: Job, status: str, at: Span) -> None:
    if status == "cancelled":
        asked = job.status == "cancelled"
        check("REN-12", asked, f"a job that was not cancelled, {job.status} before", status)
    elif status in _FINAL:
        check("REN-6", job.ends_ms[0] <= at.until_ms, "no end before 30 s have passed", status)
    else:
        check("REN-6", job.ends_ms[1] > at.since_ms, "an end once 90 s have passed", status)


def _check_fields(check: Checker, job: Job, found: Mapping[str, Any], nested: bool | None, at: Span) -> None:
    created, created_ms = found.get("createdAt"), utc_ms(found.get("createdAt"))
    same = created_ms is not None and job.created in (None, created)
    check("REN-7", same, f"createdAt in UTC, the same each time ({job.created})", created)
    if created_ms is not None and job.created is None:
        near = at.since_ms - _SKEW_MS <= created_ms <= at.until_ms + _SKEW_MS
        check("REN-7", near, "createdAt when it was submitted", created)
    if found["status"] != "completed":
        check("REN-7", "completedAt" not in found, "no completedAt before it is completed", dict(found))
        return
    ended_ms = utc_ms(found.get("completedAt"))
    check("REN-7", ended_ms is not None, "completedAt in UTC", found.get("completedAt"))
    if ended_ms is not None and created_ms is not None:
        took_ms = ended_ms - created_ms
        check("REN-6", _TAKES_MS[0] <= took_ms <= _TAKES_MS[1], "an end after 30 to 90 s", f"{took_ms} ms")
    output = found.get("output")
    url = found.get("outputUrl") or (output.get("url") if isinstance(output, Mapping) else None)
    check("REN-7", isinstance(url, str) and "://" in url, "the address of the video", dict(found))
    if nested is False:
        figures = output if isinstance(output, Mapping) else {}
        whole = is_number(figures.get("duration")) and is_number(figures.get("size"))
        if check("REN-7", whole, "output.duration and output.size", dict(figures)) and job.length_ms:
            _check_length(check, job.length_ms / 1000, float(figures["duration"]))


def _check_length(check: Checker, wanted_s: float, reported_s: float) -> None:
    in_ms = reported_s > wanted_s * 100
    check(
        "REN-7" if in_ms else "REN-8",
        abs(reported_s - wanted_s) < _FRAMES_S,
        f"{wanted_s} s of video",
        reported_s,
    )
