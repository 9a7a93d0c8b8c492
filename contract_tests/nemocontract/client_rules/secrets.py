"""Rules about tokens that leave the one header where they belong (C-SEC-1)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from nemocontract.client_rules.identity import unmasked_tokens
from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_run import ClientRun

# Prefixes of AUTH-1 and AUTH-8 with something behind them, be it stars (a journal masks what it keeps).
_TOKEN: Final = re.compile(r"nmv_usr_[\w*-]+|clm_[\w*-]+")
_CLAIM_PAGE: Final = re.compile(r"/workspace/claim\?ct=(clm_[\w*-]+)")  # AUTH-8: the one address that may
_BELONGS: Final = ("authorization", "proxy-authorization")


def _found(text: str, bearers: frozenset[str]) -> list[str]:
    """Return the tokens in a text, percent signs and escapes undone."""
    plain = unquote(unquote(text))
    found = [match[0] for match in _TOKEN.finditer(plain)]
    return found + [token for token in bearers if token in plain and not _TOKEN.match(token)]


def _verdict(found: list[str]) -> tuple[bool, str]:
    return not found, ", ".join(dict.fromkeys(found))


def _typed(run: ClientRun) -> str:
    """Return what the user typed: a token in there is the user's own doing."""
    return "\n".join(said.line for said in run.said or ())


@rule("C-SEC-1", "secrets.not-in-an-address", "No token stands in the path or query of a request.")
def _not_in_an_address(run: ClientRun) -> Iterator[RuleResult]:
    bearers = unmasked_tokens(run.traffic)
    for exchange in run.traffic:
        found = _found(_CLAIM_PAGE.sub("", exchange.path), bearers)
        passed, seen = _verdict(found)
        yield RuleResult(
            passed,
            "an address without tokens",
            f"{exchange.method} {exchange.path}" if seen else "",
            exchange,
        )


@rule(
    "C-SEC-1",
    "secrets.not-in-a-body",
    "No token stands in the body of a request, or in an upload's file name.",
)
def _not_in_a_body(run: ClientRun) -> Iterator[RuleResult]:
    bearers, typed = unmasked_tokens(run.traffic), _typed(run)
    for exchange in run.traffic:
        if exchange.body is not None or exchange.uploads:
            text = json.dumps([exchange.body, exchange.uploads], ensure_ascii=False, default=str)
            passed, seen = _verdict([token for token in _found(text, bearers) if token not in typed])
            yield RuleResult(passed, "a body without tokens", seen, exchange)


@rule("C-SEC-1", "secrets.not-in-another-header", "No token stands in a header other than Authorization.")
def _not_in_another_header(run: ClientRun) -> Iterator[RuleResult]:
    bearers = unmasked_tokens(run.traffic)
    for exchange in run.traffic:
        others = {name: value for name, value in exchange.headers.items() if name not in _BELONGS}
        leaking = [name for name, value in others.items() if _found(f"{name}: {value}", bearers)]
        yield RuleResult(not leaking, "tokens in Authorization only", f"in {', '.join(leaking)}", exchange)


@rule(
    "C-SEC-1", "secrets.not-in-a-log", "No token stands in a line of a log, or in a file *.log of the home."
)
def _not_in_a_log(run: ClientRun) -> Iterator[RuleResult]:
    tokens = unmasked_tokens(run.traffic)
    for line in (*run.logged, *_log_files(run.known.home)):
        found = _found(line, tokens)
        yield RuleResult(not found, "a log without tokens", line.strip()[:300] if found else "")


def _log_files(home: Path | None) -> Iterator[str]:
    for path in sorted(home.rglob("*.log")) if home else ():
        if path.is_file():
            yield from path.read_text(encoding="utf-8", errors="replace").splitlines()


@rule(
    "C-SEC-1",
    "secrets.not-in-what-is-read",
    "The user reads no token, but for a claim token in the address of its page.",
)
def _not_in_what_is_read(run: ClientRun) -> Iterator[RuleResult]:
    bearers, typed = unmasked_tokens(run.traffic), _typed(run)
    page = re.compile(re.escape(run.known.web_url.rstrip("/")) + _CLAIM_PAGE.pattern)
    for said in run.said or ():
        found = [token for token in _found(page.sub("", said.text), bearers) if token not in typed]
        seen = f"{', '.join(dict.fromkeys(found))}, after {said.line!r}" if found else ""
        yield RuleResult(not found, "texts without tokens", seen, at_ms=said.at_ms)
