"""Rules about refused tokens, limits, and requests that are repeated too often (C-AUTH-2, C-AUTH-3)."""

from __future__ import annotations

from typing import Any

import pytest

from nemocontract.client_run import ClientRun
from nemocontract.recording import Exchange

from .traffic_helpers import (
    NEXT_SESSION,
    NEXT_TOKEN,
    broken,
    evidence,
    ex,
    tried,
    words,
)

FOLLOWS = "token-refresh.after-1001"
REPEATED = "token-refresh.request-repeated"
NO_THIRD = "token-refresh.no-third-try"
WAITS = "retry-limits.429-waits-30-s"
ONCE = "retry-limits.429-retried-once"
MAKES = "retry-limits.429-retried"
REPORTS = "retry-limits.429-reported"


def renewal(seq: int, **kwargs: Any) -> Exchange:
    return ex(seq, "token.issue", data={"token": NEXT_TOKEN}, **kwargs)


def again(seq: int, operation: str = "credits", **kwargs: Any) -> Exchange:
    return ex(seq, operation, token=NEXT_TOKEN, **kwargs)


def one_line(*exchanges: Exchange, text: str = "Sorry.", **known: Any) -> ClientRun:
    """Return evidence in which all requests came of one line."""
    result = known.pop("said", {})
    said = words("credits", text, first=exchanges[0].seq, last=exchanges[-1].seq, **result)
    return evidence(*exchanges, said=[said], **known)


@pytest.mark.clause("C-AUTH-2")
class TestRenewal:
    def test_a_new_token_and_the_request_once_more(self) -> None:
        recorded = one_line(ex(1, "credits", code=1001), renewal(2), again(3))
        for rule in (FOLLOWS, REPEATED):
            assert tried(rule, recorded) == 1
            assert not broken(rule, recorded)
        assert not broken(NO_THIRD, recorded)

    def test_no_renewal_is_wrong_for_a_guest(self) -> None:
        assert broken(FOLLOWS, one_line(ex(1, "credits", code=1001), token_set=False))

    def test_where_a_token_is_set_words_will_do_but_silence_will_not(self) -> None:
        assert not broken(FOLLOWS, one_line(ex(1, "credits", code=1001), token_set=True))
        assert broken(FOLLOWS, one_line(ex(1, "credits", code=1001), text=" \n", token_set=True))

    def test_a_renewal_that_fails_is_one_all_the_same(self) -> None:
        recorded = one_line(ex(1, "credits", code=1001), renewal(2, code=429), renewal(3, code=429, at_s=60))
        assert not broken(FOLLOWS, recorded)
        assert tried(REPEATED, recorded) == 0

    def test_a_client_that_left_owes_nothing_more(self) -> None:
        recorded = one_line(ex(1, "credits", code=1001), renewal(2), said={"left": True}, token_set=False)
        assert not broken(REPEATED, recorded)
        gone = one_line(ex(1, "credits", code=1001), said={"left": True}, token_set=False)
        assert not broken(FOLLOWS, gone)

    def test_a_recording_may_end_anywhere(self) -> None:
        recorded = evidence(ex(1, "credits", code=1001), renewal(2), complete=False, token_set=False)
        assert not broken(FOLLOWS, recorded)
        assert not broken(REPEATED, recorded)

    def test_a_request_that_is_not_made_again(self) -> None:
        (found,) = broken(REPEATED, one_line(ex(1, "credits", code=1001), renewal(2)))
        assert found.at is not None
        assert found.at.seq == 1
        assert broken(REPEATED, one_line(ex(1, "credits", code=1001), renewal(2), again(3, "state")))

    def test_a_message_is_the_same_in_its_new_session_and_another_one_is_not(self) -> None:
        start = [ex(1, "chat", code=1001), renewal(2), again(3, "session.create", about=NEXT_SESSION)]
        assert not broken(REPEATED, one_line(*start, again(4, "chat", about=NEXT_SESSION)))
        assert broken(REPEATED, one_line(*start, again(4, "chat", about=NEXT_SESSION, text="another")))

    @pytest.mark.parametrize("operation", ["state", "upload", "token.claim", "render.submit"])
    def test_so_is_what_names_its_session(self, operation: str) -> None:
        recorded = one_line(ex(1, operation, code=1001), renewal(2), again(3, operation, about=NEXT_SESSION))
        assert not broken(REPEATED, recorded)

    def test_an_orphaned_export_is_submitted_anew(self) -> None:
        recorded = one_line(ex(1, "render.status", code=1001), renewal(2), again(3, "render.submit"))
        assert not broken(REPEATED, recorded)

    def test_nobody_repeats_what_has_become_pointless(self) -> None:
        recorded = one_line(ex(1, "chat", code=1001), renewal(2), again(3, "session.create", code=500))
        assert tried(REPEATED, recorded) == 0


