"""The examples run as their readers run them; what no engine here can run is parsed and checked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from nemofake import running
from nemofake.cli import cli

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def run(*command: str, folder: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a command with this environment's nemofake on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "NODE_"))}
    return subprocess.run(
        command, cwd=folder, env={**own, "PATH": path}, capture_output=True, text=True, timeout=110
    )


def needed(program: str) -> str:
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed on this machine")
    return found


@pytest.mark.parametrize("name", ["test_with_pytest.py", "test_with_pytest_async.py"])
def test_pytest_examples_pass(name: str, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLES / "python", tmp_path / "python")  # without this project's own configuration
    done = run(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", name, folder=tmp_path / "python"
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


def test_unittest_example_passes() -> None:
    done = run(sys.executable, "-m", "unittest", "test_with_unittest", folder=EXAMPLES / "python")
    assert done.returncode == 0, done.stderr
    assert "Ran 1 test" in done.stderr


def test_node_example_passes() -> None:
    done = run(needed("node"), "--test", "examples/node/client.test.mjs")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "pass 2" in done.stdout


def test_node_helper_stays_small() -> None:
    assert len((EXAMPLES / "node" / "nemofake.mjs").read_text().splitlines()) <= 40


def test_skill_document_runs_under_nemofake_run_without_findings() -> None:
    needed("curl")
    done = run("sh", "examples/skill/run.sh")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["data"]["total"] == 100


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder on a free port of loopback, as another origin than the fake's."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def page_text(url: str, *options: str) -> str:
    """Return the page as Chromium has it once its requests are answered."""
    # What it needs to run in a container; the profile is new and goes with the call.
    quiet = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        words = [needed("chromium"), *quiet, f"--user-data-dir={profile}", "--virtual-time-budget=20000"]
        return run(*words, *options, "--dump-dom", url).stdout


def test_browser_page_of_another_origin_reaches_the_fake() -> None:
    with running(cors_origins=frozenset({"*"})) as fake, served(EXAMPLES / "browser") as origin:
        assert "100 credits" in page_text(f"{origin}/index.html?api={fake.url}")
        assert fake.count("credits", code=0) == 1


def test_browser_page_without_cors_is_refused_by_the_browser() -> None:
    with running() as fake, served(EXAMPLES / "browser") as origin:
        assert "cannot be reached" in page_text(f"{origin}/index.html?api={fake.url}")
        assert fake.count("credits") == 0


def test_browser_page_with_the_production_host_reaches_the_fake() -> None:
    needed("chromium")
    with (
        running(cors_origins=frozenset({"*"}), intercept=True) as fake,
        served(EXAMPLES / "browser") as origin,
    ):
        assert fake.interception is not None
        proxy = f"--proxy-server={fake.interception.environment['https_proxy']}"
        # Chromium reads no variable for certificates.
        shown = page_text(f"{origin}/index.html", proxy, "--ignore-certificate-errors")
        assert "100 credits" in shown
        assert fake.count("credits", code=0) == 1


# -- what is parsed, since no engine is here ----------------------------------------------------------


def loaded(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


def options_of(command: str) -> set[str]:
    found = cli.get_command(None, command)  # type: ignore[arg-type]  # the group needs no context
    assert found is not None
    return {option for parameter in found.params for option in parameter.opts}


def used_options(text: str) -> set[str]:
    return {word for word in text.split() if word.startswith("--")}


def instructions() -> list[tuple[str, str]]:
    """Return the Dockerfile's instructions, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in lines)]


def test_dockerfile_is_slim_pinned_healthy_and_not_root() -> None:
    steps = instructions()
    known = {"FROM", "COPY", "RUN", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}
    assert {word for word, _ in steps} <= known
    bases = [rest.split()[0] for word, rest in steps if word == "FROM"]
    assert bases
    assert all(base.endswith("-slim") and ":" in base for base in bases)
    last = dict(steps[max(i for i, (word, _) in enumerate(steps) if word == "FROM") :])
    assert last["USER"].isdecimal()
    assert last["USER"] != "0"
    assert "/__fake__/health" in last["HEALTHCHECK"]
    assert json.loads(last["CMD"]) == ["nemofake", "serve"]
    installs = [rest for word, rest in steps if word == "RUN" and "pip install" in rest]
    assert installs
    assert all("--no-cache-dir" in rest and "--constraint" in rest for rest in installs)


def test_compose_file_runs_the_fake_read_only_and_on_loopback() -> None:
    fake = loaded("compose.yaml")["services"]["fake"]
    assert fake["read_only"] is True
    assert fake["tmpfs"] == ["/tmp"]
    assert fake["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in fake["ports"])
    known = {parameter.envvar for parameter in cli.commands["serve"].params if hasattr(parameter, "envvar")}
    assert set(fake["environment"]) <= known


def test_action_has_shells_declared_inputs_and_known_options() -> None:
    action = loaded("action.yml")
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    assert action["runs"]["using"] == "composite"
    for step in action["runs"]["steps"]:
        assert ("run" in step) != ("uses" in step)
        assert "shell" in step or "uses" in step
        # An input inside a script would be run as code: it goes through the environment.
        assert "${{" not in step.get("run", "")
    used = {word.partition("inputs.")[2].split()[0] for word in text.split("${{")[1:] if "inputs." in word}
    assert used <= set(action["inputs"])
    verify = next(step["run"] for step in action["runs"]["steps"] if step["name"] == "Verify")
    assert used_options(verify) <= options_of("verify")


def test_action_scripts_are_valid_shell() -> None:
    for step in loaded("action.yml")["runs"]["steps"]:
        if "run" in step:
            done = subprocess.run(["bash", "-n"], input=step["run"], capture_output=True, text=True)
            assert done.returncode == 0, done.stderr


def test_github_example_uses_the_inputs_of_the_action() -> None:
    workflow = loaded("examples/ci/github-actions.yml")
    steps = workflow["jobs"]["verify"]["steps"]
    mine = next(step for step in steps if "nemofake" in step.get("uses", ""))
    assert set(mine["with"]) <= set(loaded("action.yml")["inputs"])
    assert all("@" in step["uses"] for step in steps if "uses" in step)


def test_gitlab_example_has_known_options_and_keeps_reports() -> None:
    job = loaded("examples/ci/gitlab-ci.yml")["contract"]
    (line,) = job["script"]
    words = line.replace('"', " ").split()
    assert used_options(" ".join(words)) <= options_of("verify")
    assert job["artifacts"]["reports"]["junit"] in words
    assert set(job["artifacts"]["paths"]) <= set(words)
