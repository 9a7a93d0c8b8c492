"""Rules about who a client is and what its headers say (C-AUTH-1, C-ATT-1)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nemocontract.recording import Exchange

from .traffic_helpers import CLIENT_ID, NEXT_TOKEN, TOKEN, broken, evidence, ex, tried, words

OTHER_ID = "0b4f9c7e-9d0a-4d0b-8f43-2f6a4b1f0c11"
WEEK_S = 7 * 86_400


def asks(seq: int, client_id: str | None = CLIENT_ID, token: str = TOKEN, **kwargs: Any) -> Exchange:
    return ex(seq, "token.issue", headers={"x-client-id": client_id}, data={"token": token}, **kwargs)


@pytest.mark.clause("C-AUTH-1")
class TestAskingForTokens:
    rule = "identity.asks-only-without-token"

    def test_one_request_for_a_token_is_right(self) -> None:
        recorded = evidence(asks(1), ex(2, "session.create"), ex(3, "credits"), token_set=False)
        assert tried(self.rule, recorded) == 1
        assert not broken(self.rule, recorded)

    def test_a_second_one_while_the_first_is_good_is_not(self) -> None:
        (found,) = broken(self.rule, evidence(asks(1), ex(2, "session.create"), asks(3), token_set=False))
        assert found.at is not None
        assert found.at.seq == 3

    def test_not_even_right_behind_the_first(self) -> None:
        assert broken(self.rule, evidence(asks(1), asks(2)))

    def test_a_token_that_is_set_is_no_reason_to_ask(self) -> None:
        assert broken(self.rule, evidence(asks(1), token_set=True))
        assert broken(self.rule, evidence(ex(1, "session.create"), asks(2), token_set=True))

    def test_nor_is_one_that_the_recording_shows_in_use(self) -> None:
        assert broken(self.rule, evidence(ex(1, "credits"), asks(2), token_set=None))

    @pytest.mark.parametrize("set_", [True, False])
    def test_after_1001_one_may_ask(self, set_: bool) -> None:
        start = () if set_ else (asks(1),)
        recorded = evidence(*start, ex(2, "credits", code=1001), asks(3, token=NEXT_TOKEN), token_set=set_)
        assert not broken(self.rule, recorded)

    def test_but_only_once(self) -> None:
        recorded = evidence(
            asks(1), ex(2, "credits", code=1001), asks(3, token=NEXT_TOKEN), asks(4, token="nmv_usr_third")
        )
        assert [one.at.seq for one in broken(self.rule, recorded) if one.at] == [4]

    def test_a_late_1001_for_the_former_token_is_no_reason(self) -> None:
        recorded = evidence(
            asks(1),
            ex(2, "credits", code=1001),
            asks(3, token=NEXT_TOKEN),
            ex(4, "state", code=1001, token=TOKEN),
            asks(5, token="nmv_usr_third"),
        )
        assert [one.at.seq for one in broken(self.rule, recorded) if one.at] == [5]

    @pytest.mark.parametrize("code", [429, 400, 500, None])
    def test_what_brought_no_token_may_be_repeated(self, code: int | None) -> None:
        assert not broken(self.rule, evidence(asks(1, code=code), asks(2)))

    def test_so_may_what_was_cut_on_its_way(self) -> None:
        assert not broken(self.rule, evidence(asks(1, ending="cut"), asks(2)))

    def test_a_server_error_on_another_request_does_not_bring_a_refused_token_back(self) -> None:
        recorded = evidence(
            ex(1, "credits", code=1001), ex(2, "state", code=500), asks(3, token=NEXT_TOKEN), token_set=True
        )
        assert not broken(self.rule, recorded)

    def test_other_refusals_are_no_reason(self) -> None:
        for code in (1002, 2001, 429, 500, 403):
            assert broken(self.rule, evidence(asks(1), ex(2, "credits", code=code), asks(3)))

    def test_a_client_that_knows_that_a_week_is_over_need_not_wait_for_1001(self) -> None:
        assert not broken(self.rule, evidence(asks(1), asks(2, at_s=1 + WEEK_S)))
        assert broken(self.rule, evidence(asks(1), asks(2, at_s=WEEK_S)))


@pytest.mark.clause("C-AUTH-1")
class TestSetTokens:
    rule = "identity.set-token-is-used"

    def test_the_first_request_bears_it(self) -> None:
        assert not broken(self.rule, evidence(ex(1, "session.create"), token_set=True))
        assert broken(self.rule, evidence(asks(1), ex(2, "session.create"), token_set=True))
        assert broken(
            self.rule, evidence(ex(1, "session.create", headers={"authorization": None}), token_set=True)
        )

    def test_without_one_there_is_nothing_to_use(self) -> None:
        assert tried(self.rule, evidence(asks(1), token_set=False)) == 0
        assert tried(self.rule, evidence(asks(1), token_set=None)) == 0


@pytest.mark.clause("C-AUTH-1")
class TestClientIds:
    @pytest.mark.parametrize(
        "bad", [None, "", "  ", "me", CLIENT_ID[:-1], CLIENT_ID + "0", f"{{{CLIENT_ID}}}"]
    )
    def test_must_be_uuids(self, bad: str | None) -> None:
        assert broken("identity.client-id-is-a-uuid", evidence(asks(1, bad)))

    def test_may_be_in_capitals(self) -> None:
        assert not broken("identity.client-id-is-a-uuid", evidence(asks(1, CLIENT_ID.upper()), asks(2)))

    def test_stay_the_same(self) -> None:
        recorded = evidence(asks(1), ex(2, "credits", code=1001), asks(3))
        assert tried("identity.client-id-unchanged", recorded) == 1
        assert not broken("identity.client-id-unchanged", recorded)

    @pytest.mark.parametrize("code", [0, 429, 500, None])
    def test_do_not_change_to_get_more(self, code: int | None) -> None:
        assert broken("identity.client-id-unchanged", evidence(asks(1, code=code), asks(2, OTHER_ID)))

    def test_may_change_after_400(self) -> None:
        recorded = evidence(asks(1, code=400), asks(2, OTHER_ID), asks(3, OTHER_ID))
        assert not broken("identity.client-id-unchanged", recorded)

    def test_are_kept_in_the_home(self, tmp_path: Path) -> None:
        place = tmp_path / ".config" / "nemovideo" / "client_id"
        recorded = evidence(asks(1), home=tmp_path)
        (missing,) = broken("identity.client-id-stored", recorded)
        assert missing.seen == "nothing there"
        place.parent.mkdir(parents=True)
        place.write_text(f"{CLIENT_ID}\n", encoding="utf-8")
        assert not broken("identity.client-id-stored", recorded)
        place.write_text(OTHER_ID, encoding="utf-8")
        assert broken("identity.client-id-stored", recorded)

    def test_one_from_an_earlier_start_is_used_again(self) -> None:
        rule = "identity.stored-client-id-used"
        assert not broken(rule, evidence(asks(1), client_id=CLIENT_ID))
        assert broken(rule, evidence(asks(1, OTHER_ID), client_id=CLIENT_ID))
        # What a refusal has replaced is another matter, and so is a file with anything else in it.
        assert not broken(rule, evidence(asks(1, code=400), asks(2, OTHER_ID), client_id=CLIENT_ID))
        assert tried(rule, evidence(asks(1), client_id="no uuid")) == 0

    def test_need_not_be_kept_where_none_got_a_token_or_nobody_can_look(self, tmp_path: Path) -> None:
        for item in (
            evidence(asks(1, code=429), home=tmp_path),
            evidence(ex(1, "credits"), home=tmp_path),
            evidence(asks(1), home=tmp_path, complete=False),
            evidence(asks(1)),
        ):
            assert tried("identity.client-id-stored", item) == 0


@pytest.mark.clause("C-AUTH-1")
class TestRefusedClientIds:
    rule = "identity.refused-client-id-replaced"

    def test_one_more_try_with_a_new_one(self) -> None:
        recorded = evidence(asks(1, None, code=400), asks(2))
        assert tried(self.rule, recorded) == 1
        assert not broken(self.rule, recorded)

    def test_none_at_all_is_wrong_and_so_is_the_old_one(self) -> None:
        assert broken(self.rule, evidence(asks(1, code=400)))
        assert broken(self.rule, evidence(asks(1, code=400), asks(2)))
        assert broken(self.rule, evidence(asks(1, code=400), asks(2, "still none")))

    def test_nothing_is_missing_from_a_recording_that_just_ends(self) -> None:
        assert not broken(self.rule, evidence(asks(1, code=400), complete=False))

    def test_no_third_try(self) -> None:
        tries = [asks(1, code=400), asks(2, OTHER_ID, code=400)]
        line = [words("credits", "Sorry.", last=3)]
        assert not broken(self.rule, evidence(*tries, said=line))
        assert broken(self.rule, evidence(*tries, asks(3), said=line))


@pytest.mark.clause("C-ATT-1")
class TestAttribution:
    @pytest.mark.parametrize("name", ["x-skill-source", "x-skill-version", "x-skill-platform"])
    @pytest.mark.parametrize("value", [None, "", "  "])
    @pytest.mark.parametrize("operation", ["token.issue", "chat", "render.status", "render.download"])
    def test_every_request_bears_all_three(self, name: str, value: str | None, operation: str) -> None:
        recorded = evidence(ex(1, "credits"), ex(2, operation, headers={name: value}))
        assert tried("attribution.three-headers", recorded) == 2
        (found,) = broken("attribution.three-headers", recorded)
        assert name in found.seen

    def test_media_are_no_part_of_the_service(self) -> None:
        for rule in ("three-headers", "has-token", "newest-token"):
            assert not broken(f"attribution.{rule}", evidence(ex(1, "credits"), ex(2, "media")))

    def test_values_stay_the_same(self) -> None:
        rule = "attribution.unchanged"
        assert not broken(rule, evidence(ex(1, "credits"), ex(2, "state"), ex(3, "chat")))
        for name in ("x-skill-source", "x-skill-version", "x-skill-platform"):
            (found,) = broken(rule, evidence(ex(1, "credits"), ex(2, "state", headers={name: "new"})))
            assert "new" in found.seen

    def test_the_platform_is_the_one_where_it_is_installed(self) -> None:
        rule = "attribution.platform"
        assert not broken(rule, evidence(ex(1, "credits"), platform="cursor"))
        assert broken(rule, evidence(ex(1, "credits"), platform="clawhub"))
        assert tried(rule, evidence(ex(1, "credits"))) == 0


@pytest.mark.clause("C-ATT-1")
class TestBearers:
    @pytest.mark.parametrize("value", [None, "", "Bearer", "Bearer ", TOKEN, f"Token {TOKEN}"])
    def test_every_request_bears_a_token(self, value: str | None) -> None:
        recorded = evidence(ex(1, "session.create"), ex(2, "credits", headers={"authorization": value}))
        assert [one.at.seq for one in broken("attribution.has-token", recorded) if one.at] == [2]

    def test_but_the_one_that_asks_for_it(self) -> None:
        recorded = evidence(asks(1), ex(2, "session.create"))
        assert tried("attribution.has-token", recorded) == 1
        assert not broken("attribution.has-token", recorded)

    def test_the_word_may_be_in_any_case(self) -> None:
        recorded = evidence(ex(1, "credits", headers={"authorization": f"bearer {TOKEN}"}))
        assert not broken("attribution.has-token", recorded)

    def test_a_recording_without_any_authorization_was_cleaned(self) -> None:
        bare: dict[str, Any] = {"headers": {"authorization": None}}
        assert not broken("attribution.has-token", evidence(ex(1, "credits", **bare), ex(2, "state", **bare)))
        assert broken("attribution.has-token", evidence(ex(1, "credits", code=1001, **bare)))

    def test_the_token_is_the_newest(self) -> None:
        rule = "attribution.newest-token"
        start = [asks(1), ex(2, "credits"), ex(3, "state", code=1001), asks(4, token=NEXT_TOKEN)]
        assert not broken(rule, evidence(*start, ex(5, "state", token=NEXT_TOKEN)))
        (found,) = broken(rule, evidence(*start, ex(5, "state", token=TOKEN)))
        assert found.at is not None
        assert found.at.seq == 5

    def test_one_that_never_arrived_is_none(self) -> None:
        rule = "attribution.newest-token"
        recorded = evidence(
            asks(1), ex(2, "credits"), asks(3, token=NEXT_TOKEN, ending="cut"), ex(4, "credits")
        )
        assert not broken(rule, recorded)

    def test_what_was_under_way_when_it_came_is_excused(self) -> None:
        rule = "attribution.newest-token"
        recorded = evidence(
            asks(1), asks(2, token=NEXT_TOKEN, took_s=5), ex(3, "credits"), ex(4, "state", at_s=9)
        )
        assert [one.at.seq for one in broken(rule, recorded) if one.at] == [4]

    def test_a_set_token_stays(self) -> None:
        rule = "attribution.newest-token"
        assert not broken(rule, evidence(ex(1, "credits"), ex(2, "state"), token_set=True))
        assert broken(rule, evidence(ex(1, "credits"), ex(2, "state", token="clm_abc123"), token_set=True))

    def test_a_masked_token_is_not_compared_with_a_raw_one(self) -> None:
        rule = "attribution.newest-token"
        recorded = evidence(asks(1), ex(2, "credits", token="nmv_usr_***3f9c"))
        assert not broken(rule, recorded)
        masked = asks(1, token="nmv_usr_***0001")
        assert broken(rule, evidence(masked, ex(2, "credits", token="nmv_usr_***3f9c")))
