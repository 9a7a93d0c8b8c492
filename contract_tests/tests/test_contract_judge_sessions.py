"""Rules about sessions and about tokens where they do not belong (C-SES-1, C-SEC-1)."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nemocontract.recording import Exchange

from .traffic_helpers import NEXT_SESSION, NEXT_TOKEN, SESSION, TOKEN, broken, evidence, ex, tried, words

FIRST = "sessions.comes-first"
GIVEN = "sessions.ids-are-given"
LOST = "sessions.lost-stays-lost"
NEW = "sessions.new-one-after-1002"
KEPT = "sessions.is-kept"

start = (ex(1, "token.issue"), ex(2, "session.create"))


@pytest.mark.clause("C-SES-1")
class TestFirst:
    @pytest.mark.parametrize(
        "operation", ["chat", "state", "upload", "credits", "render.submit", "token.claim"]
    )
    def test_nothing_comes_before_the_session(self, operation: str) -> None:
        assert not broken(FIRST, evidence(*start, ex(3, operation), token_set=False))
        recorded = evidence(ex(1, "token.issue"), ex(2, operation, code=1002), ex(3, "session.create"))
        assert [one.at.seq for one in broken(FIRST, recorded) if one.at] == [2]

    @pytest.mark.parametrize("how", [{"code": 500}, {"ending": "cut"}, {"code": None}])
    def test_one_that_was_not_had_does_not_count(self, how: dict[str, Any]) -> None:
        recorded = evidence(ex(1, "token.issue"), ex(2, "session.create", **how), ex(3, "credits"))
        assert broken(FIRST, recorded)

    def test_the_service_knows_a_session_from_an_earlier_start(self) -> None:
        assert not broken(FIRST, evidence(ex(1, "state"), ex(2, "chat"), complete=False))
        assert not broken(FIRST, evidence(ex(1, "credits"), complete=False))

    def test_a_set_token_alone_is_no_session(self) -> None:
        assert broken(FIRST, evidence(ex(1, "credits"), token_set=True))


@pytest.mark.clause("C-SES-1")
class TestIds:
    @pytest.mark.parametrize("operation", ["chat", "state", "upload", "render.submit", "token.claim"])
    def test_come_from_the_server(self, operation: str) -> None:
        own = {"body": {"sessionId": "1"}} if operation == "render.submit" else {"about": "1"}
        recorded = evidence(*start, ex(3, operation), ex(4, operation, code=1002, **own))
        assert tried(GIVEN, recorded) == 2
        assert [(one.at.seq, one.seen) for one in broken(GIVEN, recorded) if one.at] == [(4, "1")]

    def test_one_that_the_server_takes_is_known_to_it(self) -> None:
        assert not broken(GIVEN, evidence(ex(1, "chat"), ex(2, "state")))

    @pytest.mark.parametrize("body", [None, {}, {"session_id": ""}, "text", {"session_id": None}])
    def test_must_be_there(self, body: Any) -> None:
        assert broken(GIVEN, evidence(*start, ex(3, "chat", code=400, body=body)))

    def test_are_not_used_again_once_lost(self) -> None:
        lost = (*start, ex(3, "chat", code=1002), ex(4, "session.create", about=NEXT_SESSION))
        assert not broken(LOST, evidence(*lost, ex(5, "chat", about=NEXT_SESSION)))
        assert broken(LOST, evidence(*lost, ex(5, "chat", about=SESSION)))
        assert broken(LOST, evidence(*lost[:3], ex(4, "state")))
        assert broken(LOST, evidence(*lost, ex(5, "render.submit", about="render_2")))

    def test_a_refusal_of_another_kind_loses_nothing(self) -> None:
        assert tried(LOST, evidence(*start, ex(3, "chat", code=2001), ex(4, "chat"))) == 0


@pytest.mark.clause("C-SES-1")
class TestNewOnes:
    @pytest.mark.parametrize("operation", ["chat", "upload"])
    def test_follow_1002(self, operation: str) -> None:
        lost = (*start, ex(3, operation, code=1002))
        line = words("trim", "Gone.", first=3, last=5)
        new = (ex(4, "session.create", about=NEXT_SESSION), ex(5, operation, about=NEXT_SESSION))
        assert not broken(NEW, evidence(*lost, *new, said=[line]))
        assert broken(NEW, evidence(*lost, said=[line]))
        assert not broken(NEW, evidence(*lost, complete=False))
        assert not broken(NEW, evidence(*lost, said=[words("trim", first=3, last=3, left=True)]))

    def test_a_look_at_what_is_gone_needs_none(self) -> None:
        assert tried(NEW, evidence(*start, ex(3, "state", code=1002))) == 0

    def test_are_not_made_for_nothing(self) -> None:
        line = [words("trim", "Done.", last=9)]
        assert not broken(KEPT, evidence(*start, ex(3, "chat"), said=line))
        assert broken(KEPT, evidence(*start, ex(3, "session.create"), said=line))
        for why in (
            ex(3, "chat", code=1002),
            ex(3, "token.issue", data={"token": NEXT_TOKEN}),
        ):
            assert not broken(KEPT, evidence(*start, why, ex(4, "session.create"), said=line))
        failed = ex(1, "session.create", code=500)
        assert not broken(KEPT, evidence(failed, ex(2, "session.create"), said=line))

    def test_may_be_another_project_where_nobody_knows_what_was_said(self) -> None:
        assert tried(KEPT, evidence(*start, ex(3, "session.create"))) == 0


ADDRESS = "secrets.not-in-an-address"
BODY = "secrets.not-in-a-body"
HEADER = "secrets.not-in-another-header"
READ = "secrets.not-in-what-is-read"
SPELLINGS = [TOKEN, "nmv_usr_***3f9c", "clm_abc123", "clm_***0a1b"]


@pytest.mark.clause("C-SEC-1")
class TestSecrets:
    clean = (*start, ex(3, "chat"), ex(4, "upload"), ex(5, "media"))

    def test_stay_in_their_header(self) -> None:
        for rule in (ADDRESS, BODY, HEADER):
            assert tried(rule, evidence(*self.clean)) > 0
            assert not broken(rule, evidence(*self.clean))

    @pytest.mark.parametrize("token", [*SPELLINGS, TOKEN.replace("_", "%5F"), TOKEN.replace("_", "%255f")])
    def test_never_stand_in_an_address(self, token: str) -> None:
        for operation, path in [
            ("media", f"/cdn/film.mp4?token={token}"),
            ("credits", f"/api/credits/balance/simple?t={token}"),
            ("render.download", f"/api/render/proxy/{token}/download"),
        ]:
            (found,) = broken(ADDRESS, evidence(ex(1, operation, path=path)))
            assert found.seen == f"GET {path}"

    def test_but_a_claim_token_in_that_of_its_page(self) -> None:
        page = Exchange(1, "other", "GET", "/workspace/claim?ct=clm_abc123", 0, 0)
        assert not broken(ADDRESS, evidence(page))
        page = Exchange(1, "other", "GET", f"/workspace/claim?ct={TOKEN}", 0, 0)
        assert broken(ADDRESS, evidence(page))

    @pytest.mark.parametrize("token", SPELLINGS)
    def test_never_stand_in_a_body(self, token: str) -> None:
        assert broken(BODY, evidence(ex(1, "chat", text=f"my token is {token}")))
        assert broken(BODY, evidence(ex(1, "session.create", body={"task_name": "p", "token": token})))
        assert broken(BODY, evidence(ex(1, "upload", body=None, uploads=(f"{token}.mp4",))))

    def test_unless_the_user_typed_them(self) -> None:
        line = f"is {TOKEN} still good?"
        recorded = evidence(ex(1, "chat", text=line), said=[words(line, "No idea.", last=1)])
        assert not broken(BODY, recorded)
        assert broken(BODY, evidence(ex(1, "chat", text=line), said=[words("hello", "Hi.", last=1)]))

    @pytest.mark.parametrize("name", ["x-token", "cookie", "referer", "user-agent"])
    @pytest.mark.parametrize("token", SPELLINGS)
    def test_never_stand_in_another_header(self, name: str, token: str) -> None:
        (found,) = broken(HEADER, evidence(ex(1, "credits", headers={name: f"a={token}"})))
        assert name in found.seen

    @pytest.mark.parametrize("token", SPELLINGS)
    def test_are_never_read(self, token: str) -> None:
        recorded = evidence(said=[words("hi", "All is well."), words("hi", f"Error at {token}!")])
        assert tried(READ, recorded) == 2
        assert len(broken(READ, recorded)) == 1

    def test_but_a_claim_token_in_the_address_of_its_page(self) -> None:
        def read(text: str) -> bool:
            return bool(broken(READ, evidence(said=[words("claim", text)], web_url="https://web.example/")))

        assert not read("Open https://web.example/workspace/claim?ct=clm_abc-1 in a browser.")
        assert read("Open https://elsewhere.example/workspace/claim?ct=clm_abc-1 in a browser.")
        assert read(f"Open https://web.example/workspace/claim?ct={TOKEN} in a browser.")
        assert read("Your claim token is clm_abc-1.")

    @pytest.mark.parametrize("token", SPELLINGS)
    def test_are_never_logged(self, token: str, tmp_path: Path) -> None:
        rule = "secrets.not-in-a-log"
        recorded = evidence(ex(1, "credits"), home=tmp_path)
        assert not broken(rule, replace(recorded, logged=("signed in",)))
        assert broken(rule, replace(recorded, logged=("signed in", f"with {token}")))
        (tmp_path / "deep").mkdir()
        (tmp_path / "deep" / "client.log").write_text(f"one\ntwo {token}\n", encoding="utf-8")
        assert tried(rule, recorded) == 2
        assert len(broken(rule, recorded)) == 1

    def test_a_token_of_another_spelling_is_known_by_its_use(self) -> None:
        own = "Zx91-canary-77"
        recorded = evidence(ex(1, "credits", token=own), ex(2, "media", path=f"/cdn/film.mp4?key={own}"))
        assert broken(ADDRESS, recorded)
        assert not broken(ADDRESS, evidence(ex(1, "credits", token=own), ex(2, "media")))
        recorded = evidence(ex(1, "credits", token=own), said=[words("credits", f"Bad token {own}", last=1)])
        assert broken(READ, recorded)

    def test_a_word_about_tokens_is_none(self) -> None:
        recorded = evidence(
            ex(1, "credits"), said=[words("hi", "Your token (nmv_usr_) is fine; so is clm_.")]
        )
        assert not broken(READ, recorded)
