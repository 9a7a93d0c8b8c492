"""A refused command leaves the state exactly as it was, whatever the reason."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from nemofake.engine.errors import CATALOGUE
from nemofake.engine.library import check_size, file_type, simulated
from nemofake.engine.tokens import register

NOWHERE = "1234567890123456789"
GENERATE = "generate a 5 second clip of a city at night"
HOUR = 3_600_000

Refused = Callable[[Any], Any]


def _scopeless(fake: Any, scope: str) -> Any:
    token = next(t for t in fake.world.tokens.values() if t.account.registered)
    return fake.backend.authenticate(fake.now, token.value, scope)


REFUSALS: list[tuple[int, str, Refused]] = [
    (400, "no client id", lambda at: at.fake.backend.issue_token(at.fake.now, " ", "ip")),
    (429, "a second token", lambda at: at.ann.connect()),
    (429, "an eleventh at one address", lambda at: at.fake.client("new", ip="full").connect()),
    (1001, "no token", lambda at: at.fake.client("x", bearer="").session()),
    (1001, "a wrong token", lambda at: at.fake.client("x", bearer="nmv_usr_x").session()),
    (1001, "an unknown scenario", lambda at: at.fake.client("x", bearer="nmv_usr_test_x").balance()),
    (403, "a missing scope", lambda at: _scopeless(at.fake, "write")),
    (1002, "another user's session to be made", lambda at: at.fake.backend.create_session(
        at.ann.token(), "anon_x", "project", None)),
    (1002, "state of an unknown session", lambda at: at.ann.state(NOWHERE)),
    (1002, "chat in an unknown session", lambda at: at.ann.chat(NOWHERE, GENERATE)),
    (1002, "chat as another user", lambda at: at.ann.chat(at.session_id, GENERATE, user="anon_x")),
    (400, "a message without end", lambda at: at.ann.chat(at.session_id, "x" * 20_001)),
    (2001, "more than there is", lambda at: at.ann.chat(at.session_id, f"{GENERATE}, then {GENERATE}")),
    (1002, "upload to an unknown session", lambda at: at.ann.upload(NOWHERE)),
    (4001, "a text file", lambda at: at.ann.url(at.session_id, "https://x.test/a.txt")),
    (400, "a URL that is none", lambda at: at.ann.url(at.session_id, "ftp://x.test/a.mp4")),
    (1002, "claim of an unknown session", lambda at: at.ann.claim(NOWHERE, NOWHERE)),
    (1002, "claim with another's task", lambda at: at.ann.claim(at.session_id, NOWHERE)),
    (1002, "export of an unknown session", lambda at: at.ann.export(NOWHERE, "render_9")),
    (402, "export, not attributed", lambda at: at.ann.export(at.session_id, "render_9", attributed=False)),
    (400, "export of nothing", lambda at: at.ann.export(at.session_id, "render_9", {"t": []})),
    (409, "a used render id", lambda at: at.ann.export(at.session_id, "render_1")),
    (404, "status of an unknown job", lambda at: at.ann.status("render_9")),
    (404, "cancelling an unknown job", lambda at: at.ann.cancel("render_9")),
    (409, "cancelling a finished job", lambda at: at.ann.cancel("render_1")),
    (404, "download of an unknown job", lambda at: at.ann.download("render_9")),
    (409, "download of a running job", lambda at: at.ann.download("render_2")),
    (404, "an unknown media path", lambda at: at.fake.backend.generated(at.fake.now, "/cdn/x.mp4")),
    (404, "an unknown film", lambda at: at.fake.backend.render_at(at.fake.now, "/cdn/renders/x.mp4")),
]  # fmt: skip


def busy(fake: Any) -> SimpleNamespace:
    """Return a fake in the middle of things, and Ann: a finished job, a running one, a running edit."""
    register(fake.world, 0, "free", ["read"])
    for nth in range(10):
        fake.client(f"crowd-{nth}", ip="full").connect()
    ann = fake.user(grant=50)
    session_id = ann.session()
    ann.export(session_id, "render_1")
    fake.tick(HOUR)
    ann.upload(session_id)
    ann.export(session_id, "render_2")
    ann.chat(session_id, "cut silences")
    fake.tick(1_234)
    return SimpleNamespace(fake=fake, ann=ann, session_id=session_id)


@pytest.mark.clause("ENV-2", "ENV-4", "CRE-4", "SES-2", "REN-4")
@pytest.mark.parametrize(("code", "why", "command"), REFUSALS, ids=[why for _, why, _ in REFUSALS])
def test_a_refusal_leaves_the_state_as_it_was(
    fake: Any, helpers: Any, code: int, why: str, command: Refused
) -> None:
    at = busy(fake)
    before = helpers.photo(fake.backend)
    refused, message, _ = helpers.refusal(lambda: command(at))
    assert refused == code
    assert message.startswith(CATALOGUE[code].message)
    assert helpers.photo(fake.backend) == before


@pytest.mark.clause("ENV-3", "REN-3")
def test_every_code_of_the_catalogue_has_a_refusal_here() -> None:
    elsewhere = {4002, 405}  # the one is met while bytes arrive, the other before any command
    assert {code for code, _, _ in REFUSALS} | elsewhere == set(CATALOGUE)


@pytest.mark.clause("UPL-3", "UPL-4", "UPL-6")
def test_what_bounds_a_file_refuses_it_by_itself(fake: Any, helpers: Any) -> None:
    limit = 500 * 1024 * 1024
    check_size(limit, limit, "a.mp4")
    assert helpers.refusal(lambda: check_size(limit + 1, limit, "a.mp4"))[0] == 4002
    assert helpers.refusal(lambda: file_type("a.exe"))[0] == 4001
    assert helpers.refusal(lambda: simulated("file:///etc/passwd.mp4", fake.world.randomness))[0] == 400
