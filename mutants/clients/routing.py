"""Where a line goes and what is told of refusals, broken (C-ROU-1, and the answers to refusals)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from nemoclient import commands, constants, errors

from ..patching import Apply, Mutant, around, instead
from .attribution import _remedy

_ANONYMOUS = "nemoclient.context:Context.anonymous"
_URL = "nemoclient.context:Context.registration_url"
_EXCHANGE = "nemoclient.api:exchange"


def _missed(word: str) -> Apply:
    """Return a change of the ways: this word, as the patterns spell it, leads nowhere."""
    assert any(word in pattern for _, pattern in commands._ROUTES), word
    ways = tuple((way, pattern.replace(word, "(?!)")) for way, pattern in commands._ROUTES)
    return instead("nemoclient.commands:_ROUTES", ways)


def _taken(way: str, pattern: str) -> Apply:
    """Return a change of the ways: more lines go this way than should."""
    return instead("nemoclient.commands:_ROUTES", (*commands._ROUTES, (way, pattern)))


def _tries_again(context: Any, _: str) -> Any:
    yield from ()


def _no_new_id(real: Any, context: Any, make: Any, remedies: Any, *args: Any) -> Any:
    kept = {code: remedy for code, remedy in remedies.items() if code != constants.CONFLICT}
    return (yield from real(context, make, kept, *args))


def _new_ids(real: Any, *args: Any) -> Any:
    for _ in range(3):
        try:
            return (yield from real(*args))
        except errors.RequestRejected:
            continue
    return (yield from real(*args))


def _first_track_only(real: Any, draft: Any, *args: Any) -> str:
    return str(real(replace(draft, tracks=draft.tracks[:1]), *args))


def _without_times(real: Any, *args: Any) -> str:
    return re.sub(r" \([^()]*s[^()]*\)", "", str(real(*args)))


_VIDEO_ONLY = "This file type is not supported. Supported formats: mp4, mov, avi, webm, mkv."

MUTANTS = (
    Mutant("export-to-chat", "C-ROU-1", "“export” goes to the chat.", _missed(r"\bexport(?:s|ed|ing)?\b")),
    Mutant("导出-to-chat", "C-ROU-1", "“导出” goes to the chat.", _missed("导出")),
    Mutant("download-to-chat", "C-ROU-1", "“download” goes to the chat.",
           _missed(r"\bdownload(?:s|ed|ing)?\b")),
    Mutant("send-me-to-chat", "C-ROU-1", "“send me the video” goes to the chat.",
           _missed(r"\bsend me the video\b")),
    Mutant("credits-to-chat", "C-ROU-1", "“credits” goes to the chat.", _missed(r"\bcredits?\b")),
    Mutant("余额-to-chat", "C-ROU-1", "“余额” goes to the chat.", _missed("余额")),
    Mutant("状态-to-chat", "C-ROU-1", "“状态” goes to the chat.", _missed("状态")),
    Mutant("show-tracks-to-chat", "C-ROU-1", "“show tracks” goes to the chat.",
           _missed(r"\bshow (?:me )?(?:the )?tracks\b")),
    Mutant("upload-to-chat", "C-ROU-1", "“upload” goes to the chat.", _missed(r"\bupload(?:s|ed|ing)?\b")),
    Mutant("titles-to-export", "C-ROU-1", "A message about a title leads to an export.",
           _taken("export", r"\btitle\b")),
    Mutant("first-track-only", "STA-4", "Of several tracks the status tells the first one only.",
           around("nemoclient.draft:summarise", _first_track_only)),
    Mutant("timeline-without-times", "STA-4", "The status tells no times.",
           around("nemoclient.draft:summarise", _without_times)),
    Mutant("no-registration-url", "CRE-4", "A guest without credits is told no address.",
           instead("nemoclient.errors:OutOfCredits.__init__",
                   lambda self, **kwargs: errors.NemoError.__init__(self, "You are out of credits."))),
    Mutant("registration-without-bind", "CRE-4", "The registration address binds nothing.",
           around(_URL, lambda real, self: real(self).partition("?")[0])),
    Mutant("guest-tops-up", "CRE-4", "A guest without credits is told to top up.",
           around(_ANONYMOUS, lambda real, self: False)),
    Mutant("registered-registers", "CRE-4", "A registered user without credits is told to register.",
           around(_ANONYMOUS, lambda real, self: True)),
    Mutant("formats-not-told", "UPL-3", "A file of another format is refused without the list of formats.",
           instead("nemoclient.errors:UnsupportedFile.says", "This file type is not supported.")),
    Mutant("video-formats-only", "UPL-3", "Only the video formats are told.",
           instead("nemoclient.errors:UnsupportedFile.says", _VIDEO_ONLY)),
    Mutant("too-large-without-advice", "UPL-4", "A file that is too large is refused without advice.",
           instead("nemoclient.errors:FileTooLarge.says", "This file is too large.")),
    Mutant("402-told-as-credits", "REN-3", "A blocked export is told as a lack of credits.",
           instead("nemoclient.errors:ExportBlocked.says", "You need more credits to export.")),
    Mutant("retries-402", "REN-3", "A blocked export is submitted again.",
           _remedy(constants.EXPORT_BLOCKED, _tries_again)),
    Mutant("409-not-repaired", "REN-4", "An export id that was used is told as a refusal.",
           around(_EXCHANGE, _no_new_id)),
    Mutant("409-again-and-again", "REN-4", "New export ids are tried until one is taken.",
           around("nemoclient.export:_submit", _new_ids)),
)  # fmt: skip
