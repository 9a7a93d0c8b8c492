"""The rule that an export which is asked for is also submitted (C-ROU-1, C-REN-1)."""

from __future__ import annotations

from collections.abc import Iterator

from nemocontract.evidence import Evidence
from nemocontract.judging.drafts import draft_of, ready, state_in
from nemocontract.judging.routing import asked_for
from nemocontract.judging.rule import Verdict, rule
from nemocontract.judging.usable import usable


@rule("C-REN-1", "submitting.ready-is-submitted", "A project that is found ready for export is submitted.")
def _submitted(evidence: Evidence) -> Iterator[Verdict]:
    for said in evidence.said or ():
        if not said.told or said.left or not evidence.known.whole or asked_for(said.line) != {"export"}:
            continue
        requests = evidence.during(said)
        states = [state for one in requests if (state := state_in(one)) is not None]
        if states and ready(draft_of(states[-1])) and all(usable(one) for one in requests):
            made = any(one.operation == "render.submit" for one in requests)
            seen = "" if made else "the state was read, and nothing was submitted"
            yield Verdict(made, "an export of the project that is ready", seen, at_ms=said.at_ms)
