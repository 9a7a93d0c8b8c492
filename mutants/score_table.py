"""The score as a table, with every variant that was not killed below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

from .scoring import End, Score, Tried, scores

_HEADINGS = ("module", "variants", *End, "score")


def show(tried: Sequence[Tried], console: Console) -> None:
    """Print the table, and the variants that were not killed."""
    table = Table(_HEADINGS[0], box=None, pad_edge=False, header_style="bold")
    for heading in _HEADINGS[1:]:
        table.add_column(heading, justify="right")
    for cells in _rows(tried):
        table.add_row(*cells)
    console.print(table)
    for one in _alive(tried):
        console.print(f"{one.end}  {one.variant.name}  {one.variant.told}", markup=False, highlight=False)


def markdown(tried: Sequence[Tried]) -> str:
    """Return both in Markdown."""
    lines = [_line(_HEADINGS), "|---|" + "--:|" * (len(_HEADINGS) - 1), *map(_line, _rows(tried))]
    alive = [_line(("variant", "was", "now", "end")), "|---|---|---|---|"]
    alive += [
        _line((v.name, _code(v.was), _code(v.now), one.end)) for one in _alive(tried) for v in [one.variant]
    ]
    return "\n".join([*lines, "", *alive, ""])


def _rows(tried: Iterable[Tried]) -> list[tuple[str, ...]]:
    found = scores(tried)
    total = Score("all")
    for score in found:
        total.ends.update(score.ends)
    return [
        (score.module, str(score.ends.total()), *(str(score.ends[end]) for end in End), f"{score.share:.0%}")
        for score in (*found, total)
    ]


def _alive(tried: Iterable[Tried]) -> list[Tried]:
    return [one for one in tried if one.end is not End.FINDING]


def _code(text: str) -> str:
    return f"`{text}`".replace("|", "\\|")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
