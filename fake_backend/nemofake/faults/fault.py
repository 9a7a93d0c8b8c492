"""What every fault is: a value with a name, which bends one answer at a time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated, Any, ClassVar

from pydantic import Field

from ..engine.story import OPERATIONS
from .actions import Bend

# What a strike can be aimed at: the engine's operations, and the media paths.
TARGETS = (*OPERATIONS, "cdn.media", "cdn.generated", "cdn.render")
FILMS = frozenset({"cdn.media", "cdn.generated", "cdn.render", "render.download"})
JSON_TARGETS = frozenset(TARGETS) - FILMS
STREAMS = frozenset({"chat"})

_YEAR_MS = 366 * 24 * 3_600_000
Count = Annotated[int, Field(ge=0, le=1 << 53)]
Ordinal = Annotated[int, Field(ge=1, le=1 << 53)]
Milliseconds = Annotated[int, Field(ge=0, le=_YEAR_MS)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=4096)]
Line = Annotated[str, Field(max_length=4096, pattern=r"^[^\r\n\x00]*$")]
HeaderText = Annotated[str, Field(min_length=1, max_length=1024, pattern=r"^[!-~]([ -~]*[!-~])?$")]

_MOST_TOLD = 60


@dataclass(frozen=True, slots=True)
class Scene:
    """What a fault is told of the answer it bends: when its head is due, engine ms, and the world's profile.

    ``strict_errors`` is profile ``http-status``: each error code has an HTTP status of its own (ENV-3).
    """

    start_ms: int
    strict_errors: bool = False


class Fault:
    """A fault of the infrastructure. Subclasses are frozen dataclasses with a ``name`` and a ``begin``.

    ``suits`` are the operations whose answers it can bend at all.
    """

    name: ClassVar[str]
    suits: ClassVar[frozenset[str]] = frozenset(TARGETS)
    __slots__ = ()

    @property
    def bypass(self) -> bool:
        """Whether the request never reaches the backend."""
        return False

    @property
    def told(self) -> str:
        """What it does, for the journal: its name, and its fields where there are any."""
        unsaid = (None, False, ())
        given = [(k, v) for k, v in self.settings.items() if not any(v is one for one in unsaid)]
        told = ", ".join(name if value is True else f"{name} {_short(value)}" for name, value in given)
        return f"{self.name} ({told})" if told else self.name

    @property
    def settings(self) -> dict[str, Any]:
        """Its fields by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]

    def begin(self, scene: Scene) -> Bend:
        """Return what bends one answer."""
        raise NotImplementedError

    def deadline_ms(self, start_ms: int) -> int | None:  # noqa: ARG002 - subclasses use it
        """Return when the fault strikes by itself, engine ms, or None where it waits for the answer."""
        return None


def _short(value: Any) -> str:
    told = value if isinstance(value, str) else repr(list(value) if isinstance(value, tuple) else value)
    return told if len(told) <= _MOST_TOLD else f"{told[: _MOST_TOLD - 1]}…"
