"""YAML text to plain values, strictly: what JSON can say, each key once, and the line of every key.

YAML itself guesses: ``on`` is a truth value, ``1:30`` a number, the second of two equal keys wins. None
of that here. A plain scalar that JSON would read as a number, ``true``, ``false`` or ``null`` is that;
every other one is text, and so is every key. Anchors, aliases, tags and second documents are refused.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.reader import ReaderError

Path = tuple[str | int, ...]

_MAX_DEPTH = 16
_LITERAL = re.compile(r"true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


class YamlError(Exception):
    """A text cannot be read: ``line`` from 1, ``path`` of keys to the place, ``reason``."""

    def __init__(self, line: int, path: Path, reason: str) -> None:
        self.line, self.path, self.reason = line, path, reason
        super().__init__(f"line {line}: {reason}")


@dataclass(slots=True)
class YamlDocument:
    """A file's content: ``value``, and in ``lines`` where each key or list item stands, from 1."""

    value: Any = None
    lines: dict[Path, int] = field(default_factory=dict)

    def line(self, path: Path) -> int:
        """Return the line of the deepest place on the way along ``path``."""
        known = (
            self.lines[path[:length]] for length in range(len(path), -1, -1) if path[:length] in self.lines
        )
        return next(known, 1)


def read(text: str) -> YamlDocument:
    """Return what a YAML text says; raise PlainError."""
    return _Reader(text).read()


class _Reader:
    """Turns the parser's events into values; ``_at`` is the line of the last event."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._events: Iterator[Any] = yaml.parse(text, yaml.SafeLoader)
        self._plain = YamlDocument()
        self._at = 1

    def read(self) -> YamlDocument:
        try:
            self._document()
        except (yaml.YAMLError, ValueError, OverflowError) as error:
            # PyYAML lets some of Python's own errors through, as for "\UFFFFFFFF".
            raise YamlError(self._line_of(error), (), _problem(error)) from None
        return self._plain

    def _document(self) -> None:
        self._next()  # the stream's start
        event = self._next()
        if isinstance(event, yaml.DocumentStartEvent):
            self._plain.value = self._value(self._next(), ())
            self._next()  # the document's end
            event = self._next()
        if isinstance(event, yaml.DocumentStartEvent):
            raise YamlError(self._at, (), "a second document; one file tells one scenario")

    def _next(self) -> Any:
        event = next(self._events)
        self._at = event.start_mark.line + 1
        return event

    def _line_of(self, error: Exception) -> int:
        if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
            return error.problem_mark.line + 1
        if isinstance(error, ReaderError):  # a character that no text has
            return self._text.count("\n", 0, error.position) + 1
        return self._at

    def _value(self, event: Any, path: Path) -> Any:
        self._plain.lines.setdefault(path, self._at)
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise YamlError(self._at, path, "anchors and aliases are not used here; write it out")
        if event.tag is not None:
            raise YamlError(self._at, path, f"tag {event.tag!r} is not used here")
        if len(path) > _MAX_DEPTH:
            raise YamlError(self._at, path, f"nested deeper than {_MAX_DEPTH}")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path)
        return self._mapping(path) if isinstance(event, yaml.MappingStartEvent) else self._sequence(path)

    def _scalar(self, event: yaml.ScalarEvent, path: Path) -> Any:
        if event.style is not None:  # quoted or a block: text, whatever it looks like
            return event.value
        if not event.value:
            return None
        return self._literal(event.value, path) if _LITERAL.fullmatch(event.value) else event.value

    def _literal(self, word: str, path: Path) -> Any:
        try:
            value = json.loads(word)
        except ValueError:  # more digits than Python reads
            value = math.inf
        if isinstance(value, float) and not math.isfinite(value):
            raise YamlError(self._at, path, f"the number {word[:20]}… is out of reach")
        return value

    def _mapping(self, path: Path) -> dict[str, Any]:
        value: dict[str, Any] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key, line = self._key(event, path), self._at
            if key in value:
                first = self._plain.lines[*path, key]
                raise YamlError(line, (*path, key), f"said twice, first in line {first}")
            self._plain.lines[*path, key] = line
            value[key] = self._value(self._next(), (*path, key))
        return value

    def _key(self, event: Any, path: Path) -> str:
        if not isinstance(event, yaml.ScalarEvent):
            raise YamlError(self._at, path, "a key must be a word")
        if event.anchor is not None or event.tag is not None:
            raise YamlError(self._at, path, "a key has neither anchor nor tag")
        return event.value

    def _sequence(self, path: Path) -> list[Any]:
        value: list[Any] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            value.append(self._value(event, (*path, len(value))))
        return value


def _problem(error: Exception) -> str:
    """Return in one line what the parser found."""
    return str(getattr(error, "problem", None) or error).partition("\n")[0]
