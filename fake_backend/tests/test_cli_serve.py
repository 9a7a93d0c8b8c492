"""The command ``nemofake``: its first line, its flags and environment, its refusals, its end."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml

from nemofake import __version__, cli, running
from nemofake.http.request_log import LineWriter
from nemofake.settings import Settings

from .http_helpers import Api, connect, failure, success, wire
from .journey_helpers import journey
from .stream_helpers import TALK, Line

LINE = re.compile(r"nemofake listening on (http://127\.0\.0\.1:[0-9]+)\n")
END_S = 30  # far more than it needs: a stream of these tests would last for ever


def spawn(folder: Path, *flags: str, env: Mapping[str, str] = {}) -> subprocess.Popen[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NEMOFAKE_")}
    return subprocess.Popen(
        [sys.executable, "-m", "nemofake", "serve", *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**inherited, "TMPDIR": str(folder), **env},
    )


class Remote:
    """A server in a process of its own, as far as the kits need it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = "default"


def announced(process: subprocess.Popen[str]) -> str:
    """Return the URL of the first line; the second is there to be copied."""
    assert process.stdout
    found = LINE.fullmatch(process.stdout.readline())
    assert found
    assert process.stdout.readline() == f"  export NEMO_API_URL={found[1]}\n"
    return found[1]


