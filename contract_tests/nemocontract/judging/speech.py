"""What of a stream reaches the user: its texts, not its tools, not its noise (C-SSE-1, C-SSE-5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from nemocontract.evidence import Evidence, Said
from nemocontract.judging.endings import line_of, outcome
from nemocontract.judging.events import ends_in_noise, heard, noise_in, without_noise
from nemocontract.judging.gui import may_be_reworded, unquoted
from nemocontract.judging.rule import Verdict, rule
from nemocontract.traffic import Exchange

_STOP: Final = re.compile(r"(?<=[.!?…])[\"”')\]]*\s+|(?<=[。！？])[”」』）]*|\n+")
# SSE-3, SSE-13: what events and tools are called.
_INSIDE: Final = (
    *("tool_call", "tool_result", "functionCall", "functionResponse"),
    *("edit_multitrack", "generate_video_with_seedance"),
)


def _spoken(evidence: Evidence) -> Iterator[tuple[Exchange, Said]]:
    """Yield each stream whose user's reading is known."""
    for chat in evidence.of("chat"):
        said = line_of(evidence, chat)
        if said is not None and chat.events is not None:
            yield chat, said


@rule(
    "C-SSE-1",
    "speech.texts-shown",
    "Every sentence of a finished reply that is no GUI talk reaches the user.",
)
def _shown(evidence: Evidence) -> Iterator[Verdict]:
    for chat, said in _spoken(evidence):
        if said.left or outcome(chat) != "complete":
            continue
        read = _letters(said.text)
        for sentence in sentences(heard(chat.events or ()).said):
            if not may_be_reworded(sentence) and _letters(sentence):
                shown = _letters(sentence) in read
                yield Verdict(
                    shown, f"the user reads {sentence!r}", "it is nowhere in what was read", at=chat
                )


def sentences(text: str) -> tuple[str, ...]:
    """Return the sentences of a text; one with a stop inside quotes stays whole."""
    found: list[str] = []
    start = 0
    for stop in _STOP.finditer(text):
        part = text[start : stop.end()]
        if part.count('"') % 2 == 0 and part.count("“") == part.count("”"):
            found.append(part.strip())
            start = stop.end()
    return tuple(one for one in (*found, text[start:].strip()) if one)


def _letters(text: str) -> str:
    """Return letters and digits only: how a client lays a text out is its own affair."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


@rule("C-SSE-1", "speech.tools-inside", "No name of a tool or of a tool event reaches the user.")
def _tools_inside(evidence: Evidence) -> Iterator[Verdict]:
    for chat, said in _spoken(evidence):
        found = heard(chat.events or ())
        names = [name for name in (*_INSIDE, *sorted(found.tools)) if name not in said.line]
        if found.tools:
            shown = [name for name in names if _is_told(name, said.text)]
            yield Verdict(not shown, "tool events stay inside", f"the user reads {', '.join(shown)}", at=chat)


def _is_told(name: str, text: str) -> bool:
    """Tell whether a text has a tool's name; one that might be a word of its own does not count."""
    return ("_" in name or name in _INSIDE) and name in text


@rule("C-SSE-5", "speech.noise-dropped", "A temporary issue that trails a reply is not shown.")
def _noise_dropped(evidence: Evidence) -> Iterator[Verdict]:
    for chat, said in _spoken(evidence):
        reply = "\n".join(heard(chat.events or ()).texts)
        if chat.ending == "complete" and ends_in_noise(reply) and without_noise(reply).strip():
            shown = noise_in(unquoted(said.text))
            yield Verdict(not shown, "a trailing temporary issue is dropped", "the user reads it", at=chat)
