"""The chat on a real terminal: something moves, and what is typed ahead keeps a line of its own."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemofake import running
from nemofake.testing import FakeServer

pty = pytest.importorskip("pty", reason="this platform has no pseudo-terminals")
LIMIT_S = 40.0


class Terminal:
    """A process on a pseudo-terminal; ``seen`` is all that it showed."""

    def __init__(self, url: str, home: Path) -> None:
        self.descriptor, end = pty.openpty()
        environment = {**os.environ, "HOME": str(home), "TERM": "xterm", "COLUMNS": "60", "LINES": "24"}
        command = [sys.executable, "-m", "nemoclient", "chat", "--api", url]
        self.process = subprocess.Popen(command, stdin=end, stdout=end, stderr=end, env=environment, cwd=home)
        os.close(end)
        self.seen = ""

    def wait_for(self, pattern: str, after: int = 0) -> str:
        ends_s = time.monotonic() + LIMIT_S
        while not re.search(pattern, self.seen[after:]):
            assert time.monotonic() < ends_s, f"no {pattern!r} in {self.seen!r}"
            if select.select([self.descriptor], [], [], 0.2)[0]:
                try:
                    self.seen += os.read(self.descriptor, 65536).decode("utf-8", "replace")
                except OSError:
                    break
        return self.seen[after:]

    def type(self, text: str) -> None:
        os.write(self.descriptor, text.encode())

    def close(self) -> int:
        try:
            return self.process.wait(timeout=LIMIT_S)
        finally:
            self.process.kill()
            os.close(self.descriptor)


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with running(clock="x60", seed=4) as server:  # an edit takes 10 to 30 s: under a second, never none
        yield server


@pytest.mark.clause("C-UX-1")
def test_chat_on_a_terminal_shows_work_and_keeps_lines_typed_ahead_apart(
    fake: FakeServer, tmp_path: Path
) -> None:
    world = fake.world("pty", parameters={"silent_share": 0.0, "edit_ms": [120_000, 120_000]})
    terminal = Terminal(world.url, tmp_path)
    terminal.wait_for(r"\n> $")
    terminal.type("upload https://example.com/walk_12s.mp4\n")
    terminal.wait_for(r"Uploaded: walk_12s.mp4[\s\S]*\n> $")
    before = len(terminal.seen)
    terminal.type("trim it to 8 seconds\n")
    terminal.wait_for(r"Working\.\.\. \d+ s", before)
    terminal.type("crx\x7fedits\nqu")
    after = terminal.wait_for(r"> credits\r\n[\s\S]*> qu$", before)
    assert "Shortened" in after or "8 seconds" in after
    work = after[: after.index("> credits")]
    assert "crx" not in work, "typed ahead into the reply"
    assert "credits" not in work, "typed ahead into the reply"
    terminal.type("it\n")
    assert terminal.close() == 0
