"""A wrong content type on a right answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .actions import Action, Bend, Head
from .fault import Fault


@dataclass(frozen=True)
class ContentType(Fault):
    """Say ``value`` of the answer's type."""

    name = "content_type"
    value: str = "text/html"

    def begin(self, start_ms: int) -> Bend:
        """Change the head."""

        def bend(action: Action) -> Iterable[Action]:
            return (action.with_(content_type=self.value.encode()) if isinstance(action, Head) else action,)

        return bend
