"""Where a line of the user's has to go (C-ROU-1), and where it went."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal

from nemocontract.client_rules.gui import QUOTED, unquoted
from nemocontract.client_rules.request_identity import is_usable_response
from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_run import ClientRun, UserLine
from nemocontract.protocol.drafts import draft_of, items, state_in
from nemocontract.protocol.requests import message_of
from nemocontract.recording import Exchange

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
def _kept_from_chat(run: ClientRun) -> Iterator[RuleResult]:
    for chat in run.of("chat"):
        text = message_of(chat)
        if text.strip():
            routes = asked_for(text)
            expected = f"{text!r} goes to {' or '.join(sorted(routes))}, never to the chat"
            yield RuleResult(not routes, expected, "it was sent to the chat", at=chat)


@rule("C-ROU-1", "routing.taken-where-it-belongs", "Each line reaches the endpoint that its words ask for.")
def _taken(run: ClientRun) -> Iterator[RuleResult]:
    for said in run.said or ():
        routes = routes_of(said.line, said.files if said.attributed else ())
        if routes and not said.left and run.known.complete:
            requests = run.during(said)
            text = said.text if said.attributed else run.text
            passed = any(_went(route, requests, text, alone=said.attributed) for route in routes)
            expected = f"{said.line!r} goes to {' or '.join(sorted(routes))}"
            made = ", ".join(dict.fromkeys(one.operation for one in requests)) or "no request"
            yield RuleResult(passed, expected, made, at=next(iter(requests), None), at_ms=said.at_ms)


def _went(route: Route, requests: tuple[Exchange, ...], text: str, *, alone: bool) -> bool:
    """Tell whether a line went where it belongs, or why not was told.

    ``alone``: the requests are those of this line; else they are of all lines together.
    """
    made = {one.operation for one in requests}
    strayed = alone and route != "chat" and "chat" in made
    if made & set(_OPERATION[route]):
        return not strayed
    # What failed on the way, or needed no request at all, such as a file that cannot be taken, is told.
    failed = any(not is_usable_response(one) for one in requests)
    return (failed or route in ("upload", "export")) and not strayed and bool(text.strip())


_MOST = 6  # of a track that a line still has to carry
_SPACE = re.compile(r"\s+")


@rule(
    "STA-4",
    "routing.status-shows-timeline",
    "Who asks for the status reads each thing that is in the project.",
)
def _tells(run: ClientRun) -> Iterator[RuleResult]:
    for said, draft in _asked(run):
        names = _names(draft)
        missing = [name for name in names if _plain(name) not in _plain(said.text)]
        matches = ", ".join(repr(name) for name in names) or "that there is nothing"
        passed = not missing and bool(said.text.strip())
        seen = f"nothing of {', '.join(map(repr, missing))}" if missing else f"{said.text.strip()[:120]!r}"
        yield RuleResult(passed, f"the user reads of {matches}", seen, at_ms=said.at_ms)


@rule("STA-4", "routing.status-shows-length", "Who asks for the status reads how long the project plays.")
def _tells_end(run: ClientRun) -> Iterator[RuleResult]:
    for said, draft in _asked(run):
        end_s = max((item.start_ms + item.length_ms for item in items(draft)), default=0.0) / 1000
        if end_s:
            figures = {float(figure) for figure in re.findall(r"\d+(?:\.\d+)?", said.text)}
            passed = any(abs(figure - end_s) < 0.06 or abs(figure - end_s * 1000) < 60 for figure in figures)
            expected = f"the user reads of an end at {end_s:g} s"
            yield RuleResult(passed, expected, f"{said.text.strip()[:160]!r}", at_ms=said.at_ms)


def _asked(run: ClientRun) -> Iterator[tuple[UserLine, Mapping[str, Any]]]:
    """Yield each line that asked for the status and nothing else, with the draft that was read for it."""
    for said in run.said or ():
        if said.attributed and not said.left and asked_for(said.line) == {"state"}:
            states = [state for one in run.during(said) if (state := state_in(one)) is not None]
            if states:
                yield said, draft_of(states[-1])


def _names(draft: Mapping[str, Any]) -> list[str]:
    """Return what the things in a draft are called, the first few of each track."""
    of_track: dict[str, list[str]] = {}
    for item in items(draft):
        known = of_track.setdefault(f"{item.kind} {item.track}", [])
        if item.name and item.name not in known:
            known.append(item.name)
    return [name for names in of_track.values() for name in names[:_MOST]]


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).casefold()
