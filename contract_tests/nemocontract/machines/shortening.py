"""A history that shows something, made as short as it can be and still show it.

Hypothesis shrinks what it draws, over hundreds of worlds; steps are values that replay, so leaving some out
does the same in a few dozen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from nemocontract.machines.player import Player
from nemocontract.machines.story import Step
from nemocontract.machines.twins import differences
from nemocontract.machines.world import World
from nemocontract.probing.target import NoControlError

Opened = Callable[[World], Player]


def shortest(failed: Player, opened: Opened, *, most_tries: int = 200) -> Player:
    """Return a player with the shortest story found that breaks the same clause; at worst ``failed``."""
    best, tries = failed, 0
    while tries < most_tries:
        for world, steps in _shorter(best):
            tries += 1
            found = _replayed(world, steps, opened, twice=failed.twinned)
            if found is not None and _clause(found) == _clause(failed):
                best = found
                break
            if tries >= most_tries:
                return best
        else:
            return best
    return best


def _clause(player: Player) -> str:
    return player.tally.findings[0].clause if player.tally.findings else ""


def _shorter(player: Player) -> Iterator[tuple[World, Sequence[Step]]]:
    """Yield stories with steps left out, many at first and the last ones first; then plainer worlds."""
    size = len(player.steps) // 2
    while size:
        for end in range(len(player.steps), 0, -size):
            yield player.world, without(player, range(max(0, end - size), end))
        size //= 2
    yield from ((world, player.steps) for world in plainer(player.world))


# Which argument of a step counts what, and which verbs make it.
KINDS = {"by": "guest", "guest": "guest", "session": "session", "job": "job", "stream": "stream"}
_MAKES = {"guest": "guest", "register": "guest", "session": "session", "submit": "job", "open": "stream"}


def without(player: Player, left_out: range) -> list[Step]:
    """Return a story without some steps, and without whatever is done with what they made."""
    gone: dict[str, list[int]] = {kind: [] for kind in KINDS.values()}
    kept = []
    for nth, (step, made) in enumerate(zip(player.steps, player.made, strict=True)):
        lost = any(step.told.get(name) in gone[kind] for name, kind in KINDS.items())
        if nth not in left_out and not lost:
            kept.append(_renumbered(step, gone))
        elif made is not None:
            gone[_MAKES[step.verb]].append(made)
    return kept


def _renumbered(step: Step, gone: dict[str, list[int]]) -> Step:
    """Return a step in which people and things count as if those that are gone had never been."""
    told = dict(step.told)
    for name, kind in KINDS.items():
        if isinstance(number := told.get(name), int):
            told[name] = number - sum(other < number for other in gone[kind])
    return Step(step.verb, told)


def _replayed(world: World, steps: Sequence[Step], opened: Opened, *, twice: bool) -> Player | None:
    """Return the player of a story, None where it makes no sense without what was left out."""
    player = opened(world)
    try:
        for step in steps:
            player.act(step.verb, **step.told)
            if player.tally.findings:
                break
        if twice and not player.tally.findings:
            differences(player, opened(world))
    except (LookupError, NoControlError):
        return None
    finally:
        player.close()
    return player


def plainer(world: World) -> Iterator[World]:
    """Yield the same world with one setting at its plainest."""
    plain = {"profile": "typed,envelope,render-flat", "seed": 0, "silent_share": 0.3}
    for name, value in plain.items():
        if getattr(world, name) != value:
            yield replace(world, **{name: value})  # type: ignore[arg-type]  # one field of the table above
