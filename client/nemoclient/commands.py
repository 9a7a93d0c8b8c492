"""One line of a user, taken wherever it belongs (C-ROU-1), with the answer as notices."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Literal

from nemoclient import constants, errors
from nemoclient.api import balance, state
from nemoclient.chat import chat
from nemoclient.context import Context
from nemoclient.draft import State, summarise
from nemoclient.effects import Flow, Notice
from nemoclient.export import export
from nemoclient.messages import localized
from nemoclient.results import ChatResult, Credits, ExportResult, UploadResult
from nemoclient.upload import upload

CommandResult = ChatResult | Credits | State | ExportResult | UploadResult


def ask(context: Context, text: str, save_as: Path) -> Flow[CommandResult]:
    """Do what the line asks for; only the route ``chat`` reaches the agent.

    Raises whatever the flow it is taken to raises.
    """
    way = route(text)
    if way == "chat":
        return (yield from chat(context, text))
    if way == "export":
        return (yield from export(context, save_as))
    if way == "upload":
        return (yield from _upload(context, text))
    return (yield from (_credits(context) if way == "credits" else _state(context)))


def _upload(context: Context, text: str) -> Flow[UploadResult]:
    sources = files_in(text)
    if not sources:
        raise errors.LocalFileError(localized("name_a_file", context.language))
    return (yield from upload(context, sources))


def _credits(context: Context) -> Flow[Credits]:
    found = yield from balance(context)
    text = localized("credits", context.language, available=found.available, frozen=found.frozen)
    yield Notice("info", text)
    return found


def _state(context: Context) -> Flow[State]:
    found = yield from state(context)
    yield Notice("summary", summarise(found.draft, context.language))
    return found


Route = Literal["export", "credits", "state", "upload", "chat"]

_ROUTES: Final[tuple[tuple[Route, str], ...]] = (
    ("export", r"\bexport(?:s|ed|ing)?\b|导出|\bdownload(?:s|ed|ing)?\b|\bsend me the video\b"),
    ("credits", r"\bcredits?\b|积分|\bbalance\b|余额"),
    ("state", r"\bstatus\b|状态|\bshow (?:me )?(?:the )?tracks\b"),
    ("upload", r"\bupload(?:s|ed|ing)?\b|上传"),
)
_QUOTED = r"\"[^\"]{0,300}\"|“[^”]{0,300}”|「[^」]{0,300}」"
_WORD = r"\"([^\"\n]{1,300})\"|'([^'\n]{1,300})'|(\S+)"


def _words(text: str) -> list[str]:
    """Return the words of a line; what stands in quotes is one."""
    found = (next(filter(None, groups), "") for groups in re.findall(_WORD, text))
    return [word for part in found if (word := part.strip(",;"))]


def _is_media(word: str) -> bool:
    address = word.lower().startswith(("http://", "https://"))
    return address or word.rpartition(".")[2].lower() in constants.MEDIA_TYPES


def files_in(text: str) -> list[str]:
    """Return the media paths and web addresses that a line names, in their order."""
    return [word for word in _words(text) if _is_media(word)]


def route(text: str) -> Route:
    """Return the way of a line; words inside double quotes are content and decide nothing."""
    if (names := _words(text)) and all(map(_is_media, names)):
        return "upload"  # a line that is nothing but files
    bare = re.sub(_QUOTED, " ", text)
    return next((name for name, words in _ROUTES if re.search(words, bare, re.IGNORECASE)), "chat")
