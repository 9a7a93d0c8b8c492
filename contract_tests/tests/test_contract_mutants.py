"""The mutants are what they say: each breaks something that is there, and mends it again."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from _pytest import monkeypatch as pytest_internals
from mutants.clients import CLIENTS
from mutants.judge import jobs
from mutants.patching import Mutant, Side, around, entry, instead, load, more, rules, without
from mutants.report import markdown, summary
from mutants.run import run
from mutants.servers import SERVERS
from mutants.worker import Job, Outcome

from nemoclient import api, chat
from nemoclient import api as calls
from nemocontract.clauses import ANSWERED, CLIENT, SERVER
from nemocontract.results import RunResult
from nemocontract.suite import SuiteOptions
from nemofake.engine.parameters import Parameters

EVERY = (*SERVERS, *CLIENTS)
_LEAST = 45
# What pytest keeps for a name that was not there; it was called otherwise before 9.1.
NOTSET = vars(pytest_internals).get("NOTSET") or vars(pytest_internals)["notset"]


def test_there_are_enough_of_either_side() -> None:
    assert len(SERVERS) >= _LEAST
    assert len(CLIENTS) >= _LEAST


def test_names_are_unique_and_sentences_are_sentences() -> None:
    assert [name for name, count in Counter(mutant.name for mutant in EVERY).items() if count > 1] == []
    assert [
        m.name
        for m in EVERY
        if not re.fullmatch(r"[A-Z0-9“`].*[.”]", m.description) or len(m.description) > 100
    ] == []


def test_every_clause_of_either_side_is_broken_and_no_other() -> None:
    assert {mutant.clause for mutant in SERVERS} == set(SERVER)
    assert {mutant.clause for mutant in CLIENTS} == set(CLIENT) | set(ANSWERED)


@pytest.mark.parametrize("mutant", EVERY, ids=lambda mutant: mutant.name)
def test_it_breaks_what_is_there_and_mends_it(mutant: Mutant) -> None:
    with pytest.MonkeyPatch.context() as patch:
        mutant.apply(patch)
        places = [(owner, name, was) for owner, name, was in patch._setattr]
        entries = [(table, key, was) for table, key, was in patch._setitem]
        assert places or entries
        assert [name for owner, name, was in places if was is NOTSET] == [], "nothing was there"
        assert all(vars(owner)[name] is not was for owner, name, was in places)
        assert all(table.get(key, NOTSET) is not was for table, key, was in entries)
    assert all(vars(owner)[name] is was for owner, name, was in places)
    assert all(table.get(key, NOTSET) is was for table, key, was in entries)


def test_what_is_not_there_cannot_be_broken() -> None:
    wrong = (
        around("nemofake.engine.accounts:Ledger.nothing", print),
        instead("nemofake.engine.accounts:NOTHING", 1),
        entry("nemofake.engine.library:FORMATS", "flac", "audio"),
        more("nemofake.engine.library:FORMATS", "webm", "audio"),
        without("nemofake.engine.library:FORMATS", "flac"),
    )
    for way in wrong:
        with pytest.MonkeyPatch.context() as patch, pytest.raises((AttributeError, AssertionError, KeyError)):
            way(patch)
    with pytest.raises(AssertionError):
        rules(no_such_rule=1)


def test_a_function_is_broken_wherever_it_was_imported_by_name() -> None:
    load()
    places = [vars(module)["connect"] for module in (calls, api, chat)]
    with pytest.MonkeyPatch.context() as patch:
        around("nemoclient.api:connect", lambda real, *args: real(*args))(patch)
        broken = {vars(module)["connect"] for module in (calls, api, chat)}
    assert len(broken) == 1
    assert not broken & set(places)
    assert [vars(module)["connect"] for module in (calls, api, chat)] == places


def test_rules_have_other_defaults_in_worlds_that_do_not_set_them() -> None:
    with pytest.MonkeyPatch.context() as patch:
        rules(editing_price=40)(patch)
        assert Parameters().editing_price == 40
        assert Parameters(editing_price=7).editing_price == 7
    assert Parameters().editing_price == 50


# -- trying them -----------------------------------------------------------------------------------

PRICE = Mutant("price", "CRE-2", "Editing costs 40.", rules(editing_price=40))


def looks(_: SuiteOptions) -> RunResult:
    """Stand in for the suite: look at one price."""
    run_result = RunResult("fake")
    run_result.record_check("CRE-2", "the.price", Parameters().editing_price == 50, expected="50")
    return run_result


def blind(_: SuiteOptions) -> RunResult:
    """Stand in for a suite that sees nothing, and has a fault of its own."""
    run_result = RunResult("fake")
    run_result.record_check("CRE-1", "the.wrong-one", False, expected="something else")
    run_result.add_harness_error("a case", "Traceback\nKeyError: 'x'")
    return run_result


def falls(_: SuiteOptions) -> RunResult:
    """Stand in for a suite that comes to no end."""
    raise SystemExit(3)


def tried(*jobs: Job, limit_s: float = 60.0) -> list[Outcome]:
    return list(run(jobs, limit_s=limit_s))


def test_a_mutant_is_caught_by_a_finding_that_names_its_clause() -> None:
    caught, missed = tried(Job(PRICE, "server", looks)), tried(Job(PRICE, "server", blind))
    assert (caught[0].caught, caught[0].by, caught[0].violations) == (True, "the.price", 1)
    assert not missed[0].caught
    assert "KeyError: 'x'" in missed[0].by
    assert Parameters().editing_price == 50, "what a fork breaks stays broken in the fork alone"


def test_a_control_run_must_find_nothing() -> None:
    clean, alarm = tried(Job(None, "server", looks)), tried(Job(None, "client", blind))
    assert clean[0].caught
    assert not alarm[0].caught
    assert summary([*clean, *alarm]) == "0 of 0 caught; false alarms in the control run of the client"


def test_a_process_that_falls_or_hangs_is_no_catch() -> None:
    def hangs(_: SuiteOptions) -> RunResult:
        while True:
            pass

    fallen, hung = tried(Job(PRICE, "server", falls)), tried(Job(PRICE, "server", hangs), limit_s=0.1)
    assert "ended with code 3" in fallen[0].by
    assert "not done after 0.1 s" in hung[0].by
    assert not fallen[0].caught
    assert not hung[0].caught


def test_the_table_has_a_line_for_each_and_a_last_one() -> None:
    outcomes = tried(Job(None, "server", looks), Job(PRICE, "server", looks), Job(PRICE, "client", blind))
    outcomes.sort(key=lambda outcome: outcome.side, reverse=True)
    lines = markdown(outcomes).splitlines()
    assert lines[-1] == "1 of 2 caught"
    assert sum(line.startswith("| price | CRE-2 | Editing costs 40. |") for line in lines) == 2
    assert sum("SURVIVED" in line for line in lines) == 1


@pytest.mark.parametrize(("side", "name"), [("server", "guest-gets-50"), ("client", "no-version-header")])
def test_the_suite_itself_catches_one_of_either_side(side: Side, name: str) -> None:
    mutant = next(mutant for mutant in EVERY if mutant.name == name)
    outcome = tried(*jobs((mutant,), side, examples=0, quick=True, control=False))[0]
    assert outcome.caught, outcome.by
