"""What the tests of the reports share: runs to tell of, and readers of what was told."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field, fields
from html.parser import HTMLParser
from typing import Any, TypeVar
from xml.etree import ElementTree

from rich.console import Console

from nemocontract.finding import Finding
from nemocontract.reports import summarise, tell
from nemocontract.reports.junit import as_junit
from nemocontract.reports.markdown import as_markdown
from nemocontract.reports.page import as_page
from nemocontract.tally import HarnessFault, NotRun, Tally

REPLAY = (
    "nemofake verify --server --target http://127.0.0.1:8787 --only tokens.last-millisecond --seed 42 "
    "--profile adk,http-status,render-nested"
)
AT_MS = 1_800_604_799_999
AT = "2027-01-22T07:59:59.999Z"
NO_CONTROL = "needs the control API, which this server does not have"
VOID = {"meta", "br", "hr", "img", "input", "link"}
_Told = TypeVar("_Told", Finding, NotRun, HarnessFault)


def passed(target: str = "fake", **told: Any) -> Tally:
    """A run that tried three clauses and found nothing."""
    tally = Tally(target, seed=42, took_s=1.5, **told)
    for clause, rule in [
        ("ENV-1", "envelopes.code"),
        ("ENV-1", "envelopes.data"),
        ("AUTH-1", "tokens.first"),
    ]:
        tally.saw(clause, rule, True, expected="")
    tally.saw("SSE-2", "chat.stream", True, expected="")
    return tally


def broken(target: str = "live") -> Tally:
    """A run with a finding of the server's, a case left out, and one the suite failed at."""
    tally = passed(target)
    tally.saw(
        "AUTH-5",
        "tokens.last-millisecond",
        False,
        expected="code 0 one millisecond before the end",
        seen="1001 bad or expired token",
        seq=12,
        where="GET /api/credits/balance/simple",
        at_ms=AT_MS,
        trial="tokens.seven-days",
        replay=REPLAY,
        story=("a token is issued", "seven days less a millisecond pass"),
    )
    tally.skip("tokens.address-limit", ("AUTH-4",), NO_CONTROL)
    tally.broke("chat.silence", "Traceback (most recent call last):\n  File chat.py\nKeyError: 'seq'")
    return tally


def client() -> Tally:
    """A run on a client that sends a message twice."""
    tally = Tally("fake", "my_client:Client", seed=7)
    for clause in ("C-SSE-4", "C-AUTH-1", "CRE-4"):
        tally.saw(clause, "some-rule", True, expected="")
    tally.saw("C-SSE-4", "sent-once", False, expected="one send", seen="two sends", whose="client")
    tally.saw("CRE-4", "register", False, expected="the address", seen="Error 2001", whose="client")
    return tally


def everywhere(text: str) -> Tally:
    """A run that has the text in every field of every part that can hold one."""
    tally = Tally(text, text)
    tally.tried[text] += 1
    tally.rules[text, text] += 1
    tally.tried["ENV-1"] += 1
    tally.findings += [_filled(Finding, text), _filled(Finding, text, clause="C-SSE-4", seq=3, at_ms=AT_MS)]
    tally.not_run += [_filled(NotRun, text), NotRun(text, ("AUTH-4",), text)]
    tally.harness.append(_filled(HarnessFault, text))
    tally.played.append(text)
    return tally


def _filled(kind: type[_Told], text: str, **known: Any) -> _Told:
    """Make one with the text in every field that is not known, whatever fields there come to be."""
    values: dict[str, Any] = {one.name: text if "str" in str(one.type) else None for one in fields(kind)}
    values |= {one.name: (text, text) for one in fields(kind) if "tuple" in str(one.type)}
    return kind(**(values | {"whose": "client"} if kind is Finding else values) | known)


def told(*tallies: Tally, width: int = 80, encoding: str = "utf-8", **console: Any) -> str:
    """What the terminal shows."""
    written = io.BytesIO()
    out = io.TextIOWrapper(written, encoding=encoding, newline="\n")
    tell(tallies, Console(file=out, width=width, legacy_windows=False, **console))
    out.flush()
    return written.getvalue().decode(encoding)


def junit(*tallies: Tally) -> ElementTree.Element:
    """The root of the XML."""
    return ElementTree.fromstring(as_junit(summarise(tallies)))


def markdown(*tallies: Tally) -> str:
    """The Markdown."""
    return as_markdown(summarise(tallies))


def all_reports(*tallies: Tally) -> dict[str, str]:
    """Every report as text, by its name."""
    summary = summarise(tallies)
    return {
        "terminal": told(*tallies, width=400),
        "junit": as_junit(summary),
        "page": as_page(summary),
        "markdown": as_markdown(summary),
    }


@dataclass
class Element:
    """An element of a page, with all that is written inside it."""

    tag: str
    attributes: dict[str, str]
    text: str = ""


@dataclass
class Page(HTMLParser):
    """A page as it was read: its elements in order, and whether each was closed where it should be."""

    written: str
    elements: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.written)
        self.close()
        self.wrong += [f"<{element.tag}> is never closed" for element in self.open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1].tag != tag:
            self.wrong.append(f"</{tag}> closes {self.open[-1].tag if self.open else 'nothing'}")
            return
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        """The elements of these kinds, in order."""
        return [element for element in self.elements if element.tag in tags]

    def one(self, name: str) -> Element:
        """The element with this id."""
        (found,) = [element for element in self.elements if element.attributes.get("id") == name]
        return found

    def one_text(self, tag: str, class_: str) -> str:
        """What the first element of this kind and class says."""
        return next(e.text for e in self.all(tag) if class_ in e.attributes.get("class", "").split())


def page(*tallies: Tally) -> Page:
    """The page, read back."""
    return Page(as_page(summarise(tallies)))


def flat(text: str) -> str:
    """The text with every run of blanks as one."""
    return re.sub(r"\s+", " ", text).strip()
