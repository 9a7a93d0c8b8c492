"""Slots for when and how long."""

from __future__ import annotations

from .. import concepts as c
from ..clause import Taker
from ..lexer import Token
from ..model import END, MIDDLE
from .base import Fields, slot

TEXT_MS = 3_000  # how long a text stays if the message does not say
EFFECT_MS = 1_000  # how long an effect lasts that has a beginning but no end

RANGES = c.SPAN | c.POINT | c.LASTING | c.PART | c.EXCEPT | c.BEGIN
_LENGTH = c.TIME | c.TARGET | c.BY | c.LASTING


def _spans(t: Taker) -> list[tuple[int, int]]:
    """Use up every time range of a clause."""
    spans: list[tuple[int, int]] = []
    for token in t.take_all(c.SPAN):
        spans += token.value if isinstance(token.value[0], tuple) else [token.value]
    if not spans and t.peek(c.POINT):
        start, length = t.value(c.POINT), t.value(c.LASTING)
        spans.append((start, start + length if length else END))
    return spans


def _range_fields(spans: list[tuple[int, int]]) -> Fields:
    if len(spans) == 1:
        return {"start_ms": spans[0][0], "end_ms": spans[0][1]}
    return {"ranges": tuple(sorted(spans, key=lambda s: (s[0] < 0, s)))} if spans else {}


def _leaves_out(t: Taker) -> bool:
    """Tell "except the first 5 seconds" and 前5秒以外 from "the first 5 seconds, except of clip 2"."""
    out = t.peek(c.EXCEPT)
    ranges = [token for token in t.left if token.bits & (c.SPAN | c.PART | c.POINT)]
    return out is not None and any(x.first > out.first or x.after == out.first for x in ranges)


@slot(RANGES)
def when(t: Taker) -> list[Fields]:
    """Read the time ranges that something is done to, or those that are left out."""
    excepted = _leaves_out(t)
    fields = _range_fields(_spans(t))
    if part := t.value(c.PART):
        low, high = part.split()
        fields["part"] = (float(low), float(high))
    if fields and excepted and t.take(c.EXCEPT):
        fields["outside"] = True
    return [fields]


@slot(RANGES | _LENGTH | c.STARTING | c.ENDING)
def when_cut(t: Taker) -> list[Fields]:
    """Read what to cut: ranges, or a length at the start or the end."""
    begins = any(token.bits & c.BEGIN and token.bits & c.POINT for token in t.left)
    (fields,) = when.read(t)
    if fields:
        if begins:  # "cut the intro, start at 4 s"; without an intro it is not clear what goes
            return [{"start_ms": 0, "end_ms": fields.get("start_ms")}] if t.take(c.STARTING) else []
        return [fields]
    edge, length = t.take(c.STARTING | c.ENDING), _length_of(t)
    if length is None or length <= 0:
        return [{}]
    if edge is not None and edge.value == "both":
        return [{"ranges": ((0, length), (-length, END))}]
    at_start = edge is not None and edge.bits & c.STARTING
    if edge is None and not t.bits & (c.BY | c.SHORTEN):
        return [{"duration_ms": length}]
    span = (0, length) if at_start else (-length, END)
    return [{"start_ms": span[0], "end_ms": span[1], "duration_ms": length}]


def _length_of(t: Taker) -> int | None:
    """Use up a length of time."""
    token = next((x for x in t.left if x.bits & _LENGTH and isinstance(x.value, int | float)), None)
    if token is None or token.bits & (c.PERCENT | c.FACTOR | c.SHAPE | c.NUMBER | c.SPAN):
        return None
    t.left.remove(token)
    return int(token.value)


@slot(_LENGTH)
def length(t: Taker) -> list[Fields]:
    """Read how long something is to be."""
    value = _length_of(t)
    return [{"duration_ms": value} if value is not None else {}]


