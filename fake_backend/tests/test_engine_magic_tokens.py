"""Magic tokens: a scenario that begins because somebody set a token, and goes on over re-authentication."""

from __future__ import annotations

from typing import Any

import pytest

from nemofake.engine.errors import BackendError
from nemofake.engine.parameters import Parameters
from nemofake.engine.scenario import InitialAccount, ScenarioConfig, Trigger

MAGIC = "nmv_usr_test_"
WEEK = 7 * 24 * 3_600_000
SCENARIOS = {
    "rich": ScenarioConfig("rich", account=InitialAccount(credits=5_000, plan="paid", registered=True)),
    "reader": ScenarioConfig("reader", account=InitialAccount(registered=True, scopes=("read",))),
    "poor": ScenarioConfig("poor", account=InitialAccount(credits=0)),
    "aged": ScenarioConfig("aged", account=InitialAccount(token="expired")),
    "banned": ScenarioConfig("banned", account=InitialAccount(token="revoked")),
    "dies-young": ScenarioConfig("dies-young", triggers=(Trigger("token.issue", "expire-token", 1),)),
    "dies-again": ScenarioConfig("dies-again", triggers=(Trigger("token.issue", "expire-token"),)),
    "is-revoked": ScenarioConfig("is-revoked", triggers=(Trigger("token.issue", "revoke-token", 1),)),
    "meets-429": ScenarioConfig("meets-429", triggers=(Trigger("token.issue", "refuse", 1, 429),)),
    "silent": ScenarioConfig("silent", parameters=Parameters(silent_share=1.0)),
    "orphan": ScenarioConfig("orphan", triggers=(Trigger("render.submit", "expire-token", 1),)),
}


@pytest.fixture
def fake(helpers: Any) -> Any:
    return helpers.Fake(scenarios=SCENARIOS)


def holder(fake: Any, name: str) -> Any:
    """Return a client for which somebody set a magic token."""
    return fake.client(f"holder of {name}", bearer=MAGIC + name)


def ask(client: Any) -> Any:
    """Ask for credits; return them, or the code of the refusal."""
    code = 0
    try:
        return client.balance()["available"]
    except BackendError as error:
        code = error.code
    return -code


@pytest.mark.clause("AUTH-6", "AUTH-7", "CRE-1")
@pytest.mark.parametrize(
    ("name", "available"), [("rich", 5_000), ("reader", 100), ("poor", 0), ("silent", 100)]
)
def test_a_magic_token_opens_the_account_of_its_scenario(fake: Any, name: str, available: int) -> None:
    client = holder(fake, name)
    assert ask(client) == available
    account, given = client.token().account, SCENARIOS[name].account
    assert (account.plan, account.registered) == (given.plan, given.registered)
    assert account.user_id.startswith("usr_" if given.registered else "anon_")


@pytest.mark.clause("AUTH-7")
def test_the_scopes_of_a_magic_token_are_those_of_its_scenario(fake: Any, helpers: Any) -> None:
    assert holder(fake, "rich").token("*")
    assert holder(fake, "reader").token("read")
    assert helpers.refusal(lambda: holder(fake, "reader").token("write"))[0] == 403


@pytest.mark.clause("AUTH-6")
@pytest.mark.parametrize("value", ["nothing", "", ".", "rich ", "RICH", "rich-", "test_rich"])
def test_an_unknown_scenario_is_an_unknown_token_and_leaves_no_trace(
    fake: Any, helpers: Any, value: str
) -> None:
    before = helpers.photo(fake.backend)
    assert ask(holder(fake, value)) == -1001
    assert helpers.photo(fake.backend) == before


@pytest.mark.clause("AUTH-6")
def test_what_follows_a_dot_tells_accounts_of_one_scenario_apart(fake: Any) -> None:
    one, other = holder(fake, "rich.1"), holder(fake, "rich.2")
    one.chat(one.project(), 'add a title "Hello" at the start')
    assert (ask(one), ask(other)) == (4_950, 5_000)
    assert one.token().account.user_id != other.token().account.user_id


@pytest.mark.clause("AUTH-5")
def test_a_magic_token_lives_seven_days_from_its_first_use(fake: Any) -> None:
    client = holder(fake, "rich")
    fake.tick(WEEK)
    assert ask(client) == 5_000
    fake.tick(WEEK - 1)
    assert ask(client) == 5_000
    fake.tick(1)
    assert ask(client) == -1001


