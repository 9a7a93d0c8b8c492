"""Every combination of extras: commands, server and fixture work, or name the extra to install."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from nemofake.extras import EXTRAS, missing_extra

ROOT = Path(__file__).parents[2]
# Hides modules as if they were not installed; what stands below runs with that.
BLOCKER = """
import importlib.abc, sys

class Hidden(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {hidden!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Hidden())
"""
COMBINATIONS = [
    frozenset(chosen) for count in range(len(EXTRAS) + 1) for chosen in itertools.combinations(EXTRAS, count)
]
SUBCOMMANDS = ["", "chat", "demo", "drift", "judge", "lint", "scenarios", "serve", "verify"]
# The extra without which a command cannot even show its options.
NEEDS = {"drift": "contract", "judge": "contract", "lint": "contract", "verify": "contract"}
JOURNEY = """
import httpx
from nemofake import running

with running() as fake, httpx.Client(base_url=fake.url, trust_env=False) as client:
    data = client.post("/api/auth/anonymous-token", headers={"X-Client-Id": "c"}).json()["data"]
    client.headers["Authorization"] = f"Bearer {data['token']}"
    session = client.post("/api/tasks/me/with-session/nemo_agent", json={"task_name": "p"}).json()["data"]
    path = f"/api/upload-video/nemo_agent/me/{session['session_id']}"
    answer = client.post(path, files={"files": ("walk_12s.txt", b"text")}).json()
    assert answer["code"] == 4001, answer
    print("ok")
"""
# Shows the help of each command and prints: command, exit code, standard output, standard error.
HELP = """
import contextlib, io, json
from nemofake.cli import main

results = []
for command in sys.argv[1:]:
    out, err, code = io.StringIO(), io.StringIO(), 0
    sys.argv = ["nemofake", *filter(None, [command]), "--help"]
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    results.append((command, code, out.getvalue(), err.getvalue()))
print(json.dumps(results))
"""
FIXTURE = """
def test_fixture(nemofake):
    assert nemofake.url
"""


def run(
    extras: frozenset[str], code: str, *args: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run code in a new interpreter that has only these extras."""
    hidden = {module for name, modules in EXTRAS.items() if name not in extras for module in modules}
    program = BLOCKER.format(hidden=hidden) + code
    return subprocess.run(
        [sys.executable, "-c", program, *args], capture_output=True, text=True, timeout=60, cwd=cwd
    )


def test_extras_name_the_modules_of_their_packages() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    distributions = packages_distributions()
    for extra, modules in EXTRAS.items():
        for module in modules:
            (package,) = {name.lower() for name in distributions[module]}
            assert any(line.startswith(package) for line in declared[extra]), module
        assert len(modules) == len([line for line in declared[extra] if not line.startswith("nemofake")])


def test_missing_module_of_no_extra_gets_no_sentence() -> None:
    assert missing_extra(ModuleNotFoundError("No module named 'x'", name="x")) is None
    assert missing_extra(ModuleNotFoundError("no name")) is None


@pytest.mark.parametrize("extras", COMBINATIONS, ids=lambda extras: "+".join(sorted(extras)) or "none")
def test_help_works_or_names_the_extra(extras: frozenset[str]) -> None:
    result = run(extras, HELP, *SUBCOMMANDS)
    assert result.returncode == 0, result.stderr
    for command, code, out, err in json.loads(result.stdout):
        needed = NEEDS.get(command)
        if needed is None or needed in extras:
            assert (code, err) == (0, ""), command
            assert "usage:" in out.lower()
        else:
            assert (code, out) == (2, ""), command
            assert f"pip install 'nemofake[{needed}]'" in err
            assert err.count("\n") == 1


@pytest.mark.parametrize("extras", COMBINATIONS, ids=lambda extras: "+".join(sorted(extras)) or "none")
def test_running_works_with_any_extras(extras: frozenset[str]) -> None:
    result = run(extras, JOURNEY)
    assert (result.returncode, result.stdout) == (0, "ok\n"), result.stderr


@pytest.mark.parametrize("extras", COMBINATIONS, ids=lambda extras: "+".join(sorted(extras)) or "none")
def test_pytest_fixture_works_with_any_extras(
    extras: frozenset[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # Hypothesis brings a plugin of its own
    (tmp_path / "test_it.py").write_text(FIXTURE)
    code = "import pytest; sys.exit(pytest.main(['-q', '-p', 'nemofake.pytest_plugin', 'test_it.py']))"
    result = run(extras, code, cwd=tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr


def test_demo_without_media_names_the_extra(tmp_path: Path) -> None:
    result = run(frozenset({"contract"}), "from nemofake.cli import main; main()", "demo", cwd=tmp_path)
    assert (result.returncode, result.stdout) == (2, "")
    assert "pip install 'nemofake[media]'" in result.stderr
    assert "Traceback" not in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_client_needs_only_its_own_two_libraries() -> None:
    server = {
        "click",
        "fastapi",
        "starlette",
        "uvicorn",
        "pydantic",
        "yaml",
        "multipart",
        "httptools",
        "uvloop",
    }
    program = BLOCKER.format(hidden=server) + "import nemoclient; print(nemoclient.NemoClient.__name__)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stdout) == (0, "NemoClient\n"), result.stderr
