"""What happens to exports behind the infrastructure: stuck past all polls, failed, refused, gone."""

from __future__ import annotations

from typing import Any

import pytest

from nemofake.engine.parameters import Parameters
from nemofake.engine.scenario import Trigger

HOUR_MS = 3_600_000
POLLS = [30_000] * 10


@pytest.fixture
def ann(fake: Any) -> Any:
    return fake.user(grant=100)


@pytest.mark.clause("REN-6", "C-REN-1")
def test_hanging_export_outlasts_ten_polls(fake: Any, ann: Any) -> None:
    fake.set_scenario(Trigger(on="render.submit", do="hang-render", nth=1))
    session = ann.session()
    ann.export(session, "stuck")
    ann.export(session, "next")
    seen = []
    for wait_ms in POLLS:
        fake.tick(wait_ms)
        seen.append(ann.status("stuck"))
    assert {state for state, _ in seen} == {"processing"}
    assert [progress for _, progress in seen] == sorted(progress for _, progress in seen)
    assert ann.status("next")[0] == "completed", "only the first one sticks"
    fake.tick(Parameters().render_stuck_ms)
    assert ann.status("stuck") == ("completed", 100)


@pytest.mark.clause("REN-6")
@pytest.mark.parametrize("stuck_ms", [1, HOUR_MS, 7 * 24 * HOUR_MS - HOUR_MS])
def test_hanging_export_lasts_as_long_as_the_parameter(helpers: Any, stuck_ms: int) -> None:
    ends = []
    for triggers in ((), (Trigger(on="render.submit", do="hang-render"),)):
        fake = helpers.Fake()
        fake.set_scenario(*triggers, parameters=Parameters(render_stuck_ms=stuck_ms))
        ann = fake.user()
        job = ann.export(ann.session())
        fake.tick(90_000 + stuck_ms)
        ann.status()
        ends.append(job.ended_at_ms - job.created_at_ms)
    assert ends[1] - ends[0] == stuck_ms


@pytest.mark.clause("REN-6", "REN-12")
def test_hanging_export_can_fail_late_or_be_cancelled(fake: Any, ann: Any) -> None:
    fake.set_scenario(
        Trigger(on="render.submit", do="hang-render"), Trigger(on="render.submit", do="fail", nth=1)
    )
    session = ann.session()
    for render_id in ("fails", "cancelled"):
        ann.export(session, render_id)
    fake.tick(HOUR_MS // 2)
    assert ann.cancel("cancelled").state == "cancelled"
    assert ann.status("fails")[0] == "processing"
    fake.tick(HOUR_MS)
    assert ann.status("fails")[0] == "failed"


@pytest.mark.clause("REN-4")
def test_duplicate_render_id_is_rejected_once(fake: Any, ann: Any, helpers: Any) -> None:
    fake.set_scenario(Trigger(on="render.submit", do="refuse", nth=1, code=409))
    session = ann.session()
    assert helpers.refusal(lambda: ann.export(session, "r1"))[0] == 409
    assert ann.export(session, "r2").state == "pending"


@pytest.mark.clause("REN-9")
def test_video_is_kept_for_ever_by_default(fake: Any, ann: Any) -> None:
    assert Parameters().render_kept_ms == 0
    job = ann.export(ann.session())
    fake.tick(6 * 24 * HOUR_MS)
    assert ann.download() is job
    assert ann.backend.render_at(fake.now, job.path) is job


@pytest.mark.clause("REN-9")
def test_video_is_available_to_the_last_millisecond(fake: Any, ann: Any, helpers: Any) -> None:
    fake.set_scenario(parameters=Parameters(render_kept_ms=60_000))
    job = ann.export(ann.session())
    fake.tick(90_000)
    ann.status()
    fake.to(job.ended_at_ms + 59_999)
    assert ann.download() is job
    assert ann.backend.render_at(fake.now, job.path) is job
    fake.tick(1)
    assert helpers.refusal(ann.download)[0] == 404
    assert helpers.refusal(lambda: ann.backend.render_at(fake.now, job.path))[0] == 404
    assert ann.status() == ("completed", 100), "the job is still told"
