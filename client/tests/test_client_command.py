"""``nemofake chat``: which service it talks to, and that a second run works as the first did."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from nemofake import chat_command, running
from nemofake.chat_command import chat
from nemofake.testing import FakeServer


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return the command lines that reach the client."""
    lines: list[list[str]] = []

    def note(arguments: list[str]) -> int:
        lines.append(arguments)
        return 0

    monkeypatch.setattr(chat_command, "main", note)
    return lines


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeServer]:
    with running(clock="auto", seed=5) as server:
        yield server


def test_chat_with_a_fake_on_this_machine_talks_to_it(
    seen: list[list[str]], fake: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_command, "LOCAL_URL", fake.url)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert CliRunner().invoke(chat, ["--instant"]).exit_code == 0
    assert seen == [["chat", "--api", fake.url, "--instant"]]


def test_chat_without_any_service_says_how_to_start_one(
    seen: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chat_command, "LOCAL_URL", "http://127.0.0.1:9")
    result = CliRunner().invoke(chat, [])
    assert result.exit_code == 2
    for words in ("nemofake serve", "NEMO_API_URL", "--live"):
        assert words in result.output
    assert seen == []


@pytest.mark.parametrize(
    ("arguments", "variable", "reached"),
    [
        (["--live"], "", ["chat"]),
        (["--api", "http://x.test"], "", ["chat", "--api", "http://x.test"]),
        (["--api=http://x.test"], "", ["chat", "--api=http://x.test"]),
        ([], "http://y.test", ["chat"]),
        (["--help"], "", ["chat", "--help"]),
    ],
)
def test_chat_with_a_service_named_looks_for_no_other(
    seen: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    variable: str,
    reached: list[str],
) -> None:
    monkeypatch.setattr(chat_command, "LOCAL_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("NEMO_API_URL", variable)
    assert CliRunner().invoke(chat, arguments).exit_code == 0
    assert seen == [reached]


@pytest.mark.clause("AUTH-3", "C-AUTH-1")
def test_chat_run_twice_against_one_server_works_both_times(fake: FakeServer, tmp_path: Path) -> None:
    world = fake.world("twice")
    for _ in range(2):
        result = CliRunner().invoke(chat, ["--api", world.url, "--instant"], input="credits\n")
        assert (result.exit_code, "100 credits available" in result.output) == (0, True), result.output
    assert [record["operation"] for record in world.journal()].count("token.issue") == 1
    (kept,) = (Path(os.environ["HOME"]) / ".config/nemovideo/tokens").iterdir()
    assert "nmv_usr" not in kept.name


@pytest.mark.clause("AUTH-3", "C-AUTH-3")
def test_chat_that_keeps_no_token_is_reported_the_way_out_the_second_time(fake: FakeServer) -> None:
    world = fake.world("forgetful")
    arguments = ["--api", world.url, "--instant", "--no-remember"]
    assert CliRunner().invoke(chat, arguments, input="credits\n").exit_code == 0
    result = CliRunner().invoke(chat, arguments, input="credits\n")
    assert result.exit_code == 1
    assert "use a token you have (NEMO_TOKEN)" in result.output
