"""The YAML front matter: a skill names itself and its version there, and its headers repeat both."""

from __future__ import annotations

from collections.abc import Iterator

from nemocontract.lint.document import Document
from nemocontract.lint.finding import LintFinding

_WHY = "X-Skill-Source and X-Skill-Version are name and version of the front matter"


def check_front_matter(document: Document) -> Iterator[LintFinding]:
    """Find a front matter that is missing, unreadable, or without name or version.

    A text without any Markdown heading is taken for an extract: there it is only advice.
    """
    front = document.front_matter
    if front is None:
        level = "must" if document.has_headings else "advice"
        yield LintFinding(1, "missing", "C-ATT-1", level, "", _WHY,  # type: ignore[arg-type]
                          "begin with a front matter between --- lines that has name and version")  # fmt: skip
        return
    if document.front_error:
        yield LintFinding(1, "contradicts", "C-ATT-1", "must", document.front_error, f"the front matter is YAML; {_WHY}",
                          "correct the YAML; a text with a colon needs quotes")  # fmt: skip
        return
    for name in ("name", "version"):
        value = front.get(name)
        if value is None or not str(value).strip():
            line = document.front_lines.get(name, 1)
            yield LintFinding(line, "missing", "C-ATT-1", "must", "", _WHY, f"add {name} to the front matter")
        elif isinstance(value, dict | list):
            line = document.front_lines.get(name, 1)
            yield LintFinding(
                line, "contradicts", "C-ATT-1", "must", f"{name}: {value}", _WHY, f"give {name} one value"
            )
