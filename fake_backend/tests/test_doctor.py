"""``nemofake doctor``: each line says how things are, and what to do where something is missing."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from nemofake import doctor
from nemofake.cli import cli
from nemofake.doctor import Finding


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def finding(subject: str, environment: dict[str, str] | None = None, port: int = 0) -> Finding:
    [found] = [one for one in doctor.examine(environment or {}, port) if one.subject == subject]
    return found


def test_a_machine_for_the_tests_has_no_problem() -> None:
    result = CliRunner().invoke(cli, ["doctor", "--port", "0"])
    assert result.exit_code == 0, result.output
    subjects = [line.split()[1] for line in result.output.splitlines()]
    assert subjects[:1] == ["python"]
    assert subjects[-6:] == ["port", "codecs", "font", "disk", "libfaketime", "proxies"]
    assert "[media]" in subjects


def test_a_taken_port_is_a_problem_with_a_way_out(taken: int) -> None:
    result = CliRunner().invoke(cli, ["doctor", "--port", str(taken)])
    assert result.exit_code == 1
    assert f"{taken} cannot be used" in result.output
    assert "--port 0" in result.output


def test_no_such_port_is_a_problem() -> None:
    assert finding("port", port=70_000).level == "problem"


def test_missing_extra_is_a_note_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "EXTRAS", {"made-up": ("no_such_module_anywhere",)})
    assert finding("[made-up]") == Finding(
        "note",
        "[made-up]",
        "no_such_module_anywhere not installed; for this extra: pip install 'nemofake[made-up]'",
    )


@pytest.mark.parametrize(
    ("environment", "level", "part"),
    [
        ({}, "ok", "none"),
        ({"https_proxy": "http://p:1"}, "note", "HTTPS_PROXY may catch"),
        ({"ALL_PROXY": "socks5://p:1", "NO_PROXY": "example.com, localhost"}, "ok", "left out"),
    ],
)
def test_proxies_that_catch_loopback_are_noted(environment: dict[str, str], level: str, part: str) -> None:
    found = finding("proxies", environment)
    assert found.level == level
    assert part in found.text


def test_a_folder_that_cannot_be_written_is_a_problem(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "missing"))
    assert finding("disk").level == "problem"
    assert "set TMPDIR" in finding("disk").text


def test_without_libfaketime_it_says_what_follows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nemofake.interception.process.faketime_library", lambda: None)
    assert finding("libfaketime").level == "note"
    assert "real time" in finding("libfaketime").text
