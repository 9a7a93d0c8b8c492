"""The documentation site: pages, menu and links, and the Python that its pages show."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import httpx
import pytest
from scripts.control_reference import reference
from scripts.stage_docs import main, sources, with_links

from nemofake import FakeServer
from nemoscenarios import PACKAGED

PAGES = {"docs/A.md": "A.md", "docs/adr/B.md": "adr/B.md", "CONTRIBUTING.md": "CONTRIBUTING.md"}
START_PAGES = ("index", "PYTHON", "JAVASCRIPT", "CURL", "SKILL", "COOKBOOK", "TIME", "CI", "LIVE")
_BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("docs/A.md", "[how](../CONTRIBUTING.md#commands)", "[how](CONTRIBUTING.md#commands)"),
        ("docs/A.md", "[b](adr/B.md)", "[b](adr/B.md)"),
        ("docs/adr/B.md", "[a](../A.md)", "[a](../A.md)"),
        ("CONTRIBUTING.md", "[a](docs/A.md)", "[a](A.md)"),
        ("docs/A.md", "[make](../Makefile)", "make (`Makefile`)"),
        ("docs/A.md", "[`make`](../Makefile)", "`make`"),
        ("docs/A.md", "[x](nowhere.md)", "[x](nowhere.md)"),
        ("docs/A.md", "[x](https://example.com/)", "[x](https://example.com/)"),
    ],
)
def test_links_lead_to_pages_or_name_a_file(path: str, text: str, expected: str) -> None:
    assert with_links(text, path, PAGES) == expected


def names(menu: Any) -> list[str]:
    if isinstance(menu, str):
        return [menu]
    parts = menu.values() if isinstance(menu, dict) else menu
    return [name for part in parts for name in names(part)]


def test_menu_has_every_page_once(root: Path) -> None:
    menu = names(tomllib.loads((root / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"])
    pages = {path.removeprefix("docs/") for path in sources(root)}
    records = {page for page in pages if page.startswith("adr/0")}  # the menu has their list
    assert sorted(menu) == sorted(pages - records | {"CONTROL_REFERENCE.md"})


@pytest.mark.parametrize("name", START_PAGES)
def test_start_page_says_what_it_is_for_and_fits_two_screens(root: Path, name: str) -> None:
    lines = (root / "docs" / f"{name}.md").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("# ")
    assert lines[2]
    assert lines[2][0] not in "#|`-"
    assert len(lines) <= 80


def test_cookbook_names_scenarios_that_exist(root: Path) -> None:
    text = (root / "docs/COOKBOOK.md").read_text(encoding="utf-8")
    rows = [line.rpartition(" | ")[2] for line in text.splitlines() if line.startswith("| ") and "`" in line]
    named = {name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row)}
    assert len(named) >= 15
    assert named <= {file.stem for file in PACKAGED.glob("*.yaml")}


@pytest.mark.parametrize("name", ["PYTHON", "TIME"])
def test_python_of_a_page_passes_under_pytest(root: Path, name: str, tmp_path: Path) -> None:
    blocks = _BLOCK.findall((root / "docs" / f"{name}.md").read_text(encoding="utf-8"))
    assert blocks
    (tmp_path / "test_page.py").write_text("\n\n".join(blocks), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_page.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr


def test_reference_has_every_operation_of_the_control_api(nemofake_server: FakeServer) -> None:
    document = httpx.get(f"{nemofake_server.base_url}/openapi.json", trust_env=False).json()
    text = reference(document)
    for path, methods in document["paths"].items():
        for method in methods:
            assert (f"`{method.upper()} {path}`" in text) == path.startswith("/__fake__")
    assert "| `on` | yes | `token.issue`, " in text
    assert '{"seconds": 0.5}' in text


def test_site_builds_without_broken_links(root: Path) -> None:
    zensical = root / ".venv-docs" / "bin" / "zensical"
    if not zensical.exists():
        pytest.skip("the site's tool is not installed: make docs installs it")
    main()
    done = subprocess.run(
        [zensical, "build", "--strict", "--clean"], cwd=root, capture_output=True, text=True, timeout=110
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (root / "build/site/index.html").is_file()