@pytest.mark.clause("C-AUTH-2")
class TestOtherRefusals:
    rule = "token-refresh.only-after-1001"

    @pytest.mark.parametrize("code", [402, 403, 429, 1002, 2001, 4001, 500])
    def test_lead_to_no_new_token(self, code: int) -> None:
        assert broken(self.rule, one_line(ex(1, "credits", code=code), renewal(2), again(3)))

    def test_1001_does(self) -> None:
        recorded = one_line(ex(1, "credits", code=1001), renewal(2, code=429), renewal(3, at_s=60), again(4))
        assert tried(self.rule, recorded) == 1
        assert not broken(self.rule, recorded)

    def test_a_client_that_had_no_token_may_ask_for_one(self) -> None:
        bare = ex(1, "credits", code=403, headers={"authorization": None})
        assert tried(self.rule, one_line(bare, renewal(2))) == 0


@pytest.mark.clause("C-AUTH-2")
class TestLoops:
    start = (ex(1, "credits", code=1001), renewal(2), again(3, code=1001))

    def test_a_report_after_the_second_1001(self) -> None:
        recorded = one_line(*self.start)
        assert tried(NO_THIRD, recorded) == 1
        assert not broken(NO_THIRD, recorded)

    @pytest.mark.parametrize("operation", ["credits", "token.issue"])
    def test_neither_a_third_try_nor_another_token(self, operation: str) -> None:
        assert broken(NO_THIRD, one_line(*self.start, again(4, operation)))

    def test_where_lines_are_not_known_only_another_token_shows_a_loop(self) -> None:
        assert broken(NO_THIRD, evidence(*self.start, again(4, "token.issue")))
        assert not broken(NO_THIRD, evidence(*self.start, again(4)))

    def test_another_line_is_another_try(self) -> None:
        said = [words("credits", "No.", last=3), words("credits", "No.", first=4, last=6)]
        recorded = evidence(*self.start, again(4, code=1001), again(5, "token.issue"), again(6), said=said)
        assert not broken(NO_THIRD, recorded)

    def test_another_request_may_be_refused_as_well(self) -> None:
        recorded = one_line(
            *self.start, again(4, "state", code=1001), again(5, "token.issue"), again(6, "state")
        )
        assert not broken(NO_THIRD, recorded)

    def test_a_success_in_between_ends_the_row(self) -> None:
        recorded = one_line(
            ex(1, "render.status", code=1001),
            renewal(2),
            again(3, "render.status"),
            again(4, "render.status", code=1001),
            again(5, "token.issue"),
            again(6, "render.status"),
        )
        assert tried(NO_THIRD, recorded) == 0


@pytest.mark.clause("C-AUTH-3")
class TestLimits:
    @staticmethod
    def after(wait_s: float, operation: str = "token.issue", **known: Any) -> ClientRun:
        limited = ex(1, operation, code=429, at_s=0, took_s=2)
        return one_line(limited, ex(2, operation, at_s=2 + wait_s), **known)

    @pytest.mark.parametrize("operation", ["token.issue", "chat", "render.submit", "state"])
    def test_30_s_are_waited(self, operation: str) -> None:
        assert tried(WAITS, self.after(30, operation)) == 1
        assert not broken(WAITS, self.after(30, operation))
        assert not broken(WAITS, self.after(100, operation))
        assert broken(WAITS, self.after(29, operation))
        assert broken(WAITS, self.after(0, operation))

    @pytest.mark.parametrize("wait_s", [121, 604_800])
    def test_who_waits_for_much_longer_waits_for_something_else(self, wait_s: int) -> None:
        assert broken(WAITS, self.after(wait_s))

    def test_to_the_millisecond_where_time_is_virtual(self) -> None:
        assert not broken(WAITS, self.after(29.999))
        assert broken(WAITS, self.after(29.998))

    def test_with_half_a_second_of_grace_where_it_is_real(self) -> None:
        assert not broken(WAITS, self.after(29.5, timing="real"))
        assert broken(WAITS, self.after(29.4, timing="real"))

    def test_not_at_all_where_nobody_knows(self) -> None:
        assert tried(WAITS, self.after(0, timing="unknown")) == 0

    def test_another_request_in_between_changes_nothing(self) -> None:
        recorded = one_line(
            ex(1, "chat", code=429, at_s=0),
            ex(2, "credits", at_s=10),
            ex(3, "chat", at_s=20),
            timing="virtual",
        )
        assert broken(WAITS, recorded)

    def test_one_retry_and_no_third_try(self) -> None:
        tries = [ex(nth, "token.issue", code=429, at_s=40 * nth) for nth in (1, 2, 3)]
        assert not broken(ONCE, one_line(*tries[:2]))
        assert broken(ONCE, one_line(*tries))

    def test_where_a_program_got_all_lines_at_once_each_may_have_its_two_tries(self) -> None:
        tries = [ex(nth, "token.issue", code=429, at_s=40 * nth) for nth in range(1, 6)]
        said = [words("credits", "No.", attributed=False), words("status", attributed=False)]
        assert not broken(ONCE, evidence(*tries[:4], said=said))
        assert broken(ONCE, evidence(*tries, said=said))

    def test_the_retry_is_owed(self) -> None:
        lone = ex(1, "token.issue", code=429)
        assert broken(MAKES, one_line(lone))
        assert not broken(MAKES, one_line(lone, ex(2, "token.issue", at_s=31)))
        assert not broken(MAKES, one_line(lone, said={"left": True}))
        assert not broken(MAKES, evidence(lone, complete=False))

    def test_but_not_a_third_one(self) -> None:
        recorded = one_line(ex(1, "chat", code=429), ex(2, "chat", code=429, at_s=40))
        assert tried(MAKES, recorded) == 1
        assert not broken(MAKES, recorded)

    def test_two_in_a_row_are_reported(self) -> None:
        tries = [ex(1, "chat", code=429, at_s=0), ex(2, "chat", code=429, at_s=30)]

        def line(*heard: tuple[float, str], **kwargs: Any) -> ClientRun:
            return evidence(*tries, said=[words("trim", *heard, last=2, **kwargs)])

        busy = (0.0, "Busy; trying again in 30 s.")
        assert tried(REPORTS, line(busy, (30, "Too many requests."))) == 1
        assert not broken(REPORTS, line(busy, (30, "Too many requests.")))
        assert broken(REPORTS, line(busy))
        assert broken(REPORTS, line(busy, (30, " \n")))
        assert not broken(REPORTS, line(busy, left=True))

    def test_a_look_after_a_reply_may_fail_in_silence(self) -> None:
        looks = [ex(2, "state", code=429, at_s=5), ex(3, "state", code=429, at_s=40)]
        recorded = evidence(ex(1, "chat"), *looks, said=[words("trim", (1.0, "Done."), last=3)])
        assert tried(REPORTS, recorded) == 0

    def test_a_look_that_was_asked_for_may_not(self) -> None:
        looks = [ex(1, "state", code=429, at_s=0), ex(2, "state", code=429, at_s=30)]
        assert broken(REPORTS, evidence(*looks, said=[words("status", (0.0, "Busy."), last=2)]))

    def test_what_comes_after_two_tries_may_still_be_reported_in_another_way(self) -> None:
        tries = [ex(1, "chat", code=429, at_s=0), ex(2, "chat", code=429, at_s=30), ex(3, "credits", at_s=31)]
        assert tried(REPORTS, evidence(*tries, said=[words("trim", last=3)])) == 0

    def test_the_next_line_is_no_retry(self) -> None:
        said = [words("a", "No.", last=1), words("a", "Yes.", first=2, last=2)]
        recorded = evidence(ex(1, "chat", code=429), ex(2, "chat", at_s=2), said=said)
        assert broken(MAKES, recorded)
        assert not broken(WAITS, recorded)


