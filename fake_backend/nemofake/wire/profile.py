"""A wire profile: which of the documented spellings this world speaks (PROTOCOL section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

from .encoding import iso_utc, json_bytes

Events = Literal["typed", "adk"]
Errors = Literal["envelope", "http-status"]
Render = Literal["render-flat", "render-nested"]

# switch -> its names, the default first
SWITCHES: dict[str, tuple[str, ...]] = {
    "events": ("typed", "adk"),
    "errors": ("envelope", "http-status"),
    "render": ("render-flat", "render-nested"),
}
_SWITCH_OF = {name: switch for switch, names in SWITCHES.items() for name in names}
_VALID = ", ".join(" or ".join(names) for names in SWITCHES.values())


@dataclass(frozen=True, slots=True)
class Profile:
    """One setting of every switch; ``str()`` gives a text that ``parse`` reads back.

    ``events``: the stream's dialect (SSE-3). ``errors``: where error codes travel (ENV-3).
    ``render``: the shape of export answers (REN-7).
    """

    events: Events = "typed"
    errors: Errors = "envelope"
    render: Render = "render-flat"

    def __str__(self) -> str:
        return ",".join((self.events, self.errors, self.render))

    @classmethod
    def parse(cls, text: str) -> Profile:
        """Read names between commas, such as ``adk,http-status``; a switch not named keeps its default.

        Raises ValueError, in one sentence that lists the valid names, for an unknown name and for two
        names of one switch.
        """
        chosen: dict[str, str] = {}
        for name in filter(None, (part.strip().lower() for part in text.split(","))):
            switch = _switch_of(name)
            if chosen.setdefault(switch, name) != name:
                raise ValueError(
                    f"wire profile names {chosen[switch]!r} and {name!r} contradict each other; "
                    f"choose at most one of each: {_VALID}"
                )
        return cls(**chosen)  # type: ignore[arg-type]

    @classmethod
    def every(cls) -> tuple[Profile, ...]:
        """Return all combinations, the default first."""
        return tuple(cls(*names) for names in product(*SWITCHES.values()))  # type: ignore[arg-type]


def _switch_of(name: str) -> str:
    if name not in _SWITCH_OF:
        raise ValueError(f"unknown wire profile name {name!r}; choose at most one of each: {_VALID}")
    return _SWITCH_OF[name]


DEFAULT = Profile()


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
