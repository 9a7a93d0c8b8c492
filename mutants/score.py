"""``python -m mutants.score`` changes the client's flow code without knowing any clause, and counts."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console

from .scoring import VariantResult, markdown, show, try_all
from .variants import FLOWS, drawn

_WIDTH = 180  # of a table in a pipe


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the variants and print the score; return 0, or 2 where there was nothing to try."""
    options = _parser().parse_args(arguments)
    chosen = [v for module in options.module or FLOWS for v in drawn(module, options.sample, options.seed)]
    if not chosen:
        print("nothing to try", file=sys.stderr)
        return 2
    tried = [*_followed(try_all(chosen, at_once=options.jobs, limit_s=options.limit), len(chosen))]
    tried.sort(key=lambda one: chosen.index(one.variant))
    show(tried, Console(width=None if sys.stdout.isatty() else _WIDTH))
    if options.markdown is not None:
        options.markdown.write_text(markdown(tried), encoding="utf-8")
    return 0


def _followed(tried: Iterator[VariantResult], count: int) -> Iterator[VariantResult]:
    """Say which is done, since the whole takes long."""
    for nth, one in enumerate(tried, start=1):
        line = f"{nth}/{count} {one.variant.name} {one.took_s:.1f} s  {one.end}: {one.by}"
        print(line, file=sys.stderr, flush=True)
        yield one


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mutants.score", description=_ABOUT)
    parser.add_argument("--module", nargs="+", choices=FLOWS, help="of the client, instead of all")
    parser.add_argument("--sample", type=_positive, metavar="N", help="variants of each module, not all")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of the sample")
    parser.add_argument("--jobs", type=_positive, default=2, metavar="N", help="how many at once")
    parser.add_argument("--limit", type=float, default=120.0, metavar="S", help="real seconds for each")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there as well")
    return parser


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


_ABOUT = "Change the client's flow code by the operators of cosmic-ray, and count what the suite notices."

if __name__ == "__main__":
    sys.exit(main())
