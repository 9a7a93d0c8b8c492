"""Who may export: plan, blocks and attribution (REN-3)."""

from __future__ import annotations

from typing import Any

import pytest

from nemofake.engine.parameters import Parameters
from nemofake.engine.scenario import InitialAccount, ScenarioConfig, Trigger
from nemofake.engine.tokens import register


@pytest.mark.clause("REN-3")
@pytest.mark.parametrize(
    ("plan", "blocked", "attributed", "passes"),
    [
        ("free", False, True, True),
        ("free", False, False, False),
        ("free", True, True, False),
        ("paid", False, False, True),
        ("paid", False, True, True),
        ("paid", True, True, False),
    ],
)
def test_who_may_export(helpers: Any, plan: str, blocked: bool, attributed: bool, passes: bool) -> None:
    fake = helpers.Fake(ScenarioConfig(account=InitialAccount(plan=plan, export_blocked=blocked)))
    ann = fake.user()
    session_id = ann.session()
    if passes:
        assert ann.export(session_id, attributed=attributed).state == "pending"
    else:
        assert helpers.refusal(lambda: ann.export(session_id, attributed=attributed))[0] == 402


@pytest.mark.clause("REN-3")
def test_attribution_can_be_made_a_matter_of_indifference(helpers: Any) -> None:
    fake = helpers.Fake(ScenarioConfig(parameters=Parameters(attribution_required=False)))
    ann = fake.user()
    assert ann.export(ann.session(), attributed=False).state == "pending"


@pytest.mark.clause("REN-3")
def test_the_control_api_may_change_plan_and_block_at_any_time(fake: Any, helpers: Any) -> None:
    ann = fake.user()
    session_id, account = ann.session(), ann.token().account
    account.plan = "paid"
    assert ann.export(session_id, "render_1", attributed=False)
    account.export_blocked = True
    assert helpers.refusal(lambda: ann.export(session_id, "render_2"))[0] == 402
    account.plan, account.export_blocked = "free", False
    assert helpers.refusal(lambda: ann.export(session_id, "render_2", attributed=False))[0] == 402
    assert ann.export(session_id, "render_2")


@pytest.mark.clause("REN-3", "CRE-5")
def test_another_scenario_brings_its_plan_and_its_block_to_everybody_and_no_credits(fake: Any) -> None:
    account = fake.user(grant=7).token().account
    fake.set_scenario(account=InitialAccount(credits=9, plan="paid", export_blocked=True))
    assert (account.plan, account.export_blocked, account.ledger.available) == ("paid", True, 107)
    fake.set_scenario()
    assert (account.plan, account.export_blocked, account.ledger.available) == ("free", False, 107)
    assert fake.user("late").balance()["available"] == 100


@pytest.mark.clause("AUTH-7", "AUTH-3")
def test_another_scenario_is_played_to_every_client_that_was_ever_seen(helpers: Any) -> None:
    fake = helpers.Fake(
        ScenarioConfig(triggers=(Trigger("token.issue", "refuse", 1, 429),)),
        scenarios={"calm": ScenarioConfig()},
    )
    early = fake.client("refused so far")
    helpers.refusal(early.connect)
    guest = fake.client("guest", bearer=register(fake.world, None, "free", None).value)
    magic = fake.client("magic", bearer="nmv_usr_test_calm")
    assert magic.balance()
    fake.set_scenario(parameters=Parameters(silent_share=1.0))
    early.connect()
    for client in (early, guest, magic):
        session_id = client.project()
        assert all(client.chat(session_id, "mute").outcome.silent for _ in range(10))
