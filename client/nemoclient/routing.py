"""Where a user's line goes: to an endpoint of its own, or into the conversation (C-ROU-1)."""

from __future__ import annotations

import re
from typing import Final, Literal

from nemoclient import facts

Route = Literal["export", "credits", "state", "upload", "chat"]

_ROUTES: Final[tuple[tuple[Route, str], ...]] = (
    ("export", r"\bexport(?:s|ed|ing)?\b|导出|\bdownload(?:s|ed|ing)?\b|\bsend me the video\b"),
    ("credits", r"\bcredits?\b|积分|\bbalance\b|余额"),
    ("state", r"\bstatus\b|状态|\bshow (?:me )?(?:the )?tracks\b"),
    ("upload", r"\bupload(?:s|ed|ing)?\b|上传"),
)
_PATTERNS = tuple((route, re.compile(pattern, re.IGNORECASE)) for route, pattern in _ROUTES)
_QUOTED = re.compile(r"\"[^\"]{0,300}\"|“[^”]{0,300}”|「[^」]{0,300}」")
_WORD = re.compile(r"\"([^\"\n]{1,300})\"|'([^'\n]{1,300})'|(\S+)")


def _words(text: str) -> list[str]:
    """Return the words of a line; what stands in quotes is one."""
    found = (next(filter(None, groups), "") for groups in _WORD.findall(text))
    return [word for part in found if (word := part.strip(",;"))]


def _is_media(word: str) -> bool:
    address = word.lower().startswith(("http://", "https://"))
    return address or word.rpartition(".")[2].lower() in facts.MEDIA_TYPES


def files_in(text: str) -> list[str]:
    """Return the media paths and web addresses that a line names, in their order."""
    return [word for word in _words(text) if _is_media(word)]


def route(text: str) -> Route:
    """Return the way of a line; words inside double quotes are content and decide nothing."""
    if (names := _words(text)) and all(map(_is_media, names)):
        return "upload"  # a line that is nothing but files
    bare = _QUOTED.sub(" ", text)
    return next((name for name, pattern in _PATTERNS if pattern.search(bare)), "chat")
