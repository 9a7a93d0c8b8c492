"""JSON bodies as documents show them, with placeholders that are no JSON: `<json>`, `{...}`, `$DRAFT`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Final

_PLACEHOLDER: Final = re.compile(
    r"(?<=[:\[,])\s*(?:<[^<>\n]{1,40}>|\{\s*(?:\.\.\.|…)\s*\}|\[\s*(?:\.\.\.|…)\s*\]|\.\.\.|…"
    r"|'?\"?\$\{?\w+\}?\"?'?|\{\{\w+\}\}|X{2,}|\{\w+\}|(?!true|false|null)[A-Za-z_][\w.]*(?:\[[^\]]*\])*)(?=\s*[,}\]])"
)
_LAST_COMMA: Final = re.compile(r",(?=\s*[}\]])")
_ELLIPSIS: Final = re.compile(r",?\s*(?:\.\.\.|…)\s*(?=[}\]])")


def parse_body(text: str) -> Any:
    """Return what a shown body holds, null in the place of a placeholder; raise ValueError if it is none."""
    return json.loads(_LAST_COMMA.sub("", _ELLIPSIS.sub("", _PLACEHOLDER.sub(" null", text))))


def bodies_in(text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the JSON objects in a text with their places; what cannot be read is left out."""
    at = 0
    while (start := text.find("{", at)) >= 0:
        end = _closing(text, start)
        at = end
        try:
            value = parse_body(text[start:end])
        except (ValueError, RecursionError):
            at = start + 1
            continue
        if isinstance(value, dict) and value:
            yield start, value


def _closing(text: str, start: int) -> int:
    depth = 0
    for nth in range(start, min(len(text), start + 4000)):
        depth += (text[nth] == "{") - (text[nth] == "}")
        if depth == 0:
            return nth + 1
    return start + 1
