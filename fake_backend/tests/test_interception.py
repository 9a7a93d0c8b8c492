"""`nemofake run`: unchanged programs reach the fake under the production host's name, and nothing else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from nemofake import FakeServer, running
from nemofake.interception.process import faketime_library
from nemofake.interception.session import Interception, intercepting

API = "https://mega-api-prod.nemovideo.ai"
TOKEN = f"{API}/api/auth/anonymous-token"
CREDITS = f"{API}/api/credits/balance/simple"
NEMOFAKE = (sys.executable, "-m", "nemofake")

URLLIB = f"""
import urllib.request
request = urllib.request.Request({TOKEN!r}, data=b"", headers={{"X-Client-Id": "a"}})
print(urllib.request.urlopen(request).read().decode())
"""
HTTPX = f"import httpx; print(httpx.post({TOKEN!r}, headers={{'X-Client-Id': 'a'}}).text)"
NODE_FETCH = f"""
fetch({TOKEN!r}, {{method: 'POST', headers: {{'X-Client-Id': 'a'}}}}).then((r) => r.text()).then(console.log)
"""
NODE_HTTPS = f"""
const options = {{method: 'POST', headers: {{'X-Client-Id': 'a'}}}};
require('https').request({TOKEN!r}, options, (r) => r.on('data', (d) => process.stdout.write(d))).end();
"""
RUBY = f"require 'net/http'; puts Net::HTTP.post(URI('{TOKEN}'), '', 'X-Client-Id' => 'a').body"
PROGRAMS = {
    "curl": ["curl", "-sS", "-X", "POST", TOKEN, "-H", "X-Client-Id: a"],
    "wget": ["wget", "-qO-", "--post-data=", "--header=X-Client-Id: a", TOKEN],
    "urllib": [sys.executable, "-c", URLLIB],
    "httpx": [sys.executable, "-c", HTTPX],
    "node-fetch": ["node", "-e", NODE_FETCH],
    "node-https": ["node", "-e", NODE_HTTPS],
    "ruby": ["ruby", "-e", RUBY],
}


def run(*words: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [*NEMOFAKE, "run", *words]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=100, env={**os.environ, **(env or {})}
    )


def is_running(process_id: int) -> bool:
    """Return whether a process runs; one that ended and was not collected by its parent does not."""
    status = Path(f"/proc/{process_id}/stat")
    return status.exists() and status.read_text().rpartition(") ")[2][0] != "Z"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with running() as fake:
        yield fake


@pytest.fixture(scope="module")
def interception(server: FakeServer) -> Iterator[Interception]:
    with intercepting(server, hosts=["other.example"]) as interception:
        yield interception


@pytest.mark.parametrize("name", PROGRAMS)
def test_program_with_production_host_reaches_the_fake(
    server: FakeServer, interception: Interception, name: str
) -> None:
    command = PROGRAMS[name]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed on this machine")
    server.reset()
    result = subprocess.run(
        command, env={**os.environ, **interception.environment}, capture_output=True, text=True, timeout=60
    )
    assert json.loads(result.stdout)["data"]["credits"] == 100, result.stderr
    assert [record["operation"] for record in server.journal()] == ["token.issue"]


def test_media_link_names_the_intercepted_host_over_tls(
    server: FakeServer, interception: Interception
) -> None:
    proxy = interception.environment["https_proxy"]
    bundle = ssl.create_default_context(cafile=interception.environment["SSL_CERT_FILE"])
    server.reset()
    with httpx.Client(proxy=proxy, verify=bundle, base_url="https://other.example") as client:
        token = client.post("/api/auth/anonymous-token", headers={"x-client-id": "a"}).json()["data"]["token"]
        client.headers["authorization"] = f"Bearer {token}"
        made = client.post("/api/tasks/me/with-session/nemo_agent", json={"task_name": "x"}).json()["data"]
        upload = f"/api/upload-video/nemo_agent/me/{made['session_id']}"
        body = {"urls": ["https://example.com/walk_3s.mp4"], "source_type": "url"}
        link = client.post(upload, json=body).json()["data"]["files"][0]["cdn_url"]
    assert link.startswith("https://other.example/")


def test_plain_http_url_reaches_the_fake(server: FakeServer, interception: Interception) -> None:
    with httpx.Client(proxy=interception.environment["http_proxy"]) as client:
        answer = client.get("http://other.example/api/credits/balance/simple")
    assert answer.json()["code"] == 1001


@pytest.mark.parametrize("fault", ["cut", "reset"])
def test_broken_connection_stays_broken(server: FakeServer, interception: Interception, fault: str) -> None:
    proxy = interception.environment["https_proxy"]
    bundle = ssl.create_default_context(cafile=interception.environment["SSL_CERT_FILE"])
    server.reset()
    server.add_fault(fault, on="token.issue")
    with httpx.Client(proxy=proxy, verify=bundle) as client, pytest.raises(httpx.TransportError):
        client.post(TOKEN, headers={"x-client-id": "a"})


def test_other_host_is_refused_and_reported_once(server: FakeServer) -> None:
    refused: list[str] = []
    with intercepting(server, on_refused=refused.append) as interception:
        proxy = interception.environment["https_proxy"]
        for _ in range(2):
            with httpx.Client(proxy=proxy) as client, pytest.raises(httpx.ProxyError, match="403"):
                client.get("https://elsewhere.example/")
        with httpx.Client(proxy=proxy) as client:
            assert "--allow elsewhere.example" in client.get("http://elsewhere.example/").text
    assert refused == ["elsewhere.example"]


@pytest.mark.parametrize(
    ("request_line", "status"), [(b"GET / HTTP/1.1", 400), (b"CONNECT :443 HTTP/1.1", 400), (b"x", 400)]
)
def test_request_that_is_none_of_a_proxys_is_answered_400(
    interception: Interception, request_line: bytes, status: int
) -> None:
    port = int(interception.environment["http_proxy"].rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request_line + b"\r\n\r\n")
        assert connection.recv(100).startswith(f"HTTP/1.1 {status} ".encode())


def test_run_passes_streams_and_exit_code_and_sums_up(tmp_path: Path) -> None:
    script, journal, har = tmp_path / "script.sh", tmp_path / "journal.json", tmp_path / "traffic.har"
    script.write_text(
        f"cat\ncurl -s {CREDITS} -H 'Authorization: Bearer x' >/dev/null\necho out; echo err >&2; exit 7\n"
    )
    result = subprocess.run(
        [*NEMOFAKE, "run", "--journal", str(journal), "--har", str(har), "--log", "--", "sh", str(script)],
        input="typed\n",
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert (result.returncode, result.stdout) == (7, "typed\nout\n")
    assert "err\n" in result.stderr
    assert "nemofake: GET /api/credits/balance/simple 200 code 1001" in result.stderr
    assert "nemofake: 1 requests" in result.stderr
    assert json.loads(journal.read_text())[0]["operation"] == "credits"
    assert json.loads(har.read_text())["log"]["entries"][0]["request"]["url"].endswith(
        "/api/credits/balance/simple"
    )


def test_run_strict_exits_1_with_findings() -> None:
    result = run("--strict", "--", "curl", "-s", CREDITS, "-H", "Authorization: Bearer x")
    assert result.returncode == 1
    assert "C-ATT-1" in result.stderr


def test_run_ends_what_the_command_left_running(tmp_path: Path) -> None:
    file = tmp_path / "pid"
    assert run("--", "sh", "-c", f"sleep 600 & echo $! > {file}").returncode == 0
    assert not is_running(int(file.read_text()))


def test_run_passes_signals_on(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    script = f"trap 'exit 9' TERM; touch {ready}; while :; do sleep 0.05; done"
    with subprocess.Popen([*NEMOFAKE, "run", "--", "sh", "-c", script], stderr=subprocess.PIPE) as process:
        until_s = time.monotonic() + 60
        while not ready.exists() and time.monotonic() < until_s:
            time.sleep(0)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert process.returncode == 9


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--", "no-such-command-anywhere"], "cannot run no-such-command-anywhere: No such file"),
        (["--journal", "/no/such/folder/x", "--", "true"], "there is no folder /no/such/folder"),
        (["--clock", "fast", "--", "true"], "invalid clock 'fast'"),
        (["--scenario", "nope", "--", "true"], "nope"),
        (["--param", "x", "--", "true"], "name=value"),
    ],
)
def test_run_bad_input_is_one_sentence_and_exit_2(words: list[str], sentence: str) -> None:
    result = run(*words)
    assert result.returncode == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_run_under_a_fast_clock_speeds_the_command_up() -> None:
    if faketime_library() is None:
        pytest.skip("libfaketime is not installed on this machine")
    script = "import time; a = time.time(); time.sleep(30); print(round(time.time() - a))"
    began_s = time.monotonic()
    result = run("--clock", "x60", "--", sys.executable, "-c", script)
    assert result.stdout.strip() in {"30", "31", "32"}
    assert time.monotonic() - began_s < 28


def test_run_without_libfaketime_says_that_waits_are_real() -> None:
    result = run("--clock", "x60", "--", "true", env={"NEMOFAKE_LIBFAKETIME": "/no/such/file"})
    assert result.returncode == 0
    assert "the command's own waits are real" in result.stderr
