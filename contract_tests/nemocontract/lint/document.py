"""A skill document as its parts: front matter, statements, table rows and code, each with its line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import yaml
from markdown_it import MarkdownIt

_FENCE: Final = "---"
_DELIMITER: Final = re.compile(r"\s*\|?\s*:?-{2,}[\s:|-]*")
_CELL_END: Final = re.compile(r"\|(?=(?:[^`]*`[^`]*`)*[^`]*$)")
_SENTENCE_END: Final = re.compile(
    r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!max\.)(?<!min\.)(?<!approx\.)(?<!etc\.)(?<!vs\.)(?<!ca\.)[\s]+(?=[A-Z\"'(\[*`$~\d]|[一-鿿])|(?<=[。！？；])|;\s|\s[·•](?=\s\d{3,4}\b)"
)
_LABEL: Final = re.compile(
    r"\s*(?:[*_`]{0,3}(?:HTTP |code )?\d{3,4}[*_`]{0,3}\s*[:：—–(-]|\*\*[^*]+\*\*\s*[:：—–(-]|\*\*[^*]+[:：]\*\*)"
)
_MARKUP: Final = re.compile(r"\*\*|__|`|~~")
_SIGNS: Final = str.maketrans(
    {"“": '"', "”": '"', "「": '"', "」": '"', "‘": "'", "’": "'", "⇒": "→", "➜": "→"}
)
_MOST_BYTES: Final = 2_000_000
_SHORT_BLOCK: Final = 260  # a list item or a row, no paragraph


class DocumentError(ValueError):
    """The file cannot be checked; the text says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence, list item, table row or line of code, without markup and in half-width signs.

    ``block`` is the paragraph, item or row it stands in; ``section`` the headings above it.
    """

    line: int
    text: str
    block: str
    section: str
    kind: Literal["prose", "row", "code", "meta"] = "prose"

    @property
    def nearby(self) -> str:
        """The statement with what stands around it: its block where that is short, else itself alone."""
        return self.block if len(self.block) <= _SHORT_BLOCK else self.text

    @property
    def context(self) -> str:
        """All that says what the statement is about."""
        return f"{self.section} | {self.block}"


@dataclass(frozen=True, slots=True)
class Row:
    """A table row: its ``cells`` and those of the table's header, without markup."""

    line: int
    cells: tuple[str, ...]
    header: tuple[str, ...]
    table: int
    section: str


@dataclass(frozen=True, slots=True)
class Code:
    """A code block or a code span; ``line`` is where its text begins, ``intro`` the statement before it."""

    line: int
    text: str
    section: str
    intro: str = ""
    info: str = ""


@dataclass(slots=True)
class Document:
    """``front_matter`` is None where there is none; ``front_error`` says why it could not be read."""

    name: str
    source: str
    front_matter: dict[str, Any] | None = None
    front_lines: dict[str, int] = field(default_factory=dict)
    front_error: str = ""
    statements: list[Statement] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    code: list[Code] = field(default_factory=list)
    has_headings: bool = False

    @property
    def text(self) -> str:
        """The whole document in half-width signs, without markup."""
        return plain(self.source)


def plain(text: str) -> str:
    """Return a text in half-width signs and straight quotes, without Markdown's marks."""
    signs = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    return _MARKUP.sub("", signs.replace("->", "→").replace("=>", "→"))


def read_document(path: Path) -> Document:
    """Return a file as a document; raise DocumentError that says in one sentence why it cannot be read."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8-sig")
    except OSError as error:
        raise DocumentError(f"{path}: {error.strerror or error}") from None
    except UnicodeDecodeError:
        raise DocumentError(f"{path}: not a text in UTF-8") from None
    if len(raw) > _MOST_BYTES:
        raise DocumentError(f"{path}: larger than {_MOST_BYTES:,} bytes, too large for a skill document")
    if "\x00" in text:
        raise DocumentError(f"{path}: not a text, it has a NUL byte in it")
    if not text.strip():
        raise DocumentError(f"{path}: empty")
    return parse(text, path.name)


def parse(text: str, name: str = "SKILL.md") -> Document:
    """Return a text as a document."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    document = Document(name, text)
    body = _take_front_matter(document)
    _Reader(document, body).read()
    return document


