"""The answer about a render job, flat or nested (REN-7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from .iso import iso_utc
from .jsonbytes import json_bytes
from .profile import DEFAULT, Profile

RenderStatus = Literal["pending", "processing", "completed", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class RenderView:
    """What a caller may know of a job now: ``progress`` 0 to 100, times engine ms, ``size`` bytes.

    ``url``, ``duration_ms`` and ``size`` count only when ``status`` is completed.
    """

    id: str
    status: RenderStatus
    progress: int
    created_at_ms: int
    completed_at_ms: int | None = None
    url: str | None = None
    duration_ms: int | None = None
    size: int | None = None
    error: str | None = None


def render_view(view: RenderView, profile: Profile = DEFAULT) -> bytes:
    """Return the body for submit, status and cancel answers in the profile's shape (REN-6, REN-7)."""
    return json_bytes(_nested(view) if profile.render == "render-nested" else _flat(view))


def _common(view: RenderView) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "id": view.id,
        "status": view.status,
        "progress": view.progress,
        "createdAt": iso_utc(view.created_at_ms),
    }
    if view.completed_at_ms is not None:
        fields["completedAt"] = iso_utc(view.completed_at_ms)
    if view.error is not None:  # [D] no document shows a failed job: absent unless there is something to say
        fields["error"] = view.error
    return fields


def _flat(view: RenderView) -> dict[str, Any]:
    fields = _common(view)
    if view.status == "completed":
        seconds = None if view.duration_ms is None else view.duration_ms / 1000
        fields["output"] = {"url": view.url, "duration": seconds, "size": view.size}
    return fields


def _nested(view: RenderView) -> dict[str, Any]:
    fields = _common(view)
    if view.status == "completed":
        fields["outputUrl"] = view.url
    # The question succeeded even when the job did not: errors keep the usual envelope (REN-7).
    return {"success": True, "data": fields}