class TestBounds:
    @pytest.mark.parametrize(
        ("operation", "code", "clause"),
        [
            ("credits", 1001, "C-AUTH-2"),
            ("credits", 429, "C-AUTH-3"),
            ("chat", 1002, "C-SES-1"),
            ("chat", 500, "C-SSE-4"),
            ("render.submit", 402, "C-REN-1"),
            ("render.status", None, "C-REN-1"),
            ("token.issue", 500, "C-AUTH-1"),
            ("session.create", 500, "C-SES-1"),
            ("state", 500, "ENV-2"),
            ("credits", None, "ENV-2"),
        ],
    )
    def test_four_times_are_enough(self, operation: str, code: int | None, clause: str) -> None:
        tries = [ex(nth, operation, code=code) for nth in range(1, 6)]
        rule = f"retry-limits.repeated-failure-{clause.lower()}"
        assert tried(rule, one_line(*tries[:4])) == 1
        assert not broken(rule, one_line(*tries[:4]))
        (found,) = broken(rule, one_line(*tries))
        assert found.seen == "5 times in a row"

    def test_success_in_the_end_does_not_excuse_it(self) -> None:
        tries = [ex(nth, "state", code=500) for nth in range(1, 6)]
        assert broken("retry-limits.repeated-failure-env-2", one_line(*tries, ex(6, "state")))
        assert tried("retry-limits.repeated-failure-env-2", one_line(*tries[:2], ex(6, "state"))) == 1

    def test_success_is_no_failure(self) -> None:
        polls = [ex(nth, "render.status") for nth in range(1, 12)]
        assert tried("retry-limits.repeated-failure-c-ren-1", one_line(*polls)) == 0

    def test_a_client_that_waits_half_a_minute_does_not_hammer(self) -> None:
        tries = [ex(nth, "state", code=500, at_s=60 * nth) for nth in range(1, 9)]
        assert not broken("retry-limits.repeated-failure-env-2", one_line(*tries))

    def test_each_line_has_its_own_row(self) -> None:
        tries = [ex(nth, "state", code=500) for nth in range(1, 7)]
        said = [words("status", "No.", last=3), words("status", "No.", first=4, last=6)]
        assert not broken("retry-limits.repeated-failure-env-2", evidence(*tries, said=said))
        assert broken("retry-limits.repeated-failure-env-2", evidence(*tries))

    def test_different_messages_are_different_requests(self) -> None:
        tries = [ex(nth, "chat", code=500, text=f"message {nth}") for nth in range(1, 7)]
        assert not broken("retry-limits.repeated-failure-c-sse-4", one_line(*tries))
