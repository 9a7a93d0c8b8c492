"""Where a line of the user's has to go (C-ROU-1), and where it went."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal

from nemocontract.evidence import Evidence
from nemocontract.judging.endings import message_of
from nemocontract.judging.gui import QUOTED, unquoted
from nemocontract.judging.rule import Verdict, rule
from nemocontract.judging.usable import usable
from nemocontract.traffic import Exchange

Route = Literal["export", "credits", "state", "upload", "chat"]

_WORDS: Final[dict[Route, str]] = {
    "export": r"\bexport\b|导出|\bdownload\b|\bsend me the video\b",
    "credits": r"\bcredits\b|积分|\bbalance\b|余额",
    "state": r"\bstatus\b|状态|\bshow tracks\b",
    "upload": r"\bupload\b|上传",
}
_PATTERNS: Final[dict[Route, re.Pattern[str]]] = {
    route: re.compile(pattern, re.IGNORECASE) for route, pattern in _WORDS.items()
}
# What an honest client may take for such words: other forms, and words in quotes.
_LOOSE: Final[dict[Route, re.Pattern[str]]] = {
    "export": re.compile(r"export|download|send .*video|导出|下载|保存", re.IGNORECASE),
    "credits": re.compile(r"credit|balance|积分|余额", re.IGNORECASE),
    "state": re.compile(r"status|tracks|状态|轨道", re.IGNORECASE),
    "upload": re.compile(r"upload|上传", re.IGNORECASE),
}
_FILE: Final = re.compile(
    r"https?://|\.(?:mp4|mov|avi|webm|mkv|jpg|png|gif|webp|mp3|wav|m4a|aac)\b", re.IGNORECASE
)  # UPL-3
_UPLOAD: Final[frozenset[Route]] = frozenset({"upload"})
_LEAVING: Final = ("exit", "quit", "bye", "退出", "再见")
_OPERATION: Final = {
    "export": ("render.submit", "render.status", "state"),
    "credits": ("credits",),
    "state": ("state",),
    "upload": ("upload",),
    "chat": ("chat",),
}


def asked_for(line: str) -> frozenset[Route]:
    """Return the routes whose words a line has outside of quotes; inside they are content."""
    return frozenset(route for route, pattern in _PATTERNS.items() if pattern.search(unquoted(line)))


def routes_of(line: str, files: tuple[str, ...] = ()) -> frozenset[Route]:
    """Return where a line may go; several where the clause leaves it open, none for a farewell."""
    if found := asked_for(line):
        return found | _UPLOAD if files else found
    if not line.strip() or line.strip().lower() in _LEAVING:
        return frozenset()
    if _only_files(line, files):
        return _UPLOAD
    near: set[Route] = {route for route, pattern in _LOOSE.items() if pattern.search(line)}
    return frozenset({"chat", *near, *(_UPLOAD if files or _FILE.search(line) else ())})


def _only_files(line: str, files: tuple[str, ...]) -> bool:
    words = QUOTED.sub(" a.mp4 ", line).replace(",", " ").split()
    return bool(words) and all(_FILE.search(word) or word in files for word in words)


@rule("C-ROU-1", "routing.kept-from-chat", "Lines about export, credits, status and uploads are no messages.")
def _kept_from_chat(evidence: Evidence) -> Iterator[Verdict]:
    for chat in evidence.of("chat"):
        text = message_of(chat)
        if text.strip():
            routes = asked_for(text)
            expected = f"{text!r} goes to {' or '.join(sorted(routes))}, never to the chat"
            yield Verdict(not routes, expected, "it was sent to the chat", at=chat)


@rule("C-ROU-1", "routing.taken-where-it-belongs", "Each line reaches the endpoint that its words ask for.")
def _taken(evidence: Evidence) -> Iterator[Verdict]:
    for said in evidence.said or ():
        routes = routes_of(said.line, said.files if said.told else ())
        if routes and not said.left and evidence.known.whole:
            requests = evidence.during(said)
            text = said.text if said.told else evidence.text
            holds = any(_went(route, requests, text, alone=said.told) for route in routes)
            expected = f"{said.line!r} goes to {' or '.join(sorted(routes))}"
            made = ", ".join(dict.fromkeys(one.operation for one in requests)) or "no request"
            yield Verdict(holds, expected, made, at=next(iter(requests), None), at_ms=said.at_ms)


def _went(route: Route, requests: tuple[Exchange, ...], text: str, *, alone: bool) -> bool:
    """Tell whether a line went where it belongs, or why not was told.

    ``alone``: the requests are those of this line; else they are of all lines together.
    """
    made = {one.operation for one in requests}
    strayed = alone and route != "chat" and "chat" in made
    if made & set(_OPERATION[route]):
        return not strayed
    # What failed on the way, or needed no request at all, such as a file that cannot be taken, is told.
    failed = any(not usable(one) for one in requests)
    return (failed or route in ("upload", "export")) and not strayed and bool(text.strip())
