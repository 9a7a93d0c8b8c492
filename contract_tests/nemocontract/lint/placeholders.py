"""Placeholders in a document's commands, and the values that stand in for them in a run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

_PLACEHOLDER: Final = re.compile(
    r"<(?P<a>[^<>\n]{1,40})>|\$\{(?P<b>\w+)(?::-[^}]*)?\}|\$(?P<c>\w+)|\$\((?P<e>[^()]*)\)|\{(?P<d>\w+)\}"
)
_DRAFT: Final = re.compile(
    r"(\"draft\"\s*:\s*)(?:<[^<>]*>|\{\s*(?:\.\.\.|…)?\s*\}|\"?'?\$\{?\w+\}?'?\"?|\{\w+\}|null)"
)
_TEXT: Final = re.compile(r"(\"text\"\s*:\s*\")(?:<[^<>]*>|\{\w+\}|'?\$\{?\w+\}?'?|\.\.\.|…)(\")")
# What a placeholder is about, by the words in its name; the first that fits is taken.
_NAMES: Final[tuple[tuple[str, str], ...]] = (
    (r"client|uuid|device", "client_id"), (r"session|\bsid\b|^sid|会话", "session_id"), (r"claim", "claim_token"),
    (r"token|令牌|bearer", "token"), (r"task", "task_id"), (r"lang", "language"), (r"version", "version"),
    (r"platform|source$|skill_source", "platform"), (r"skill|name", "name"), (r"user|uid", "user"),
    (r"\bts\b|time|stamp|epoch|date|时间", "stamp"), (r"url|link|address", "url"), (r"render|job|\bid\b|^id$", "render_id"),
    (r"msg|message|prompt|text|says|said|内容|消息", "message"),
)  # fmt: skip


@dataclass(slots=True)
class Values:
    """The values of one run; they follow what the service answers."""

    known: dict[str, str] = field(default_factory=dict)
    draft: Any = None

    def fill(self, text: str, about: str = "") -> str:
        """Return a text with its placeholders filled in; ``about`` is what an unknown one stands for."""
        text = _DRAFT.sub(lambda found: found[1] + json.dumps(self.draft or {}), text)
        text = _TEXT.sub(lambda found: found[1] + self.known["message"] + found[2], text)
        return _PLACEHOLDER.sub(lambda found: self._value(found, about), text)

    def _value(self, found: re.Match[str], about: str) -> str:
        name = next(filter(None, found.groups())).lower()
        if name == "source" or (name == "skill_source"):
            return self.known["platform"]
        for pattern, key in _NAMES:
            if re.search(pattern, name):
                return self.known.get(key, found[0])
        return self.known.get(about, "sample" if found["a"] else found[0])


def first_values(front_matter: Mapping[str, Any]) -> Values:
    """Return the values that a run begins with."""
    return Values({
        "client_id": "5f0c7c1e-6d2b-4c0e-9a39-0f4f1c2d3e4b",
        "language": "en",
        "name": str(front_matter.get("name") or "skill"),
        "version": str(front_matter.get("version") or "1.0.0"),
        "platform": "unknown",
        "user": "me",
        "stamp": "1700000000",
        "url": "https://example.com/walk_12s.mp4",
        "message": "generate a 6 second video of waves at dusk",
        "session_id": "",
        "task_id": "",
        "render_id": "render_1700000000",
        "token": "",
    })  # fmt: skip