def call(monkeypatch: pytest.MonkeyPatch, *args: str, env: Mapping[str, str] = {}) -> int:
    """Run the command in this process and return its exit code."""
    for name in list(os.environ):
        if name.startswith("NEMOFAKE_"):
            monkeypatch.delenv(name)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["nemofake", *args])
    with pytest.raises(SystemExit) as caught:
        cli.main()
    assert isinstance(caught.value.code, int)
    return caught.value.code


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Return what settings the command would have served with."""
    seen: list[Settings] = []
    monkeypatch.setattr(cli, "_runner", lambda settings, *_: seen.append(settings))
    monkeypatch.setattr(cli, "_run", lambda *_: None)
    return seen


# -- a process of its own -----------------------------------------------------------------------------------


@pytest.fixture(params=[signal.SIGINT, signal.SIGTERM], ids=lambda sig: sig.name)
def ended_by(request: pytest.FixtureRequest) -> int:
    return int(request.param)


def test_it_says_where_it_listens_serves_and_ends_at_a_signal(tmp_path: Path, ended_by: int) -> None:
    """Settings come from flags, then environment; a signal ends it with open streams and leaves nothing."""
    env = {"NEMOFAKE_PORT": "0", "NEMOFAKE_SEED": "7", "NEMOFAKE_CLOCK": "fast", "PYTHONHASHSEED": "5"}
    process = spawn(tmp_path, "--clock", "auto", env=env)
    try:
        url = announced(process)
        if ended_by == signal.SIGINT:  # once is enough
            with running(seed=7) as fake:
                assert journey(url) == journey(fake.url), "a process of its own says the same"
        with wire() as client:
            api = Api(Remote(url), client, "another")  # type: ignore[arg-type]
            assert success(api.control("PUT", "clock", json={"mode": "manual"}))["mode"] == "manual"
            lines = [Line(api, TALK).begun() for _ in range(2)]
            half = connect(url)
            half.sendall(b"POST /run_sse HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
            process.send_signal(ended_by)
            _, err = process.communicate(timeout=END_S)
            for line in lines:
                line.rest()
                assert line.ending == "cut"
                line.socket.close()
            half.close()
    finally:
        process.kill()
        process.communicate()
    assert (process.returncode, err) == (0, "")
    assert list(tmp_path.iterdir()) == []


def test_folder_of_a_killed_server_is_removed_by_the_next_one(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="needs file locks, which Windows lacks")
    (tmp_path / "nemofake-of-somebody").mkdir()
    (tmp_path / "nemofake-link").symlink_to(Path.home())
    foreign = set(tmp_path.iterdir())
    servers = []
    try:
        for killed in (True, False, False):
            servers.append(spawn(tmp_path, "--port", "0"))
            url = announced(servers[-1])
            with wire() as client:
                api = Api(Remote(url), client)  # type: ignore[arg-type]
                assert success(api.upload_urls("https://example.com/walk_12s.mp4"))
                assert api.submit().status_code == 200
                api.finished()  # a video lies in its folder now
            own = set(tmp_path.iterdir()) - foreign
            if killed:
                servers[-1].kill()
                servers[-1].wait(END_S)
                assert set(tmp_path.iterdir()) - foreign == own, "nobody has tidied up yet"
        assert len(set(tmp_path.iterdir()) - foreign) == 2, "those that run keep theirs"
    finally:
        for server in servers:
            server.terminate()
            server.communicate(timeout=END_S)
    assert set(tmp_path.iterdir()) == foreign


SECRET = "open-sesame-7f3a"


@pytest.mark.clause("C-SEC-1")
@pytest.mark.parametrize("style", ["text", "json"])
def test_no_secret_is_in_any_output(tmp_path: Path, style: str) -> None:
    server = spawn(
        tmp_path, "--port", "0", "--admin-token", SECRET, "--log-format", style, "--fetch-host", "127.0.0.1"
    )
    try:
        url = announced(server)
        with wire() as client:
            admin = {"headers": {"X-Admin-Token": SECRET}}
            api = Api(Remote(url), client)  # type: ignore[arg-type]
            token = api.token
            assert api.credits()["total"] == 100
            api.call("GET", f"/api/{token}/x?token={token}")
            api.call("GET", f"/cdn/media/{token}")
            api.call("POST", api.upload_path(), json={"urls": [f"http://127.0.0.1:9/{token}/a.mp4"]})
            success(api.control("POST", f"tokens/{token}/revoke", **admin))
            failure(api.control("POST", f"tokens/{token}/revoke", headers={"X-Admin-Token": "no"}), 403)
            shown = api.control("GET", "journal", **admin).text
            client.get(f"{url}/nothing", headers={"X-Admin-Token": SECRET})
            shown += api.control("GET", "journal?format=har", **admin).text
        server.terminate()
        out, err = server.communicate(timeout=END_S)
    finally:
        server.kill()
        server.communicate()
    assert "/api/nmv_usr_***" in out
    for text in (out, err, shown, repr(Settings(admin_token=SECRET))):
        assert SECRET not in text
        assert token not in text


def test_help_shows_no_secret_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "serve", "--help", env={"NEMOFAKE_ADMIN_TOKEN": SECRET}) == 0
    assert SECRET not in capsys.readouterr().out


def test_a_taken_port_is_one_line_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert call(monkeypatch, "serve", "--port", str(port)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(rf"nemofake: [^\n]*{port}[^\n]*\n", err)
    assert list(tmp_path.iterdir()) == []


# -- settings -----------------------------------------------------------------------------------------------


def test_serve_without_options_uses_defaults(monkeypatch: pytest.MonkeyPatch, chosen: list[Settings]) -> None:
    assert call(monkeypatch, "serve") == 0
    assert chosen == [Settings(profile="typed,envelope,render-flat", media_workers=2)]


FLAGS = [
    ("--host", "NEMOFAKE_HOST", "host", "localhost", "::1"),
    ("--port", "NEMOFAKE_PORT", "port", "0", "9000"),
    ("--clock", "NEMOFAKE_CLOCK", "clock", "manual", "x60"),
    ("--seed", "NEMOFAKE_SEED", "seed", "7", "-8"),
    ("--scenario", "NEMOFAKE_SCENARIO", "scenario", "chat-silent-edit", "auth-token-expired"),
    ("--profile", "NEMOFAKE_PROFILE", "profile", "adk", "http-status"),
    ("--admin-token", "NEMOFAKE_ADMIN_TOKEN", "admin_token", "a", "b"),
    ("--public-url", "NEMOFAKE_PUBLIC_URL", "public_url", "https://a.test", "https://b.test"),
]


@pytest.mark.parametrize(("flag", "variable", "field", "one", "other"), FLAGS)
def test_flags_win_over_the_environment_and_that_over_the_defaults(
    monkeypatch: pytest.MonkeyPatch,
    chosen: list[Settings],
    flag: str,
    variable: str,
    field: str,
    one: str,
    other: str,
) -> None:
    assert call(monkeypatch, "serve", env={variable: one}) == 0
    assert call(monkeypatch, "serve", flag, other, env={variable: one}) == 0
    assert [str(getattr(settings, field)) for settings in chosen] == [one, other]


def test_rules_and_hosts_may_be_repeated(monkeypatch: pytest.MonkeyPatch, chosen: list[Settings]) -> None:
    flags = (
        "--param",
        "silent_share=1",
        "--param",
        "text_ms=1,2",
        "--fetch-host",
        "a.test",
        "--fetch-host",
        "b",
    )
    assert call(monkeypatch, "serve", *flags) == 0
    env = {"NEMOFAKE_PARAMS": "silent_share=1 text_ms=1,2", "NEMOFAKE_FETCH_HOSTS": "a.test b"}
    assert call(monkeypatch, "serve", env=env) == 0
    for settings in chosen:
        assert (settings.parameters.silent_share, settings.parameters.text_ms) == (1.0, (1, 2))
        assert settings.fetch_hosts == {"a.test", "b"}


# -- refusals -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "env", "named"),
    [
        (["serve", "--nope"], {}, "--nope"),
        (["serve", "--clok", "auto"], {}, "--clok"),
        (["serve", "extra"], {}, "extra"),
        (["serve", "--port"], {}, "--port"),
        (["serve", "--port", "70000"], {}, "70000"),
        (["serve", "--port", "http"], {}, "http"),
        (["serve", "--seed", "1.5"], {}, "1.5"),
        (["serve", "--port", "0", "--clock", "fast"], {}, "fast"),
        (["serve", "--port", "0", "--clock", "x0"], {}, "x0"),
        (["serve", "--port", "0", "--profile", "loud"], {}, "loud"),
        (["serve", "--port", "0", "--profile", "typed,adk"], {}, "adk"),
        (["serve", "--port", "0", "--scenario", "none"], {}, "none"),
        (["serve", "--port", "0", "--scenario", "silnt-edit"], {}, "chat-silent-edit"),
        (["serve", "--param", "silent_share"], {}, "silent_share"),
        (["serve", "--param", "nope=1"], {}, "nope"),
        (["serve", "--param", "silent_share=2"], {}, "silent_share"),
        (["serve", "--param", "text_ms=9,5"], {}, "text_ms"),
        (["serve", "--param", "=1"], {}, "''"),
        (["serve", "--port", "0", "--host", "0.0.0.0"], {}, "--admin-token"),
        (["serve", "--port", "0", "--host", "::"], {}, "--admin-token"),
        (["serve", "--port", "0", "--host", "203.0.113.1", "--admin-token", "x"], {}, "203.0.113.1"),
        (["serve"], {"NEMOFAKE_PORT": "many"}, "many"),
        (["serve"], {"NEMOFAKE_PORT": "0", "NEMOFAKE_CLOCK": "fast"}, "fast"),
        (["serve"], {"NEMOFAKE_PORT": "0", "NEMOFAKE_HOST": "0.0.0.0"}, "--admin-token"),
        (["serve"], {"NEMOFAKE_PARAMS": "nope=1"}, "nope"),
        (["serve", "--port", "0", "--admin-token", ""], {}, "empty"),
        (["serve", "--port", "0", "--admin-token", "  "], {}, "empty"),
        (["serve", "--port", "0"], {"NEMOFAKE_ADMIN_TOKEN": ""}, "empty"),
        (["serve", "--port", "0", "--admin-token", "sésame"], {}, "ASCII"),
        (["serve", "--port", "0", "--admin-token", "a\nb"], {}, "ASCII"),
        (["sevre"], {}, "sevre"),
        (["--nope"], {}, "--nope"),
    ],
)
def test_what_cannot_be_is_one_clear_line_and_exit_2(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    args: list[str],
    env: dict[str, str],
    named: str,
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert call(monkeypatch, *args, env=env) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"nemofake: [^\n]+\n", err)
    assert named in err
    assert "sésame" not in err
    assert list(tmp_path.iterdir()) == []


# -- help ---------------------------------------------------------------------------------------------------


def test_it_tells_its_version(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "--version") == 0
    assert capsys.readouterr().out == f"nemofake, version {__version__}\n"


@pytest.mark.parametrize(
    "args", [["--help"], ["-h"], ["serve", "--help"], ["serve", "-h"], ["demo", "--help"]]
)
def test_it_helps(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], args: list[str]
) -> None:
    assert call(monkeypatch, *args) == 0
    out, err = capsys.readouterr()
    assert out.startswith("Usage: nemofake")
    assert err == ""


def test_the_help_names_every_flag(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(monkeypatch, "serve", "--help")
    out = " ".join(capsys.readouterr().out.split())
    for flag, *_ in FLAGS:
        assert flag in out
    for default in ("127.0.0.1", "8787", "auto", "42", "happy-path"):
        assert f"[default: {default}" in out


def test_without_a_command_it_shows_what_there_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch) == 2
    assert capsys.readouterr().err.startswith("Usage: nemofake")


# -- starting and refusing to start ---------------------------------------------------------------


def test_help_imports_no_command_and_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start-up is fast because nothing heavy is loaded: a time would measure the machine."""
    code = (
        "import sys\nfrom nemofake.cli import cli\n"
        "cli.main(['--help'], standalone_mode=False)\n"
        "heavy = {'fastapi', 'pydantic', 'uvicorn', 'httpx', 'hypothesis', 'yaml', 'av', 'rich', 'jinja2'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    for name in ("chat", "demo", "drift", "judge", "lint", "scenarios", "serve", "verify"):
        assert f"\n  {name} " in done.stdout


def test_serve_with_broken_scenario_files_names_them_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "chat-one.yaml").write_text("id: chat-one\ntitle: x\n", encoding="utf-8")
    (tmp_path / "chat-two.yaml").write_text("nonsense: [\n", encoding="utf-8")
    assert call(monkeypatch, "serve", "--port", "0", "--scenario-dir", str(tmp_path)) == 2
    errors = capsys.readouterr().err
    assert "chat-one" in errors
    assert "chat-two" in errors