def _take_front_matter(document: Document) -> str:
    """Note the front matter, and return the text with blank lines in its place."""
    lines = document.source.split("\n")
    ends = [nth for nth, line in enumerate(lines[1:], start=1) if line.rstrip() == _FENCE]
    if lines[0].rstrip() != _FENCE or not ends:
        return document.source
    held = lines[1 : ends[0]]
    try:
        value = yaml.safe_load("\n".join(held))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        document.front_error = str(getattr(error, "problem", "") or error).split("\n")[0]
        value = {}
    if not isinstance(value, dict):
        document.front_error = document.front_error or "it is not a mapping of names to values"
        value = {}
    document.front_matter = value
    for nth, line in enumerate(held, start=2):
        if found := re.match(r"([\w.-]+)\s*:", line):
            document.front_lines.setdefault(found[1], nth)
        if line.strip():
            said = plain(line)
            document.statements.append(Statement(nth, said, said, "front matter", "meta"))
    return "\n" * (ends[0] + 1) + "\n".join(lines[ends[0] + 1 :])


class _Reader:
    """Goes through the parser's tokens, and keeps count of lines and headings."""

    def __init__(self, document: Document, body: str) -> None:
        self._document, self._lines = document, body.split("\n")
        self._tokens = MarkdownIt("commonmark").enable("table").parse(body)
        self._headings: list[tuple[int, str]] = []
        self._header: tuple[str, ...] = ()
        self._table, self._last_row = 0, -1

    def read(self) -> None:
        in_heading, table_end = 0, 0
        for token in self._tokens:
            first, last = token.map or (0, 0)
            if token.type == "heading_open":
                in_heading = int(token.tag[1:])
            elif token.type == "table_open":
                table_end = last
                for nth in range(first, last):
                    self._row(nth)
            elif token.type in ("fence", "code_block"):
                self._code(token.content, first + (2 if token.type == "fence" else 1), token.info)
            elif token.type == "html_block" and not token.content.lstrip().startswith("<!--"):
                self._block(token.content, first)
            elif token.type == "inline" and token.map and first >= table_end:
                self._inline(token.content, first, in_heading)
                in_heading = 0

    @property
    def _section(self) -> str:
        return " > ".join(title for _, title in self._headings)

    def _inline(self, content: str, first: int, heading: int) -> None:
        if heading:
            self._document.has_headings = True
            self._headings = [one for one in self._headings if one[0] < heading]
            self._headings.append((heading, plain(content)))
        self._block(content, first)

    def _block(self, content: str, first: int) -> None:
        """Take in lines of text; those that look like rows are rows, also where the table is broken."""
        run: list[str] = []
        start = first
        for nth, line in enumerate(content.split("\n"), start=first):
            if line.lstrip().startswith("|"):
                self._prose(run, start)
                run, start = [], nth + 1
                self._row(nth)
            elif run and _LABEL.match(line):
                self._prose(run, start)
                run, start = [line], nth
            else:
                run.append(line)
        self._prose(run, start)

    def _prose(self, lines: list[str], first: int) -> None:
        text = "\n".join(lines)
        if not text.strip():
            return
        self._spans(text, first)
        block, at = plain(text.replace("\n", " ")), 0
        for part in _split(text):
            line = first + 1 + text.count("\n", 0, at + len(part) - len(part.lstrip()))
            said = plain(part.replace("\n", " ")).strip()
            at += len(part)
            if said:
                self._document.statements.append(Statement(line, said, block, self._section))

    def _spans(self, text: str, first: int) -> None:
        """Note commands that stand in code spans."""
        for found in re.finditer(r"`([^`]*\bcurl\s[^`]*)`", text):
            line = first + 1 + text.count("\n", 0, found.start())
            self._document.code.append(Code(line, found[1], self._section, plain(text), "span"))

    def _row(self, nth: int) -> None:
        line = self._lines[nth].strip()
        if nth != self._last_row + 1:
            self._table, self._header = self._table + 1, ()
        self._last_row = nth
        if _DELIMITER.fullmatch(line):
            return
        cells = tuple(plain(cell).strip() for cell in _CELL_END.split(line.strip("|")))
        ahead = self._lines[nth + 1] if nth + 1 < len(self._lines) else ""
        if not self._header and _DELIMITER.fullmatch(ahead.strip()) and ahead.strip():
            self._header = cells
            return
        text = " | ".join(cells)
        self._document.rows.append(Row(nth + 1, cells, self._header, self._table, self._section))
        block = " | ".join((*self._header, text))
        self._document.statements.append(Statement(nth + 1, text, block, self._section, "row"))
        self._spans(line, nth)

    def _code(self, text: str, line: int, info: str) -> None:
        before = self._document.statements[-1].text if self._document.statements else ""
        self._document.code.append(Code(line, text, self._section, before, info.strip()))
        for nth, one in enumerate(text.split("\n")):
            if one.strip():
                said = plain(one)
                self._document.statements.append(
                    Statement(line + nth, said, plain(text), self._section, "code")
                )


def _split(text: str) -> Iterator[str]:
    """Yield the sentences of a text; together they are the text."""
    at = 0
    for found in _SENTENCE_END.finditer(text):
        yield text[at : found.end()]
        at = found.end()
    yield text[at:]
