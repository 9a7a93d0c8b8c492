"""The conversation in a terminal or a pipe: lines in, what the user should read out (C-UX-1)."""

from __future__ import annotations

import re
import shutil
import threading
import time
import unicodedata
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TextIO

from nemoclient.client import NemoClient
from nemoclient.effects import Notice
from nemoclient.errors import NemoError
from nemoclient.messages import localized
from nemoclient.results import ChatResult

_BAR_CELLS = 24
_PLAIN_STEP = 0.25  # without a terminal, progress is shown in quarters
_EXIT_WORDS = ("exit", "quit", "bye", "退出", "再见")
_HELP_WORDS = ("help", "?", "帮助")
_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_FRAME_S = 0.2
_SILENCE_S = 1.0  # after so much silence the status line appears
_CLEAR_LINE = "\r\x1b[K"
_CTRL_D = "\x04"
# Words are kept whole; a line may break between any two characters that are two cells wide.
_WORDS = re.compile(r"\n|[^\S\n]+|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\uff60]|"
                    r"[^\s\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\uff60]+")  # fmt: skip


def cells(text: str) -> int:
    """Return how many cells of a terminal a text without line breaks takes."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def wrap(text: str, column: int, columns: int) -> str:
    """Return a text with line breaks in place of spaces where it would leave the screen.

    ``column`` is where it begins; no word is broken that fits on a line of ``columns`` cells.
    """
    lines = ["x" * column]
    for word in _WORDS.findall(text):
        if word == "\n":
            lines.append("")
        elif cells(lines[-1]) + cells(word) <= columns or not lines[-1].strip():
            lines[-1] += word
        else:
            lines[-1] = lines[-1].rstrip() if len(lines) > 1 else lines[-1]
            lines.append(word.lstrip())
    return "\n".join(lines)[column:]


class Printer:
    """Shows notices; on a terminal (``rich``) wrapped, with a status line that moves, else in plain lines."""

    def __init__(self, stdout: TextIO, *, rich: bool, columns: Callable[[], int] | None = None) -> None:
        self._out, self._rich = stdout, rich
        self._columns = columns or (lambda: shutil.get_terminal_size().columns)
        self._lock = threading.RLock()
        self._column = 0  # where the next text goes
        self._status = ""  # the status line on the screen
        self._progress: tuple[str, float | None] = ("", None)
        self._written_s = 0.0

    def show(self, notice: Notice) -> None:
        """Print one notice."""
        with self._lock:
            if notice.kind == "text":
                self._write(notice.text)
            elif notice.share is None:
                self.line(notice.text)
            else:
                self._show_progress(notice.text, notice.share)

    def line(self, text: str) -> None:
        """Print a line of its own."""
        with self._lock:
            self.end_line()
            self._write(f"{text}\n")

    def end_line(self) -> None:
        """Finish a line that was begun, and take the status line away."""
        with self._lock:
            self._erase_status()
            if self._column:
                self._write("\n")

    def prompt(self, typed: str = "") -> None:
        """Ask for the next line, on a terminal only; ``typed`` is what the user has typed already."""
        if self._rich:
            self.end_line()
            self._out.write(f"> {typed}")
            self._out.flush()
            self._column = 0  # the user ends this line

    @contextmanager
    def working(self, label: str) -> Iterator[None]:
        """Show while the block runs that something happens, and for how long already."""
        if not self._rich:
            yield
            return
        self._progress, self._written_s, ended = (label, None), time.monotonic(), threading.Event()
        thread = threading.Thread(target=self._animate, args=(ended,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self.end_line()

    def _animate(self, ended: threading.Event) -> None:
        began_s, frame = time.monotonic(), 0
        while not ended.wait(_FRAME_S):
            frame += 1
            now_s = time.monotonic()
            with self._lock:
                if now_s - self._written_s >= _SILENCE_S:
                    self._draw_status(_SPINNER[frame % len(_SPINNER)], now_s - began_s)

    def _draw_status(self, spinner: str, elapsed_s: float) -> None:
        if self._column:
            self._write("\n")
        label, share = self._progress
        minutes, seconds = divmod(round(elapsed_s), 60)
        elapsed = f"{minutes} min {seconds:02} s" if minutes else f"{seconds} s"
        shown = "" if share is None else f"{bar(share)} "
        text = f"{spinner} {shown}{label} {elapsed}"
        while cells(text) >= self._columns() and text:
            text = text[:-1]
        self._status = text
        self._out.write(f"{_CLEAR_LINE}{text}")
        self._out.flush()

    def _erase_status(self) -> None:
        if self._status:
            self._status = ""
            self._out.write(_CLEAR_LINE)

    def _write(self, text: str) -> None:
        self._erase_status()
        shown = wrap(text, self._column, self._columns()) if self._rich else text
        self._out.write(shown)
        self._out.flush()
        last = shown.rpartition("\n")
        self._column = cells(last[2]) + (0 if last[1] else self._column)
        self._written_s = time.monotonic()

    def _show_progress(self, text: str, share: float) -> None:
        known, before = self._progress
        if self._rich:
            self._progress = (text, share)
            self._draw_status(_SPINNER[0], 0.0) if known != text else None
            return
        before = before or 0.0
        if text != known or share >= min(1.0, before + _PLAIN_STEP) > before:
            self.line(f"{text} {share:.0%}" if share else text)
            self._progress = (text, share)


def bar(share: float) -> str:
    """Return a progress bar; ``share`` is from 0 to 1."""
    done = round(share * _BAR_CELLS)
    return f"[{'#' * done}{'-' * (_BAR_CELLS - done)}] {share:4.0%}"


class LineReader:
    """Reads the user's lines; what is typed during work stays off the screen until the next prompt."""

    def __init__(self, stdin: TextIO, printer: Printer, *, interactive: bool) -> None:
        self._in, self._printer = stdin, printer
        self._terminal = _Terminal.of(stdin) if interactive else None
        self._lines: deque[str] = deque()  # typed ahead, each with its line break
        self._partial = ""

    @contextmanager
    def busy(self) -> Iterator[None]:
        """Collect what is typed while the block runs."""
        if self._terminal is None:
            yield
            return
        with self._terminal.quiet():
            try:
                yield
            finally:
                *lines, self._partial = (self._partial + self._terminal.typed()).split("\n")
                self._lines.extend(f"{line}\n" for line in lines)
                if _CTRL_D in self._partial:
                    self._lines.append("")

    def read(self) -> str:
        """Return the next line with text; an empty string at the end of the input."""
        while True:
            line = self._next()
            if not line or line.strip().lower() in _EXIT_WORDS:
                return ""
            if line.strip():
                return line.strip()

    def _next(self) -> str:
        if self._lines:
            line = self._lines.popleft()
            self._printer.prompt(line)
            return line
        typed, self._partial = self._partial, ""
        self._printer.prompt(typed)
        return typed + self._in.readline()


