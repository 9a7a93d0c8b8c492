"""How the suite judges either side here: in this process, without sockets."""

from __future__ import annotations

from nemocontract.suite import Wanted, judge_fake, judge_reference
from nemocontract.tally import Tally

from .mutant import Mutant, Side
from .trying import Job, Judge

_EVERYTHING: frozenset[str] = frozenset()
# Bugs that only show under another setting of the wire: both settings of every switch are in these two.
PROFILES = ("", "adk,http-status,render-nested")


def jobs(mutants: tuple[Mutant, ...], side: Side, *, examples: int, quick: bool, control: bool) -> list[Job]:
    """Return a job for each mutant, the control run first.

    ``quick`` tries only what is about the mutant's clause; without it, everything is tried where that
    does not notice. ``examples`` of each property drawn at random come with everything only.
    """
    judge = _judge(side, examples)
    passes = [(frozenset({m.clause}),) if quick else (frozenset({m.clause}), _EVERYTHING) for m in mutants]
    tries = [Job(mutant, side, judge, each) for mutant, each in zip(mutants, passes, strict=True)]
    return [Job(None, side, judge, (_EVERYTHING,)), *tries] if control else tries


def _judge(side: Side, examples: int) -> Judge:
    suite = judge_fake if side == "server" else judge_reference

    def judge(clauses: frozenset[str]) -> Tally:
        drawn = 0 if clauses else examples
        return suite(Wanted(profiles=PROFILES, clauses=clauses, examples=drawn))

    return judge
