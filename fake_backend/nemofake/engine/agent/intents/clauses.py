"""A clause: some items in a row, and what they ask for together."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ..lexer import concepts as c
from ..lexer.lexer import Token
from ..model import Kind
from .intent_rules import kind_of

# What a detail never changes.
_KEPT = frozenset({Kind.GENERATE, Kind.REGENERATE, Kind.QUESTION})


@dataclass(slots=True)
class Clause:
    """Some items in a row: ``joined`` is what stood before them, ``bits`` all that they mean.

    It takes the pieces of the message from ``first`` up to ``after``.
    """

    joined: int = 0
    first: int = 0
    after: int = 0
    items: list[Token] = field(default_factory=list)
    bits: int = 0
    kind: Kind | None = None
    negated: bool = False
    own: int = 0  # the verbs it has itself

    def add(self, item: Token) -> None:
        """Take one more item; 最后 in front of a verb only says "finally"."""
        if len(self.items) == 1 and self.items[0].value == "finally":
            self.items, self.bits = [], 0
        self.items.append(item)
        self.bits |= item.bits

    def absorb(self, other: Clause) -> None:
        """Take what another clause says as details."""
        self.items += other.items
        self.bits |= other.bits
        self.after = other.after
        if self.kind not in _KEPT and (other.joined == 0 or not self.bits & ~other.bits & c.ACTIONS):
            self.kind = kind_of(self.bits) or self.kind


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


def is_continuation(clause: Clause, last: Clause) -> bool:
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


# Verbs that a list shares: "remove the music and the title".
_SHARED = c.ADD | c.PUT | c.REMOVE | c.MUTE | c.LOWER | c.RAISE | c.CHANGE


def clauses(items: Iterable[Token], count: int) -> list[Clause]:
    """Return the clauses of a message of ``count`` pieces that ask for something, each with its kind."""
    result: list[Clause] = []
    waiting: Clause | None = None
    for clause in _split(items, count):
        last = result[-1] if result else None
        _classify(clause, last)
        if waiting is not None and clause.kind and not clause.joined & c.STOP:
            clause.items[:0], clause.bits = waiting.items, clause.bits | waiting.bits
        waiting = None
        if clause.kind and not is_detail(clause, last):
            result.append(clause)
        elif last is not None:
            if is_continuation(clause, last):
                last.absorb(clause)
        elif clause.items and not clause.negated:
            waiting = clause
    return result


def _split(items: Iterable[Token], count: int) -> Iterable[Clause]:
    """Yield the clauses between what divides them; a verb too begins one where the last is complete."""
    clause = Clause(joined=c.STOP)
    for item in items:
        if item.bits & c.BREAKS:
            if clause.items or item.first > clause.first:
                clause.after = item.first
                yield clause
                clause = Clause()
            clause.joined, clause.first = clause.joined | item.bits, item.after
            if not item.bits & ~(c.BREAKS | c.WITH):
                continue
        elif item.bits & c.ACTIONS and (_is_whole(clause) or _is_mere_refusal(clause)):
            clause.after = item.first
            yield clause
            clause = Clause(
                c.COMMA if clause.joined & c.NOT and not clause.bits & c.ACTIONS else 0, item.first
            )
        clause.add(item)
    clause.after = count
    yield clause


def _is_whole(clause: Clause) -> bool:
    """Tell whether a clause already asks for something, so that a further verb begins another."""
    if not clause.bits & c.ACTIONS:
        return False
    kind = kind_of(clause.bits)
    if kind is Kind.TITLE and not clause.bits & c.TEXTS:
        return False
    return kind is not None and kind not in MADE


def _is_mere_refusal(clause: Clause) -> bool:
    """Tell "instead of jazz", after which a verb begins what is wanted."""
    return bool(clause.joined & c.NOT and clause.items and not clause.bits & c.ACTIONS)


def _classify(clause: Clause, last: Clause | None) -> None:
    """Give a clause its kind: negation and shared verbs reach over commas and "and", not over a full stop."""
    clause.own = own = clause.bits & c.ACTIONS
    near = last is not None and not clause.joined & (c.STOP | c.RESET)
    clause.negated = bool(clause.joined & c.NOT) or bool(
        last
        and near
        and last.negated
        and not (clause.bits & (c.ACTIONS | c.ONLY) and clause.joined & c.COMMA)
    )
    if _asks(clause) and not (last and near and last.kind is Kind.GENERATE):
        clause.kind = Kind.QUESTION
        return
    if last and near and not own and last.kind is not Kind.SILENCES and last.bits & _SHARED:
        clause.kind = kind_of(clause.bits | last.bits & _SHARED)
        if clause.kind:
            clause.bits |= last.bits & _SHARED if clause.kind not in JOINS else 0
            return
    clause.kind = None if _states(clause) else kind_of(clause.bits | clause.joined & c.WITH)


def _asks(clause: Clause) -> bool:
    """Tell a question: its word stands before any verb of doing; "is …" at the start is one too."""
    for at, item in enumerate(clause.items):
        if item.bits & c.WHAT or (item.bits & c.STATE and at == 0 and clause.joined & c.STOP):
            return True
        if item.bits & c.ACTIONS & ~(c.LOWER | c.RAISE):
            return False
    return False


def _states(clause: Clause) -> bool:
    """Tell a mere remark: "the music is nice" asks for nothing."""
    return bool(clause.bits & (c.STATE | c.OPINION)) and not clause.bits & (c.ACTIONS | c.QUOTE | c.THANKS)
