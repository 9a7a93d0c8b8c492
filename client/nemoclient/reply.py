"""What the events of one stream amount to: what was said, which tools worked, whether it was all."""

from __future__ import annotations

from collections.abc import Iterator

from nemoclient.events import Failure, Meaning, Text, ToolCall, ToolResult, Unreadable
from nemoclient.speech import MAX_CHARS, Speech


class Reply:
    """The reply so far. ``hear`` events in their order, then ``close``; both yield texts for the user."""

    def __init__(self) -> None:
        self.speech = Speech()
        self.tools: list[str] = []
        self.failures: list[str] = []
        self.skipped = 0
        self._partial = ""  # said already, and to be repeated by an event that is not partial
        self._last = ("", "")
        self._open_calls = 0
        self._worked = False  # a tool has finished
        self._said_before_work = 0  # length of the speech when the last tool did

    @property
    def complete(self) -> bool:
        """Whether the agent spoke last and left nothing open."""
        spoke_last = bool(self.speech.text[self._said_before_work :].strip())
        return spoke_last and not self._open_calls and not self._partial

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
            yield from self._text(meaning)
        elif isinstance(meaning, ToolCall | ToolResult):
            yield from self.speech.flush()
            self._tool(meaning)
        elif isinstance(meaning, Failure):
            self.failures.append(meaning.detail)
        elif isinstance(meaning, Unreadable):
            self.skipped += 1

    def close(self) -> Iterator[str]:
        """Yield what was held back. Noise and nothing else is no reply but a failure (SSE-10)."""
        yield from self.speech.close()
        if self.speech.noise and not self.speech.text and not self._worked:
            self.failures.append("temporary issue")

    def _text(self, text: Text) -> Iterator[str]:
        if text.partial:
            self._partial = (self._partial + text.content)[:MAX_CHARS]
            yield from self.speech.add(text.content)
            return
        yield from self.speech.add(self._not_yet_said(text))
        if text.ends_message:
            self.speech.break_line()

    def _not_yet_said(self, text: Text) -> str:
        """Return what a text adds to its partials: ADK's final event says them all again."""
        content, said, whole = text.content, self._partial.strip(), text.content.strip()
        if said and said.startswith(whole):  # a final may repeat in several parts
            self._partial = said[len(whole) :].strip()
            self._last = (text.event_id, content)
            return ""
        self._partial = ""
        if text.event_id and self._last == (text.event_id, content):
            return ""
        self._last = (text.event_id, content)
        if said and whole.startswith(said):
            return whole[len(said) :]
        if said:
            self.speech.break_line()
        return content

    def _tool(self, meaning: ToolCall | ToolResult) -> None:
        self._partial = ""
        if isinstance(meaning, ToolCall):
            self._open_calls += 1
            self.tools.append(meaning.name)
            return
        self._open_calls = max(0, self._open_calls - 1)
        self._worked, self._said_before_work = True, len(self.speech.text)
