"""Tables as Markdown and as a page of HTML; holes are marked, and their reasons are written below."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from .coverage import Matrix, Table

_STYLE = (
    "body{font:14px/1.4 sans-serif;margin:2em}table{border-collapse:collapse;margin:1em 0}"
    "th,td{border:1px solid #bbb;padding:.25em .5em;vertical-align:top;text-align:left}"
    "td.hole{background:#f3f3f3;color:#888}td.gap{background:#f9caca}td ul{margin:0;padding-left:1.1em}"
    "@media(prefers-color-scheme:dark){body{background:#181818;color:#ddd}td.hole{background:#242424}"
    "td.gap{background:#712}}"
)


def markdown(found: Matrix) -> str:
    """Return all tables as Markdown."""
    parts = ["# What the scenarios show", ""]
    for table in found.tables:
        parts += [f"## {table.title}", "", *_rows(table), "", *_reasons(table)]
    return "\n".join(parts).rstrip() + "\n"


def _rows(table: Table) -> Iterator[str]:
    numbers = _numbers(table)
    yield f"| | {' | '.join(table.columns)} |"
    yield "|---" * (len(table.columns) + 1) + "|"
    for row in table.rows:
        cells = (_cell(table, row, column, numbers) for column in table.columns)
        yield f"| **{row}** | {' | '.join(cells)} |"


def _cell(table: Table, row: str, column: str, numbers: dict[str, int]) -> str:
    if scenarios := table.cells.get((row, column)):
        return ", ".join(scenarios)
    reason = table.reasons.get((row, column))
    return f"– ({numbers[reason]})" if reason else "**hole**"


def _numbers(table: Table) -> dict[str, int]:
    """Return the reasons of a table, each with its number."""
    items = (
        table.reasons[row, column]
        for row in table.rows
        for column in table.columns
        if (row, column) in table.reasons
    )
    return {reason: number for number, reason in enumerate(dict.fromkeys(items), 1)}


def _reasons(table: Table) -> Iterator[str]:
    for reason, number in _numbers(table).items():
        yield f"({number}) {reason}  "
    if table.reasons:
        yield ""


def html(found: Matrix) -> str:
    """Return all tables as one page."""
    tables = "".join(f"<h2>{escape(table.title)}</h2>{_html_table(table)}" for table in found.tables)
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>What the scenarios show</title>'
        f"<style>{_STYLE}</style><h1>What the scenarios show</h1>{tables}</html>\n"
    )


def _html_table(table: Table) -> str:
    heads = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = "".join(f"<tr><th>{escape(row)}</th>{_html_row(table, row)}</tr>" for row in table.rows)
    return f"<table><tr><th></th>{heads}</tr>{rows}</table>"


def _html_row(table: Table, row: str) -> str:
    return "".join(_html_cell(table, row, column) for column in table.columns)


def _html_cell(table: Table, row: str, column: str) -> str:
    if scenarios := table.cells.get((row, column)):
        return f"<td><ul>{''.join(f'<li>{escape(scenario)}</li>' for scenario in scenarios)}</ul></td>"
    reason = table.reasons.get((row, column))
    if reason is None:
        return '<td class="gap">hole</td>'
    return f'<td class="hole" title="{escape(reason, quote=True)}">–</td>'
