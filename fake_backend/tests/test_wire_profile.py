"""A wire profile is read strictly and written back (PROTOCOL section 9)."""

from __future__ import annotations

import pytest

from nemofake.wire import DEFAULT, Profile

NAMES = ("typed", "adk", "envelope", "http-status", "render-flat", "render-nested")


def test_default_profile_is_the_protocol() -> None:
    assert str(DEFAULT) == "typed,envelope,render-flat"
    assert Profile.parse("") == DEFAULT


def test_profile_round_trips_through_text() -> None:
    assert len(set(Profile.every())) == 8
    assert Profile.every()[0] == DEFAULT
    assert [Profile.parse(str(profile)) for profile in Profile.every()] == list(Profile.every())


def test_name_sets_only_its_switch() -> None:
    assert Profile.parse("adk,http-status") == Profile("adk", "http-status", "render-flat")
    assert Profile.parse(" Render-Nested ,, render-nested ") == Profile(render="render-nested")


@pytest.mark.parametrize("text", ["ADK v2", "typed,nested", "flat", "typed adk"])
def test_unknown_name_is_rejected_with_valid_ones(text: str) -> None:
    with pytest.raises(ValueError, match="unknown wire profile name") as refusal:
        Profile.parse(text)
    assert all(name in str(refusal.value) for name in NAMES)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("text", ["typed,adk", "http-status,adk,envelope", "render-flat,render-nested"])
def test_two_names_of_one_switch_are_rejected(text: str) -> None:
    with pytest.raises(ValueError, match="contradict") as refusal:
        Profile.parse(text)
    assert all(name in str(refusal.value) for name in NAMES)
