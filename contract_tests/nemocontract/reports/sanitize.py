"""The border that every text crosses into a report: no token (C-SEC-1), nothing that a reader would obey."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any, Final, TypeVar

from nemocontract.results import HarnessError, Inconclusive, RunResult, Skipped, Violation, masked_text

# What XML cannot hold, UTF-8 cannot write, a terminal takes for a command, or turns the reading order.
_UNSEEN: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_Record = TypeVar("_Record", Violation, Skipped, HarnessError, Inconclusive)


def clean(text: str) -> str:
    r"""Return the text with tokens masked and unprintable characters written out, as in ``\x1b``."""
    return _UNSEEN.sub(_written_out, masked_text(text).replace("\r\n", "\n"))


def one_line(text: str) -> str:
    """Return the text as one line, for a place that has only one."""
    return " ".join(text.split())


def shortened(text: str, most: int) -> str:
    """Return at most so many characters of the text, and how many were left out."""
    left_out = len(text) - most
    return text if left_out <= 0 else f"{text[:most]} … ({left_out:,} more characters)"


def sanitized(run_result: RunResult) -> RunResult:
    """Return a copy with every text made printable and every count at least one."""
    return RunResult(
        target=one_line(clean(run_result.target)),
        subject=one_line(clean(run_result.subject)),
        seed=run_result.seed,
        tried=_counted(run_result.tried),
        violations=[_crossed(violation) for violation in run_result.violations],
        not_run=[_crossed(left) for left in run_result.not_run],
        harness=[_crossed(fault) for fault in run_result.harness],
        inconclusive=[_crossed(one) for one in run_result.inconclusive],
        interrupted=run_result.interrupted,
        played=[clean(name) for name in run_result.played],
        took_s=run_result.took_s,
        rules=_counted(run_result.rules),
        level=run_result.level,
    )


def _written_out(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"


def _crossed(given: _Record) -> _Record:
    values = {field.name: getattr(given, field.name) for field in fields(given)}
    return replace(given, **{name: _clean_any(value) for name, value in values.items()})


def _clean_any(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    return tuple(map(clean, value)) if isinstance(value, tuple) else value


def _counted(counts: Mapping[Any, int]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for key, count in counts.items():
        found[_clean_any(key)] += max(count, 0)
    return +found
