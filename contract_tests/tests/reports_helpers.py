"""What the tests of the reports share: runs to report, and readers of what they print."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import fields
from typing import Any, TypeVar
from xml.etree import ElementTree

from rich.console import Console

from nemocontract.reports import summarise, tell
from nemocontract.reports.html import as_page
from nemocontract.reports.junit import as_junit
from nemocontract.reports.markdown import as_markdown
from nemocontract.results import HarnessError, RunResult, Skipped, Violation

REPLAY = (
    "nemofake verify --server --target http://127.0.0.1:8787 --only tokens.last-millisecond --seed 42 "
    "--profile adk,http-status,render-nested"
)
AT_MS = 1_800_604_799_999
AT = "2027-01-22T07:59:59.999Z"
NO_CONTROL = "needs the control API, which this server does not have"
_Record = TypeVar("_Record", Violation, Skipped, HarnessError)


def passed(target: str = "fake", **kwargs: Any) -> RunResult:
    """A run that tried three clauses and found nothing."""
    run_result = RunResult(target, seed=42, took_s=1.5, **kwargs)
    for clause, rule in [
        ("ENV-1", "envelopes.code"),
        ("ENV-1", "envelopes.data"),
        ("AUTH-1", "tokens.first"),
    ]:
        run_result.record_check(clause, rule, True, expected="")
    run_result.record_check("SSE-2", "chat.stream", True, expected="")
    return run_result


def broken(target: str = "live") -> RunResult:
    """A run with a finding of the server's, a case left out, and one the suite failed at."""
    run_result = passed(target)
    run_result.record_check(
        "AUTH-5",
        "tokens.last-millisecond",
        False,
        expected="code 0 one millisecond before the end",
        seen="1001 bad or expired token",
        seq=12,
        where="GET /api/credits/balance/simple",
        at_ms=AT_MS,
        test_name="tokens.seven-days",
        replay=REPLAY,
        trace=("a token is issued", "seven days less a millisecond pass"),
    )
    run_result.skip("tokens.address-limit", ("AUTH-4",), NO_CONTROL)
    run_result.add_harness_error(
        "chat.silence", "Traceback (most recent call last):\n  File chat.py\nKeyError: 'seq'"
    )
    return run_result


def only_skipped() -> RunResult:
    """A run in which everything was left out."""
    run_result = RunResult("live")
    run_result.skip("tokens.address-limit", ("AUTH-4",), NO_CONTROL)
    return run_result


def counted_nothing() -> RunResult:
    """A run that names a clause and tried it not once."""
    return RunResult("fake", tried=Counter({"ENV-1": 0}))


def suite_broke() -> RunResult:
    """A run that found nothing, and in which the suite failed once."""
    run_result = passed()
    run_result.add_harness_error("chat.silence", "KeyError")
    return run_result


def client() -> RunResult:
    """A run on a client that sends a message twice."""
    run_result = RunResult("fake", "my_client:Client", seed=7)
    for clause in ("C-SSE-4", "C-AUTH-1", "CRE-4"):
        run_result.record_check(clause, "some-rule", True, expected="")
    run_result.record_check(
        "C-SSE-4", "sent-once", False, expected="one send", seen="two sends", responsible="client"
    )
    run_result.record_check(
        "CRE-4", "register", False, expected="the address", seen="Error 2001", responsible="client"
    )
    return run_result


def everywhere(text: str) -> RunResult:
    """A run that has the text in every field of every part that can hold one."""
    run_result = RunResult(text, text)
    run_result.tried[text] += 1
    run_result.rules[text, text] += 1
    run_result.tried["ENV-1"] += 1
    run_result.violations += [
        _filled(Violation, text),
        _filled(Violation, text, clause="C-SSE-4", seq=3, at_ms=AT_MS),
    ]
    run_result.not_run += [_filled(Skipped, text), Skipped(text, ("AUTH-4",), text)]
    run_result.harness.append(_filled(HarnessError, text))
    run_result.played.append(text)
    return run_result


def _filled(kind: type[_Record], text: str, **known: Any) -> _Record:
    """Make one with the text in every field that is not known, whatever fields there come to be."""
    values: dict[str, Any] = {one.name: text if "str" in str(one.type) else None for one in fields(kind)}
    values |= {one.name: (text, text) for one in fields(kind) if "tuple" in str(one.type)}
    return kind(**(values | {"responsible": "client"} if kind is Violation else values) | known)


def terminal_text(*run_results: RunResult, width: int = 80, encoding: str = "utf-8", **console: Any) -> str:
    """What the terminal shows."""
    written = io.BytesIO()
    out = io.TextIOWrapper(written, encoding=encoding, newline="\n")
    tell(run_results, Console(file=out, width=width, legacy_windows=False, **console))
    out.flush()
    return written.getvalue().decode(encoding)


def junit(*run_results: RunResult) -> ElementTree.Element:
    """The root of the XML."""
    return ElementTree.fromstring(as_junit(summarise(run_results)))


def markdown(*run_results: RunResult) -> str:
    """The Markdown."""
    return as_markdown(summarise(run_results))


def all_reports(*run_results: RunResult) -> dict[str, str]:
    """Every report as text, by its name."""
    summary = summarise(run_results)
    return {
        "terminal": terminal_text(*run_results, width=400),
        "junit": as_junit(summary),
        "page": as_page(summary),
        "markdown": as_markdown(summary),
    }
