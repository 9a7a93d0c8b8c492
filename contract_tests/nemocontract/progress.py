"""What a run is busy with, for somebody who waits for it: on stderr, so that reports stay clean."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

from nemocontract.results import RunResult

T = TypeVar("T")
_EVERY = 10  # tests between two lines where the stream is no terminal
_CLEAR = "\r\x1b[K"
_WIDEST = 79


class Progress:
    """Tells the test at hand, its number, and the findings so far.

    A terminal gets one line that changes; any other stream gets a plain line for the first of every
    ten tests. Tests may start in several threads.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._total = self._started = 0
        self._result = RunResult("")

    def note(self, text: str) -> None:
        """Say something about the whole run, on a line of its own."""
        self._write(f"{text}\n")

    def begin(self, total: int, result: RunResult) -> None:
        """Begin to count so many tests whose findings go into ``result``."""
        self._total, self._started, self._result = total, 0, result

    def start(self, name: str) -> None:
        """Say that this test starts."""
        with self._lock:
            self._started += 1
            count = len(self._result.violations)
            findings = "1 finding" if count == 1 else f"{count} findings"
            line = f"{self._started} of {self._total}  {name}  {findings} so far"
            if self._stream.isatty():
                self._write(f"{_CLEAR}{line[:_WIDEST]}")
            elif self._started % _EVERY == 1:
                self._write(f"{line}\n")

    def over(self, named: Iterable[tuple[str, T]]) -> Iterator[T]:
        """Yield what is named, one after the other, and say each time that it starts."""
        for name, one in named:
            self.start(name)
            yield one

    def end(self) -> None:
        """Leave a terminal's line empty."""
        if self._started and self._stream.isatty():
            self._write(_CLEAR)

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
