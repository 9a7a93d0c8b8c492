"""Fragments to a reply: true sentences about the video first, then talk of a GUI (SSE-9)."""

from __future__ import annotations

from collections.abc import Sequence

from ...randomness import RandomStream
from ..model import ReplyFragment
from .formatting import LanguagePack, language_pack

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


def reply(fragments: Sequence[ReplyFragment], language: str, draw: RandomStream) -> tuple[str, ...]:
    """Return the reply in pieces, one sentence or so each; joined they are the whole.

    Sentences about the video come first, one for each fragment; those about the GUI come last, and speak
    of panels, buttons, dragging and exporting. A language that is not spoken here gets English.
    """
    pack = language_pack(language)
    said = [fragment for fragment in fragments if fragment.topic]
    sentences = [_sentence(fragment, pack, draw) for fragment in said]
    if len(sentences) > 2 and not said[-1].topic.startswith("ask."):
        sentences.insert(0, _one(pack.openings, draw).rstrip())
    sentences += _panels(said, pack, draw)
    return tuple(s + pack.space if s is not sentences[-1] else s for s in sentences)


def _sentence(fragment: ReplyFragment, pack: LanguagePack, draw: RandomStream) -> str:
    """Return what a fragment says, its facts in place."""
    return _one(pack.sayings[fragment.topic], draw).format_map(pack.shown(fragment.facts))


def _panels(said: Sequence[ReplyFragment], pack: LanguagePack, draw: RandomStream) -> list[str]:
    """Return the talk of a GUI: where to adjust what was done, and in the end the Export button."""
    names = list(dict.fromkeys(fragment.panel for fragment in said if fragment.panel))[-_MAX_PANELS:] or [
        "timeline"
    ]
    sentences = [_one(pack.panels[name], draw) for name in names]
    if _EDITED.intersection(names) and draw.chance(0.5):
        sentences.append(_one(pack.panels["ending"], draw))
    return list(dict.fromkeys(sentences))


def _one(sentences: Sequence[str], draw: RandomStream) -> str:
    return sentences[draw.between(0, len(sentences) - 1)]
