"""What a token may do: its scopes, and the claim tokens that may do nothing (AUTH-7, AUTH-8)."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest

from nemofake.engine import tokens

SCOPES = ("read", "write", "upload", "render", "*")
SETS = [set(chosen) for size in range(len(SCOPES) + 1) for chosen in combinations(SCOPES, size)]


@pytest.mark.clause("AUTH-7")
def test_an_anonymous_token_reads_writes_uploads_and_may_still_export(fake: Any, helpers: Any) -> None:
    ann = fake.user()
    assert ann.token().scopes == {"read", "write", "upload"}
    for scope in ("read", "write", "upload", "render"):
        assert ann.token(scope)
    assert helpers.refusal(lambda: ann.token("*"))[0] == 403


@pytest.mark.clause("AUTH-7")
@pytest.mark.parametrize("held", SETS, ids=lambda held: ",".join(sorted(held)) or "none")
def test_a_registered_token_does_what_its_scopes_say_and_nothing_else(
    fake: Any, helpers: Any, held: set[str]
) -> None:
    token = tokens.register(fake.world, None, "free", sorted(held))
    for scope in SCOPES:
        if scope in held or "*" in held:
            assert fake.backend.authenticate(fake.now, token.value, scope) is token
        else:
            refused = helpers.refusal(lambda s=scope: fake.backend.authenticate(fake.now, token.value, s))
            assert refused[0] == 403
            assert scope in refused[1]


@pytest.mark.clause("AUTH-7", "AUTH-6")
def test_a_dead_token_is_reported_so_before_its_scopes_are_looked_at(fake: Any, helpers: Any) -> None:
    token = tokens.register(fake.world, None, "free", [])
    token.end("revoke", fake.now)
    assert helpers.refusal(lambda: fake.backend.authenticate(fake.now, token.value, "render"))[0] == 1001


@pytest.mark.clause("AUTH-7", "REN-3")
def test_a_registered_account_has_the_credits_and_the_plan_it_was_opened_with(fake: Any) -> None:
    plain = tokens.register(fake.world, None, "free", None).account
    rich = tokens.register(fake.world, 5_000, "paid", None).account
    assert (plain.registered, plain.ledger.available, plain.plan) == (True, 100, "free")
    assert (rich.registered, rich.ledger.available, rich.plan) == (True, 5_000, "paid")
    assert plain.user_id != rich.user_id


@pytest.mark.clause("AUTH-7")
def test_the_ids_of_a_registered_account_do_not_depend_on_what_others_do(helpers: Any) -> None:
    values = []
    for others in (0, 2):
        fake = helpers.Fake()
        for nth in range(others):
            fake.user(f"somebody-{nth}")
        values.append(tokens.register(fake.world, None, "free", None).value)
    assert values[0] == values[1]


@pytest.mark.clause("AUTH-8")
def test_a_claim_token_is_good_for_a_week_on_the_web_and_for_nothing_here(fake: Any, helpers: Any) -> None:
    ann = fake.user()
    session_id = ann.session()
    task_id = ann.state(session_id)["task_id"]
    first, second = ann.claim(session_id, task_id), ann.claim(session_id, task_id)
    assert first["claim_token"].startswith("clm_")
    assert first["expires_in"] == 604_800
    assert first["claim_token"] != second["claim_token"]
    for scope in SCOPES:
        claim = fake.client("web", bearer=first["claim_token"])
        assert helpers.refusal(lambda c=claim, s=scope: c.token(s))[0] == 1001


@pytest.mark.clause("AUTH-8", "SES-2")
def test_only_ones_own_session_can_be_claimed_and_only_with_its_task(fake: Any, helpers: Any) -> None:
    ann, bob = fake.user("ann"), fake.user("bob")
    session_id = ann.session()
    task_id = ann.state(session_id)["task_id"]
    unknown = helpers.refusal(lambda: bob.claim("1" * 19, "2" * 19))
    assert unknown[0] == 1002
    assert helpers.refusal(lambda: bob.claim(session_id, task_id)) == unknown
    assert helpers.refusal(lambda: ann.claim(session_id, "2" * 19)) == unknown