@pytest.mark.clause("AUTH-5", "AUTH-3")
@pytest.mark.parametrize("left_ms", [1, 1_000, WEEK])
def test_a_magic_token_may_arrive_with_part_of_its_life_behind_it(helpers: Any, left_ms: int) -> None:
    fake = helpers.Fake(
        scenarios={"old": ScenarioConfig("old", account=InitialAccount(token_age_ms=WEEK - left_ms))}
    )
    client = holder(fake, "old")
    assert ask(client) == 100
    fake.tick(left_ms - 1)
    assert ask(client) == 100
    fake.tick(1)
    assert ask(client) == -1001
    client.connect()
    assert ask(client) == 100


@pytest.mark.clause("AUTH-5", "AUTH-3")
@pytest.mark.parametrize("name", ["aged", "dies-young"])
def test_after_an_expired_magic_token_a_new_one_can_be_had_and_lives(fake: Any, name: str) -> None:
    client = holder(fake, name)
    assert ask(client) == -1001
    client.connect()
    assert ask(client) == 100
    fake.tick(WEEK - 1)
    assert ask(client) == 100


@pytest.mark.clause("AUTH-5", "AUTH-3")
@pytest.mark.parametrize("name", ["banned", "is-revoked"])
def test_after_a_revoked_magic_token_its_client_waits_out_the_seven_days(
    fake: Any, helpers: Any, name: str
) -> None:
    client = holder(fake, name)
    assert ask(client) == -1001
    assert helpers.refusal(client.connect)[::2] == (429, WEEK // 1000)
    fake.tick(WEEK)
    client.connect()
    assert ask(client) == 100


@pytest.mark.clause("AUTH-3")
def test_a_scenario_about_the_rate_limit_begins_with_a_token_that_is_no_good(fake: Any, helpers: Any) -> None:
    client = holder(fake, "meets-429")
    assert ask(client) == -1001
    assert helpers.refusal(client.connect)[::2] == (429, 30)
    client.connect()
    assert ask(client) == 100


@pytest.mark.clause("AUTH-5")
def test_an_trigger_on_every_token_fault_rules_the_next_one_too(fake: Any) -> None:
    client = holder(fake, "dies-again")
    assert ask(client) == -1001
    client.connect()
    assert ask(client) == -1001


@pytest.mark.clause("REN-10", "AUTH-5")
def test_the_scenario_goes_on_with_the_new_token_and_does_not_begin_anew(fake: Any, helpers: Any) -> None:
    client = holder(fake, "orphan")
    client.export(client.session(), "render_1")
    assert helpers.refusal(client.status)[0] == 1001
    client.connect()
    assert helpers.refusal(client.status)[0] == 404
    client.export(client.session(), "render_2")
    fake.tick(90_000)
    assert client.status("render_2") == ("completed", 100)


@pytest.mark.clause("AUTH-4")
def test_only_the_client_that_was_refused_continues_a_scenario(fake: Any, helpers: Any) -> None:
    fake.user("known")
    poor = fake.client("another address", ip="elsewhere")
    client = holder(fake, "meets-429")
    assert ask(client) == -1001
    assert poor.connect()
    assert helpers.refusal(client.connect)[0] == 429


@pytest.mark.clause("SSE-5")
def test_the_rules_of_a_scenario_hold_for_its_own_client_alone(fake: Any) -> None:
    silent, plain = holder(fake, "silent"), fake.user("plain")
    for client, scenario in ((silent, "silent"), (plain, "happy-path")):
        assert client.token().account.client.scenario.name == scenario
    session_id = silent.project()
    assert all(silent.chat(session_id, "mute").outcome.silent for _ in range(10))


@pytest.mark.clause("AUTH-6", "CRE-5")
def test_the_same_magic_token_gives_the_same_account_in_every_world_of_a_seed(helpers: Any) -> None:
    one, other = helpers.Fake(scenarios=SCENARIOS), helpers.Fake(scenarios=SCENARIOS)
    other.user("somebody first")
    ids = {holder(fake, "rich").token().account.user_id for fake in (one, other)}
    assert len(ids) == 1


@pytest.mark.clause("AUTH-3", "AUTH-4")
def test_one_new_client_continues_the_scenario_and_the_next_has_its_own(fake: Any) -> None:
    client = holder(fake, "dies-again")
    assert ask(client) == -1001
    client.connect()
    next_one = fake.client("next one", ip=client.ip)
    next_one.connect()
    assert ask(next_one) == 100
