"""The pytest plugin, in sessions of its own: fresh worlds, settings by marker, one server per process."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from importlib.metadata import entry_points
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

# Those of this project's own set-up that would only slow a small session down.
QUIET = ("-p", "no:cacheprovider", "-p", "no:randomly")


def session(pytester: pytest.Pytester, code: str, *args: str) -> pytest.RunResult:
    """Run a test file as a user would, in this process."""
    pytester.makepyfile(textwrap.dedent(code))
    return pytester.runpytest_inprocess(*QUIET, "--strict-markers", "-W", "error", *args)


def test_fixture_gives_each_test_a_fresh_world(pytester: pytest.Pytester) -> None:
    result = session(
        pytester,
        """
        import httpx
        import pytest

        seen = []

        @pytest.mark.parametrize("nth", range(3))
        def test_fresh(nemofake, nemofake_server, nth):
            assert nemofake.journal() == []
            headers = {"X-Client-Id": "the same"}
            answer = httpx.post(f"{nemofake.url}/api/auth/anonymous-token", headers=headers, trust_env=False)
            assert answer.json()["code"] == 0
            assert len(nemofake.journal()) == 1
            assert nemofake.url.startswith(nemofake_server.url + "/w/")
            seen.append((nemofake_server, nemofake.url))

        def test_one_server_and_worlds_removed(nemofake_server):
            assert len({id(server) for server, _ in seen}) == 1
            assert len({url for _, url in seen}) == 3
            assert [name for name in nemofake_server.runner.worlds.by_name if name != "default"] == []
        """,
    )
    result.assert_outcomes(passed=4)


def test_marker_sets_up_the_world(pytester: pytest.Pytester) -> None:
    result = session(
        pytester,
        """
        import pytest

        pytestmark = pytest.mark.nemofake(clock="manual")

        def test_of_the_module(nemofake):
            assert nemofake.clock.mode == "manual"

        @pytest.mark.nemofake(
            scenario="chat-silent-edit", seed=9, profile="adk", parameters={"text_ms": [1, 2]}, clock="x60"
        )
        def test_of_the_test(nemofake):
            room = nemofake.call(lambda room: room)
            assert (room.scenario, room.settings.seed) == ("chat-silent-edit", 9)
            assert str(room.profile).startswith("adk")
            assert room.settings.parameters.text_ms == (1, 2)
            assert nemofake.clock.mode == "x60"

        @pytest.mark.nemofake(scenario="none")
        def test_of_nothing(nemofake):
            pass

        def test_failing_test_deletes_its_world(nemofake):
            assert nemofake is None

        def test_after(nemofake_server):
            assert [name for name in nemofake_server.runner.worlds.by_name if name != "default"] == []
        """,
    )
    result.assert_outcomes(passed=3, failed=1, errors=1)
    result.stdout.fnmatch_lines(["*unknown scenario 'none'*"])


def test_marker_is_registered(pytester: pytest.Pytester) -> None:
    result = pytester.runpytest_inprocess(*QUIET, "--markers")
    result.stdout.fnmatch_lines(["@pytest.mark.nemofake(*settings):*"])
    result = pytester.runpytest_inprocess(*QUIET, "--fixtures")
    result.stdout.fnmatch_lines(
        ["nemofake_server *", "*one fake*", "nemofake --*", "*fresh world*", "nemofake_env *"]
    )


def test_xdist_workers_have_separate_servers(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the others cost workers seconds
    pytester.makepyfile(
        textwrap.dedent(
            """
            import pytest

            @pytest.mark.parametrize("nth", range(4))
            def test_port(nemofake, nemofake_server, nth, worker_id):
                with open("ports", "a") as out:
                    out.write(f"{worker_id} {nemofake_server.url}\\n")
            """
        )
    )
    args = ("-p", "xdist", "-p", "nemofake.pytest_plugin", "--assert", "plain")
    result = pytester.runpytest_subprocess(*args, "-n", "2")
    result.assert_outcomes(passed=4)
    lines = (pytester.path / "ports").read_text().splitlines()
    workers = {line.split()[0] for line in lines}
    assert len(set(lines)) == len(workers)
    assert len({line.split()[1] for line in lines}) == len(workers)


def test_plugin_is_registered_as_entry_point() -> None:
    assert [point.value for point in entry_points(group="pytest11", name="nemofake")] == [
        "nemofake.pytest_plugin"
    ]


def test_plugin_loads_nothing_until_used(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Someone who installs the client alone, or tests something else, never pays for the server."""
    pytester.makepyfile(test_other="def test_other(): pass")
    heavy = ["fastapi", "starlette", "uvicorn", "pydantic", "av", "numpy", "PIL", "yaml", "click"]
    code = f"""
        import sys
        class Missing:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] in {heavy}:
                    raise ModuleNotFoundError(name)
        sys.meta_path.insert(0, Missing())
        import pytest
        code = pytest.main(["-q", "-p", "nemofake.pytest_plugin", "test_other.py"])
        assert "nemofake.pytest_plugin" in sys.modules
        assert not set({heavy}) & set(sys.modules), set({heavy}) & set(sys.modules)
        sys.exit(code)
    """
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, cwd=pytester.path
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_marker_takes_scenario_as_its_only_argument(pytester: pytest.Pytester) -> None:
    result = session(
        pytester,
        """
        import pytest

        @pytest.mark.nemofake("auth-token-expired")
        def test_it(nemofake):
            assert nemofake.call(lambda world: world.scenario) == "auth-token-expired"
        """,
    )
    result.assert_outcomes(passed=1)


