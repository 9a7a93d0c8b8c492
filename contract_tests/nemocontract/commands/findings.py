"""The client rules on a journal that still grows: what the page of the fake shows while a client runs."""

from __future__ import annotations

from typing import Any

from nemocontract.client_rules.judge import judge
from nemocontract.client_run import ClientRun, RunFacts
from nemocontract.recording.journal import read_records
from nemocontract.results import RunResult


def findings(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the violations in journal records: ``clause``, ``level``, ``expected``, ``seen``, ``seq``.

    Requests without an ending are left out, and what is missing does not count: the client is at work.
    """
    traffic = read_records([record for record in records if record["ending"] is not None])
    result = RunResult("journal", subject="live traffic")
    judge(ClientRun(traffic, None, RunFacts(timing="unknown")), result)
    return [
        {"clause": v.clause, "level": v.level, "expected": v.expected, "seen": v.seen, "seq": v.seq}
        for v in result.violations
    ]
