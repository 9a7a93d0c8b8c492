"""The check of retired words finds them in names, keys, strings, comments and prose."""

from __future__ import annotations

from pathlib import Path

import pytest
from scripts.retired_words import IN_NAMES, IN_TEXT, hits_in, main


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("a.py", "\ndef find_hazards() -> None: ...\n", 2),
        ("a.py", "class HazardList: ...\n", 1),
        ("a.py", "x = 1  # and thereby ends\n", 1),
        ("a.py", '"""Shown.\n\nThereby it ends.\n"""\n', 3),
        ("a.py", 'f"thereby {x}"\n', 1),
        ("a.yaml", "title: a\nhazards:\n  - {on: chat}\n", 2),
        ("a.yaml", "title: thereby it ends\n", 1),
        ("a.md", "# Title\n\nThereby it ends\n", 3),
        ("Makefile", "help: ## thereby\n", 1),
    ],
)
def test_hits_in_retired_word_returns_its_line(file: str, text: str, line: int) -> None:
    hits = hits_in(file, text)
    assert [hit.line for hit in hits] == [line]
    assert hits[0].better in str(hits[0])


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("a.py", "haphazard = biohazardous = 1\n"),
        ("a.py", 'token = "clm_1"\nclaim_token = token\n'),
        ("a.py", "volley = 1  # words: allowed\n"),
        ("a.md", "A hazard in prose is allowed.\n"),
    ],
)
def test_hits_in_other_words_returns_nothing(file: str, text: str) -> None:
    assert hits_in(file, text) == []


def test_main_planted_word_exit_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("def volley() -> None: ...\n", encoding="utf-8")
    assert main([str(planted)]) == 1
    assert f"{planted}:1: retired word 'volley'" in capsys.readouterr().out


def test_main_clean_file_exit_0(tmp_path: Path) -> None:
    clean = tmp_path / "clean.md"
    clean.write_text("Plain words.\n", encoding="utf-8")
    assert main([str(clean)]) == 0


def test_main_no_file_exit_2(tmp_path: Path) -> None:
    assert main([str(tmp_path / "missing.py")]) == 2


def test_main_repository_has_no_retired_word(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(root)
    assert main([]) == 0, capsys.readouterr().out


def test_tables_are_lower_case_words() -> None:
    for word in (*IN_NAMES, *IN_TEXT):
        assert word.isalpha()
        assert word.islower()
