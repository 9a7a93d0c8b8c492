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

from .http_kit import Api, connect, failure, head, wire
from .stream_kit import GENERATE, TALK, Line, prepared


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


def test_it_lives_as_long_as_the_block(spotless: None) -> None:
    with running() as fake:
        assert isinstance(fake, FakeServer)
        assert fake.url.startswith("http://127.0.0.1:")
        assert alive(fake.url)
    assert not alive(fake.url)


def test_two_at_once_know_nothing_of_each_other(spotless: None) -> None:
    with running(seed=1) as one, running(seed=2, clock="manual") as other, wire() as client:
        assert one.url != other.url
        assert (one.clock.mode, other.clock.mode) == ("auto", "manual")
        assert Api(one, client).token != Api(other, client).token
        one.clock.advance(60)
        assert one.clock.now_ms - other.clock.now_ms == 60_000
        assert len(one.journal()) == len(other.journal()) == 1


def test_again_and_again_on_the_same_port(spotless: None) -> None:
    with running() as fake:
        port = int(fake.url.rpartition(":")[2])
    for _ in range(3):
        with running(port=port) as fake, wire() as client:
            assert fake.url.endswith(f":{port}")
            assert Api(fake, client).ask_token().status_code == 200


def test_an_exception_in_the_block_comes_out_and_the_server_goes(spotless: None) -> None:
    with pytest.raises(ZeroDivisionError), running() as fake:
        _ = 1 // 0
    assert not alive(fake.url)


def test_within_a_running_event_loop(spotless: None) -> None:
    async def work() -> None:
        with running(seed=7) as fake:
            async with httpx.AsyncClient(base_url=fake.url, trust_env=False, verify=False) as client:
                answers = await asyncio.gather(*(client.get("/__fake__/clock") for _ in range(5)))
                assert {answer.json()["data"]["mode"] for answer in answers} == {"auto"}
                assert fake.clock.advance(1) == answers[0].json()["data"]["now_ms"] + 1000

    asyncio.run(work())


def test_from_another_thread(spotless: None) -> None:
    told: list[bool] = []

    def work() -> None:
        with running() as fake:
            told.append(alive(fake.url))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert told == [True]


@pytest.mark.clause("SSE-11")
def test_it_ends_at_once_with_everything_open(spotless: None) -> None:
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


def test_leaving_writes_nothing_on_stderr(capfd: pytest.CaptureFixture[str]) -> None:
    test_it_ends_at_once_with_everything_open(None)
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
def test_a_bad_setting_is_refused_before_anything_starts(spotless: None, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"^[^\n]+$"), running(**settings):
        raise AssertionError("it started")


def test_a_taken_port_is_refused(spotless: None) -> None:
    with running() as fake:
        port = int(fake.url.rpartition(":")[2])
        with pytest.raises(SettingError, match=f"port {port}"), running(port=port):
            raise AssertionError("it started")
        assert alive(fake.url)


def test_off_loopback_it_starts_with_an_admin_token(spotless: None) -> None:
    with running(host="0.0.0.0", admin_token="open-sesame") as fake:
        url = f"http://127.0.0.1:{fake.url.rpartition(':')[2]}/__fake__/clock"
        with wire() as client:
            failure(client.get(url), 403)
            assert client.get(url, headers={"X-Admin-Token": "open-sesame"}).status_code == 200


@pytest.mark.skipif(not socket.has_ipv6, reason="needs IPv6")
def test_an_ipv6_address_is_written_as_a_url_has_it(spotless: None) -> None:
    try:
        with running(host="::1") as fake, wire() as client:
            assert fake.url.startswith("http://[::1]:")
            assert Api(fake, client).ask_token().status_code == 200
    except SettingError:
        pytest.skip("no IPv6 here")


@pytest.mark.parametrize("clock", ["real", "x60"])
def test_a_running_clock_starts_today_and_the_others_on_a_fixed_day(clock: str) -> None:
    with running(clock=clock) as fake, running() as fixed:
        assert fixed.clock.now_ms == 1_767_225_600_000
        assert abs(fake.clock.now_ms - fixed.runner.worlds.today_ms()) < 10 * 60_000
    with running(clock=clock, start_ms=5) as fake:
        assert 5 <= fake.clock.now_ms < 10 * 60_000


def test_rules_may_be_text_or_values(spotless: None) -> None:
    with running(parameters={"anonymous_credits": "7", "text_ms": (1, 2)}) as fake, wire() as client:
        assert Api(fake, client).credits()["total"] == 7


# -- faults of its own --------------------------------------------------------------------------------------


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("plane", ["data", "control"])
def test_a_fault_of_the_fake_itself_shows_no_insides_and_is_logged_once(
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


def test_what_is_not_there_is_an_attribute_error() -> None:
    import nemofake

    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = nemofake.no_such_thing
    assert {"FakeServer", "WorldHandle", "running", "__version__"} == set(nemofake.__all__)
