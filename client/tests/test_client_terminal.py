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
from nemoclient.terminal import Printer, bar, cells, run_chat, wrap


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
    assert "The service is getting too many requests. Please try again later." in out
    assert "NEMO_TOKEN" in out


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
    printer = Printer(out, rich=True, columns=lambda: 60)
    printer.show(Notice("progress", "Exporting...", 0.0))
    printer.show(Notice("info", "Saved: x"))
    printer.show(Notice("text", "One"))
    printer.show(Notice("waiting", "⏳ Still working..."))
    assert out.getvalue() == (
        "\r\x1b[K⠋ [------------------------]   0% Exporting... 0 s"
        "\r\x1b[KSaved: x\nOne\n⏳ Still working...\n"
    )
    assert bar(0.5) == "[############------------]  50%"


def test_wrap_text_longer_than_the_screen_breaks_between_words() -> None:
    text = "The quick brown fox jumps over the lazy dog and runs away."
    shown = wrap(text, 0, 20)
    assert max(map(cells, shown.split("\n"))) <= 20
    assert [word for line in shown.split("\n") for word in line.split()] == text.split()
    assert wrap("片段已经剪好了", 0, 6) == "片段已\n经剪好\n了"
    assert wrap("brown fox", 16, 20).split("\n")[0] == ""
    assert wrap("/a/path/that/is/longer/than/a/line", 0, 10) == "/a/path/that/is/longer/than/a/line"


@pytest.mark.parametrize(("word", "line"), [("help", "upload PATH"), ("?", "export "), ("帮助", "quit ")])
def test_help_lists_the_commands_and_reaches_no_agent(sync: Any, service: Any, word: str, line: str) -> None:
    code, out = talk(sync, word)
    assert code == 0
    assert line in out
    assert service.messages == []


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
    assert context.token_file == Path("~/.config/nemovideo/tokens/x.test")
