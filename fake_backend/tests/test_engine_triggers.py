"""What a scenario has in store: every action on every operation, counted by call and by client."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from nemofake.engine.errors import CATALOGUE, BackendError
from nemofake.engine.scenario import ACTIONS, OPERATIONS, Trigger

TITLE = 'add a title "Hello" at the start'
HOUR = 3_600_000
WEEK = 7 * 24 * HOUR

CALLS: dict[str, Callable[[Any], Any]] = {
    "token.issue": lambda at: at.ann.connect(),
    "token.claim": lambda at: at.ann.claim(at.session_id, at.task_id),
    "session.create": lambda at: at.ann.session(),
    "chat": lambda at: at.ann.chat(at.session_id, TITLE),
    "credits": lambda at: at.ann.balance(),
    "state": lambda at: at.ann.state(at.session_id),
    "upload": lambda at: at.ann.upload(at.session_id),
    "render.submit": lambda at: at.ann.export(at.session_id, f"render_{at.fake.now}"),
    "render.status": lambda at: at.ann.status("running"),
    "render.cancel": lambda at: at.ann.cancel("running"),
    "render.download": lambda at: at.ann.download("finished"),
}
HAS_SESSION = [operation for operation in OPERATIONS if operation not in ("token.issue", "credits")]
AFTER_THE_FACT = ("expire-token", "revoke-token", "delete-session")


@pytest.fixture
def at(fake: Any) -> SimpleNamespace:
    """Return Ann amid things: a session, a finished job, a running one."""
    ann = fake.user(grant=1_000)
    session_id = ann.project()
    ann.export(session_id, "finished")
    fake.tick(HOUR)
    ann.export(session_id, "running")
    task_id = ann.state(session_id)["task_id"]
    return SimpleNamespace(fake=fake, ann=ann, session_id=session_id, task_id=task_id)


def set_triggers(at: SimpleNamespace, *triggers: Trigger) -> None:
    at.fake.set_scenario(*triggers)
    if any(trigger.on == "token.issue" for trigger in triggers):
        at.fake.tick(WEEK)


@pytest.mark.clause("AUTH-1")
def test_every_operation_that_a_scenario_can_name_is_called_here() -> None:
    assert set(CALLS) == set(OPERATIONS)
    assert {"refuse", "silence", "fail", "hang-render", *AFTER_THE_FACT} == set(ACTIONS)


@pytest.mark.clause("ENV-2", "AUTH-3")
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("code", [409, 429, 2001])
def test_a_refusal_by_scenario_says_its_code_and_changes_nothing(
    at: Any, helpers: Any, operation: str, code: int
) -> None:
    set_triggers(at, Trigger(on=operation, do="refuse", code=code))
    before = helpers.photo(at.fake.backend)
    refused = helpers.refusal(lambda: CALLS[operation](at))
    assert refused == (code, CATALOGUE[code].message, 30 if code == 429 else None)
    assert helpers.photo(at.fake.backend) == before


@pytest.mark.clause("AUTH-5", "REN-10")
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize(("do", "again"), [("expire-token", None), ("revoke-token", 429)])
def test_a_token_may_end_right_after_any_call_was_accepted(
    at: Any, helpers: Any, operation: str, do: str, again: int | None
) -> None:
    set_triggers(at, Trigger(on=operation, do=do, nth=1))
    CALLS[operation](at)
    assert helpers.refusal(at.ann.balance)[0] == 1001
    if again:
        assert helpers.refusal(at.ann.connect)[0] == again
        at.fake.tick(WEEK)
    at.ann.connect()
    assert at.ann.balance()["available"] == 100


@pytest.mark.clause("SES-2")
@pytest.mark.parametrize("operation", HAS_SESSION)
def test_a_session_may_be_forgotten_right_after_any_call_that_names_it(
    at: Any, helpers: Any, operation: str
) -> None:
    set_triggers(at, Trigger(on=operation, do="delete-session", nth=1))
    answer = CALLS[operation](at)
    session_id = answer if operation == "session.create" else at.session_id
    assert helpers.refusal(lambda: at.ann.state(session_id)) == helpers.refusal(
        lambda: at.ann.state("1" * 19)
    )
    assert at.ann.state(at.ann.session())


@pytest.mark.clause("AUTH-3", "AUTH-5")
@pytest.mark.parametrize("operation", OPERATIONS)
def test_the_nth_call_is_counted_over_refusals(at: Any, operation: str) -> None:
    set_triggers(at, Trigger(operation, "refuse", 1, 402), Trigger(operation, "refuse", 3, 402))
    first, second, third, fourth = codes(CALLS[operation], at, 4)
    assert (first, second, third) == (402, 0, 402)
    assert fourth in (0, 409, 429)  # a job cannot be cancelled, nor a token had, a second time


@pytest.mark.clause("AUTH-3")
def test_each_client_has_a_count_of_its_own(at: Any) -> None:
    bob = at.fake.user("bob")
    set_triggers(at, Trigger(on="credits", do="refuse", nth=2, code=409))
    clients = [SimpleNamespace(fake=at.fake, ann=client) for client in (at.ann, bob, at.ann, bob)]
    assert [codes(CALLS["credits"], client, 1) for client in clients] == [[0], [0], [409], [409]]


@pytest.mark.clause("UPL-1")
def test_two_uploads_at_the_same_time_are_two_calls(at: Any, helpers: Any) -> None:
    set_triggers(at, Trigger(on="upload", do="expire-token", nth=1))
    first, second = at.ann.token("upload"), at.ann.token("upload")
    opened = [at.fake.backend.open_upload(token, "me", at.session_id) for token in (first, second)]
    at.fake.backend.add_files(opened[0], [helpers.footage()], "")
    assert helpers.refusal(at.ann.balance)[0] == 1001


def codes(call: Callable[[Any], Any], at: Any, count: int) -> list[int]:
    """Return the codes of so many calls, 0 for an accepted one."""
    found = []
    for _ in range(count):
        at.fake.tick(1)
        try:
            call(at)
            found.append(0)
        except BackendError as error:
            found.append(error.code)
    return found


@pytest.mark.clause("AUTH-5", "REN-10")
def test_the_count_goes_on_when_the_client_re_authenticates(at: Any) -> None:
    set_triggers(at, Trigger(on="render.submit", do="expire-token", nth=2))
    at.ann.export(at.session_id, "one")
    at.ann.token().end("expire", at.fake.now)
    at.ann.connect()
    at.session_id = at.ann.session()
    assert codes(lambda a: a.ann.export(a.session_id, f"two-{a.fake.now}"), at, 2) == [0, 1001]
    at.ann.connect()
    at.session_id = at.ann.session()
    assert codes(lambda a: a.ann.export(a.session_id, f"three-{a.fake.now}"), at, 2) == [0, 0]


@pytest.mark.clause("CRE-5")
def test_another_scenario_starts_the_count_anew_and_leaves_credits_alone(at: Any, helpers: Any) -> None:
    refusal = Trigger(on="credits", do="refuse", code=409, nth=1)
    for _ in range(2):
        before = at.ann.token().account.ledger.available
        at.fake.set_scenario(refusal)
        assert helpers.refusal(at.ann.balance)[0] == 409
        assert at.ann.balance()["available"] == before


@pytest.mark.clause("ENV-2")
def test_of_several_triggers_a_refusal_comes_first_and_the_rest_all_happen(at: Any, helpers: Any) -> None:
    set_triggers(
        at,
        Trigger(on="chat", do="expire-token"),
        Trigger(on="chat", do="refuse", nth=1, code=2001),
        Trigger(on="chat", do="silence"),
    )
    assert helpers.refusal(lambda: at.ann.chat(at.session_id, TITLE))[0] == 2001
    turn = at.ann.chat(at.session_id, TITLE)
    assert turn.outcome.silent
    assert helpers.refusal(at.ann.balance)[0] == 1001
