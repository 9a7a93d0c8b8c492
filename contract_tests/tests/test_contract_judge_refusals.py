"""Rules about what a user must read after a refusal, and what must not be tried again (section 1)."""

from __future__ import annotations

from typing import Any

import pytest

from nemocontract.client_run import ClientRun
from nemocontract.recording import Exchange

from .traffic_helpers import SESSION, TASK, USER, broken, evidence, ex, tried, words

WEB = "https://nemovideo.com"
CREDITS = "error-messages.no-credits"
FORMATS = "error-messages.unsupported-file"
SIZE = "error-messages.file-too-large"
PLAN = "error-messages.export-blocked"
STAYS = "error-messages.blocked-export-not-repeated"
USED = "error-messages.used-id-replaced"

start = (ex(1, "token.issue"), ex(2, "session.create"))


def refused(operation: str, code: int, text: str, *before: Exchange, **kwargs: Any) -> ClientRun:
    """Return evidence of a line that was refused, and what its user read."""
    known = {"registered": False, **kwargs}
    sequence = (*(before or start), ex(9, operation, code=code))
    return evidence(*sequence, said=[words("a line", text, first=1, last=9)], **known)


@pytest.mark.clause("CRE-4")
class TestNoCredits:
    @pytest.mark.parametrize("bound", [USER, SESSION, TASK])
    def test_a_guest_reads_where_to_register(self, bound: str) -> None:
        result = refused("chat", 2001, f"No credits left. Register: {WEB}/register?bind={bound}")
        assert tried(CREDITS, result) == 1
        assert not broken(CREDITS, result)

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "You have no credits left.",
            "Top up credits in your account",
            f"Register: {WEB}/register",
            f"Register: {WEB}/register?bind=",
            f"Register: {WEB}/register?bind=anon_somebody_else",
            f"Register: https://nemovideo.com.evil.example/register?bind={USER}",
            f"Register: https://elsewhere.example/?bind={USER}",
        ],
    )
    def test_and_nothing_less(self, text: str) -> None:
        assert broken(CREDITS, refused("chat", 2001, text))

    def test_at_the_web_site_that_is_set(self) -> None:
        result = refused("chat", 2001, f"https://web.test/r?x=1&bind={USER}.", web_url="https://web.test/")
        assert not broken(CREDITS, result)

    def test_the_id_is_that_of_the_newest_account(self) -> None:
        new = ex(3, "token.issue", data={"token": "nmv_usr_new", "user_id": "anon_new"})
        before = (*start, ex(4, "chat", code=1001), new)
        assert broken(CREDITS, refused("chat", 2001, f"{WEB}/?bind={USER}", *before))
        assert not broken(CREDITS, refused("chat", 2001, f"{WEB}/?bind=anon_new", *before))

    def test_anybody_else_reads_to_top_up(self) -> None:
        own = (ex(1, "session.create", data={"user_id": "usr_1"}),)
        for text in ("Top up credits in your account", "Please top up.", "请充值。"):
            assert not broken(CREDITS, refused("chat", 2001, text, *own, registered=True))
        for text in (f"{WEB}/register?bind=usr_1", "No credits.", ""):
            assert broken(CREDITS, refused("chat", 2001, text, *own, registered=True))

    def test_whose_account_it_is_can_be_seen_from_its_id(self) -> None:
        own = (ex(1, "session.create", data={"user_id": "usr_1"}),)
        assert not broken(CREDITS, refused("chat", 2001, "Top up credits", *own, registered=None))
        assert broken(CREDITS, refused("chat", 2001, "Top up credits", registered=None))

    def test_a_registered_user_whose_token_is_lost_goes_on_as_a_guest(self) -> None:
        new = ex(3, "token.issue", data={"token": "nmv_usr_new", "user_id": "anon_new"})
        before = (ex(1, "session.create", code=1001), new)
        result = refused("chat", 2001, f"{WEB}/?bind=anon_new", *before, registered=True)
        assert not broken(CREDITS, result)

    def test_where_nobody_knows_whose_it_is_either_will_do(self) -> None:
        own = (ex(1, "credits"),)
        for text in ("Top up credits", f"{WEB}/register?bind=anything"):
            assert not broken(CREDITS, refused("chat", 2001, text, *own, registered=None))
        assert broken(CREDITS, refused("chat", 2001, "No credits.", *own, registered=None))

    def test_without_a_refusal_nothing_is_owed(self) -> None:
        assert tried(CREDITS, refused("chat", 0, "Done.")) == 0

    def test_nor_by_a_client_that_left_or_where_nobody_listened(self) -> None:
        sequence = (*start, ex(9, "chat", code=2001))
        assert tried(CREDITS, evidence(*sequence, said=[words("a line", last=9, left=True)])) == 0
        assert tried(CREDITS, evidence(*sequence)) == 0

    def test_a_program_that_got_all_lines_at_once_is_judged_by_all_it_printed(self) -> None:
        sequence = (*start, ex(9, "chat", code=2001))
        said = [words("one", f"Hi. {WEB}/?bind={USER}", attributed=False), words("two", attributed=False)]
        assert not broken(CREDITS, evidence(*sequence, said=said))
        assert broken(CREDITS, evidence(*sequence, said=[words("one", "Hi.", attributed=False)]))


