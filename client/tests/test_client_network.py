"""Networks as they are: proxies, services that never finish, downloads that are no video, odd tokens."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from nemoclient import AsyncNemoClient, NemoClient, Timeouts, drivers, errors
from nemoclient.transport import new_http_client

PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def proxies(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in PROXIES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.mark.parametrize("kind", [httpx.Client, httpx.AsyncClient])
@pytest.mark.parametrize("name", ["HTTP_PROXY", "ALL_PROXY"])
def test_loopback_with_a_proxy_set_is_reached_directly(proxies: Any, kind: Any, name: str) -> None:
    proxies.setenv(name, "http://127.0.0.1:9")
    client = new_http_client(kind, "http://127.5.0.1:8787")
    for url in ("http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]:2/", "http://127.5.0.1:8787/w/a"):
        assert client._transport_for_url(httpx.URL(url)) is client._transport, url
    assert client._transport_for_url(httpx.URL("http://example.com")) is not client._transport


@pytest.mark.parametrize("kind", [NemoClient, AsyncNemoClient])
def test_missing_socks_package_is_one_sentence_and_only_where_it_is_needed(proxies: Any, kind: Any) -> None:
    proxies.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
    proxies.setitem(__import__("sys").modules, "socksio", None)
    kind("http://127.0.0.1:8787")
    kind("http://localhost:8787")
    with pytest.raises(ValueError, match=r"SOCKS proxy .*httpx\[socks\]"):
        kind("https://example.com")


def test_proxy_that_is_no_address_is_one_sentence(proxies: Any) -> None:
    proxies.setenv("ALL_PROXY", "nonsense://x")
    with pytest.raises(ValueError, match="ALL_PROXY has no valid address"):
        NemoClient("https://example.com")


@pytest.mark.clause("C-SEC-1")
@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("nmv_usr_a\nb", "a line break"),
        ("nmv_usr_é", "not ASCII"),
        ("nmv usr", "a space"),
        ("nmv_\x07", "control"),
    ],
)
def test_token_that_cannot_stand_in_a_header_is_named_and_not_shown(token: str, kind: str) -> None:
    with pytest.raises(ValueError, match=f"access token contains .*{kind}") as refused:
        NemoClient("http://127.0.0.1:9", token)
    assert "nmv" not in str(refused.value)


def test_client_id_with_a_line_break_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEMO_CLIENT_ID", "a\nb")
    with pytest.raises(ValueError, match="client id contains a line break"):
        NemoClient("http://127.0.0.1:9")


@pytest.fixture(params=["head", "body"])
def dripping(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of a service that sends one byte of its answer at a time, for ever."""
    server = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        while not ended.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(5)
                try:
                    connection.recv(65536)
                    if request.param == "body":
                        connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
                    else:
                        connection.sendall(b"HTTP/1.1 200 OK\r\nx-long: ")
                    while not ended.wait(0.02):
                        connection.sendall(b"x")
                except OSError:
                    continue

    threading.Thread(target=serve, daemon=True).start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}"
    ended.set()
    server.close()


@pytest.mark.parametrize("kind", ["sync", "async"])
def test_plain_call_that_never_ends_is_given_up_at_its_total_deadline(
    make_side: Any, dripping: str, kind: str
) -> None:
    side = make_side(kind, None, base_url=dripping, timeouts=Timeouts(call_s=0.3))
    with pytest.raises(errors.ServiceUnavailable):
        side.call("connect")


def test_total_deadline_of_an_upload_grows_with_its_bytes(kit: Any) -> None:
    from nemoclient.effects import Part, Request

    timeouts = Timeouts(call_s=10.0, upload_bytes_per_s=1000)
    assert timeouts.total_s(Request("GET", "http://x")) == 10.0
    part = Part(__import__("pathlib").Path("a.mp4"), "video/mp4", 5000)
    assert timeouts.total_s(Request("POST", "http://x", parts=(part,))) == 15.0


def test_import_of_the_client_leaves_asyncio_out_until_it_is_asked_for() -> None:
    program = (
        "import sys, nemoclient; assert 'asyncio' not in sys.modules; nemoclient.AsyncNemoClient('http://a')"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_chats_one_after_the_other_use_the_same_thread(make_side: Any, service: Any) -> None:
    side, threads = make_side("sync", service.handle), set()
    service.first("POST /run_sse", *[lambda _: threads.add(threading.current_thread())] * 20)
    for _ in range(20):
        side.chat()
    assert 1 <= len(threads) < 10  # one that is not quite done yet is not waited for
    assert threading.main_thread() not in threads


def test_thread_that_a_fork_left_behind_is_not_waited_for(make_side: Any, service: Any) -> None:
    gone = drivers._Worker()
    drivers._IDLE.append(gone)  # never started here, as in a forked process
    assert make_side("sync", service.handle).chat().ok
    assert gone not in drivers._IDLE
