"""The order in which the instructions of a message are done, so that each is right when its turn comes."""

from __future__ import annotations

from dataclasses import replace

from .model import Instruction, Kind


def in_order(made: list[Instruction]) -> list[Instruction]:
    """Return instructions in the order to do them; numbers of clips are those before the message."""
    return _last_first(_later_clips_first(_joined_silences(made)))


def _joined_silences(made: list[Instruction]) -> list[Instruction]:
    """Let "but leave half a second" say how much of the pauses stays that are cut in the same message."""
    kept = next((i.keep_ms for i in made if i.kind is Kind.SILENCES and i.keep_ms is not None), None)
    if kept is None or sum(i.kind is Kind.SILENCES for i in made) < 2:
        return made
    first = next(i for i in made if i.kind is Kind.SILENCES)
    return [
        replace(first, keep_ms=kept) if i is first else i
        for i in made
        if i is first or i.kind is not Kind.SILENCES
    ]


def _later_clips_first(made: list[Instruction]) -> list[Instruction]:
    """Let what is done to a part of several clips begin with the last: it splits them, and numbers shift."""
    result: list[Instruction] = []
    for instruction in made:
        at = len(result)
        while at and instruction.number and _splits_alike(result[at - 1], instruction):
            at -= 1
        result.insert(at, instruction)
    return result


def _splits_alike(earlier: Instruction, later: Instruction) -> bool:
    timed = later.start_ms is not None or later.ranges or later.part
    return bool(timed and later.kind is earlier.kind and 0 < (earlier.number or 0) < (later.number or 0))


def _last_first(made: list[Instruction]) -> list[Instruction]:
    """Let what is removed by number go last and from the back: numbers are those before the message."""
    numbered = [i for i in made if i.kind is Kind.REMOVE and i.number]
    if not numbered or (not any(i.number for i in made if i.kind is not Kind.REMOVE) and len(numbered) < 2):
        return made
    numbered.sort(key=_from_the_back)
    return [i for i in made if not (i.kind is Kind.REMOVE and i.number)] + numbered


def _from_the_back(instruction: Instruction) -> tuple[bool, int]:
    number = instruction.number or 0
    return number < 0, number if number < 0 else -number
