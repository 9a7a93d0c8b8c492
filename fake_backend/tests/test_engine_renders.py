"""Export jobs in time: forward only at every read, cancelled on request, ids used once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.parameters import Parameters
from nemofake.engine.scenario import InitialAccount, ScenarioConfig, Trigger

MINUTE = 60_000
RANK = {"pending": 0, "processing": 1, "completed": 2, "failed": 2, "cancelled": 2}
FAILS = Trigger(on="render.submit", do="fail")
POLLS = st.lists(st.integers(0, 100_000), min_size=1, max_size=12)


@pytest.mark.clause("REN-6")
@given(
    seed=st.integers(0, 2**32),
    polls=POLLS,
    fails=st.booleans(),
    cancelled_ms=st.none() | st.integers(0, 95_000),
)
def test_status_and_progress_never_go_back_whenever_one_looks(
    helpers: Any, seed: int, polls: list[int], fails: bool, cancelled_ms: int | None
) -> None:
    fake = helpers.Fake(ScenarioConfig(triggers=(FAILS,) * fails), seed=seed)
    ann = fake.user()
    job = ann.export(ann.session())
    before, began = ("pending", 0), fake.now
    for poll in sorted(polls):
        if cancelled_ms is not None and cancelled_ms <= poll and RANK[before[0]] < 2:
            fake.to(began + cancelled_ms)
            if RANK[ann.status()[0]] < 2:
                ann.cancel()
        fake.to(began + poll)
        after = ann.status()
        assert RANK[before[0]] <= RANK[after[0]]
        assert before[1] <= after[1] <= 100
        assert (after[1] == 100) == (after[0] == "completed")
        assert before[0] == after[0] or RANK[before[0]] < 2
        before = after
    assert (job.ended_at_ms is not None) == (RANK[before[0]] == 2)


@pytest.mark.clause("REN-6")
def test_a_job_is_done_30_to_90_seconds_after_its_submission_and_the_whole_range_of_it(fake: Any) -> None:
    ann = fake.user()
    session_id = ann.session()
    jobs = [ann.export(session_id, f"render_{nth}") for nth in range(200)]
    fake.tick(30_000 - 1)
    assert not [job for job in jobs if not job.unfinished(fake.now)]
    fake.tick(60_001)
    lengths = [job.ended_at_ms - job.created_at_ms for job in jobs if not job.unfinished(fake.now)]
    assert len(lengths) == 200
    assert 30_000 <= min(lengths) < 36_000
    assert 84_000 < max(lengths) <= 90_000


@pytest.mark.clause("REN-6")
@given(st.integers(0, 2**32))
def test_a_job_waits_then_works_then_is_done_to_the_millisecond(helpers: Any, seed: int) -> None:
    fake = helpers.Fake(seed=seed)
    ann = fake.user()
    job = ann.export(ann.session())
    (start_ms, _), (end_ms, _) = job.plan
    steps = [
        ("pending", start_ms - 1),
        ("processing", start_ms),
        ("processing", end_ms - 1),
        ("completed", end_ms),
    ]
    for state, at_ms in steps:
        fake.to(at_ms)
        assert ann.status()[0] == state
    assert job.ended_at_ms == end_ms


@pytest.mark.clause("REN-6")
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("length_ms", [0, 1, 40_000])
def test_how_long_a_job_takes_and_waits_are_settings(helpers: Any, share: float, length_ms: int) -> None:
    rules = Parameters(render_ms=(length_ms, length_ms), render_pending_share=share)
    fake = helpers.Fake(ScenarioConfig(parameters=rules))
    ann = fake.user()
    ann.export(ann.session())
    fake.tick(length_ms)
    assert ann.status() == ("completed", 100)


@pytest.mark.clause("REN-2")
def test_an_export_costs_no_credits(helpers: Any) -> None:
    fake = helpers.Fake(ScenarioConfig(account=InitialAccount(credits=0)))
    ann = fake.user()
    ann.export(ann.session())
    assert ann.balance() == {"available": 0, "frozen": 0, "total": 0}


@pytest.mark.clause("REN-4")
@pytest.mark.parametrize("age_ms", [0, 10_000, 10 * MINUTE])
def test_a_used_id_stays_used_whatever_became_of_its_job(fake: Any, helpers: Any, age_ms: int) -> None:
    ann = fake.user()
    session_id, other = ann.session(), ann.session()
    job = ann.export(session_id)
    fake.tick(age_ms)
    for again in (session_id, other):
        assert helpers.refusal(lambda s=again: ann.export(s))[0] == 409
    assert fake.backend.render_status(ann.token(), "render_1") is job
    if job.unfinished(fake.now):
        ann.cancel()
        assert helpers.refusal(lambda: ann.export(session_id))[0] == 409


@pytest.mark.clause("REN-12")
def test_a_job_can_be_cancelled_until_it_is_finished_and_then_stays_cancelled(helpers: Any) -> None:
    for state in ("pending", "processing"):
        fake = helpers.Fake()
        ann = fake.user()
        job = ann.export(ann.session())
        fake.to(job.plan[0][0] - (state == "pending"))
        assert ann.status()[0] == state
        assert ann.cancel().state == "cancelled"
        cancelled_at_ms, progress = fake.now, ann.status()[1]
        assert helpers.refusal(ann.cancel)[0] == 409
        fake.tick(10 * MINUTE)
        assert ann.status() == ("cancelled", progress)
        assert job.ended_at_ms == cancelled_at_ms
        assert helpers.refusal(ann.download)[0] == 409
        assert helpers.refusal(lambda f=fake, j=job: f.backend.render_at(f.now, j.path))[0] == 404


@pytest.mark.clause("REN-12")
@pytest.mark.parametrize("fails", [False, True])
def test_a_finished_job_cannot_be_cancelled_from_the_millisecond_in_which_it_is(
    helpers: Any, fails: bool
) -> None:
    for early, code in ((1, 0), (0, 409)):
        fake = helpers.Fake(ScenarioConfig(triggers=(FAILS,) * fails))
        ann = fake.user()
        job = ann.export(ann.session())
        fake.to(job.plan[-1][0] - early)
        if code:
            assert helpers.refusal(ann.cancel)[0] == code
            assert ann.status()[0] == ("failed" if fails else "completed")
        else:
            assert ann.cancel().state == "cancelled"


@pytest.mark.clause("REN-6", "REN-9")
@pytest.mark.parametrize("fails", [False, True])
def test_a_film_can_be_had_when_its_job_is_completed_and_only_then(helpers: Any, fails: bool) -> None:
    fake = helpers.Fake(ScenarioConfig(triggers=(FAILS,) * fails))
    ann = fake.user()
    job = ann.export(ann.session())
    ways = (ann.download, lambda: fake.backend.render_at(fake.now, job.path))
    fake.to(job.plan[-1][0] - 1)
    assert [helpers.refusal(way)[0] for way in ways] == [409, 404]
    fake.tick(1)
    if fails:
        assert [helpers.refusal(way)[0] for way in ways] == [409, 404]
    else:
        assert [way() for way in ways] == [job, job]


@pytest.mark.clause("REN-6", "REN-9")
def test_a_film_once_there_is_there_for_a_clock_that_lags_behind(fake: Any) -> None:
    ann = fake.user()
    job = ann.export(ann.session())
    began = fake.now
    fake.tick(10 * MINUTE)
    assert fake.backend.render_at(began, job.path) is job


@pytest.mark.clause("REN-6")
def test_each_job_takes_its_own_time_and_has_its_own_address(fake: Any) -> None:
    ann = fake.user()
    session_id = ann.session()
    jobs = [ann.export(session_id, f"render_{nth}") for nth in range(20)]
    assert len({job.path for job in jobs}) == 20
    assert len({job.plan for job in jobs}) > 15
