"""A message goes out once, as the user wrote it (C-SSE-4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_rules.stream_outcome import line_of, lines, outcome, was_rejected
from nemocontract.client_run import ClientRun
from nemocontract.protocol.requests import message_of
from nemocontract.recording import Exchange

# Section 1: the refusals after which a request is made once more.
_BAD_TOKEN, _NO_SESSION, _RATE_LIMIT, _UNKNOWN = 1001, 1002, 429, 404
_REPEATED: Final = {_BAD_TOKEN: _BAD_TOKEN, _NO_SESSION: _NO_SESSION, _RATE_LIMIT: _RATE_LIMIT}
_BARE: Final = {**_REPEATED, 401: _BAD_TOKEN, _UNKNOWN: _NO_SESSION}  # ENV-3, by the status alone


@rule(
    "C-SSE-4",
    "chat.sent-once",
    "A message is sent again only after a refusal that a new token, a new session or a pause can heal.",
)
def _sent_once(run: ClientRun) -> Iterator[RuleResult]:
    chats = run.of("chat")
    for said in lines(run):
        yield from _repeats([chat for chat in chats if said.first <= chat.seq <= said.last])
    strays = [chat for chat in chats if line_of(run, chat) is None]
    untold = [_bare(said.line) for said in run.said or () if not said.attributed]
    for text in dict.fromkeys(map(message_of, strays)):
        same = [chat for chat in strays if message_of(chat) == text]
        yield from _counted(same, untold.count(_bare(text))) if untold else _unattended(same)


def _counted(chats: list[Exchange], most: int) -> Iterator[RuleResult]:
    """Judge equal messages of which only that is known, how often the user said them."""
    sent = 0
    for before, chat in zip([None, *chats], chats, strict=False):
        sent += before is None or _cause(before) is None
        yield _verdict(sent <= max(most, 1), before or chat, chat)


def _repeats(chats: list[Exchange]) -> Iterator[RuleResult]:
    """Judge what one line of the user's led to."""
    healed: set[int] = set()
    for before, chat in zip([None, *chats], chats, strict=False):
        if before is None:
            yield RuleResult(True, "sent", at=chat)
            continue
        cause = _cause(before)
        yield _verdict(cause is not None and cause not in healed, before, chat)
        healed |= {cause} if cause is not None else set()


def _unattended(chats: list[Exchange]) -> Iterator[RuleResult]:
    """Judge equal messages of which nobody knows how often the user said them.

    A user may say a thing twice. So only what follows a message without an answer counts as sent again.
    """
    for before, chat in zip([None, *chats], chats, strict=False):
        fine = before is None or _cause(before) is not None or outcome(before) in ("complete", "refused")
        yield _verdict(fine, before or chat, chat)


def _cause(chat: Exchange) -> int | None:
    """Return what kind of refusal it was, None where sending again is not allowed."""
    return _BARE.get(chat.code or 0) if was_rejected(chat) else None


def _verdict(passed: bool, before: Exchange, chat: Exchange) -> RuleResult:
    expected = "a message is sent again once after 1001, 1002 or 429, and after nothing else"
    return RuleResult(passed, expected, f"sent again after {before.title} ({outcome(before)})", at=chat)


@rule("C-SSE-4", "chat.text-unchanged", "What is sent to the chat is the user's line.", source="S")
def _own_words(run: ClientRun) -> Iterator[RuleResult]:
    for chat in run.of("chat"):
        said, sent = line_of(run, chat), message_of(chat)
        likely = [said.line] if said else [one.line for one in run.said or () if not one.attributed]
        if any(likely):
            passed = _bare(sent) in map(_bare, likely)
            expected = f"the message {' or '.join(map(repr, likely))}"
            yield RuleResult(passed, expected, f"{sent!r}", at=chat)


def _bare(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable() and not sign.isspace())
