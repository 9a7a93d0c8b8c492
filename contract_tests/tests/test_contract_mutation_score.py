"""The mutation tool: its variants are what they say, and the suite's verdict on them counts as it should."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from mutants.score import main
from mutants.scoring import VariantResult, VariantStatus, end_of, job_of, markdown, scores
from mutants.variants import FLOWS, Variant, drawn, source_of, unchanged
from mutants.worker import GIVEN_UP, Job, Outcome, try_one

from nemoclient import api, chat, commands
from nemocontract.suite import SuiteOptions, judge_reference


def _tried(variant: Variant, wanted: SuiteOptions) -> Outcome:
    job = job_of(variant)
    return try_one(Job(job.mutant, job.side, judge_reference, (wanted,)))


def _variant(module: str, was: str, now: str) -> Variant:
    """Return the variant that the operators make of one line."""
    [found] = [one for one in drawn(module) if one.description == f"{was} → {now}"]
    return found


@pytest.mark.parametrize("module", FLOWS)
def test_variants_differ_from_the_source_and_from_each_other(module: str) -> None:
    variants = drawn(module, 5)
    assert len(variants) == 5
    assert len({source_of(module), *(one.source for one in variants)}) == 6
    assert len({one.name for one in variants}) == 5
    assert all(one.was != one.now for one in variants)
    lines = [" ".join(line.split()) for line in source_of(module).splitlines()]
    assert [one for one in variants if one.was not in lines] == []


def test_annotations_and_what_does_not_load_are_left_out() -> None:
    every = drawn("commands")
    assert {"NumberReplacer", "AddNot"} & {one.operator for one in every}
    assert [one.was for one in every if re.match(r"(def|CommandResult) ", one.was)] == []


def test_a_sample_is_drawn_by_its_seed_and_grows_with_its_size() -> None:
    first = drawn("chat", 6, seed=3)
    assert first == drawn("chat", 6, seed=3)
    assert first != drawn("chat", 6, seed=4)
    assert {one.name for one in first} < {one.name for one in drawn("chat", 9, seed=3)}
    assert {one.name for one in drawn("chat", 9, seed=3)} < {one.name for one in drawn("chat")}


def test_a_variant_is_loaded_wherever_it_was_imported_and_taken_out_again() -> None:
    flows = (api, chat, commands)
    before = [dict(vars(module)) for module in flows]
    with pytest.MonkeyPatch.context() as patch:
        drawn("api", 1)[0].apply(patch)
        assert len({id(vars(module)["connect"]) for module in (api, chat)}) == 1
        assert api.connect is not before[0]["connect"]
        assert vars(commands)["chat"] is chat.chat is not before[1]["chat"]
        assert api.state.__defaults__ == (api.SESSION_RETRIES,)
        assert api.state.__defaults__[0] is api.SESSION_RETRIES
    assert [dict(vars(module)) for module in flows] == before


def test_the_suite_kills_a_variant_and_lets_the_client_live_as_it_is() -> None:
    variant = _variant(
        "chat",
        "return self.now_s >= self._received_s + constants.STALL_S",
        "return self.now_s <= self._received_s + constants.STALL_S",
    )
    stalled = SuiteOptions(clauses=frozenset({"C-SSE-2"}), only=_stalls(), examples=0)
    killed, alive = _tried(variant, stalled), _tried(unchanged("chat"), stalled)
    assert (end_of(killed), end_of(alive)) == (VariantStatus.FINDING, VariantStatus.SURVIVED)
    assert killed.rules
    assert not alive.clauses
    assert chat.StreamDeadlines(0.0).stalled is False


def _stalls() -> frozenset[str]:
    return frozenset(name for name in SuiteOptions().store.names() if "stall" in name or "silen" in name)


def test_only_a_finding_kills() -> None:
    mutant = job_of(unchanged("chat")).mutant
    ends = [
        Outcome(mutant, "client", rules=Counter({"some.rule": 1}), trouble="one fault of the suite"),
        Outcome(mutant, "client", trouble="1 faults of the suite, first this"),
        Outcome(mutant, "client", trouble=f"{GIVEN_UP} 120 s"),
        Outcome(mutant, "client"),
    ]
    assert [end_of(outcome) for outcome in ends] == [*VariantStatus]
    tried = [VariantResult(unchanged("chat"), end, "", 1.0) for end in VariantStatus]
    assert [score.share for score in scores(tried)] == [0.25]
    assert "| all | 4 | 1 | 1 | 1 | 1 | 25% |" in markdown(tried)


@pytest.mark.parametrize("wrong", [["--module", "facts"], ["--sample", "0"], ["--jobs", "none"]])
def test_the_command_refuses_what_it_cannot_do(wrong: list[str]) -> None:
    with pytest.raises(SystemExit):
        main(wrong)
