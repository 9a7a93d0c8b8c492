"""The same steps in two worlds of one making give the same bytes, answer by answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from nemocontract.http.target import NoControlError
from nemocontract.stateful.runner import SequenceRunner
from nemocontract.stateful.trace import Step, WorldSettings


def differences(first: SequenceRunner, second: SequenceRunner) -> None:
    """Play the first one's steps with the second, and claim for the first that both got the same bytes.

    SSE-5 asks for it ("seeded, not random"), of fakes only; it is what makes a failure replay.
    """
    first.close()  # what it left open has its answer when it is closed
    try:
        for step in first.steps:
            second.act(step.verb, **step.arguments)
    finally:
        second.close()
    pairs = list(zip(_bodies(first), _bodies(second), strict=False))
    other = next((nth for nth, (one, two) in enumerate(pairs) if one != two), None)
    same = other is None and len(first.raws) == len(second.raws)
    seen = (
        f"{len(first.raws)} and {len(second.raws)} answers"
        if other is None
        else _described(first, second, other)
    )
    first.twinned = not same
    first.model.check.at = None if other is None else first.recorder.exchanges[other]
    first.model.check("SSE-5", same, "the same bytes for the same requests in a like world", seen)


def _bodies(player: SequenceRunner) -> list[bytes]:
    """Return all bodies without the world's own address, which media are named by."""
    return [raw.replace(player.target.url.encode(), b"") for raw in player.raws]


def _described(first: SequenceRunner, second: SequenceRunner, nth: int) -> str:
    one, two = _bodies(first)[nth], _bodies(second)[nth]
    at = next((k for k, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return f"answer {nth + 1} from byte {at}: {one[at : at + 60]!r} and {two[at : at + 60]!r}"


Opened = Callable[[WorldSettings], SequenceRunner]


def shortest(failed: SequenceRunner, opened: Opened, *, most_tries: int = 200) -> SequenceRunner:
    """Return a player with the shortest scenario found that breaks the same clause; at worst ``failed``."""
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


def _clause(player: SequenceRunner) -> str:
    return player.run_result.violations[0].clause if player.run_result.violations else ""


def _shorter(player: SequenceRunner) -> Iterator[tuple[WorldSettings, Sequence[Step]]]:
    """Yield scenarios with steps left out, many at first and the last ones first; then plainer worlds."""
    size = len(player.steps) // 2
    while size:
        for end in range(len(player.steps), 0, -size):
            yield player.world, without(player, range(max(0, end - size), end))
        size //= 2
    yield from ((world, player.steps) for world in simpler_worlds(player.world))


# Which argument of a step counts what, and which verbs make it.
KINDS = {"by": "account", "account": "account", "session": "session", "job": "job", "stream": "stream"}
_MAKES = {
    "account": "account",
    "register": "account",
    "session": "session",
    "submit": "job",
    "open": "stream",
}


def without(player: SequenceRunner, left_out: range) -> list[Step]:
    """Return a scenario without some steps, and without whatever is done with what they made."""
    gone: dict[str, list[int]] = {kind: [] for kind in KINDS.values()}
    kept = []
    for nth, (step, made) in enumerate(zip(player.steps, player.made, strict=True)):
        lost = any(step.arguments.get(name) in gone[kind] for name, kind in KINDS.items())
        if nth not in left_out and not lost:
            kept.append(_renumbered(step, gone))
        elif made is not None:
            gone[_MAKES[step.verb]].append(made)
    return kept


def _renumbered(step: Step, gone: dict[str, list[int]]) -> Step:
    """Return a step in which people and things count as if those that are gone had never been."""
    fields = dict(step.arguments)
    for name, kind in KINDS.items():
        if isinstance(number := fields.get(name), int):
            fields[name] = number - sum(other < number for other in gone[kind])
    return Step(step.verb, fields)


def _replayed(
    world: WorldSettings, steps: Sequence[Step], opened: Opened, *, twice: bool
) -> SequenceRunner | None:
    """Return the player of a scenario, None where it makes no sense without what was left out."""
    player = opened(world)
    try:
        for step in steps:
            player.act(step.verb, **step.arguments)
            if player.run_result.violations:
                break
        if twice and not player.run_result.violations:
            differences(player, opened(world))
    except (LookupError, NoControlError):
        return None
    finally:
        player.close()
    return player


def simpler_worlds(world: WorldSettings) -> Iterator[WorldSettings]:
    """Yield the same world with one setting at its plainest."""
    plain = {"profile": "typed,envelope,render-flat", "seed": 0, "silent_share": 0.3}
    for name, value in plain.items():
        if getattr(world, name) != value:
            yield replace(world, **{name: value})  # type: ignore[arg-type]  # one field of the table above