@pytest.mark.clause("UPL-3", "UPL-4")
class TestFiles:
    def test_formats_are_reported(self) -> None:
        matches = refused("upload", 4001, "Not supported. Use MP4, MOV, AVI, WebM, MKV, JPG or PNG.")
        assert tried(FORMATS, matches) == 1
        assert not broken(FORMATS, matches)
        for text in ("Not supported.", "Only mp4 and mov, please.", "avi webm mkv jpg png gif"):
            assert broken(FORMATS, refused("upload", 4001, text))

    @pytest.mark.parametrize("text", ["Please compress it.", "Try Trimming it.", "请压缩文件。", "请裁剪"])
    def test_a_way_to_make_it_smaller_is_reported(self, text: str) -> None:
        assert tried(SIZE, refused("upload", 4002, text)) == 1
        assert not broken(SIZE, refused("upload", 4002, text))

    @pytest.mark.parametrize("text", ["", "The file is too large.", "Top up credits."])
    def test_that_it_is_large_does_not_help(self, text: str) -> None:
        assert broken(SIZE, refused("upload", 4002, text))

    def test_a_client_that_refuses_a_file_itself_has_no_refusal_to_answer(self) -> None:
        recorded = evidence(*start, said=[words("upload x.exe", "No.", last=2)])
        assert tried(FORMATS, recorded) == 0
        assert tried(SIZE, recorded) == 0


@pytest.mark.clause("REN-3")
class TestBlockedExports:
    @pytest.mark.parametrize(
        "text", ["Register or upgrade your plan to unlock export.", "请注册或升级套餐后再导出。"]
    )
    def test_the_plan_is_reported(self, text: str) -> None:
        assert tried(PLAN, refused("render.submit", 402, text)) == 1
        assert not broken(PLAN, refused("render.submit", 402, text))

    @pytest.mark.parametrize("text", ["", "Export failed.", "Top up credits in your account, or upgrade."])
    def test_and_nothing_of_credits(self, text: str) -> None:
        assert broken(PLAN, refused("render.submit", 402, text))

    def test_it_is_not_tried_again(self) -> None:
        blocked = (*start, ex(3, "state"), ex(4, "render.submit", code=402))
        line = [words("export", "Register or upgrade your plan.", last=9)]
        assert tried(STAYS, evidence(*blocked, said=line)) == 1
        assert not broken(STAYS, evidence(*blocked, said=line))
        again = ex(6, "render.submit", about="render_2")
        assert broken(STAYS, evidence(*blocked, again, said=line))
        assert broken(STAYS, evidence(*blocked, ex(5, "state"), again, said=line))

    def test_in_a_recording_a_new_look_at_the_draft_may_be_the_users_doing(self) -> None:
        blocked = (*start, ex(3, "state"), ex(4, "render.submit", code=402))
        again = ex(6, "render.submit", about="render_2")
        assert broken(STAYS, evidence(*blocked, again))
        assert not broken(STAYS, evidence(*blocked, ex(5, "state"), again))


@pytest.mark.clause("REN-4")
class TestUsedIds:
    used = (*start, ex(3, "state"), ex(4, "render.submit", code=409))
    line = (words("export", "Saved.", last=9),)

    def test_once_more_under_a_new_id(self) -> None:
        recorded = evidence(*self.used, ex(5, "render.submit", about="render_2"), said=self.line)
        assert tried(USED, recorded) == 1
        assert not broken(USED, recorded)

    def test_not_under_the_old_one(self) -> None:
        assert broken(USED, evidence(*self.used, ex(5, "render.submit"), said=self.line))

    def test_not_never(self) -> None:
        assert broken(USED, evidence(*self.used, said=self.line))
        assert not broken(USED, evidence(*self.used, said=self.line, complete=False))

    def test_not_thrice(self) -> None:
        second = (*self.used, ex(5, "render.submit", about="render_2", code=409))
        assert not broken(USED, evidence(*second, said=self.line))
        (found,) = broken(USED, evidence(*second, ex(6, "render.submit", about="render_3"), said=self.line))
        assert found.at is not None
        assert found.at.seq == 6

    def test_an_export_that_is_taken_has_nothing_to_replace(self) -> None:
        assert tried(USED, evidence(*start, ex(3, "render.submit"), said=self.line)) == 0