def test_serve_on_a_taken_port_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert call(monkeypatch, "serve", "--port", str(port)) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert f"cannot listen on 127.0.0.1 port {port}" in errors


def test_serve_without_a_writable_folder_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert call(monkeypatch, "serve", "--port", "0") == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert "cannot create a folder" in errors


@pytest.mark.parametrize(
    ("flags", "origins"),
    [
        ((), frozenset()),
        (("--cors",), {"*"}),
        (("--cors", "--no-control"), {"*"}),
        (("--cors", "https://a.example/", "--cors", "http://b"), {"https://a.example", "http://b"}),
    ],
)
def test_serve_cors_takes_origins_or_means_any(
    monkeypatch: pytest.MonkeyPatch, chosen: list[Settings], flags: tuple[str, ...], origins: set[str]
) -> None:
    assert call(monkeypatch, "serve", *flags) == 0
    assert chosen[0].cors_origins == origins


def test_serve_allowed_hosts_can_be_repeated(monkeypatch: pytest.MonkeyPatch, chosen: list[Settings]) -> None:
    assert call(monkeypatch, "serve", "--allowed-host", "a", "--allowed-host", "b") == 0
    assert chosen[0].allowed_hosts == {"a", "b"}


# -- a line per request ---------------------------------------------------------------------------


