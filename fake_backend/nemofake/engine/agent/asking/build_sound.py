"""Clause to instructions about sound: music, volume, mute."""

from __future__ import annotations

from ..instruction import Instruction, Kind
from ..reading import concepts as c
from ..reading.reader import Reading
from .clause import Clause
from .details import moment, numbers, share, span
from .music import music_style
from .targets import target, targets

Made = tuple[Instruction, ...]

_STEP = 0.2  # how much "louder" and "quieter" are


def ask_music(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read a music's style, volume and place."""
    start, end, length = moment(clause)
    return (
        Instruction(
            kind,
            reading.language,
            style=music_style(clause, reading),
            target="uploaded" if _is_own(clause, reading) else "",
            amount=share(clause),
            change=_step(clause) if share(clause) is None else None,
            start_ms=start,
            end_ms=end,
            duration_ms=length,
        ),
    )


def _is_own(clause: Clause, reading: Reading) -> bool:
    """Tell whether the user's own song is meant: "use my song", 用我上传的音乐."""
    if clause.bits & c.NEW:
        return True
    heads = (reading.pieces[max(0, i.first - 3) : i.first] for i in clause.items if i.bits & c.MUSIC)
    return any("my" in words or "我" in words for words in heads)


def ask_volume(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read what becomes how loud: one instruction for each sound named."""
    amount = share(clause)
    change: float | None = None
    if amount is not None and clause.bits & c.BY:
        change, amount = (-amount if clause.bits & c.LOWER else amount), None
    elif amount is None:
        change = _step(clause)
    start, end = span(clause)
    return tuple(
        Instruction(
            kind, reading.language, target=t, amount=amount, change=change, start_ms=start, end_ms=end
        )
        for t in _sounding(clause)
    )


def _step(clause: Clause) -> float | None:
    if clause.bits & c.LOWER:
        return -_STEP
    return _STEP if clause.bits & c.RAISE else None


def _sounding(clause: Clause) -> list[str]:
    named = [name for name in targets(clause) if name in ("music", "sound")]
    return named or (["sound"] if clause.bits & (c.VIDEO | c.CLIP) else [""])


def ask_mute(kind: Kind, clause: Clause, reading: Reading) -> Made:
    """Read which sounds go silent or come back."""
    start, end = span(clause)
    which = next(iter(numbers(clause)), None)
    names = [f"{target(clause)}"] if which and clause.bits & (c.TRACK | c.CLIP) else _sounding(clause)
    return tuple(
        Instruction(kind, reading.language, target=t, start_ms=start, end_ms=end, number=which) for t in names
    )
