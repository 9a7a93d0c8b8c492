"""Fails on words that the project no longer uses: `python scripts/retired_words.py [FILE…]`.

``IN_NAMES`` are looked for in identifiers (each part of a snake_case or CamelCase name) and in YAML keys,
``IN_TEXT`` in strings, comments and prose. The value is what to write instead. A line with
``words: allowed`` in it is skipped, for words of the wire format.
"""

from __future__ import annotations

import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

IN_NAMES: Final = {
    "befall": "apply_trigger",
    "befalls": "apply_trigger",
    "deed": "action",
    "deeds": "actions",
    "drawer": "store",
    "entropy": "randomness",
    "errand": "action",
    "errands": "actions",
    "furnish": "write_sample_files",
    "guests": "accounts",
    "hazard": "fault rule",
    "hazards": "fault rules",
    "incident": "trigger",
    "incidents": "triggers",
    "mischief": "invalid operation",
    "pacer": "clock",
    "playground": "environment",
    "shelf": "store",
    "stories": "scenarios",
    "story": "scenario",
    "strike": "fault rule",
    "strikes": "fault rules",
    "tale": "trace",
    "tales": "traces",
    "tallies": "run results",
    "told": "response, text, arguments: what it holds",
    "tally": "run_result",
    "trial": "test",
    "trials": "tests",
    "volley": "fault rules",
    "whoever": "a client that",
}
IN_TEXT: Final = {
    "befall": "happen to, apply to",
    "befalls": "happens to, applies to",
    "befell": "happened to",
    "thereby": "leave it out",
    "whoever": "a client that, a user who",
}
ALLOWED: Final = "words: allowed"
_SKIPPED: Final = ("scripts/retired_words.py", "scripts/tests/", "constraints.txt", "CHANGELOG.md")
_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_WORDS: Final = re.compile(r"[A-Za-z]+")
_YAML_KEY: Final = re.compile(r"^\s*(?:- )?\{?([a-z_]+):", re.MULTILINE)


class Hit(NamedTuple):
    """A retired word: where it is and what to write instead."""

    file: str
    line: int
    word: str
    better: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: retired word {self.word!r}: use {self.better}"


def hits_in(file: str, text: str) -> list[Hit]:
    """Return the retired words of a file, by its ending: Python, YAML or prose."""
    allowed = {number for number, line in enumerate(text.splitlines(), 1) if ALLOWED in line}
    find = _in_python if file.endswith(".py") else _in_yaml if file.endswith((".yaml", ".yml")) else _in_prose
    return [Hit(file, line, word, better) for line, word, better in find(text) if line not in allowed]


def _in_python(text: str) -> Iterator[tuple[int, str, str]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.NAME:
            yield from _found(token.start[0], _PARTS.findall(token.string), IN_NAMES)
        elif token.type in (tokenize.STRING, tokenize.COMMENT):
            for offset, line in enumerate(token.string.split("\n")):
                yield from _found(token.start[0] + offset, _WORDS.findall(line), IN_TEXT)


def _in_yaml(text: str) -> Iterator[tuple[int, str, str]]:
    for key in _YAML_KEY.finditer(text):
        yield from _found(text.count("\n", 0, key.start(1)) + 1, key[1].split("_"), IN_NAMES)
    yield from _in_prose(text)


def _in_prose(text: str) -> Iterator[tuple[int, str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        yield from _found(number, _WORDS.findall(line), IN_TEXT)


def _found(line: int, words: Iterable[str], retired: dict[str, str]) -> Iterator[tuple[int, str, str]]:
    for word in words:
        if (better := retired.get(word.lower())) is not None:
            yield line, word, better


def tracked_files() -> list[str]:
    """Return the files under version control in which words are checked."""
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True)  # noqa: S607
    endings = (".py", ".md", ".yaml", ".yml", ".toml", ".mjs")
    return [file for file in listed.stdout.splitlines() if file.endswith(endings) or file == "Makefile"]


def main(arguments: list[str]) -> int:
    """Print every retired word; return 1 if there is one, 2 if no file was checked."""
    files = [file for file in arguments or tracked_files() if not file.startswith(_SKIPPED)]
    files = [file for file in files if Path(file).is_file()]
    hits = [hit for file in files for hit in hits_in(file, Path(file).read_text(encoding="utf-8"))]
    for hit in hits:
        print(hit)
    if not files:
        print("no file to check", file=sys.stderr)
        return 2
    return 1 if hits else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
