"""A world's journal as the judge reads it: each exchange by what can be seen of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nemoscenarios import Request, pattern, within

from .steps import code_of
from .virtual_time import BY_HAND


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One exchange; ``code`` is None where no answer came, times are engine ms."""

    operation: str
    code: int | None
    ended: str
    path: str
    body: str
    answer: str
    headers: dict[str, str]
    notes: tuple[str, ...]
    kinds: tuple[str, ...]  # of a stream: what was heard, in order, heartbeats left out
    streams: bool
    by_hand: bool  # not the client's, and so never judged
    at_ms: int
    ended_at_ms: int

    @property
    def title(self) -> str:
        """The exchange in a few words."""
        code = "no answer" if self.code is None else self.code
        ending = "" if self.ended == "complete" else f", {self.ended}"
        struck = f", {'; '.join(self.notes)}" if self.notes else ""
        return f"{self.operation} ({code}{ending}{struck})"

    def fits(self, wanted: Request) -> bool:
        """Tell whether this is a request of the kind that is wanted, times left aside."""
        said = self.path + "\n" + self.body
        return (
            wanted.on in ("any", self.operation)
            and wanted.code in (None, self.code)
            and wanted.ended in (None, self.ended)
            and (wanted.fault is None or any(wanted.fault in note for note in self.notes))
            and (wanted.body_contains is None or pattern(wanted.body_contains).search(said) is not None)
            and (
                wanted.response_contains is None
                or pattern(wanted.response_contains).search(self.answer) is not None
            )
            and all(self.headers.get(name.lower()) for name in wanted.headers)
            and not any(name.lower() in self.headers for name in wanted.without_headers)
        )

    def follows(
        self, wanted: Request, before: RecordedRequest | None, between: Sequence[RecordedRequest]
    ) -> bool:
        """Tell whether it is the next of its kind, and as long after the one before as is wanted."""
        if wanted.after_s is None or before is None:
            return True
        if any(wanted.on in ("any", seen.operation) for seen in between):
            return False
        return within((self.at_ms - before.ended_at_ms) / 1000, wanted.after_s)


def read(records: Iterable[dict[str, Any]]) -> list[RecordedRequest]:
    """Return the exchanges of a journal, in order."""
    return [_seen(record) for record in records]


def _seen(record: dict[str, Any]) -> RecordedRequest:
    request, response = record["request"], record["response"] or {}
    events = response.get("events")
    answer = _text(response.get("body")) if events is None else "".join(map(_frame, events))
    return RecordedRequest(
        operation=record["operation"],
        code=code_of(response["status"], response.get("body")) if response else None,
        ended=record["ending"] or "open",
        path=request["path"],
        body=_text(request.get("body")),
        answer=answer,
        headers=request["headers"],
        notes=tuple(record["notes"]),
        kinds=() if events is None else tuple(_kinds(answer)),
        streams=events is not None,
        by_hand=request["headers"].get("user-agent") == BY_HAND,
        at_ms=record["at_ms"],
        ended_at_ms=record["ended_at_ms"] or record["at_ms"],
    )


def _text(body: Any) -> str:
    return body if isinstance(body, str) else json.dumps(body, ensure_ascii=False) if body else ""


def _frame(event: dict[str, Any]) -> str:
    """Return what an event said; what faults made of it stays as it is, so that pieces fit together."""
    return event["raw"] if "raw" in event else _text(event.get("data")) + "\n"


# What an event is about, in both dialects (SSE-3), however a fault has laid it out.
_KINDS = re.compile(
    r'(?P<work>"type":\s*"tool_(?:call|result)"|"function(?:Call|Response)")'
    r'|(?P<text>"type":\s*"text"|"parts":\s*\[\s*\{\s*"text")'
)


def _kinds(answer: str) -> Iterator[str]:
    """Yield ``work`` and ``text`` in the order in which they were heard."""
    lines = answer.replace("\r", "\n").replace("\ndata:", "\n")  # data over several lines is one value
    return (found.lastgroup or "" for found in _KINDS.finditer(lines))
