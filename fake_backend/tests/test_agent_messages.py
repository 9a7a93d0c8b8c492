"""Messages in English and Chinese, and what the agent makes of each (section 4's last paragraph)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from nemofake.engine.agent import Instruction, Kind, expand, parse_message

HERE = Path(__file__).parent
END = 1 << 50


def cases(language: str) -> Iterator[object]:
    """Read "> message" and the indented instructions under it."""
    message, wanted = "", list[str]()
    lines = (HERE / f"test_agent_messages_{language}.txt").read_text("utf-8").splitlines()
    for line in [*lines, "> "]:
        if line.startswith("> "):
            if message:
                yield pytest.param(message, wanted, id=message)
            message, wanted = line[2:], []
        elif line.startswith("  "):
            wanted.append(line)


def spelled(instruction: Instruction, depth: int = 1) -> list[str]:
    """Spell an instruction as the tables do; prompts and the words of a question are left out."""
    given = {
        field.name: value
        for field in fields(instruction)
        if field.name not in ("kind", "language", "stages", *_LEFT_OUT.get(instruction.kind, ()))
        and (value := getattr(instruction, field.name)) != field.default
    }
    details = (f"{name}={shown(value)}" for name, value in sorted(given.items()))
    line = "  " * depth + " ".join((str(instruction.kind), *details))
    return [line, *(part for stage in instruction.stages for part in spelled(stage, depth + 1))]


_LEFT_OUT = {Kind.GENERATE: ("style",), Kind.ASK: ("text",)}


def shown(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(shown, value))})"
    return "END" if value == END else repr(value)


def check(message: str, wanted: list[str]) -> None:
    found = parse_message(message.replace("\\n", "\n"))
    assert [line for instruction in found for line in spelled(instruction)] == wanted


@pytest.mark.parametrize(("message", "wanted"), [*cases("en")])
def test_an_english_message_asks_for(message: str, wanted: list[str]) -> None:
    check(message, wanted)
    assert {i.language for i in parse_message(message)} == {"en"}


@pytest.mark.parametrize(("message", "wanted"), [*cases("zh")])
def test_a_chinese_message_asks_for(message: str, wanted: list[str]) -> None:
    check(message, wanted)
    assert {i.language for i in parse_message(message)} == {"zh"}


def test_the_tables_are_long_enough_to_mean_something() -> None:
    assert len(list(cases("en"))) >= 250
    assert len(list(cases("zh"))) >= 140


def test_the_tables_know_every_kind() -> None:
    kinds = {i.kind for lang in ("en", "zh") for case in cases(lang) for i in parse_message(case.values[0])}  # type: ignore[attr-defined]
    stages = {s.kind for i in parse_message("generate a city") for s in expand(i)}
    assert kinds | stages == set(Kind)


@pytest.mark.clause("SSE-8", "SSE-13")
def test_the_flagship_asks_for_three_things_in_order() -> None:
    found = parse_message("cut silences, color grade the footage, and add lower-third titles")
    assert [i.kind for i in found] == [Kind.SILENCES, Kind.GRADE, Kind.LOWER_THIRD]


@pytest.mark.clause("CRE-2", "SSE-7")
@pytest.mark.parametrize(
    ("message", "category"),
    [
        ("generate a city at night", "generate"),
        ("try again", "generate"),
        ("cut the silences", "edit"),
        ("add the new clip", "edit"),
        ("hello", "talk"),
        ("export", "talk"),
        ("switch to Chinese", "talk"),
        ("undo", "edit"),
        ("qwertz", "talk"),
    ],
)
def test_an_instruction_has_the_category_of_its_price(message: str, category: str) -> None:
    assert [i.category for i in parse_message(message)] == [category]


@pytest.mark.clause("SSE-8")
def test_a_generation_is_its_clip_and_then_music_title_and_effects() -> None:
    (clip,) = parse_message("generate a 5 second city timelapse")
    stages = expand(clip)
    assert [s.kind for s in stages] == [Kind.GENERATE, Kind.MUSIC, Kind.TITLE, Kind.EFFECT]
    assert stages[0].stages == ()
    assert [s.auto for s in stages] == [False, True, True, True]
    assert [s.category for s in stages] == ["generate", "edit", "edit", "edit"]


@pytest.mark.clause("SSE-8")
def test_what_the_message_names_takes_the_place_of_a_default() -> None:
    (clip,) = parse_message(
        'generate a dog with jazz at 10%, the title "Rex" and a glitch effect, without subtitles'
    )
    _, music, title, effect = expand(clip)
    assert (music.style, music.amount, title.text, effect.style) == ("Jazz", 0.1, "Rex", "glitch")


@pytest.mark.clause("SSE-8")
def test_only_the_last_of_several_clips_brings_the_second_stage() -> None:
    found = parse_message("three 5-second clips of a cat")
    assert [len(expand(i)) for i in found] == [1, 1, 4]


def test_what_is_no_generation_expands_to_itself() -> None:
    (cut,) = parse_message("cut the silences")
    assert expand(cut) == (cut,)