@pytest.mark.parametrize("style", ["text", "json", "none"])
def test_serve_prints_a_line_per_request(tmp_path: Path, style: str) -> None:
    process = spawn(tmp_path, "--port", "0", "--log-format", style)
    try:
        url = announced(process)
        assert process.stdout
        assert process.stdout.readline().strip() == "Ctrl-C stops it"
        with wire() as client:
            fault = {"fault": "delay", "ms": 5000}
            assert client.post(f"{url}/w/x/__fake__/faults", json=fault).status_code == 200
            client.get(f"{url}/w/x/api/credits/balance/simple?token=secret")
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=END_S)
    finally:
        process.kill()
        process.communicate()
    lines = out.splitlines()
    if style == "none":
        assert lines == []
        return
    (line,) = lines
    assert "secret" not in line
    if style == "json":
        record = json.loads(line)
        shown = ("GET", "/w/x/api/credits/balance/simple", 200, 1001, 5000, ["delay (ms 5000)"])
        assert (
            record["method"], record["path"], record["status"], record["code"], record["engine_ms"], record["faults"]  # noqa: E501
        ) == shown  # fmt: skip
    else:
        assert (
            "GET /w/x/api/credits/balance/simple 200 code 1001 at 2026-01-01T00:00:00.000Z +5000 ms" in line
        )
        assert line.endswith("[delay (ms 5000)]")


def test_serve_goes_on_if_nobody_reads_its_lines() -> None:
    reader, writer = os.pipe()
    lines = LineWriter(writer)
    for _ in range(30_000):  # far more than pipe and queue hold
        lines.write("x" * 100)
    lines.close()
    os.close(reader)
    os.close(writer)


def test_compose_file_starts_servers_with_options_that_exist() -> None:
    folder = Path(__file__).resolve().parents[2] / "docs" / "scaling"
    services = yaml.safe_load((folder / "compose.yaml").read_text(encoding="utf-8"))["services"]
    program, command, *options = services["fake"]["command"]
    assert (program, command) == ("nemofake", "serve")
    parsed = cli.serve.make_context("serve", options).params
    assert parsed["host"] == "0.0.0.0"
    known = {option.envvar for option in cli.serve.params}
    assert set(services["fake"]["environment"]) <= known
    assert services["fake"]["deploy"]["replicas"] == 4
    assert (folder / services["proxy"]["volumes"][0].split(":")[0]).is_file()
