"""An export that is asked for, of a project that is ready, is submitted (C-REN-1)."""

from __future__ import annotations

import pytest

from .traffic_helpers import broken, evidence, ex, tried, words

pytestmark = pytest.mark.clause("C-REN-1", "C-ROU-1")
RULE = "exports.ready-is-submitted"
STATE = ex(1, "state")
SUBMIT = ex(2, "render.submit")


@pytest.mark.parametrize("line", ["export", "导出", "send me the video"])
def test_what_is_ready_and_not_submitted_is_found(line: str) -> None:
    assert broken(RULE, evidence(STATE, said=[words(line, "Sorry.", first=1, last=1)]))
    assert not broken(RULE, evidence(STATE, SUBMIT, said=[words(line, "Saved.", first=1, last=2)]))


@pytest.mark.parametrize(
    "value",
    [
        evidence(
            ex(1, "state", data={"state": {"draft": {}}}), said=[words("export", "No.", first=1, last=1)]
        ),
        evidence(STATE, said=[words("status", "A clip.", first=1, last=1)]),
        evidence(STATE, said=[words("export", "…", first=1, last=1, left=True)]),
        evidence(ex(1, "state", code=1002), said=[words("export", "No.", first=1, last=1)]),
        evidence(STATE, said=[words("export", "…", first=1, last=1)], complete=False),
        evidence(STATE, ex(2, "render.submit", code=402), said=[words("export", "No.", first=1, last=2)]),
    ],
)
def test_nothing_is_asked_of_who_could_not_or_need_not(value: object) -> None:
    assert not broken(RULE, value)  # type: ignore[arg-type]
    assert tried(RULE, value) == 0  # type: ignore[arg-type]
