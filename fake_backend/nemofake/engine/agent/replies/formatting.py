"""The words of one language, and how facts look in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from ..model import END
from . import templates_en, templates_zh

MAX_SPANS = 5

Sentences = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class LanguagePack:
    """A language: sentences by topic, GUI talk by panel, and how to write figures and names."""

    sayings: Sentences
    panels: Sentences
    openings: tuple[str, ...]
    space: str
    quotes: tuple[str, str]
    seconds: tuple[str, str]
    span: str
    counts: Mapping[str, tuple[str, str]]
    names: Mapping[str, str]

    def shown(self, facts: Mapping[str, Any]) -> dict[str, str]:
        """Return facts as this language writes them; the unit is the last part of a fact's name."""
        texts = {name: self._fact(name, value) for name, value in facts.items() if name != "ranges"}
        ranges = facts.get("ranges") or ()
        texts["where"] = f" ({self._spans(ranges)})" if ranges else ""
        if not ranges and "start_ms" in facts and "end_ms" in facts:
            ranges = ((facts["start_ms"], facts["end_ms"]),)
        texts["span"] = self._spans(ranges)
        texts |= {
            f"is_{name}": f"{self._is(facts[name])} {texts[name]}" for name in self.counts if name in facts
        }
        return texts

    @staticmethod
    def _is(count: float) -> str:
        return "is" if count == 1 else "are"

    def _spans(self, ranges: Iterable[tuple[int, int]]) -> str:
        """Return time ranges in seconds, at most five of them."""
        spans = [*ranges]
        shown = [self.span.format(start=figure(a / 1000), end=figure(b / 1000)) for a, b in spans[:MAX_SPANS]]
        return ", ".join(shown) + (" …" if len(spans) > MAX_SPANS else "")

    def _fact(self, name: str, value: Any) -> str:
        if name.endswith("_ms"):
            return self._counted(figure(min(abs(value), END) / 1000), self.seconds)
        if name.endswith("_share"):
            return f"{figure((value or 0) * 100)}%"
        if name.startswith("quote"):
            return f"{self.quotes[0]}{value}{self.quotes[1]}"
        if name in self.counts:
            return self._counted(figure(value), self.counts[name])
        return self.names.get(value, value) if isinstance(value, str) else figure(value)

    def _counted(self, number: str, noun: tuple[str, str]) -> str:
        return f"{number} {noun[0 if number == '1' else 1]}"


def figure(value: float) -> str:
    """Return a number without needless zeros, to the thousandth."""
    return f"{value:.3f}".rstrip("0").rstrip(".")


def language_pack(language: str) -> LanguagePack:
    """Return the words of a language; English where we do not speak it."""
    return _pack(templates_zh if language.lower().startswith("zh") else templates_en)


def _table(text: str) -> dict[str, tuple[str, ...]]:
    """Return topic -> sentences of a table in which sentences are indented under their topic."""
    table: dict[str, tuple[str, ...]] = {}
    topic = ""
    for line in filter(None, text.splitlines()):
        if line.startswith(" "):
            table[topic] += (line.strip(),)
        else:
            topic = line
            table[topic] = ()
    return table


@cache
def _pack(module: ModuleType) -> LanguagePack:
    return LanguagePack(
        _table(module.SAYINGS),
        _table(module.PANELS),
        module.OPENINGS,
        module.SPACE,
        module.QUOTES,
        module.SECONDS,
        module.SPAN,
        module.COUNTS,
        module.NAMES,
    )
