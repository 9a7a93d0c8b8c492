"""Stories that were never written to a file, for a fake that is to play them."""

from __future__ import annotations

from nemofake.stories import StoryBook
from nemoscenarios import PACKAGED, Scenario, Shelf


class Drawer(Shelf):
    """A shelf on which stories can be put; the packaged ones stand there too."""

    def __init__(self) -> None:
        super().__init__(PACKAGED)
        self._put: dict[str, Scenario] = {}

    def put(self, scenario: Scenario) -> None:
        """Put a story there, in place of any of its name."""
        self._put[scenario.id] = scenario

    def names(self) -> list[str]:
        """Return the names of all stories."""
        return sorted({*super().names(), *self._put})

    def load(self, name: str) -> Scenario:
        """Return a story; raise as the shelf does."""
        return self._put[name] if name in self._put else super().load(name)


def book_of(drawer: Drawer) -> StoryBook:
    """Return the book that a fake plays from."""
    return StoryBook(drawer)
