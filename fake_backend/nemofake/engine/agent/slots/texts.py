"""Slots for texts: their words, times and places on the picture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from .. import concepts as c
from ..clause import Clause, Taker
from .base import Fields, slot
from .times import RANGES, TEXT_MS, moment_of


def place_of(t: Taker) -> str:
    """Use up a place on the picture by its words, or return ""."""
    side = t.value(c.SIDE)
    height = t.value(c.HEIGHT)
    return f"{height} {side}" if side in ("left", "right") and height else str(side or height or "")


@slot(c.SIDE | c.HEIGHT)
def place(t: Taker) -> list[Fields]:
    """Read a place on the picture; "higher" and "lower" are steps."""
    step = next((x for x in t.left if x.bits & c.HEIGHT and x.bits & (c.RAISE | c.LOWER)), None)
    if step is not None:
        t.left.remove(step)
        return [{"position": "higher" if step.bits & c.RAISE else "lower"}]
    where = place_of(t)
    return [{"position": where} if where else {}]


@slot(RANGES | c.TIME | c.TARGET)
def new_moment(t: Taker) -> list[Fields]:
    """Read when a text is to be seen from now on: "to 5 s" is a place in time."""
    fields = moment_of(t, TEXT_MS)
    if "start_ms" not in fields and "duration_ms" in fields and t.bits & c.MOVE:
        fields["start_ms"] = fields.pop("duration_ms")
    return [fields]


@slot(c.QUOTE)
def new_words(t: Taker) -> list[Fields]:
    """Read which text becomes which."""
    quotes = [token.value for token in t.take_all(c.QUOTE)]
    if len(quotes) > 2:
        return []
    return [
        {"old": quotes[0], "text": quotes[1]} if len(quotes) > 1 else {"text": quotes[0]} if quotes else {}
    ]


_TEXT_BITS = (
    RANGES | c.LASTING | c.TIME | c.STARTING | c.ENDING | c.OPEN | c.QUOTE | c.SIDE | c.HEIGHT | c.LOWER_THIRD
    | c.TONGUE | c.NUMBER | c.ORDINAL
)  # fmt: skip


@slot(c.DEFINITE)
def existing(t: Taker) -> list[Fields]:
    """Require "the title", in Chinese one that is named first: one that is there, and not a new one."""
    tokens = t.clause.tokens
    found = any(a.bits & c.DEFINITE and b.bits & c.TEXTS and a.after == b.first for a, b in pairwise(tokens))
    return [{}] if found or (t.language == "zh" and tokens[0].bits & c.TEXTS) else []


@slot(_TEXT_BITS)
def new_texts(t: Taker) -> list[Fields]:
    """Read texts with their times and places: one instruction for each quotation."""
    third = {"position": "lower third"} if t.bits & c.LOWER_THIRD else {}
    position = {} if third else {"position": place_of(t)}
    result: list[Fields] = []
    parts = list(_split_at_quotes(t.clause.with_tokens(t.left)))
    t.take_all(_TEXT_BITS)
    for part in parts:
        own = Taker(part)
        languages = own.take_all(c.TONGUE)
        codes = dict.fromkeys(code for x in languages for code in str(x.value).split("+"))
        fields: Fields = {"style": "+".join(codes)} if codes else {}
        quotes = own.take_all(c.QUOTE)
        if quotes:
            fields["text"] = quotes[0].value
        fields |= third or position
        fields |= moment_of(own, TEXT_MS)
        if own.peek(_TEXT_BITS & ~c.LOWER_THIRD) or len(quotes) > 1:
            return []
        result.append({name: value for name, value in fields.items() if value != ""})
    return result


def _split_at_quotes(clause: Clause) -> Iterator[Clause]:
    """Yield one clause for each quotation, with the times that belong to it: "A" at 0s and "B" at 5s."""
    quotes = [n for n, token in enumerate(clause.tokens) if token.bits & c.QUOTE]
    if len(quotes) < 2:
        yield clause
        return
    time_first = any(token.bits & c.WHEN for token in clause.tokens[: quotes[0]])
    cuts = [n + 1 for n in quotes[:-1]] if time_first else quotes[1:]
    for begin, end in pairwise([0, *cuts, len(clause.tokens)]):
        yield clause.with_tokens(clause.tokens[begin:end])
