"""What came of an instruction: the new timeline, the tool's figures, and what there is to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..library import Generated
from ..timeline import Timeline
from .phrases import Phrase

GENERATOR = "generate_video_with_seedance"  # SSE-13
EDITOR = "edit_multitrack"  # SSE-13


@dataclass(frozen=True, slots=True)
class Outcome:
    """``timeline`` after it, whether that is a change, the phrase for the reply, and the tool call.

    ``tool`` is "" for talk. ``generated`` is a new clip for the session's library, ``language`` the
    session's new language.
    """

    timeline: Timeline
    changed: bool
    phrase: Phrase
    tool: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    generated: Generated | None = None
    language: str | None = None