def test_markers_of_function_class_and_module_merge_and_the_nearest_wins(pytester: pytest.Pytester) -> None:
    result = session(
        pytester,
        """
        import pytest

        pytestmark = pytest.mark.nemofake("chat-silent-edit", seed=1, profile="adk")

        @pytest.mark.nemofake(seed=2, clock="manual")
        class TestAll:
            @pytest.mark.nemofake(seed=3)
            def test_it(self, nemofake):
                world = nemofake.call(lambda world: world)
                assert (world.scenario, world.settings.seed) == ("chat-silent-edit", 3)
                assert (world.clock.mode, world.profile.events) == ("manual", "adk")
        """,
    )
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("scenari='happy-path'", "*scenari*did you mean scenario?*"),
        ("rules={'silent_share': 1}", "*no setting 'rules'*"),
        ("'happy-path', 'manual'", "*takes one scenario*"),
        ("'happy-path', scenario='happy-path'", "*takes one scenario*"),
    ],
)
def test_marker_with_wrong_arguments_is_a_usage_error(
    pytester: pytest.Pytester, arguments: str, named: str
) -> None:
    code = f"import pytest\n\n@pytest.mark.nemofake({arguments})\ndef test_it(nemofake):\n    pass\n"
    result = session(pytester, code)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([named])


CHECK = """
    import asyncio

    import httpx
    import pytest

    def ask(url, client="a"):
        headers = {"X-Client-Id": client}
        return httpx.post(f"{url}/api/auth/anonymous-token", headers=headers, trust_env=False)
"""


def test_options_and_ini_file_set_up_worlds_and_markers_go_before_them(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nnemofake_seed = 3\nnemofake_profile = adk\nnemofake_clock = x60\n")
    code = """
        import pytest

        def settings(nemofake):
            world = nemofake.call(lambda world: world)
            return world.settings.seed, world.profile.events, world.clock.mode

        def test_plain(nemofake):
            assert settings(nemofake) == (5, "adk", "manual")

        @pytest.mark.nemofake(seed=9, clock="auto")
        def test_marked(nemofake):
            assert settings(nemofake) == (9, "adk", "auto")
    """
    result = session(pytester, code, "--nemofake-seed=5", "--nemofake-clock=manual")
    result.assert_outcomes(passed=2)


def test_seed_that_is_no_number_is_a_usage_error(pytester: pytest.Pytester) -> None:
    result = session(pytester, "def test_it(): pass", "--nemofake-seed=x")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*nemofake seed must be a whole number, got 'x'*"])


def test_failing_test_shows_its_last_requests_and_where_the_har_is(pytester: pytest.Pytester) -> None:
    code = f"""{CHECK}
    def test_fails(nemofake):
        ask(nemofake.url), ask(nemofake.url)
        assert False

    def test_passes(nemofake):
        ask(nemofake.url, "unseen")
    """
    result = session(pytester, code)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*nemofake world test-fails-*",
            "the last 2 of 2 requests:",
            "*1. token.issue: POST * -> 200 code 0*",
            "*2. token.issue: POST * -> * code 429*",
            "HAR: *.har",
        ]
    )
    har = next(line for line in result.outlines if line.startswith("HAR: ")).removeprefix("HAR: ")
    assert len(json.loads(Path(har).read_text())["log"]["entries"]) == 2
    assert "test-passes" not in result.stdout.str()


def test_environment_fixture_sets_the_url_while_the_test_runs(pytester: pytest.Pytester) -> None:
    code = """
        import os

        def test_set(nemofake_env):
            assert os.environ["NEMO_API_URL"] == nemofake_env.url

        def test_after():
            assert "NEMO_API_URL" not in os.environ
    """
    session(pytester, code).assert_outcomes(passed=2)


def test_intercept_marker_answers_the_production_host_for_this_process(pytester: pytest.Pytester) -> None:
    code = """
        import httpx
        import os
        import pytest
        import urllib.request

        URL = "https://mega-api-prod.nemovideo.ai/api/auth/anonymous-token"
        before = dict(os.environ)

        @pytest.mark.nemofake_intercept
        @pytest.mark.nemofake(seed=3)
        def test_production(nemofake):
            request = urllib.request.Request(URL, data=b"", headers={"X-Client-Id": "a"})
            with urllib.request.urlopen(request) as answer:
                assert answer.status == 200
            assert httpx.post(URL, headers={"X-Client-Id": "b"}).json()["code"] == 0
            assert nemofake.count("token.issue") == 2
            assert nemofake.call(lambda world: world.settings.seed) == 3

        def test_after():
            mine = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
            assert mine == {k: v for k, v in before.items() if k != "PYTEST_CURRENT_TEST"}
    """
    session(pytester, code).assert_outcomes(passed=2)
