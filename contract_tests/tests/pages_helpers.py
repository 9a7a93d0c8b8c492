"""What the tests of the page and of Markdown share: HTML read back, and whether it stands alone."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

from markdown_it import MarkdownIt

from nemocontract.reports import summarise
from nemocontract.reports.html import as_page
from nemocontract.results import RunResult

VOID = {"meta", "br", "hr", "img", "input", "link"}


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


def page(*run_results: RunResult) -> Page:
    """The page, read back."""
    return Page(as_page(summarise(run_results)))


def rendered(text: str) -> Page:
    """What a renderer of GitHub's kind makes of it."""
    return Page(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def check_page(read: Page) -> None:
    """No resource, no script, all closed; headings in steps, tables with captions, references that lead."""
    assert not read.wrong
    assert not read.all("script", "link", "img", "iframe", "object", "embed", "form", "base")
    ids = [element.attributes["id"] for element in read.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    for element in read.elements:
        assert not any(
            name.startswith("on") or name in ("src", "srcset", "style") for name in element.attributes
        )
        assert element.attributes.get("href", "#")[0] == "#"
        for reference in (
            element.attributes.get("href", "#")[1:],
            element.attributes.get("aria-labelledby", ""),
        ):
            assert not reference or reference in ids
    (style,) = read.all("style")
    assert "url(" not in style.text
    assert "@import" not in style.text
    assert "prefers-color-scheme: dark" in style.text
    levels = [int(heading.tag[1]) for heading in read.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert len(read.all("caption")) == len(read.all("table"))
    assert all(head.attributes.get("scope") for head in read.all("th"))


def flat(text: str) -> str:
    """The text with every run of blanks as one."""
    return re.sub(r"\s+", " ", text).strip()
