"""Which clause asks for something by itself, and which only adds detail to the one before."""

from __future__ import annotations

from collections.abc import Callable

from ..instruction import Kind
from ..reading import concepts as c
from .clause import Clause

MADE = frozenset({Kind.GENERATE, Kind.REGENERATE})
# A second clause of the same kind without a verb of its own is a detail of the first.
JOINS = frozenset(
    {Kind.GRADE, Kind.MUSIC, Kind.EFFECT, Kind.TRANSITION, Kind.SILENCES, Kind.SPEED, Kind.CANVAS,
     Kind.TITLE, Kind.LOWER_THIRD, Kind.SUBTITLES, Kind.CUT}
)  # fmt: skip
# What is not a detail of a clip to generate even without a verb (SSE-8).
_BESIDE_A_CLIP = frozenset(
    {Kind.MUSIC, Kind.TITLE, Kind.LOWER_THIRD, Kind.SUBTITLES, Kind.EFFECT, Kind.TRANSITION, Kind.SILENCES,
     Kind.VOLUME, Kind.EXPORT, Kind.QUESTION, Kind.THANKS, Kind.GENERATE, Kind.REGENERATE}
)  # fmt: skip
_TEXTS = frozenset({Kind.TITLE, Kind.LOWER_THIRD, Kind.SUBTITLES, Kind.RETITLE})
# Where a thing is done: a clause that says another place asks for another thing.
_PLACED = c.SPAN | c.POINT | c.STARTING | c.ENDING | c.NUMBER | c.ORDINAL


def is_detail(clause: Clause, last: Clause | None) -> bool:
    """Tell whether a clause that could stand alone only adds detail to the one before."""
    if last is None or clause.kind is None or last.kind is None:
        return False
    if clause.negated != last.negated or clause.joined & (c.STOP | c.RESET):
        return False
    if clause.own and last.kind is not Kind.QUESTION:
        return _is_same(clause, last) and not clause.joined
    return _DETAILS_OF.get(last.kind, _is_same)(clause, last)


def belongs(clause: Clause, last: Clause) -> bool:
    """Tell whether what asks for nothing itself is a detail of what does: mere words only of a clip."""
    if last.kind in MADE:
        return bool(clause.items) or not clause.joined & c.STOP
    alien = clause.bits & c.KEEP or (clause.own and clause.joined & c.RESET)
    return bool(clause.items) and not clause.negated and not alien


def _is_same(clause: Clause, last: Clause) -> bool:
    """Tell a detail of the same kind: it must not say another place, but for cuts, which take several."""
    if clause.kind is not last.kind or clause.kind not in JOINS:
        return False
    return clause.kind is Kind.CUT or not (clause.bits & _PLACED and last.bits & _PLACED)


def _is_of_question(clause: Clause, _last: Clause) -> bool:
    return not (clause.own and clause.joined & c.COMMA)


def _is_of_clip(clause: Clause, _last: Clause) -> bool:
    return clause.kind not in _BESIDE_A_CLIP


def _is_of_music(clause: Clause, last: Clause) -> bool:
    """Tell the volume of a music from that of something else."""
    if clause.kind is Kind.VOLUME:
        return not clause.bits & (c.MUSIC | c.SOUND)
    return _is_same(clause, last)


def _is_of_text(clause: Clause, last: Clause) -> bool:
    """Tell a text's words and place from another text."""
    if clause.kind not in _TEXTS or (clause.bits & c.QUOTE and last.bits & c.QUOTE):
        return False
    return clause.kind is last.kind or bool(clause.joined & c.WITH)


def _is_of_move(clause: Clause, last: Clause) -> bool:
    return bool(last.bits & c.SWAP) or _is_same(clause, last)


_DETAILS_OF: dict[Kind, Callable[[Clause, Clause], bool]] = {
    Kind.QUESTION: _is_of_question,
    Kind.GENERATE: _is_of_clip,
    Kind.MUSIC: _is_of_music,
    Kind.MOVE_TRACK: _is_of_move,
    Kind.MOVE_CLIP: _is_of_move,
    **dict.fromkeys(_TEXTS, _is_of_text),
}
