"""What the agent says, put together from events: whole sentences, said once, without GUI (C-SSE-1)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nemoclient.draft import words
from nemoclient.events import Failure, Meaning, Text, ToolCall, ToolResult, Unreadable
from nemoclient.gui import Action, translate

MAX_REPLY_CHARS = 1_000_000
_MAX_SENTENCE_CHARS = 10_000

_BREAK = re.compile(r"[.!?…]+[\"”')\]]*\s+|[。！？]+[”」』）]*\s*|\n+")
_NOISE = re.compile(
    r"I(?: have|'ve|’ve)? encountered a temporary issue|我?遇到了?(?:一个)?临时(?:性)?问题", re.IGNORECASE
)
_ONLY_NOISE = re.compile(  # C-SSE-5: the noise and the usual regrets behind it, nothing else
    rf"\s*(?:{_NOISE.pattern})[^.!?。！？]*[.!?。！？]*\s*(?:(?:please|kindly|请)[^.!?。！？]*[.!?。！？]*\s*)*",
    re.IGNORECASE,
)


class Reply:
    """The reply so far. ``hear`` events in their order, then ``close``; both yield texts for the user.

    Sentences are held back until they are whole, since a GUI phrase may arrive in pieces, and the noise
    of C-SSE-5 until it is known whether anything follows it.
    """

    def __init__(self) -> None:
        self._buffer = ""
        self._held = ""
        self._partial = ""  # said already, and to be repeated by an event that is not partial
        self._last: tuple[str, str] = ("", "")
        self._length = 0
        self._open_calls = 0
        self._worked = False  # a tool has finished
        self._spoken_since_work = False
        self.text = ""
        self.actions: set[Action] = set()
        self.tools: list[str] = []
        self.failures: list[str] = []
        self.skipped = 0

    @property
    def complete(self) -> bool:
        """Whether the agent spoke last and left nothing open."""
        return self._spoken_since_work and not self._open_calls and not self._partial

    @property
    def conclusive(self) -> bool:
        """Whether a stream that ends here may be believed to have ended, and not to have been cut.

        There is no terminal event (SSE-4): a call without its result, half a text, or nothing at all is
        the mark of a cut.
        """
        return self.complete or (self._worked and not self._open_calls and not self._partial)

    def hear(self, meaning: Meaning) -> Iterator[str]:
        """Take the next event and yield what can be said now."""
        if isinstance(meaning, Text):
            self._take(self._new_words(meaning))
            yield from self._sentences()
        elif isinstance(meaning, ToolCall | ToolResult):
            yield from self._flush()
            self._tool(meaning)
        elif isinstance(meaning, Failure):
            self.failures.append(meaning.detail)
        elif isinstance(meaning, Unreadable):
            self.skipped += 1

    def close(self) -> Iterator[str]:
        """Yield what was held back; a trailing noise text is dropped (C-SSE-5)."""
        rest, self._buffer = self._buffer, ""
        yield from self._release(rest)
        held, self._held = self._held, ""
        if held and not _ONLY_NOISE.fullmatch(held):
            yield self._say(held)

    def _new_words(self, text: Text) -> str:
        """Return what a text adds: ADK's final event repeats what its partials said."""
        content, said = text.content, self._partial
        if text.partial:
            self._partial += content
            return content
        if said.strip().startswith(content.strip()):
            if said:  # a final may repeat in several parts
                self._partial = said.strip()[len(content.strip()) :]
                return ""
        elif said and content.startswith(said):
            content = content[len(said) :]
        self._partial = ""
        if text.event_id and self._last == (text.event_id, text.content):
            return ""
        self._last = (text.event_id, text.content)
        return content

    def _take(self, content: str) -> None:
        room = MAX_REPLY_CHARS - self._length
        self._length += len(content)
        self._buffer += words(content[: max(0, room)])

    def _sentences(self) -> Iterator[str]:
        start = 0
        for found in _BREAK.finditer(self._buffer):
            if self._buffer.count('"', start, found.end()) % 2:
                continue  # a quoted title is content, whatever stops are in it
            yield from self._release(self._buffer[start : found.end()])
            start = found.end()
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
        if sentence:
            yield self._say(sentence)

    def _flush(self) -> Iterator[str]:
        """Say everything: work follows, so nothing of it is trailing."""
        rest, self._held, self._buffer = self._held + self._buffer, "", ""
        if rest:
            yield self._say(rest)

    def _say(self, text: str) -> str:
        translation = translate(text)
        self.actions.update(translation.actions)
        self.text += translation.text
        self._spoken_since_work = self._spoken_since_work or bool(text.strip())
        return translation.text

    def _tool(self, meaning: ToolCall | ToolResult) -> None:
        self._partial = ""
        if isinstance(meaning, ToolCall):
            self._open_calls += 1
            self.tools.append(meaning.name)
            return
        self._open_calls = max(0, self._open_calls - 1)
        self._worked, self._spoken_since_work = True, False
