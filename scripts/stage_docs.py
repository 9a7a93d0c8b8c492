"""Puts the pages of the site into build/docs: python -m scripts.stage_docs.

Pages that are kept elsewhere or made from OpenAPI join those of docs/. A link to a file that is
no page becomes its name, since a site has no such file.
"""

from __future__ import annotations

import posixpath
import re
import shutil
from pathlib import Path
from typing import Final

import httpx

from nemofake import running

from .control_reference import reference

ROOT: Final = Path(__file__).parents[1]
STAGED: Final = ROOT / "build" / "docs"
_LINK: Final = re.compile(r"\[([^\]]+)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")


def main() -> None:
    """Fill build/docs anew."""
    shutil.rmtree(STAGED, ignore_errors=True)
    with running() as fake:
        document = httpx.get(f"{fake.url}/openapi.json", trust_env=False).json()
    texts = {"docs/CONTROL_REFERENCE.md": reference(document)} | {
        path: (ROOT / path).read_text(encoding="utf-8") for path in sources(ROOT)
    }
    pages = {path: posixpath.relpath(path, "docs") for path in texts} | {"CONTRIBUTING.md": "CONTRIBUTING.md"}
    for path, text in texts.items():
        staged = STAGED / pages[path]
        staged.parent.mkdir(parents=True, exist_ok=True)
        staged.write_text(with_links(text, path, pages), encoding="utf-8")


def sources(root: Path) -> list[str]:
    """Return the files that are pages, relative to the repository."""
    found = [file.relative_to(root).as_posix() for file in sorted((root / "docs").rglob("*.md"))]
    return [*found, "CONTRIBUTING.md"]


def with_links(text: str, path: str, pages: dict[str, str]) -> str:
    """Return a page's text with links that hold on the site; ``pages`` maps files to pages.

    A link to a file that does not exist stays as it is: the build finds it and fails.
    """
    here = posixpath.dirname(pages[path]) or "."

    def resolve(match: re.Match[str]) -> str:
        label, target, anchor = match.groups(default="")
        file = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if file in pages:
            return f"[{label}]({posixpath.relpath(pages[file], here)}{anchor})"
        if not (ROOT / file).exists():
            return match.group(0)
        return label if "/" in label or label.startswith("`") else f"{label} (`{file}`)"

    return _LINK.sub(resolve, text)


if __name__ == "__main__":
    main()
