"""What the events of a stream mean, in either dialect (SSE-3): the suite's own reading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from nemocontract.recording import Event

Kind = Literal["text", "call", "result", "beat", "error", "other"]

# SSE-10: the sentence itself, and the pleas for patience that go with it.
_NOISE: Final = re.compile(
    r"I(?: have|['’]ve)? encountered a temporary issue[^.!?。！？]*[.!?。！？]*"
    r"(?:\s*(?:please|kindly|sorry)[^.!?。！？]*[.!?。！？]*)*|"
    r"我?遇到了?(?:一个)?临时(?:性)?问题[^.!?。！？]*[.!?。！？]*(?:\s*请[^.!?。！？]*[.!?。！？]*)*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class StreamItem:
    """One thing that an event tells; ``text`` is a text's content, or a tool's name.

    ``partial``: a piece that a later, whole text repeats (dialect `adk`).
    """

    at_ms: int
    kind: Kind
    text: str = ""
    partial: bool = False


def items_of(events: Iterable[Event]) -> Iterator[StreamItem]:
    """Yield what each event tells, in order; every event tells at least one thing."""
    for event in events:
        found = [*_meanings(event)]
        yield from found or [StreamItem(event.at_ms, "other")]


def _meanings(event: Event) -> Iterator[StreamItem]:
    data = event.data
    if isinstance(data, str):
        yield StreamItem(
            event.at_ms, "other" if data.strip() else "beat"
        )  # SSE-6: an empty line is a heartbeat
    elif isinstance(data, dict):
        yield from _typed(event.at_ms, data) if isinstance(data.get("type"), str) else _adk(event.at_ms, data)


_TYPED: Final[Mapping[str, Kind]] = {
    "tool_call": "call",
    "tool_result": "result",
    "heartbeat": "beat",
    "error": "error",
}


def _typed(at_ms: int, data: Mapping[str, Any]) -> Iterator[StreamItem]:
    kind, content = data["type"], data.get("content")
    if kind == "text" and isinstance(content, str) and content:
        yield StreamItem(at_ms, "text", content)
    elif kind in _TYPED:
        yield StreamItem(at_ms, _TYPED[kind], str(data.get("name") or ""))


def _adk(at_ms: int, data: Mapping[str, Any]) -> Iterator[StreamItem]:
    if any(data.get(name) for name in ("error", "errorCode", "errorMessage")):
        yield StreamItem(at_ms, "error")
    content = data.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    for part in parts if isinstance(parts, list) else ():
        if isinstance(part, dict):
            yield from _part(at_ms, part, partial=data.get("partial") is True)


def _part(at_ms: int, part: Mapping[str, Any], *, partial: bool) -> Iterator[StreamItem]:
    text = part.get("text")
    if isinstance(text, str) and text and part.get("thought") is not True:  # a thought is not said
        yield StreamItem(at_ms, "text", text, partial)
    for name, kind in _ADK_TOOLS:
        if isinstance(tool := part.get(name), dict):
            yield StreamItem(at_ms, kind, str(tool.get("name") or ""))


_ADK_TOOLS: Final[tuple[tuple[str, Kind], ...]] = (("functionCall", "call"), ("functionResponse", "result"))


@dataclass(frozen=True, slots=True)
class StreamSummary:
    """What a stream amounts to.

    ``texts`` are whole utterances, each once: neighbouring pieces belong together, work between them parts
    them. ``text_ms`` are the times of all texts, ``work_ms`` of everything but heartbeats. ``open_calls``:
    calls without a result. ``half``: pieces came and their whole did not. ``spoke_last``: the last thing
    but heartbeats was a text that is more than noise. ``strange``: an event was none that SSE-3 knows.
    """

    texts: tuple[str, ...] = ()
    text_ms: tuple[int, ...] = ()
    work_ms: tuple[int, ...] = ()
    tools: frozenset[str] = frozenset()
    open_calls: int = 0
    results: int = 0
    half: bool = False
    failed: bool = False
    strange: bool = False
    spoke_last: bool = False

    @property
    def said(self) -> str:
        """All that was said, without the noise of SSE-10."""
        return "\n".join(without_noise(text) for text in self.texts).strip()


def summarize_stream(events: Iterable[Event]) -> StreamSummary:
    """Return what a stream amounts to."""
    items = [*items_of(events)]
    texts, half = _utterances(items)
    work = [one for one in items if one.kind != "beat"]
    calls = sum(one.kind == "call" for one in items)
    results = sum(one.kind == "result" for one in items)
    tail = _after_last_work(items)
    return StreamSummary(
        texts=texts,
        text_ms=tuple(one.at_ms for one in items if one.kind == "text"),
        work_ms=tuple(one.at_ms for one in work),
        tools=frozenset(one.text for one in items if one.kind in ("call", "result") and one.text),
        open_calls=max(0, calls - results),
        results=results,
        half=half,
        failed=any(one.kind == "error" for one in items),
        strange=any(one.kind == "other" for one in items),
        spoke_last=bool(without_noise("".join(one.text for one in tail)).strip()),
    )


def _after_last_work(items: list[StreamItem]) -> list[StreamItem]:
    places = [place for place, one in enumerate(items) if one.kind in ("call", "result")]
    return [one for one in items[places[-1] + 1 if places else 0 :] if one.kind == "text"]


def _utterances(items: Iterable[StreamItem]) -> tuple[tuple[str, ...], bool]:
    """Return what was said, each text once, and whether the last of it lacks its whole."""
    texts: list[str] = [""]
    pieces = ""
    for one in items:
        if one.kind in ("call", "result"):
            texts += [pieces, ""]
            pieces = ""
        elif one.kind == "text" and one.partial:
            pieces += one.text
        elif one.kind == "text":
            if pieces and not _repeats(one.text, pieces):
                texts += [pieces, ""]
            texts[-1] += one.text
            pieces = ""
    return tuple(text for text in (*texts, pieces) if text.strip()), bool(pieces.strip())


def _repeats(whole: str, pieces: str) -> bool:
    squeezed = ["".join(text.split()) for text in (whole, pieces)]
    return squeezed[0].startswith(squeezed[1]) or squeezed[1].startswith(squeezed[0])


def without_noise(text: str) -> str:
    """Return a text without the noise at its end (SSE-10), however often it is repeated there."""
    kept = text.rstrip()
    for found in reversed([*_NOISE.finditer(kept)]):
        if found.end() == len(kept):
            text = kept[: found.start()]
            kept = text.rstrip()
    return text


def ends_in_noise(text: str) -> bool:
    """Tell whether a text ends in the noise of SSE-10."""
    return without_noise(text) != text


def noise_in(text: str) -> bool:
    """Tell whether the noise of SSE-10 is anywhere in a text."""
    return _NOISE.search(text) is not None
