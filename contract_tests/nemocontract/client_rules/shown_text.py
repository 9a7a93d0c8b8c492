"""What of a stream reaches the user: its texts, not its tools, not its noise (C-SSE-1, C-SSE-5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nemocontract.client_rules.gui import mentions_gui, sentences, unquoted
from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_rules.stream_outcome import outcome, reader_of, said_in
from nemocontract.client_run import ClientRun, UserLine
from nemocontract.protocol.events import (
    ends_in_noise,
    items_of,
    noise_in,
    summarize_stream,
    without_noise,
)
from nemocontract.recording import Exchange

_REPLACEMENT: Final = "\ufffd"
_WORTH_COUNTING: Final = 12  # letters; shorter ones may well be said again
# C-SSE-2: what comes with the last second of fifteen minutes may come too late. And 30 s of grace.
_LONGEST_MS: Final = 870_000
# SSE-3, SSE-13: what events and tools are called.
_INSIDE: Final = (
    *("tool_call", "tool_result", "functionCall", "functionResponse"),
    *("edit_multitrack", "generate_video_with_seedance", "heartbeat"),
)


def _spoken(run: ClientRun) -> Iterator[tuple[Exchange, UserLine]]:
    """Yield each stream whose user's reading is known."""
    for chat in run.of("chat"):
        said = reader_of(run, chat)
        if said is not None and chat.events is not None:
            yield chat, said


@rule(
    "C-SSE-1",
    "shown-text.texts-shown",
    "Every sentence of a finished reply that is no GUI talk reaches the user.",
)
def _shown(run: ClientRun) -> Iterator[RuleResult]:
    for chat, said in _spoken(run):
        if said.left or outcome(chat) != "complete" or chat.ended_at_ms - chat.at_ms >= _LONGEST_MS:
            continue
        read = _letters(said.text)
        for sentence in sentences(summarize_stream(chat.events or ()).said):
            if not mentions_gui(unquoted(sentence)) and _letters(sentence):
                shown = _letters(sentence) in read
                yield RuleResult(
                    shown, f"the user reads {sentence!r}", "it is nowhere in what was read", at=chat
                )


@rule(
    "C-SSE-1",
    "shown-text.characters-whole",
    "A character that arrives in two pieces is shown whole, not as replacement signs.",
    source="A",
)
def _characters_whole(run: ClientRun) -> Iterator[RuleResult]:
    for chat, said in _spoken(run):
        own = "\n".join((*summarize_stream(chat.events or ()).texts, said_in(run)))
        if not own.isascii():  # only other characters have several bytes
            broken = _REPLACEMENT in said.text and _REPLACEMENT not in own
            seen = f"the user reads {_REPLACEMENT}"
            yield RuleResult(not broken, "bytes decoded as one UTF-8 text across chunks", seen, at=chat)


@rule(
    "C-SSE-1", "shown-text.not-repeated", "What came in pieces is not said once more as a whole.", source="A"
)
def _said_once(run: ClientRun) -> Iterator[RuleResult]:
    """Only of dialect `adk`, where a final event repeats its pieces (SSE-3)."""
    for chat, said in _spoken(run):
        if not said.attributed or not any(one.partial for one in items_of(chat.events or ())):
            continue
        all_said, read = _letters(summarize_stream(chat.events or ()).said), _letters(said.text)
        for sentence in dict.fromkeys(map(_letters, sentences(summarize_stream(chat.events or ()).said))):
            if len(sentence) >= _WORTH_COUNTING:
                count, most = read.count(sentence), all_said.count(sentence)
                expected = f"{sentence!r} is said {most} times at most"
                yield RuleResult(count <= most, expected, f"{count} times", at=chat)


def _letters(text: str) -> str:
    """Return letters and digits only: how a client lays a text out is its own affair."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


@rule("C-SSE-1", "shown-text.tools-not-shown", "No name of a tool or of a tool event reaches the user.")
def _tools_inside(run: ClientRun) -> Iterator[RuleResult]:
    for chat, said in _spoken(run):
        found = summarize_stream(chat.events or ())
        names = [name for name in (*_INSIDE, *sorted(found.tools)) if name not in said_in(run)]
        if found.tools:
            shown = [name for name in names if _is_shown(name, said.text)]
            yield RuleResult(
                not shown, "tool events stay inside", f"the user reads {', '.join(shown)}", at=chat
            )


def _is_shown(name: str, text: str) -> bool:
    """Tell whether a text has a tool's name; one that might be a word of its own does not count."""
    return ("_" in name or name in _INSIDE) and name in text


# What a user reads where something failed.
_FAILURE: Final = re.compile(
    r"went wrong|fail|\berror|\btrouble|\bissue|\bproblem|unavailable|出了?问题|出现问题|失败|错误|故障",
    re.IGNORECASE,
)


@rule("C-SSE-5", "shown-text.noise-dropped", "A temporary issue that trails a reply is not shown.")
def _noise_dropped(run: ClientRun) -> Iterator[RuleResult]:
    for chat, said in _spoken(run):
        reply = "\n".join(summarize_stream(chat.events or ()).texts)
        if chat.ending == "complete" and ends_in_noise(reply) and without_noise(reply).strip():
            own = f"{without_noise(reply)}\n{said_in(run)}".casefold()
            failures = [
                word[0] for word in _FAILURE.finditer(unquoted(said.text)) if word[0].casefold() not in own
            ]
            shown = noise_in(unquoted(said.text)) or (
                said.attributed and outcome(chat) == "complete" and failures
            )
            seen = f"the user reads of it: {', '.join(failures)}"
            yield RuleResult(not shown, "a trailing temporary issue is dropped", seen, at=chat)
