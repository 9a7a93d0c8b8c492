"""Phrases to a reply: true sentences about the film first, then talk of a GUI (SSE-9)."""

from __future__ import annotations

from collections.abc import Sequence

from ...randomness import RandomStream
from ..model import ReplyFragment
from .formatting import LanguagePack, words_of

_MAX_PANELS = 2
# Panels after which an agent that believes in a GUI also speaks of exporting.
_EDITED = frozenset(
    (
        "silences",
        "cut",
        "speed",
        "music",
        "color",
        "effects",
        "transitions",
        "canvas",
        "text",
        "drag",
        "generate",
    )
)


def reply(phrases: Sequence[ReplyFragment], language: str, rng: RandomStream) -> tuple[str, ...]:
    """Return the reply in pieces, one sentence or so each; joined they are the whole.

    Sentences about the film come first, one for each phrase; those about the GUI come last, and speak
    of panels, buttons, dragging and exporting. A language that is not spoken here gets English.
    """
    words = words_of(language)
    said = [phrase for phrase in phrases if phrase.topic]
    sentences = [_sentence(phrase, words, rng) for phrase in said]
    if len(sentences) > 2:
        sentences.insert(0, _one(words.openings, rng).rstrip())
    sentences += _panels(said, words, rng)
    return tuple(s + words.space if s is not sentences[-1] else s for s in sentences)


def _sentence(phrase: ReplyFragment, words: LanguagePack, rng: RandomStream) -> str:
    """Return what a phrase says, its facts in place."""
    return _one(words.sayings[phrase.topic], rng).format_map(words.shown(phrase.facts))


def _panels(said: Sequence[ReplyFragment], words: LanguagePack, rng: RandomStream) -> list[str]:
    """Return the talk of a GUI: where to adjust what was done, and in the end the Export button."""
    names = list(dict.fromkeys(phrase.panel for phrase in said if phrase.panel))[-_MAX_PANELS:] or [
        "timeline"
    ]
    sentences = [_one(words.panels[name], rng) for name in names]
    if _EDITED.intersection(names) and rng.chance(0.5):
        sentences.append(_one(words.panels["ending"], rng))
    return list(dict.fromkeys(sentences))


def _one(sentences: Sequence[str], rng: RandomStream) -> str:
    return sentences[rng.between(0, len(sentences) - 1)]
