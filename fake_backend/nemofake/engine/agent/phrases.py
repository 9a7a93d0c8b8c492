"""What there is to say, before it has a language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something to say: ``topic`` finds the words, ``facts`` fill them.

    A fact's name says its unit: ``…_ms`` is a length of time, ``…_share`` a percentage, a name listed
    in the words' table of nouns (``pauses``, ``clips``) a count, ``quote…`` a text to be quoted; any
    other is a name, translated where the words know it. ``panel`` finds the talk about a GUI (SSE-9).
    """

    topic: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    panel: str = ""


FAILED = Phrase("failed", panel="failed")
