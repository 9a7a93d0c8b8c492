"""Where a line of the user's has to go (C-ROU-1), and where it went."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from nemocontract.evidence import Evidence, Said
from nemocontract.judging.endings import lines, message_of
from nemocontract.judging.gui import QUOTED, unquoted
from nemocontract.judging.rule import Verdict, rule
from nemocontract.traffic import Exchange

Route = Literal["export", "credits", "state", "upload", "chat"]

_WORDS: Final[dict[Route, str]] = {
    "export": r"\bexport\b|导出|\bdownload\b|\bsend me the video\b",
    "credits": r"\bcredits\b|积分|\bbalance\b|余额",
    "state": r"\bstatus\b|状态|\bshow tracks\b",
    "upload": r"\bupload\b|上传",
}
_PATTERNS: Final = {route: re.compile(pattern, re.IGNORECASE) for route, pattern in _WORDS.items()}
# Near these words an honest client may read a line in more than one way: no verdict then.
_NEAR: Final = re.compile(
    r"export|download|send .*video|credit|balance|status|tracks|upload|导出|下载|积分|余额|状态|上传",
    re.IGNORECASE,
)
_FILE: Final = re.compile(
    r"https?://|\.(?:mp4|mov|avi|webm|mkv|jpg|png|gif|webp|mp3|wav|m4a|aac)\b", re.IGNORECASE
)  # UPL-3
_LEAVING: Final = ("exit", "quit", "bye", "退出", "再见")
_OPERATION: Final = {
    "export": ("render.submit", "render.status", "state"),
    "credits": ("credits",),
    "state": ("state",),
    "upload": ("upload",),
    "chat": ("chat",),
}


def routes_of(line: str, files: tuple[str, ...] = ()) -> frozenset[Route]:
    """Return where a line may go; more than one, or none, where the clause leaves it open.

    Words in quotes are content. A line that has such words there only may be taken either way.
    """
    bare = unquoted(line)
    found: set[Route] = {route for route, pattern in _PATTERNS.items() if pattern.search(bare)}
    if found or _NEAR.search(line):
        return frozenset(found | ({"upload"} if files and found else set()))
    if files or _FILE.search(line):
        return frozenset({"upload"} if _only_files(line, files) else set())
    return frozenset() if not line.strip() or line.strip().lower() in _LEAVING else frozenset({"chat"})


def _only_files(line: str, files: tuple[str, ...]) -> bool:
    words = QUOTED.sub(" a.mp4 ", line).replace(",", " ").split()
    return bool(words) and all(_FILE.search(word) or word in files for word in words)


@rule("C-ROU-1", "routing.kept-from-chat", "Lines about export, credits, status and uploads are no messages.")
def _kept_from_chat(evidence: Evidence) -> Iterator[Verdict]:
    for chat in evidence.of("chat"):
        text = message_of(chat)
        routes = routes_of(text)
        if text.strip() and (routes or not _NEAR.search(text)):
            holds = not routes - {"chat"} or "chat" in routes
            expected = f"{text!r} goes to {' or '.join(sorted(routes))}, never to the chat"
            yield Verdict(holds, expected, "it was sent to the chat", at=chat)


@rule("C-ROU-1", "routing.taken-where-it-belongs", "Each line reaches the endpoint that its words ask for.")
def _taken(evidence: Evidence) -> Iterator[Verdict]:
    for said in lines(evidence):
        routes = routes_of(said.line, said.files)
        if routes and not said.left and evidence.known.whole:
            requests = evidence.during(said)
            holds = any(_went(route, requests, said) for route in routes)
            expected = f"{said.line!r} goes to {' or '.join(sorted(routes))}"
            made = ", ".join(dict.fromkeys(one.operation for one in requests)) or "no request"
            yield Verdict(holds, expected, made, at=next(iter(requests), None), at_ms=said.at_ms)


def _went(route: Route, requests: tuple[Exchange, ...], said: Said) -> bool:
    """Tell whether a line went where it belongs, or why not was told."""
    made = {one.operation for one in requests}
    if made & set(_OPERATION[route]):
        return route == "chat" or "chat" not in made
    # What failed on the way, or needed no request at all, such as a file that cannot be taken, is told.
    failed = any(not one.succeeded for one in requests)
    local = route in ("upload", "export") and "chat" not in made
    return (failed or local) and bool(said.text.strip())
