"""Scenarios that cannot happen: what no single field shows, but the whole does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .expect import Expect
from .fault_rules import check_fault_rule
from .model import Scenario
from .steps import UserStep

Path = tuple[str | int, ...]
Flaw = tuple[Path, str]


def cross_field_errors(scenario: Scenario) -> Iterator[Flaw]:
    """Yield everything that makes a scenario impossible: the place, and why."""
    yield from _status(scenario)
    yield from _files(scenario)
    yield from _faults(scenario)
    for nth, step in enumerate(scenario.user):
        yield from _step(scenario, step, ("user", nth))
    if scenario.expect is not None:
        yield from _expectations(scenario, scenario.expect)


def _status(scenario: Scenario) -> Iterator[Flaw]:
    if (scenario.status == "verified-live") != (scenario.verified_on is not None):
        key = "status" if scenario.verified_on is None else "verified_on"
        yield (key,), "'verified-live' and the day in 'verified_on' belong together"


def _files(scenario: Scenario) -> Iterator[Flaw]:
    for name, file in scenario.given.files.items():
        kind = file.kind_of(name)
        where: Path = ("given", "files", name)
        if file.silences and kind not in ("video", "audio"):
            yield (*where, "silences"), f"what is {kind} has no sound"
        if file.seconds is not None and kind not in ("video", "audio"):
            yield (*where, "seconds"), f"what is {kind} does not play"
        if (file.width or file.height) and kind not in ("video", "image"):
            yield where, f"what is {kind} has no picture"


def _faults(scenario: Scenario) -> Iterator[Flaw]:
    for nth, fault_rule in enumerate(scenario.faults):
        for path, reason in check_fault_rule(fault_rule):
            yield ("faults", nth, *path), reason


def _step(scenario: Scenario, step: UserStep, where: Path) -> Iterator[Flaw]:
    names = [*(step.upload or ()), *(step.send.files if step.send else ())]
    for name in names:
        if name not in scenario.given.files and not name.startswith(("http://", "https://")):
            yield where, f"the user has no file {name!r}; see 'given.files'"
    for key in ("user_sees", "user_never_sees", "answers"):
        yield from _words(getattr(step, key), (*where, key))


def _expectations(scenario: Scenario, expect: Expect) -> Iterator[Flaw]:
    if not scenario.user:
        yield ("expect",), "nothing can be expected where the user does nothing; see 'user'"
    for key in ("user_sees", "user_never_sees"):
        yield from _words(getattr(expect, key), ("expect", key))
    forbidden = {pattern.on for pattern in expect.never if pattern.bare}
    for nth, pattern in enumerate(expect.order):
        if {pattern.on, "any"} & forbidden:
            yield ("expect", "order", nth), f"'expect.never' forbids {pattern.on!r}"
        if pattern.after_s is not None and nth == 0:
            yield ("expect", "order", nth, "after_s"), "there is no request before the first"
    for key, requests in (("order", expect.order), ("never", expect.never)):
        for nth, wanted in enumerate(requests):
            yield from _words(
                [*filter(None, (wanted.body_contains, wanted.response_contains))], ("expect", key, nth)
            )
    for nth, pattern in enumerate(expect.never):
        if pattern.after_s is not None:
            yield ("expect", "never", nth, "after_s"), "'after_s' belongs to 'order'"
    for on, count in expect.counts.items():
        most = count[1] if isinstance(count, list) else count
        if on in forbidden and most:
            yield ("expect", "counts", on), f"'expect.never' forbids {on!r}"
        if most < sum(pattern.on == on for pattern in expect.order):
            yield ("expect", "counts", on), "'expect.order' names it more often"


def _words(words: list[str], where: Path) -> Iterator[Flaw]:
    for nth, word in enumerate(words):
        try:
            pattern(word)
        except re.error as error:
            yield (*where, nth), f"is no regular expression: {error}"


def pattern(words: str) -> re.Pattern[str]:
    """Return what finds a text: words as they are, or between slashes a regular expression."""
    matches = len(words) > 2 and words.startswith("/") and words.endswith("/")
    return re.compile(words[1:-1] if matches else re.escape(words), re.DOTALL)
