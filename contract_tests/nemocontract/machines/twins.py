"""The same steps in two worlds of one making give the same bytes, answer by answer."""

from __future__ import annotations

from nemocontract.machines.player import Player


def differences(first: Player, second: Player) -> None:
    """Play the first one's steps with the second, and claim for the first that both got the same bytes.

    SSE-5 asks for it ("seeded, not random"), of fakes only; it is what makes a failure replay.
    """
    first.close()  # what it left open has its answer when it is closed
    try:
        for step in first.steps:
            second.act(step.verb, **step.told)
    finally:
        second.close()
    pairs = list(zip(_bodies(first), _bodies(second), strict=False))
    other = next((nth for nth, (one, two) in enumerate(pairs) if one != two), None)
    same = other is None and len(first.raws) == len(second.raws)
    seen = (
        f"{len(first.raws)} and {len(second.raws)} answers" if other is None else _told(first, second, other)
    )
    first.twinned = not same
    first.auditor.claim.at = None if other is None else first.probe.exchanges[other]
    first.auditor.claim("SSE-5", same, "the same bytes for the same requests in a like world", seen)


def _bodies(player: Player) -> list[bytes]:
    """Return all bodies without the world's own address, which media are named by."""
    return [raw.replace(player.target.url.encode(), b"") for raw in player.raws]


def _told(first: Player, second: Player, nth: int) -> str:
    one, two = _bodies(first)[nth], _bodies(second)[nth]
    at = next((k for k, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), min(len(one), len(two)))
    return f"answer {nth + 1} from byte {at}: {one[at : at + 60]!r} and {two[at : at + 60]!r}"
