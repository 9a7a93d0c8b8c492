"""Pieces of text to sentences for the user: whole, without GUI talk, without trailing noise (C-SSE-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nemoclient.draft import words
from nemoclient.gui import Action, translate

MAX_CHARS = 1_000_000  # of one reply; what goes beyond is not kept
_MAX_SENTENCE_CHARS = 10_000

_STOP = re.compile(r"[.!?…]+[\"”')\]]*\s+|[。！？]+[”」』）]*\s*|\n+")
_REGRETS = r"[^.!?。！？\n]*+[.!?。！？]*+\s*+"  # possessive: no text may make this slow
_NOISE = re.compile(
    r"I(?: have|'ve|’ve)? encountered a temporary issue|我?遇到了?(?:一个)?临时(?:性)?问题", re.IGNORECASE
)
_ONLY_NOISE = re.compile(
    rf"(?:{_NOISE.pattern}){_REGRETS}(?:(?:{_NOISE.pattern}|please|kindly|请){_REGRETS})*", re.IGNORECASE
)


class Speech:
    """What the agent says, as the user reads it; every method yields texts that are ready to show.

    A sentence is held back until it is whole, since a GUI phrase may arrive in pieces, and the noise of
    C-SSE-5 until it is known whether anything follows it.
    """

    def __init__(self) -> None:
        self._buffer = ""
        self._held = ""  # noise, and what came behind it
        self._room = MAX_CHARS
        self._paragraph = False
        self.text = ""
        self.actions: set[Action] = set()
        self.noise = False

    def add(self, piece: str) -> Iterator[str]:
        """Take a piece of text."""
        piece = words(piece[: self._room])
        self._room -= len(piece)
        if piece and self._paragraph:
            piece, self._paragraph = f"{self._gap}{piece}", False
        self._buffer += piece
        yield from self._sentences()

    def break_line(self) -> None:
        """Let what follows begin on a line of its own."""
        self._paragraph = True

    def flush(self) -> Iterator[str]:
        """Say what there is: work follows, so nothing of it is trailing."""
        rest, self._held, self._buffer = self._held + self._buffer, "", ""
        yield from self._say(rest)
        self.break_line()

    def close(self) -> Iterator[str]:
        """Say what was held back; a trailing noise text is dropped (C-SSE-5)."""
        rest, self._buffer = self._buffer, ""
        yield from self._release(rest)
        held, self._held = self._held, ""
        self.noise = bool(_ONLY_NOISE.fullmatch(held.strip()))
        if not self.noise:
            yield from self._say(held)

    @property
    def _gap(self) -> str:
        said = self.text + self._held + self._buffer
        return "\n" if said and not said[-1].isspace() else ""

    def _sentences(self) -> Iterator[str]:
        start = 0
        for stop in _STOP.finditer(self._buffer):
            if self._buffer.count('"', start, stop.end()) % 2:
                continue  # a quoted title is content, whatever stops are in it
            yield from self._release(self._buffer[start : stop.end()])
            start = stop.end()
        self._buffer = self._buffer[start:]
        if len(self._buffer) > _MAX_SENTENCE_CHARS:
            rest, self._buffer = self._buffer, ""
            yield from self._release(rest)

    def _release(self, sentence: str) -> Iterator[str]:
        noise = _NOISE.search(sentence)
        if self._held or noise:
            start = 0 if self._held or noise is None else noise.start()
            self._held += sentence[start:]
            sentence = sentence[:start]
        yield from self._say(sentence)

    def _say(self, text: str) -> Iterator[str]:
        if text:
            translation = translate(text)
            self.actions.update(translation.actions)
            self.text += translation.text
            yield translation.text
