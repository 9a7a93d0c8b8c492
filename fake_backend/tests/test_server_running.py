"""``running()``: a live server for as long as a block lasts, and nothing of it afterwards."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import httpx
import pytest

from nemofake import FakeServer, running
from nemofake.engine.backend import Backend
from nemofake.http.control import Control
from nemofake.settings import SettingError

from .http_helpers import Api, connect, failure, head, wire
from .stream_helpers import GENERATE, TALK, Line, prepared


@pytest.fixture
def spotless(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Fail where a test leaves a thread, a file or something unclosed behind."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    threads = set(threading.enumerate())
    yield
    gc.collect()  # what was never closed warns now, and warnings are errors
    assert set(threading.enumerate()) <= threads
    assert list(tmp_path.iterdir()) == []


def alive(url: str) -> bool:
    try:
        return httpx.get(f"{url}/__fake__/health", trust_env=False, verify=False).status_code == 200
    except httpx.ConnectError:
        return False


# -- a block's life -----------------------------------------------------------------------------------------


def test_running_serves_until_the_context_ends(spotless: None) -> None:
    with running() as fake:
        assert isinstance(fake, FakeServer)
        assert fake.url.startswith("http://127.0.0.1:")
        assert alive(fake.url)
    assert not alive(fake.url)


def test_two_servers_are_isolated(spotless: None) -> None:
    with running(seed=1) as one, running(seed=2, clock="manual") as other, wire() as client:
        assert one.url != other.url
        assert (one.clock.mode, other.clock.mode) == ("auto", "manual")
        assert Api(one, client).token != Api(other, client).token
        one.clock.advance(60)
        assert one.clock.now_ms - other.clock.now_ms == 60_000
        assert len(one.journal()) == len(other.journal()) == 1


def test_port_can_be_reused(spotless: None) -> None:
    with running() as fake:
        port = int(fake.url.rpartition(":")[2])
    for _ in range(3):
        with running(port=port) as fake, wire() as client:
            assert fake.url.endswith(f":{port}")
            assert Api(fake, client).ask_token().status_code == 200


def test_exception_in_the_context_stops_the_server(spotless: None) -> None:
    with pytest.raises(ZeroDivisionError), running() as fake:
        _ = 1 // 0
    assert not alive(fake.url)


def test_running_works_within_an_event_loop(spotless: None) -> None:
    async def work() -> None:
        with running(seed=7) as fake:
            async with httpx.AsyncClient(base_url=fake.url, trust_env=False, verify=False) as client:
                answers = await asyncio.gather(*(client.get("/__fake__/clock") for _ in range(5)))
                assert {answer.json()["data"]["mode"] for answer in answers} == {"auto"}
                assert fake.clock.advance(1) == answers[0].json()["data"]["now_ms"] + 1000

    asyncio.run(work())


def test_running_works_in_another_thread(spotless: None) -> None:
    items: list[bool] = []

    def work() -> None:
        with running() as fake:
            items.append(alive(fake.url))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert items == [True]


@pytest.mark.clause("SSE-11")
def test_running_stops_with_open_streams(spotless: None) -> None:
    """Streams, half a request, an upload on its way, idle connections hold nothing up and leave nothing."""
    with running(clock="manual") as fake, wire() as client:
        api = prepared(fake, client)
        lines = [Line(api, text).begun() for text in (TALK, GENERATE)]
        half, upload, idle = (connect(fake.url) for _ in range(3))
        fields = (
            f"Authorization: Bearer {api.token}",
            "Content-Type: application/json",
            "Content-Length: 99",
        )
        half.sendall(head("POST", f"{fake.url}/run_sse", *fields) + b'{"session_id":')
        kind = ("Content-Type: multipart/form-data; boundary=b", "Content-Length: 999999")
        path = f"{fake.url}{api.upload_path()}"
        part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.mp4"\r\n\r\n'
        upload.sendall(head("POST", path, fields[0], *kind) + part + b"x" * 100_000)
    for line in lines:
        line.rest()
        assert line.ending == "cut"
        line.socket.close()
    for one in (half, upload, idle):
        try:
            assert one.recv(1) == b""
        except ConnectionResetError:
            pass
        finally:
            one.close()


def test_stopping_writes_nothing_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    test_running_stops_with_open_streams(None)
    assert capfd.readouterr() == ("", "")


# -- settings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {"clock": "fast"},
        {"scenario": "none"},
        {"profile": "loud"},
        {"parameters": {"nope": 1}},
        {"port": 70_000},
        {"host": "0.0.0.0"},
        {"host": "nowhere.invalid.", "admin_token": "x"},
    ],
)
def test_invalid_setting_is_rejected_before_start(spotless: None, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"), running(**settings):
        raise AssertionError("it started")


def test_taken_port_is_rejected(spotless: None) -> None:
    with running() as fake:
        port = int(fake.url.rpartition(":")[2])
        with pytest.raises(SettingError, match=f"port {port}"), running(port=port):
            raise AssertionError("it started")
        assert alive(fake.url)


def test_server_off_loopback_needs_an_admin_token(spotless: None) -> None:
    with running(host="0.0.0.0", admin_token="open-sesame") as fake:
        url = f"http://127.0.0.1:{fake.url.rpartition(':')[2]}/__fake__/clock"
        with wire() as client:
            failure(client.get(url), 403)
            assert client.get(url, headers={"X-Admin-Token": "open-sesame"}).status_code == 200


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_ipv6_address_is_bracketed_in_the_url(spotless: None) -> None:
    try:
        with running(host="::1") as fake, wire() as client:
            assert fake.url.startswith("http://[::1]:")
            assert Api(fake, client).ask_token().status_code == 200
    except SettingError:
        pytest.skip("no IPv6 here")


@pytest.mark.parametrize("clock", ["real", "x60"])
def test_running_clock_starts_today_and_others_on_a_fixed_day(clock: str) -> None:
    with running(clock=clock) as fake, running() as fixed:
        assert fixed.clock.now_ms == 1_767_225_600_000
        assert abs(fake.clock.now_ms - fixed.runner.worlds.today_ms()) < 10 * 60_000
    with running(clock=clock, start_ms=5) as fake:
        assert 5 <= fake.clock.now_ms < 10 * 60_000


def test_parameters_can_be_text_or_values(spotless: None) -> None:
    with running(parameters={"anonymous_credits": "7", "text_ms": (1, 2)}) as fake, wire() as client:
        assert Api(fake, client).credits()["total"] == 7


# -- faults of its own --------------------------------------------------------------------------------------


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("plane", ["data", "control"])
def test_internal_error_shows_no_internals_and_is_logged_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, plane: str
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("geheimnis inside")

    with running() as fake, wire() as client, caplog.at_level(logging.INFO):
        api = prepared(fake, client)
        monkeypatch.setattr(Backend, "balance", broken)
        monkeypatch.setattr(Control, "list_accounts", broken)
        answer = api.call("GET", "/api/credits/balance/simple" if plane == "data" else "/__fake__/accounts")
        assert answer.status_code == 500
        assert answer.json()["data"] is None
        assert "geheimnis" not in answer.text
        assert alive(fake.url)
    faults = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert [record.name for record in faults] == ["nemofake"]
    assert faults[0].exc_info


# -- importing ----------------------------------------------------------------------------------------------


def test_importing_the_package_loads_no_server() -> None:
    code = "import nemofake, sys; print(*sorted({'fastapi', 'uvicorn', 'av', 'click'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_unknown_attribute_of_the_package_is_an_attribute_error() -> None:
    import nemofake

    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = nemofake.no_such_thing
    assert {"Call", "FakeServer", "WorldHandle", "running", "__version__"} == set(nemofake.__all__)
