"""A world's journal as the judge reads it: each exchange by what can be seen of it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from nemoscenarios import Request, pattern, within

from .acting import code_of
from .listening import BY_HAND


@dataclass(frozen=True, slots=True)
class Seen:
    """One exchange; ``code`` is None where no answer came, times are engine ms."""

    operation: str
    code: int | None
    closing: str
    path: str
    body: str
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
        ending = "" if self.closing == "complete" else f", {self.closing}"
        struck = f", {'; '.join(self.notes)}" if self.notes else ""
        return f"{self.operation} ({code}{ending}{struck})"

    def fits(self, wanted: Request) -> bool:
        """Tell whether this is a request of the kind that is wanted, times left aside."""
        said = self.path + "\n" + self.body
        return (
            wanted.on in ("any", self.operation)
            and wanted.code in (None, self.code)
            and wanted.closing in (None, self.closing)
            and (wanted.struck_by is None or any(wanted.struck_by in note for note in self.notes))
            and (wanted.has is None or pattern(wanted.has).search(said) is not None)
            and all(self.headers.get(name.lower()) for name in wanted.headers)
            and not any(name.lower() in self.headers for name in wanted.lacks)
        )

    def follows(self, wanted: Request, before: Seen | None) -> bool:
        """Tell whether it comes as long after the one before as is wanted."""
        if wanted.after_s is None or before is None:
            return True
        return within((self.at_ms - before.ended_at_ms) / 1000, wanted.after_s)


def read(records: Iterable[dict[str, Any]]) -> list[Seen]:
    """Return the exchanges of a journal, in order."""
    return [_seen(record) for record in records]


def _seen(record: dict[str, Any]) -> Seen:
    request, response = record["request"], record["response"]
    told = request.get("body")
    events = (response or {}).get("events")
    return Seen(
        operation=record["operation"],
        code=None if response is None else code_of(response["status"], response.get("body")),
        closing=record["ending"] or "open",
        path=request["path"],
        body=told if isinstance(told, str) else json.dumps(told, ensure_ascii=False) if told else "",
        headers=request["headers"],
        notes=tuple(record["notes"]),
        kinds=tuple(kind for event in events or () if (kind := _kind(event.get("data")))),
        streams=events is not None,
        by_hand=request["headers"].get("user-agent") == BY_HAND,
        at_ms=record["at_ms"],
        ended_at_ms=record["ended_at_ms"] or record["at_ms"],
    )


def _kind(data: Any) -> str:
    """Return ``text`` or ``work`` for an event that is either, in both dialects (SSE-3)."""
    if not isinstance(data, dict):
        return ""
    if data.get("type") in ("tool_call", "tool_result"):
        return "work"
    parts = (data.get("content") or {}).get("parts", []) if isinstance(data.get("content"), dict) else []
    if any("functionCall" in part or "functionResponse" in part for part in parts):
        return "work"
    return "text" if data.get("type") == "text" or any(part.get("text") for part in parts) else ""
