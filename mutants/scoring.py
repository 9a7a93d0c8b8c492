"""The score of the contract suite: how many variants of the client's flow code it notices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache

from rich.console import Console
from rich.table import Table

from nemocontract.suite import SuiteOptions, judge_reference

from .judge import PROFILES
from .patching import Mutant
from .run import run
from .variants import Variant
from .worker import GIVEN_UP, Job, Outcome

_PARTS = 12  # of all client tests, a mixture of scenarios each: most variants are noticed in the first


class VariantStatus(StrEnum):
    """What became of a variant. A finding kills; that a client does not come to an end is one as well."""

    FINDING = "killed by a finding"
    FAULT = "fault of the suite"
    TIMEOUT = "timeout"
    SURVIVED = "survived"


@dataclass(frozen=True, slots=True)
class VariantResult:
    """A variant and what came of it; ``by`` are the rules that noticed it, or the trouble."""

    variant: Variant
    end: VariantStatus
    by: str
    took_s: float


@dataclass(slots=True)
class Score:
    """The account of one module."""

    module: str
    ends: Counter[VariantStatus] = field(default_factory=Counter)

    @property
    def share(self) -> float:
        """Killed by a finding, of all that were tried."""
        return self.ends[VariantStatus.FINDING] / max(1, self.ends.total())


def job_of(variant: Variant) -> Job:
    """Return what tries a variant: all scenarios under both wire settings, until there is a violation."""
    return Job(
        Mutant(variant.name, "", variant.description, variant.apply), "client", judge_reference, _parts()
    )


def try_all(variants: Iterable[Variant], *, at_once: int, limit_s: float) -> Iterator[VariantResult]:
    """Try variants, each in a fork, and yield what came of each as it ends."""
    named = {variant.name: variant for variant in variants}
    for outcome in run(map(job_of, named.values()), at_once=at_once, limit_s=limit_s):
        assert outcome.mutant, "there are no control runs here"
        by = outcome.by if outcome.caught else outcome.trouble
        yield VariantResult(named[outcome.mutant.name], end_of(outcome), by, outcome.took_s)


def end_of(outcome: Outcome) -> VariantStatus:
    """Say what became of a variant."""
    if outcome.caught:
        return VariantStatus.FINDING
    if outcome.trouble.startswith(GIVEN_UP):
        return VariantStatus.TIMEOUT
    return VariantStatus.FAULT if outcome.trouble else VariantStatus.SURVIVED


def scores(tried: Iterable[VariantResult]) -> list[Score]:
    """Return a score for each module, in the order in which they were tried."""
    found: dict[str, Score] = {}
    for one in tried:
        found.setdefault(one.variant.module, Score(one.variant.module)).ends[one.end] += 1
    return [*found.values()]


@cache
def _parts() -> tuple[SuiteOptions, ...]:
    names = [*SuiteOptions().store.names()]
    parts = [frozenset(names[first::_PARTS]) for first in range(_PARTS)]
    return tuple(
        SuiteOptions(profiles=(profile,), only=part, examples=0) for profile in PROFILES for part in parts
    )


_HEADINGS = ("module", "variants", *VariantStatus, "score")


def show(tried: Sequence[VariantResult], console: Console) -> None:
    """Print the table, and the variants that were not killed."""
    table = Table(_HEADINGS[0], box=None, pad_edge=False, header_style="bold")
    for heading in _HEADINGS[1:]:
        table.add_column(heading, justify="right")
    for cells in _rows(tried):
        table.add_row(*cells)
    console.print(table)
    for one in _alive(tried):
        console.print(
            f"{one.end}  {one.variant.name}  {one.variant.description}", markup=False, highlight=False
        )


def markdown(tried: Sequence[VariantResult]) -> str:
    """Return both in Markdown."""
    lines = [_line(_HEADINGS), "|---|" + "--:|" * (len(_HEADINGS) - 1), *map(_line, _rows(tried))]
    alive = [_line(("variant", "was", "now", "end")), "|---|---|---|---|"]
    alive += [
        _line((v.name, _code(v.was), _code(v.now), one.end)) for one in _alive(tried) for v in [one.variant]
    ]
    return "\n".join([*lines, "", *alive, ""])


def _rows(tried: Iterable[VariantResult]) -> list[tuple[str, ...]]:
    found = scores(tried)
    total = Score("all")
    for score in found:
        total.ends.update(score.ends)
    return [
        (
            score.module,
            str(score.ends.total()),
            *(str(score.ends[end]) for end in VariantStatus),
            f"{score.share:.0%}",
        )
        for score in (*found, total)
    ]


def _alive(tried: Iterable[VariantResult]) -> list[VariantResult]:
    return [one for one in tried if one.end is not VariantStatus.FINDING]


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