def relative(share: Token, up: bool, down: bool) -> float | None:
    """Return by what a share multiplies: "by half" adds or takes away, "to 80 %" is what is left."""
    value = float(share.value)
    if not share.bits & c.BY and (share.bits & (c.RATIO | c.TARGET)):
        return value
    if up == down:
        return None
    return 1 + value if up else 1 - value


@slot(_LENGTH | c.RATIO | c.PERCENT)
def new_length(t: Taker) -> list[Fields]:
    """Read how long the timeline or a clip is to be: so long, or so many times as long."""
    share = t.take(c.RATIO) or t.take(c.PERCENT)
    if share is not None:
        up, down = t.bits & c.EXTEND, t.bits & (c.SHORTEN | c.CUT | c.REMOVE | c.LOWER)
        return [{"factor": factor}] if (factor := relative(share, bool(up), bool(down))) else []
    value = _length_of(t)
    return [{"duration_ms": value}] if value is not None else []


@slot(_LENGTH)
def added_length(t: Taker) -> list[Fields]:
    """Read how much longer something is to be."""
    value = _length_of(t)
    return [{"delta_ms": value}] if value else []


@slot(RANGES | c.LASTING | c.TIME | c.STARTING | c.ENDING | c.OPEN)
def moment(t: Taker) -> list[Fields]:
    """Read when something is to be seen or heard."""
    return [moment_of(t, TEXT_MS)]


@slot(RANGES | c.LASTING | c.TIME | c.STARTING | c.ENDING | c.OPEN)
def effect_moment(t: Taker) -> list[Fields]:
    """Read when an effect is on; one that begins and has no end lasts a second."""
    fields = moment_of(t, EFFECT_MS)
    if "start_ms" in fields and "end_ms" not in fields:
        fields.setdefault("duration_ms", EFFECT_MS)
    return [fields]


def moment_of(t: Taker, default_ms: int) -> Fields:
    """Return when something is on; at the end without a length, it is ``default_ms`` long."""
    span = t.peek(c.SPAN)
    if span is not None and span.value[0] != MIDDLE:
        t.take(c.SPAN)
        start, end = span.value
        fields = {"start_ms": start} if span.bits & c.OPEN else {"start_ms": start, "end_ms": end}
    elif t.peek(c.PART):
        return when.read(t)[0]
    else:
        start = t.value(c.POINT)
        fields = {} if start is None else {"start_ms": start}
    value = _length_of(t)
    if value is not None:
        fields["duration_ms"] = value
    edge = None if fields.get("start_ms") is not None else t.peek(c.STARTING | c.ENDING)
    edge = None if edge is None or edge.value == "both" else t.take(c.STARTING | c.ENDING)
    if edge is not None:
        fields["start_ms"] = 0 if edge.bits & c.STARTING else -(value or default_ms)
    return fields


@slot(c.POINT | c.TIME | c.TARGET)
def point(t: Taker) -> list[Fields]:
    """Read a place in time."""
    token = t.take(c.POINT | c.TIME | c.TARGET)
    return [{"start_ms": int(token.value)} if token and isinstance(token.value, int | float) else {}]


@slot(c.MINIMUM)
def minimum(t: Taker) -> list[Fields]:
    """Read from what length on a pause counts."""
    value = t.value(c.MINIMUM)
    return [{} if value is None else {"duration_ms": value}]


@slot(c.KEEP | c.LEAVE | c.TIME | c.TARGET | c.MINIMUM | c.RESET | c.OPEN)
def kept_pause(t: Taker) -> list[Fields]:
    """Read how much of a pause stays: "leave half a second", "shorten the pauses to 0.5 s"."""
    token = next((x for x in t.left if x.bits & (c.TIME | c.TARGET) and isinstance(x.value, int)), None)
    if token is None:
        return [] if t.bits & (c.KEEP | c.LEAVE) else [{}]
    t.left.remove(token)
    kept = t.bits & c.TARGET or t.take_all(c.KEEP | c.LEAVE)
    return [{"keep_ms": int(token.value)}] if kept else []
