"""The command: which measurements, for how long, printed and written."""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .limits import FULL, QUICK, Budget
from .machine import machine, machine_line
from .report import Row, render

if TYPE_CHECKING:
    Study = Callable[[Budget], Iterator[Row]]

# Each is a module of this package with a function of the same name, loaded only when it is its turn:
# what one imports must not warm the next.
STUDIES = ("start_up", "traffic", "engine", "journeys", "client", "storage")
# Those that need more than this machine has by itself: measured only when they are named.
OTHERS = ("scaling",)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code: 0, whatever the figures are."""
    options = _parser().parse_args(arguments)
    facts, started_s = machine(), time.perf_counter()
    rows: list[Row] = []
    for name in options.only or STUDIES:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        rows.extend(_study(name)(QUICK if options.quick else FULL))
    took_s = round(time.perf_counter() - started_s, 1)
    print(f"{machine_line(facts)}; {took_s} s\n\n{render(rows)}")
    if options.json is not None:
        record = {"machine": facts, "took_s": took_s, "rows": [row.record() for row in rows]}
        options.json.write_text(json.dumps(record, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0


def _study(name: str) -> Study:
    study: Study = getattr(importlib.import_module(f".{name}", __package__), name)
    return study


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=_ABOUT)
    parser.add_argument("--quick", action="store_true", help="see that it works; the figures mean nothing")
    parser.add_argument(
        "--only", nargs="+", choices=STUDIES + OTHERS, metavar="STUDY", help=", ".join(STUDIES + OTHERS)
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every sample there as well")
    return parser


_ABOUT = "Speed as ratios within one run: median of interleaved rounds, the machine's noise in `spread`."
