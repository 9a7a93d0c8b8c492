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
_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|「[^」]*」")
_FORMATS = "|".join(facts.MEDIA_TYPES)
_FILE = re.compile(
    rf"(?P<quote>[\"'])(?P<quoted>[^\"'\n]+\.(?:{_FORMATS}))(?P=quote)|(?P<bare>\S+\.(?:{_FORMATS}))(?=$|[\s,;?#])",
    re.IGNORECASE,
)
_URL = re.compile(r"https?://\S+", re.IGNORECASE)


def files_in(text: str) -> list[str]:
    """Return the media paths and web addresses that a line names, in their order."""
    addresses = _URL.findall(text)
    rest = _URL.sub(" ", text)
    return addresses + [found["quoted"] or found["bare"] for found in _FILE.finditer(rest)]


def _is_file(text: str) -> bool:
    """Say whether a line is nothing but files: an upload, whatever the names are."""
    return bool(files_in(text)) and not re.sub(r"[\s,;]", "", _FILE.sub("", _URL.sub("", text)))


def route(text: str) -> Route:
    """Return the way of a line; words inside double quotes are content and decide nothing."""
    if _is_file(text.strip()):
        return "upload"
    bare = _QUOTED.sub(" ", text)
    return next((name for name, pattern in _PATTERNS if pattern.search(bare)), "chat")
