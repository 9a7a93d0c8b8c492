"""The journal of one world: the last exchanges in order, and how many older ones are gone."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from .entry import BODY_CAP, Entry

if TYPE_CHECKING:
    from .entry import HeaderList


class Journal:
    """Keeps the newest ``max_entries`` exchanges, numbered from 1; the oldest go first.

    ``body_cap`` is how many bytes of each body stay.
    """

    __slots__ = ("_body_cap", "_entries", "_opened")

    def __init__(self, max_entries: int = 10_000, *, body_cap: int = BODY_CAP) -> None:
        self._entries: deque[Entry] = deque(maxlen=max_entries)
        self._body_cap = body_cap
        self._opened = 0

    def open(
        self,
        operation: str,
        at_ms: int,
        method: str,
        path: str,
        *,
        http_version: str = "1.1",
        client: str = "",
        headers: HeaderList = (),
    ) -> Entry:
        """Begin an exchange and return its entry, to be filled as bytes pass.

        ``path`` holds the query, as sent; ``headers`` are raw pairs; ``client`` is an address without port.
        """
        self._opened += 1
        entry = Entry(
            self._opened, operation, at_ms, method, path, http_version, client, headers, self._body_cap
        )
        self._entries.append(entry)
        return entry

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The exchanges kept, oldest first, open ones included."""
        return tuple(self._entries)

    @property
    def dropped(self) -> int:
        """How many exchanges were pushed out by newer ones."""
        return self._opened - len(self._entries)

    def clear(self) -> None:
        """Forget everything and number from 1 again."""
        self._entries.clear()
        self._opened = 0

    def __len__(self) -> int:
        return len(self._entries)
