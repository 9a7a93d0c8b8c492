"""A wrong content type on a right answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .actions import Action, Bend, Head
from .fault import Fault, HeaderText, Scene


@dataclass(frozen=True)
class ContentType(Fault):
    """Say ``value`` of the answer's type."""

    name = "content_type"
    value: HeaderText = "text/html"

    def begin(self, scene: Scene) -> Bend:  # noqa: ARG002
        """Change the head."""

        def bend(action: Action) -> Iterable[Action]:
            return (action.with_(content_type=self.value.encode()) if isinstance(action, Head) else action,)

        return bend
