"""Where a title's text ends that stands without quotation marks."""

from __future__ import annotations

from . import concepts as c
from .lexicon import find
from .quotes import QUOTE
from .spans import STARTS, timed
from .tokens import is_figure

_MAX_PIECES = 24
_ENDS = frozenset((",", ".", "!", "?", ";", "。", "、", "…", "\n", "•", QUOTE, "", "然", "并", "再"))
_PREPOSITIONS = frozenset(("at", "in", "on", "from", "for", "with", "and", "then", "to", "在", "于"))
_PLACED = (
    c.HEIGHT
    | c.SIDE
    | c.SPAN
    | c.POINT
    | c.LASTING
    | c.STARTING
    | c.ENDING
    | c.LOWER_THIRD
    | c.TITLE
    | c.MUSIC
)


def unquoted_end(at: int, pieces: list[str]) -> int:
    """Return the piece after the last one of a text that starts at ``at``; the same where there is none."""
    if _is_placed(at, pieces):
        return at
    for end in range(at, at + _MAX_PIECES):
        piece = pieces[end]
        if piece in _ENDS or (piece in _PREPOSITIONS and _leads_away(end, pieces)):
            return end
    return at + _MAX_PIECES


def _leads_away(at: int, pieces: list[str]) -> bool:
    """Tell whether a preposition goes on to say where, when or what else: "… at the top", "… and add"."""
    skip = at + 1 + (pieces[at + 1] in {"the", "a"})
    found = find(at + 1, pieces)
    return _is_placed(at, pieces) or _is_placed(skip, pieces) or bool(found and found[0][0] & c.ACTIONS)


def _is_placed(at: int, pieces: list[str]) -> bool:
    """Tell whether a place, a time or another thing to add starts here."""
    if pieces[at] in STARTS or is_figure(pieces[at]):
        figure = timed(at, pieces)
        if figure and figure[0] & (c.SPAN | c.POINT | c.LASTING | c.TIME | c.TARGET):
            return True
    found = find(at, pieces)
    return bool(found and found[0][0] & _PLACED)
