"""A file of recorded traffic, whichever of three forms it has: a journal, its lines, or a HAR."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from nemocontract.recording.exchange import Exchange
from nemocontract.recording.har import read_har
from nemocontract.recording.journal import dropped_entries, read_records

_ADVICE = "expected a journal (GET /__fake__/journal, or one record a line) or a HAR 1.2"


@dataclass(frozen=True, slots=True)
class Recording:
    """What a file holds.

    ``real``: its times are those of a real clock, with real waits between. ``dropped``: entries that the
    journal no longer had when it was saved.
    """

    form: Literal["journal", "lines", "har"]
    traffic: tuple[Exchange, ...]
    real: bool = False
    dropped: int = 0


def read_traffic(path: Path) -> tuple[Exchange, ...]:
    """Return the exchanges of a file; raise ``ValueError`` that says in one line what is wrong with it."""
    return read_recording(path).traffic


def read_recording(path: Path) -> Recording:
    """Return what a file holds; raise ``ValueError`` that says in one line what is wrong with it."""
    try:
        return _read(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path}: no text in UTF-8; {_ADVICE}") from None
    except RecursionError:
        raise ValueError(f"{path}: nested too deeply; {_ADVICE}") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from None


def _read(text: str) -> Recording:
    if not text.strip():
        raise ValueError(f"it is empty; {_ADVICE}")
    try:
        value = json.loads(text)
    except ValueError as error:
        if _first_line_is_whole(text):
            records = [*_lines(text)]
            return Recording("lines", read_records(records), dropped=dropped_entries(records))
        raise ValueError(f"no JSON ({error}); {_ADVICE}") from None
    if isinstance(value, list):
        return Recording("journal", read_records(value), dropped=dropped_entries(value))
    if isinstance(value, dict) and "log" in value:
        return Recording("har", read_har(value), real=not _is_ours(value))
    if isinstance(value, dict) and "request" in value:
        return Recording("lines", read_records([value]))
    raise ValueError(f"JSON, but no recorded traffic; {_ADVICE}")


def _is_ours(har: dict[str, Any]) -> bool:
    """Tell whether the fake wrote a HAR: its times are engine times."""
    log = har["log"]
    creator = log.get("creator") if isinstance(log, dict) else None
    return isinstance(creator, dict) and creator.get("name") == "nemofake"


def _first_line_is_whole(text: str) -> bool:
    try:
        return isinstance(json.loads(text.lstrip().partition("\n")[0]), dict)
    except ValueError:
        return False


def _lines(text: str) -> Iterator[Any]:
    for nth, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield json.loads(line)
            except ValueError as error:
                raise ValueError(f"line {nth} is no JSON: {error}") from None
