"""The protocol document's status cells: which clauses were seen to hold at the live service, and when."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

_ROW: Final = re.compile(
    r"^(\| (?P<id>[A-Z][A-Z0-9-]*-[0-9]+) \| .* \| )(?P<status>[^|\n]*)( \| [^|\n]* \|)$", re.MULTILINE
)
_SEEN: Final = re.compile(r"(?:, )?verified-live \d{4}-\d\d-\d\d")


def marked(document: str, clauses: Collection[str], date: str) -> str:
    """Return the document with the status of these clauses marked; all else stays to the byte.

    ``documented`` becomes ``documented, verified-live DATE``, what is ours stays behind it; ``assumed``
    becomes ``verified-live DATE``. A date that is there already gives way to the new one.
    """

    def status(row: re.Match[str]) -> str:
        if row["id"] not in clauses:
            return row[0]
        return f"{row[1]}{_marked(row['status'], date)}{row[4]}"

    return _ROW.sub(status, document)


def _marked(status: str, date: str) -> str:
    plain, seen = _SEEN.sub("", status), f"verified-live {date}"
    if plain in ("assumed", ""):
        return seen
    first, comma, rest = plain.partition(", ")
    return f"{first}, {seen}{comma}{rest}"
