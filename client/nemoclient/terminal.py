"""The conversation in a terminal or a pipe: lines in, what the user should read out (C-UX-1)."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from nemoclient.client import NemoClient
from nemoclient.effects import Notice
from nemoclient.errors import NemoError
from nemoclient.results import ChatResult

_BAR_CELLS = 24
_PLAIN_STEP = 0.25  # without a terminal, progress is told in quarters
_FAREWELLS = ("exit", "quit", "bye", "退出", "再见")


class Printer:
    """Shows notices; on a terminal (``rich``) with a bar that moves in place, else in plain lines."""

    def __init__(self, stdout: TextIO, *, rich: bool) -> None:
        self._out, self._rich = stdout, rich
        self._inside_line = False
        self._shown: tuple[str, float] = ("", 0.0)

    def show(self, notice: Notice) -> None:
        """Print one notice."""
        if notice.kind == "text":
            self._write(notice.text)
        elif notice.share is None:
            self.line(notice.text)
        else:
            self._progress(notice.text, notice.share)

    def line(self, text: str) -> None:
        """Print a line of its own."""
        self.end_line()
        self._write(f"{text}\n")

    def end_line(self) -> None:
        """Finish a line that was begun."""
        if self._inside_line:
            self._write("\n")

    def prompt(self) -> None:
        """Ask for the next line, on a terminal only."""
        if self._rich:
            self.end_line()
            self._out.write("> ")
            self._out.flush()

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
        self._inside_line = not text.endswith("\n")

    def _progress(self, text: str, share: float) -> None:
        known, before = self._shown
        if self._rich:
            done = round(share * _BAR_CELLS)
            self._write(f"\r[{'#' * done}{'-' * (_BAR_CELLS - done)}] {share:4.0%} {text}")
        elif text != known or share >= min(1.0, before + _PLAIN_STEP) > before:
            self.line(f"{text} {share:.0%}" if share else text)
        else:
            return
        self._shown = (text, share)


def run_chat(
    client: NemoClient,
    stdin: TextIO,
    stdout: TextIO,
    *,
    interactive: bool,
    save_as: Path = Path("export.mp4"),
) -> int:
    """Hold a conversation until the input ends; return the exit code.

    0 when everything went well; 1 when connecting failed, or (in a pipe) any request did.
    """
    printer = Printer(stdout, rich=interactive)
    client.on_notice = printer.show
    try:
        client.connect()
    except NemoError as error:
        printer.line(str(error))
        return 1
    went_well = True
    try:
        while line := _next_line(printer, stdin):
            went_well = _answer(client, printer, line, save_as) and went_well
    except KeyboardInterrupt:
        printer.end_line()
    return 0 if went_well or interactive else 1


def _next_line(printer: Printer, stdin: TextIO) -> str:
    """Return the next line that says something; nothing at the end of the input."""
    while True:
        printer.prompt()
        line = stdin.readline()
        if not line or line.strip().lower() in _FAREWELLS:
            return ""
        if line.strip():
            return line.strip()


def _answer(client: NemoClient, printer: Printer, line: str, save_as: Path) -> bool:
    notices = client.ask(line, save_as)
    try:
        for notice in notices:
            printer.show(notice)
    except NemoError as error:
        printer.line(str(error))
        return False
    finally:
        notices.close()
        printer.end_line()
    result = notices.result
    return not isinstance(result, ChatResult) or result.ok
