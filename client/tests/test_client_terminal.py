"""The conversation in a terminal and in a pipe."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import nemoclient.__main__ as command
from nemoclient import Notice, summarise
from nemoclient.draft import read_draft
from nemoclient.terminal import Printer, run_chat


def talk(side: Any, *lines: str, interactive: bool = False, save_as: Path = Path("x.mp4")) -> tuple[int, str]:
    out = io.StringIO()
    typed = io.StringIO("".join(f"{line}\n" for line in lines))
    code = run_chat(side.client, typed, out, interactive=interactive, save_as=save_as)
    return code, out.getvalue()


@pytest.fixture
def sync(make_side: Any, service: Any) -> Any:
    return make_side("sync", service.handle)


@pytest.mark.clause("C-UX-1")
def test_a_conversation_reads_like_one(sync: Any, service: Any, kit: Any, tmp_path: Path) -> None:
    service.draft = kit.CANONICAL
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"x")
    lines = ["hello", "", "credits", "status", f"upload {clip}", "export"]
    code, out = talk(sync, *lines, save_as=tmp_path / "film.mp4")
    assert code == 0
    assert out.splitlines() == [
        "Connecting...",
        "Ready.",
        "Hello there. ",
        "60 credits available, 40 in use.",
        summarise(read_draft(kit.CANONICAL)),
        "Uploading...",
        "Uploaded: clip.mp4",
        "Exporting...",
        "Downloading...",
        "Downloading... 29%",
        "Downloading... 59%",
        "Downloading... 88%",
        "Downloading... 100%",
        f"Saved: {tmp_path / 'film.mp4'}",
    ]


@pytest.mark.clause("C-ROU-1")
def test_what_has_an_endpoint_of_its_own_never_reaches_the_agent(
    sync: Any, service: Any, tmp_path: Path
) -> None:
    talk(sync, "export", "导出", "credits", "积分", "status", "show tracks", "upload", "/no/such.mp4")
    assert service.messages == []


def test_a_pipe_ends_with_1_where_anything_failed(sync: Any, service: Any) -> None:
    code, out = talk(sync, "export", "hello")
    assert code == 1
    assert "There is nothing to export yet. Add footage or make an edit first.\nHello there." in out
    assert talk(sync, "upload")[0] == 1
    service.events = [b""]
    assert talk(sync, "hello")[0] == 1


def test_a_terminal_goes_on_after_a_failure(sync: Any) -> None:
    code, out = talk(sync, "export", "quit", "hello", interactive=True)
    assert code == 0
    assert out.count("> ") == 2
    assert "Hello" not in out


def test_no_connection_is_the_end(sync: Any, service: Any, kit: Any) -> None:
    service.first("POST /anonymous-token", *[kit.refusal(429, 429)] * 2)
    code, out = talk(sync, "hello", interactive=True)
    assert code == 1
    assert out.splitlines()[-1] == "The service is getting too many requests. Please try again later."


def test_an_interrupt_ends_the_conversation_in_good_order(sync: Any, service: Any, kit: Any) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    service.events = [kit.sse({"type": "text", "content": "One. "}), interrupt]
    code, out = talk(sync, "hello", "credits")
    assert code == 0
    assert "credits" not in out
    assert out.endswith("\n")


def test_a_terminal_has_a_bar_that_moves_in_place() -> None:
    out = io.StringIO()
    printer = Printer(out, rich=True)
    for share in (0.0, 0.5, 1.0):
        printer.show(Notice("progress", "Exporting...", share))
    printer.show(Notice("info", "Saved: x"))
    printer.show(Notice("text", "One"))
    printer.show(Notice("waiting", "⏳ Still working..."))
    assert out.getvalue() == (
        "\r[------------------------]   0% Exporting..."
        "\r[############------------]  50% Exporting..."
        "\r[########################] 100% Exporting...\nSaved: x\nOne\n⏳ Still working...\n"
    )


def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "nemoclient", *arguments]
    return subprocess.run(line, input=typed, capture_output=True, text=True, timeout=60, check=False)


def test_the_command_says_in_one_line_what_is_wrong_with_it(tmp_path: Path) -> None:
    for arguments in (["chat", "--api", "nonsense"], ["chat", "--skill", str(tmp_path / "missing.md")]):
        done = run(*arguments)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
    done = run("chat", "--api", "http://127.0.0.1:9", typed="hello\n")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1].startswith("The video service cannot be reached")


def test_the_command_refuses_in_this_process_too(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert command.main(["chat", "--api", "nonsense"]) == 2
    assert capsys.readouterr().err == "nemoclient: not a web address: 'nonsense'\n"
    buffer = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr("sys.stdout", buffer)
    assert command.main(["chat", "--api", "nonsense"]) == 2
    assert buffer.errors == "replace"


def test_the_command_runs_a_conversation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen: list[Any] = []

    def note(client: Any, stdin: Any, stdout: Any, *, interactive: bool, save_as: Path) -> int:
        seen.append((client.context, interactive, save_as))
        return 0

    skill = tmp_path / "SKILL.md"
    skill.write_text("---\nname: video\nversion: 3\n---\n")
    monkeypatch.setattr(command, "run_chat", note)
    arguments = ["chat", "--api", "http://x.test", "--skill", str(skill), "--remember", "--language", "zh"]
    assert command.main([*arguments, "--save-as", "y.mp4"]) == 0
    ((context, interactive, save_as),) = seen
    assert (context.attribution.name, context.attribution.version) == ("video", "3")
    assert (context.language, interactive, save_as) == ("zh", False, Path("y.mp4"))
    assert context.token_file == Path("~/.config/nemovideo/token")