class _Terminal:
    """A terminal that can be told not to show what is typed."""

    def __init__(self, descriptor: int, termios: Any) -> None:
        self._descriptor, self._termios = descriptor, termios

    @classmethod
    def of(cls, stdin: TextIO) -> _Terminal | None:
        """Return the terminal behind a file, or None where there is none, as on Windows."""
        with suppress(ImportError, OSError, ValueError):
            import termios

            termios.tcgetattr(stdin.fileno())
            return cls(stdin.fileno(), termios)
        return None

    @contextmanager
    def quiet(self) -> Iterator[None]:
        """Show nothing that is typed, and let it be read at once, while the block runs."""
        before = self._termios.tcgetattr(self._descriptor)
        quiet = self._termios.tcgetattr(self._descriptor)
        quiet[3] &= ~(self._termios.ECHO | self._termios.ICANON)
        self._termios.tcsetattr(self._descriptor, self._termios.TCSANOW, quiet)
        try:
            yield
        finally:
            self._termios.tcsetattr(self._descriptor, self._termios.TCSANOW, before)

    def typed(self) -> str:
        """Return what was typed and not read yet, with deletions done."""
        import os
        import select

        typed = b""
        while select.select([self._descriptor], [], [], 0)[0] and (more := os.read(self._descriptor, 4096)):
            typed += more
        text = typed.decode("utf-8", "replace").replace("\r", "\n")
        while (shorter := re.sub(r"[^\n\x7f]\x7f", "", text)) != text:
            text = shorter
        return text.replace("\x7f", "")


DEFAULT_VIDEO: Final = Path("export.mp4")


def run_chat(
    client: NemoClient,
    stdin: TextIO,
    stdout: TextIO,
    *,
    interactive: bool,
    save_as: Path = DEFAULT_VIDEO,
) -> int:
    """Hold a conversation until the input ends; return the exit code.

    0 when everything went well; 1 when connecting failed, or (in a pipe) any request did.
    """
    printer = Printer(stdout, rich=interactive)
    reader = LineReader(stdin, printer, interactive=interactive)
    client.on_notice = printer.show
    language = client.context.language
    try:
        with reader.busy(), printer.working(localized("connecting", language)):
            client.connect()
    except NemoError as error:
        printer.line(str(error))
        return 1
    if interactive:
        printer.line(localized("help_hint", language))
    went_well = True
    try:
        while line := reader.read():
            if line.lower() in _HELP_WORDS:
                printer.line(localized("help", language))
                continue
            with reader.busy(), printer.working(localized("working", language)):
                went_well = _answer(client, printer, line, save_as) and went_well
    except KeyboardInterrupt:
        printer.end_line()
    return 0 if went_well or interactive else 1


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
