"""Nobody learns anything of somebody else's: what is not yours looks like what does not exist."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

NOWHERE = "1234567890123456789"
HOUR = 3_600_000
WAYS = {
    "state": lambda client, sid: client.state(sid),
    "chat": lambda client, sid: client.chat(sid, "hello"),
    "pricey chat": lambda client, sid: client.chat(sid, "generate a 5 second clip of a city at night"),
    "upload": lambda client, sid: client.upload(sid),
    "export": lambda client, sid: client.export(sid),
    "export without attribution": lambda client, sid: client.export(sid, attributed=False),
    "export of nothing": lambda client, sid: client.export(sid, draft={"t": []}),
    "claim": lambda client, sid: client.claim(sid, NOWHERE),
}
LOOKS = ("status", "cancel", "download")


def other_accounts(fake: Any) -> dict[str, Any]:
    """Return clients that are not Ann's account: another person, and her own client a week later."""
    bob = fake.user("bob", grant=1_000)
    fake.tick(7 * 24 * HOUR)
    bob.connect()
    again = fake.client("ann")
    again.connect()
    return {"another person": bob, "the same client, re-authenticated": again}


@pytest.mark.clause("SES-2", "REN-1", "UPL-1", "SSE-2", "AUTH-8")
@pytest.mark.parametrize("way", WAYS)
def test_a_foreign_session_answers_like_one_that_does_not_exist(fake: Any, helpers: Any, way: str) -> None:
    ann = fake.user("ann")
    session_id = ann.session()
    for client in other_accounts(fake).values():
        before = helpers.photo(fake.backend)
        unknown = helpers.refusal(lambda c=client: WAYS[way](c, NOWHERE))
        assert helpers.refusal(lambda c=client: WAYS[way](c, session_id)) == unknown
        assert unknown[0] == 1002
        assert helpers.photo(fake.backend) == before


@pytest.mark.clause("SES-2")
@pytest.mark.parametrize("session_id", ["", "0", "me", "٣" * 19, "1" * 10_000, "../latest", "null"])
def test_a_strange_session_id_is_an_unknown_one(fake: Any, helpers: Any, session_id: str) -> None:
    ann = fake.user()
    for way in WAYS.values():
        assert helpers.refusal(lambda w=way: w(ann, session_id)) == helpers.refusal(
            lambda w=way: w(ann, NOWHERE)
        )


@pytest.mark.clause("SES-3")
def test_the_user_is_me_or_ones_own_id_and_nobody_else(fake: Any, helpers: Any) -> None:
    ann, bob = fake.user("ann"), fake.user("bob")
    mine, theirs = ann.token().account.user_id, bob.token().account.user_id
    session_id = ann.session()
    unknown = helpers.refusal(lambda: ann.state(NOWHERE))
    assert ann.state(session_id, user=mine) == ann.state(session_id)
    assert ann.chat(session_id, "hello", user=mine)
    for user in (theirs, "", "Me", "anon_", "you", mine + " "):
        before = helpers.photo(fake.backend)
        assert helpers.refusal(lambda u=user: ann.state(session_id, user=u)) == unknown
        assert helpers.refusal(lambda u=user: ann.chat(session_id, "hello", user=u)) == unknown
        assert helpers.refusal(partial(fake.backend.create_session, ann.token(), user, "p", None)) == unknown
        assert helpers.photo(fake.backend) == before


@pytest.mark.clause("REN-10", "REN-11")
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("age_ms", [0, 45_000, HOUR])
def test_a_foreign_job_answers_like_one_that_does_not_exist(
    fake: Any, helpers: Any, look: str, age_ms: int
) -> None:
    ann, bob = fake.user("ann"), fake.user("bob")
    ann.export(ann.session(), "render_1")
    ann.token().end("expire", fake.now)
    fake.tick(age_ms)
    ann.connect()
    for client in (ann, bob):
        code, message, wait = helpers.refusal(lambda c=client: getattr(c, look)("render_2"))
        same = (404, message.replace("render_2", "render_1"), wait)
        assert (code, helpers.refusal(lambda c=client: getattr(c, look)("render_1"))) == (404, same)


@pytest.mark.clause("REN-10", "REN-4")
def test_two_users_may_use_the_same_render_id_and_each_sees_their_own(fake: Any) -> None:
    ann, bob = fake.user("ann"), fake.user("bob")
    jobs = {client.name: client.export(client.session(), "render_1") for client in (ann, bob)}
    assert jobs["ann"].path != jobs["bob"].path
    ann.cancel("render_1")
    fake.tick(HOUR)
    assert (ann.status("render_1")[0], bob.status("render_1")[0]) == ("cancelled", "completed")


@pytest.mark.clause("REN-10", "REN-9")
def test_the_film_of_an_orphaned_job_can_still_be_fetched_by_who_knows_its_address(
    fake: Any, helpers: Any
) -> None:
    ann = fake.user()
    job = ann.export(ann.session())
    ann.token().end("expire", fake.now)
    assert helpers.refusal(lambda: fake.backend.render_at(fake.now, job.path))[0] == 404
    fake.tick(HOUR)
    assert fake.backend.render_at(fake.now, job.path) is job


@pytest.mark.clause("CRE-1", "SES-2")
def test_what_one_account_does_is_not_seen_in_the_credits_of_another(fake: Any) -> None:
    ann, bob = fake.user("ann"), fake.user("bob")
    ann.chat(ann.session(), "generate a 5 second clip of a city at night")
    assert bob.balance() == {"available": 100, "frozen": 0, "total": 100}
