"""A clean close: the stream ends early, as if the server had said all it had to say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from .actions import Action, End
from .fault import Spot


@dataclass(frozen=True)
class Close(Spot):
    """End the answer properly at a spot (SSE-4 gives a client no way to tell)."""

    name = "close"
    last: ClassVar[Action] = End()
