"""The documents name files and commands that exist; packages list their public names."""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_FOLDERS = r"(?:fake_backend|client|contract_tests|scenarios|mutants|benchmarks|docs|scripts|parity)"
_FILE = re.compile(rf"`({_FOLDERS}/[\w./-]*\w/?)`")
_WALK = re.compile(r"^\d+\. .*?`([\w./]+\.(?:py|md|yaml))`", re.MULTILINE)
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "docs")
WALKS = {
    "A message, from socket to bytes": 12,
    "A new error code": 6,
    "A new fault": 4,
    "A new agent instruction": 8,
}
PACKAGES = ("nemofake", "nemofake.faults", "nemofake.media", "nemoclient", "nemocontract", "nemoscenarios")


def documents(root: Path) -> list[Path]:
    found = [root / name for name in DOCUMENTS]
    return [file for path in found for file in ([path] if path.is_file() else sorted(path.rglob("*.md")))]


def test_documents_links_lead_to_files(root: Path) -> None:
    for file in documents(root):
        for target in _LINK.findall(file.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:"):
                assert (file.parent / target).exists(), f"{file.name}: {target}"


@pytest.mark.parametrize("name", ["CONTRIBUTING.md", "docs/ARCHITECTURE.md", "README.md"])
def test_document_named_files_exist(root: Path, name: str) -> None:
    files = _FILE.findall((root / name).read_text(encoding="utf-8"))
    missing = [file for file in files if not (root / file).exists()]
    assert files
    assert not missing


def walk(root: Path, title: str) -> list[str]:
    text = (root / "docs/ARCHITECTURE.md").read_text(encoding="utf-8")
    section = text.partition(f"### {title}\n")[2].partition("\n#")[0]
    return _WALK.findall(section)


@pytest.mark.parametrize(("title", "most"), WALKS.items())
def test_architecture_walk_files_exist_and_are_few(root: Path, title: str, most: int) -> None:
    files = walk(root, title)
    assert 2 <= len(files) <= most
    assert [file for file in files if not (root / file).is_file()] == []


def test_adrs_are_numbered_and_listed(root: Path) -> None:
    folder = root / "docs/adr"
    files = sorted(file.name for file in folder.glob("0*.md"))
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    assert len(files) >= 10
    listed = _LINK.findall((folder / "README.md").read_text(encoding="utf-8"))
    assert listed == files


def test_glossary_at_most_thirty_terms_of_one_row(root: Path) -> None:
    rows = re.findall(
        r"^\| \*\*(.+)\*\* \| .+\. \|$", (root / "docs/GLOSSARY.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert 20 <= len(rows) <= 30
    assert rows == sorted(rows)


@pytest.mark.parametrize("name", PACKAGES)
def test_package_public_names_exist_once(name: str) -> None:
    package = importlib.import_module(name)
    assert package.__doc__
    assert len(set(package.__all__)) == len(package.__all__)
    for public in package.__all__:
        assert getattr(package, public) is not None


@pytest.mark.parametrize("name", PACKAGES)
def test_package_public_names_have_docstrings(name: str) -> None:
    package = importlib.import_module(name)
    public = [getattr(package, one) for one in package.__all__]
    documented = [one for one in public if inspect.isclass(one) or inspect.isfunction(one)]
    missing = [one.__name__ for one in documented if not (one.__doc__ or "").strip()]
    assert documented
    assert not missing
    for kind in filter(inspect.isclass, documented):
        for method, value in vars(kind).items():
            if inspect.isfunction(value) and not method.startswith("_"):
                assert inspect.getdoc(getattr(kind, method)), f"{kind.__name__}.{method}"


@pytest.mark.parametrize("name", PACKAGES)
def test_package_imports_of_it_are_public(root: Path, name: str) -> None:
    """What the documents import from a package is one of its public names."""
    package = importlib.import_module(name)
    pattern = re.compile(rf"^\s*from {re.escape(name)} import ([\w, ]+)", re.MULTILINE)
    for file in documents(root):
        for names in pattern.findall(file.read_text(encoding="utf-8")):
            assert {one.strip() for one in names.split(",")} <= set(package.__all__), file.name


_TEST = re.compile(r"`((?:client/tests/|fake_backend/tests/)?(?:test_\w+\.py|schemathesis\.toml))`")


def test_security_promises_name_tests_that_exist(root: Path) -> None:
    text = (root / "docs/SECURITY.md").read_text(encoding="utf-8")
    named = set(_TEST.findall(text))
    assert len(named) > 15
    paths = [root / name if "/" in name else root / "fake_backend/tests" / name for name in named]
    assert [path.name for path in paths if not path.is_file()] == []
    tables = [
        line for line in text.splitlines() if line.startswith("| ") and not line.startswith("| promise")
    ]
    assert [line for line in tables if not _TEST.search(line)] == [], "each promise has its test"
