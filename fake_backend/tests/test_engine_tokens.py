"""Tokens to the millisecond: who gets one, how long it opens anything, when there may be another."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.parameters import Parameters
from nemofake.engine.scenario import ScenarioConfig

DAY = 24 * 3_600_000
WEEK = 7 * DAY


@pytest.mark.clause("AUTH-1")
def test_a_new_token_says_who_it_is_and_comes_with_credits(fake: Any) -> None:
    token = fake.client().connect()
    assert token.value.startswith("nmv_usr_")
    assert token.account.user_id.startswith("anon_")
    assert (token.issued_at_ms, token.expires_at_ms) == (fake.now, fake.now + WEEK)
    assert token.account.ledger.available == 100


@pytest.mark.clause("AUTH-2")
@pytest.mark.parametrize("client_id", [None, "", " ", "\t \n", "x" * 257])
def test_without_a_client_id_there_is_no_token(fake: Any, helpers: Any, client_id: str | None) -> None:
    before = helpers.photo(fake.backend)
    code, message, _ = helpers.refusal(lambda: fake.backend.issue_token(fake.now, client_id, "ip"))
    assert code == 400
    assert "X-Client-Id" in message
    assert helpers.photo(fake.backend) == before


@pytest.mark.clause("AUTH-1", "AUTH-2")
def test_a_rule_may_demand_a_uuid(helpers: Any) -> None:
    fake = helpers.Fake(ScenarioConfig(parameters=Parameters(client_id_must_be_uuid=True)))
    assert helpers.refusal(fake.client("ann").connect)[0] == 400
    assert fake.client("9B2F7C1E-0000-4000-8000-00000000000a").connect()


@pytest.mark.clause("AUTH-5", "AUTH-6")
@given(before=st.integers(1, WEEK), after=st.integers(0, 10 * WEEK))
def test_a_token_is_good_for_seven_days_less_a_millisecond(helpers: Any, before: int, after: int) -> None:
    fake = helpers.Fake()
    ann = fake.user()
    fake.tick(WEEK - before)
    assert ann.balance()["available"] == 100
    fake.tick(before - 1)
    assert ann.balance()["available"] == 100
    fake.tick(1 + after)
    assert helpers.refusal(ann.balance)[0] == 1001


@pytest.mark.clause("AUTH-3", "AUTH-5")
@given(st.integers(0, WEEK - 1))
def test_a_second_token_within_seven_days_is_refused_with_the_exact_wait(helpers: Any, waited: int) -> None:
    fake = helpers.Fake()
    ann = fake.user()
    fake.tick(waited)
    code, _, retry_after_s = helpers.refusal(ann.connect)
    assert (code, retry_after_s) == (429, -(-(WEEK - waited) // 1000))
    fake.tick(1000 * retry_after_s)
    first = ann.bearer
    assert ann.connect().value != first
    assert ann.balance()["available"] == 100


@pytest.mark.clause("AUTH-3", "AUTH-5")
def test_the_old_token_ends_in_the_very_millisecond_in_which_a_new_one_may_be_had(
    fake: Any, helpers: Any
) -> None:
    ann = fake.user()
    fake.tick(WEEK - 1)
    assert helpers.refusal(ann.connect) == (429, helpers.refusal(ann.connect)[1], 1)
    assert ann.balance()
    fake.tick(1)
    assert helpers.refusal(ann.balance)[0] == 1001
    ann.connect()
    assert ann.balance()


@pytest.mark.clause("AUTH-3")
def test_asking_again_and_again_does_not_move_the_day_on_which_it_succeeds(fake: Any, helpers: Any) -> None:
    ann = fake.user()
    for _ in range(6):
        fake.tick(DAY)
        assert helpers.refusal(ann.connect)[0] == 429
    fake.tick(DAY)
    ann.connect()


@pytest.mark.clause("AUTH-3")
def test_asking_in_vain_does_not_change_which_token_comes_next(helpers: Any) -> None:
    values = []
    for refusals in (0, 3):
        fake = helpers.Fake()
        ann = fake.user()
        for _ in range(refusals):
            helpers.refusal(ann.connect)
        fake.tick(WEEK)
        values.append(ann.connect().value)
    assert values[0] == values[1]


@pytest.mark.clause("AUTH-4")
def test_an_address_gets_ten_tokens_in_seven_days(fake: Any, helpers: Any) -> None:
    for nth in range(10):
        fake.client(f"client-{nth}", ip="shared").connect()
        fake.tick(DAY // 2)
    eleventh = fake.client("client-10", ip="shared")
    assert helpers.refusal(eleventh.connect)[::2] == (429, 2 * DAY // 1000)
    fake.client("client-10", ip="elsewhere").connect()
    fake.tick(2 * DAY - 1)
    twelfth = fake.client("client-11", ip="shared")
    assert helpers.refusal(twelfth.connect)[::2] == (429, 1)
    fake.tick(1)
    twelfth.connect()
    assert helpers.refusal(fake.client("client-12", ip="shared").connect)[::2] == (429, DAY // 2 // 1000)


@pytest.mark.clause("AUTH-3", "AUTH-4")
def test_a_refused_request_counts_towards_no_limit(fake: Any, helpers: Any) -> None:
    ann = fake.client("ann", ip="shared")
    ann.connect()
    for _ in range(50):
        helpers.refusal(ann.connect)
    for nth in range(9):
        fake.client(f"client-{nth}", ip="shared").connect()
    assert helpers.refusal(fake.client("client-9", ip="shared").connect)[0] == 429


@pytest.mark.clause("AUTH-5", "AUTH-3")
@given(st.integers(0, WEEK - 1))
def test_a_revoked_token_is_dead_and_its_client_waits_out_the_seven_days(helpers: Any, lived: int) -> None:
    fake = helpers.Fake()
    ann = fake.user()
    fake.tick(lived)
    ann.token().end("revoke", fake.now)
    assert helpers.refusal(ann.balance)[0] == 1001
    assert helpers.refusal(ann.connect)[::2] == (429, -(-(WEEK - lived) // 1000))
    fake.tick(WEEK - lived)
    ann.connect()
    assert ann.balance()


@pytest.mark.clause("AUTH-5")
@given(st.integers(0, WEEK - 1))
def test_a_token_made_to_expire_is_dead_and_its_client_may_ask_at_once(helpers: Any, lived: int) -> None:
    fake = helpers.Fake()
    ann = fake.user()
    fake.tick(lived)
    old = ann.token()
    old.end("expire", fake.now)
    assert helpers.refusal(ann.balance)[0] == 1001
    assert old.expires_at_ms == fake.now
    ann.connect()
    assert ann.balance()
    assert helpers.refusal(ann.connect)[::2] == (429, WEEK // 1000)


@pytest.mark.clause("AUTH-5")
@pytest.mark.parametrize("event", ["expire", "revoke"])
def test_ending_a_token_that_has_aged_away_changes_nothing_for_its_client(
    fake: Any, helpers: Any, event: str
) -> None:
    ann = fake.user()
    old = ann.token()
    fake.tick(WEEK + 5)
    ann.connect()
    old.end(event, fake.now)
    assert ann.balance()
    assert helpers.refusal(ann.connect)[::2] == (429, WEEK // 1000)


@pytest.mark.clause("AUTH-3", "AUTH-4")
@pytest.mark.parametrize("rules", [Parameters(tokens_per_client=0), Parameters(tokens_per_ip=0)])
def test_a_limit_of_no_tokens_at_all_is_a_refusal_too(helpers: Any, rules: Parameters) -> None:
    fake = helpers.Fake(ScenarioConfig(parameters=rules))
    assert helpers.refusal(fake.client().connect)[0] == 429


@pytest.mark.clause("AUTH-6")
@pytest.mark.parametrize(
    "bearer", [None, "", "x", "nmv_usr_", "nmv_usr_" + "0" * 32, "Bearer x", "nmv_usr_test_"]
)
def test_what_is_no_token_opens_nothing(fake: Any, helpers: Any, bearer: str | None) -> None:
    fake.user()
    for scope in ("read", "write", "upload", "render", "*"):
        assert helpers.refusal(lambda s=scope: fake.backend.authenticate(fake.now, bearer, s))[0] == 1001
