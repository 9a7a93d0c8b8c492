"""Commands with curl, taken apart as a shell would: method, address, headers, body, form fields."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from typing import Final

from nemocontract.lint.document import Code, Document

_CURL: Final = re.compile(r"(?<![\w/-])curl(?=\s)")
_WITH_VALUE: Final = {
    "-X": "method", "--request": "method", "-H": "header", "--header": "header",
    "-d": "data", "--data": "data", "--data-raw": "data", "--data-binary": "data", "--data-ascii": "data",
    "--json": "json", "-F": "form", "--form": "form", "--form-string": "form", "--url": "url",
    "-m": "max_time", "--max-time": "max_time",
    **dict.fromkeys(["-o", "--output", "-u", "--user", "-A", "--user-agent", "--connect-timeout", "--retry",
                     "-w", "--write-out", "-b", "-c", "-e", "--retry-delay", "-x", "-T", "-D"], "other"),
}  # fmt: skip
_SHORT: Final = re.compile(r"-([a-zA-Z]*?)([XHdFmowu])(.*)", re.DOTALL)


@dataclass(slots=True)
class Curl:
    """One command; ``section`` and ``around`` are where it stands, ``opaque`` that a variable holds words."""

    line: int
    text: str
    section: str
    around: str = ""
    method: str = ""
    url: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    data: str | None = None
    form: list[str] = field(default_factory=list)
    opaque: bool = False

    @property
    def verb(self) -> str:
        """The method that curl uses."""
        return self.method.upper() or ("POST" if self.data is not None or self.form else "GET")

    def header(self, name: str) -> str | None:
        """Return a header's value, None where it is not sent."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


def commands(document: Document) -> Iterator[Curl]:
    """Yield the curl commands of a document's code blocks and code spans, in order."""
    for code in document.code:
        yield from _in(code)


def _in(code: Code) -> Iterator[Curl]:
    # A line that goes on becomes one line, as long as it was, so that places stay what they are.
    text = re.sub(r"\\[ \t]*\n", lambda found: " " * len(found[0]), code.text)
    for found in _CURL.finditer(text):
        if text[text.rfind("\n", 0, found.start()) + 1 : found.start()].lstrip().startswith("#"):
            continue
        words, shown = _words(text[found.end() :])
        line = code.line + code.text.count("\n", 0, found.start())
        around = code.text if code.info != "span" else code.intro
        curl = Curl(line, f"curl{shown}", code.section, f"{code.intro} {around}")
        _take(curl, words)
        yield curl


def _words(text: str) -> tuple[list[str], str]:
    """Return the words up to the command's end; a quote that is never closed ends it as well."""
    stream = StringIO(text)
    lexer = shlex.shlex(stream, posix=True, punctuation_chars="\n|;&)")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    words: list[str] = []
    try:
        while (word := lexer.get_token()) is not None:
            if word and (set(word) <= set("\n|;&)") or word.startswith("#")):
                break
            words.append(word)
    except ValueError:
        pass
    return words, text[: stream.tell()].rstrip("\n|;&) ")


def _take(curl: Curl, words: list[str]) -> None:
    waiting = iter(words)
    for word in waiting:
        option, value = _option(word)
        if option and value is None:
            value = next(waiting, "")
        if option:
            _set(curl, _WITH_VALUE[option], value or "")
        elif not word.startswith("-"):
            _bare(curl, word)


def _option(word: str) -> tuple[str, str | None]:
    """Return the option that a word names and its value, None where that is the next word."""
    name, sign, value = word.partition("=")
    if word.startswith("--"):
        return (name, value if sign else None) if name in _WITH_VALUE else ("", None)
    found = _SHORT.fullmatch(word) if word.startswith("-") else None
    return (f"-{found[2]}", found[3] or None) if found else ("", None)


def _bare(curl: Curl, word: str) -> None:
    if not curl.url and re.search(r"https?://|/|\$\{?\w*(?:API|URL|BASE|HOST)", word):
        curl.url = word
    elif word.startswith("$"):
        curl.opaque = True


def _set(curl: Curl, what: str, value: str) -> None:
    if what == "method":
        curl.method = value
    elif what == "url":
        curl.url = value
    elif what == "header":
        name, sign, text = value.partition(":")
        if sign:
            curl.headers.append((name.strip(), text.strip()))
        else:
            curl.opaque = True
    elif what in ("data", "json"):
        curl.data = value if curl.data is None else f"{curl.data}&{value}"
        if what == "json":
            curl.headers += [("Content-Type", "application/json"), ("Accept", "application/json")]
    elif what == "form":
        curl.form.append(value)
