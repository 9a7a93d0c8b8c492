"""Media behind HTTP: hostile files keep nothing else waiting; uploads and exports without libraries."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from nemofake import media, running
from nemofake.media import inspect_video, make_sample

from .http_helpers import DRAFT, Api, failure, wire

# Importable by worker processes, which get this process's module path.
BUSY = """
import time
from nemofake.media.file_probe import probe as real

def probe(path, filename, silence):
    if filename.startswith("busy"):
        time.sleep(3600)
    return real(path, filename, silence)
"""


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def busy_probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "busy_probe_for_test.py").write_text(BUSY)
    monkeypatch.syspath_prepend(tmp_path)
    import busy_probe_for_test  # type: ignore[import-not-found]  # written just now

    monkeypatch.setattr(media, "probe", busy_probe_for_test.probe, raising=False)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    make_sample(path, 0.4)
    return path.read_bytes()


def begin_upload(api: Api, name: str) -> socket.socket:
    """Send a whole upload and return its connection without waiting for the response."""
    body = (
        f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode()
        + bytes.fromhex("0000001866747970") + bytes(64) + b"\r\n--x--\r\n"
    )  # fmt: skip
    head = (
        f"POST {urlsplit(api.world.url).path}{api.upload_path()} HTTP/1.1\r\nHost: test\r\n"
        f"Authorization: Bearer {api.token}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    url = urlsplit(api.world.url)
    connection = socket.create_connection((url.hostname or "", url.port or 0), timeout=10)
    connection.sendall(head.encode() + body)
    return connection


@pytest.mark.clause("UPL-2", "ENV-4")
@pytest.mark.usefixtures("busy_probe")
def test_uploads_that_keep_their_readers_busy_leave_everything_else_fast(
    client: httpx.Client, clip: bytes
) -> None:
    with running(media_workers=2) as fake:
        api = Api(fake, client)
        api.submit()
        url = api.finished()["output"]["url"]
        connections = [begin_upload(api, f"busy{n}.mp4") for n in range(8)]
        began_s = time.monotonic()
        assert api.credits()["available"] == 100
        assert api.state()["draft"] is not None
        assert client.get(url).status_code == 200
        assert fake.journal()
        assert api.upload_urls("https://host.test/walk_12s.mp4").json()["code"] == 0
        assert time.monotonic() - began_s < 5
        for connection in connections:  # clients that leave free the workers
            connection.close()
        assert api.upload(("clip.mp4", clip)).json()["code"] == 0
        stop_s = time.monotonic()
        last = begin_upload(api, "busy.mp4")
    last.close()
    assert time.monotonic() - stop_s < 5


@pytest.mark.clause("UPL-2", "UPL-3", "REN-8")
def test_server_with_workers_probes_renders_and_refuses(
    client: httpx.Client, clip: bytes, tmp_path: Path
) -> None:
    with running(media_workers=1) as fake:
        api = Api(fake, client)
        (info,) = api.upload(("clip.mp4", clip)).json()["data"]["files"]
        assert (info["width"], info["height"], info["duration"]) == (640, 360, 0.4)
        failure(api.upload(("clip.mp4", b"no video")), 4001, "not a real MP4")
        api.submit()
        (tmp_path / "a.mp4").write_bytes(client.get(api.finished()["output"]["url"]).content)
    assert inspect_video(tmp_path / "a.mp4").duration_ms == 2_000


@pytest.mark.clause("UPL-2")
@pytest.mark.usefixtures("busy_probe")
def test_upload_that_takes_too_long_is_4001(client: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nemofake.media.workers.Limits.__init__.__defaults__", (0.5, 3 << 30, 1 << 30))
    with running(media_workers=1) as fake:
        failure(
            Api(fake, client).upload(("busy.mp4", bytes(4) + b"ftyp" + bytes(64))), 4001, "longer than 0.5 s"
        )


@pytest.fixture
def no_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(media, "is_installed", lambda: False)


@pytest.mark.clause("UPL-2", "UPL-3", "UPL-6")
@pytest.mark.usefixtures("no_libraries")
def test_upload_without_media_libraries_is_described_by_its_name(client: httpx.Client) -> None:
    with running() as fake:
        api = Api(fake, client)
        (info,) = api.upload(("walk_12s.mp4", b"anything")).json()["data"]["files"]
        assert (info["file_type"], info["duration"], info["size"]) == ("video", 12.0, 8)
        failure(api.upload(("a.txt", b"anything")), 4001)


@pytest.mark.clause("REN-7", "REN-8", "REN-9")
@pytest.mark.parametrize(("shape", "size"), [("9:16", (1080, 1920)), ("16:9", (1920, 1080))])
@pytest.mark.usefixtures("no_libraries")
def test_export_without_media_libraries_is_a_placeholder_of_the_right_length(
    client: httpx.Client, tmp_path: Path, caplog: pytest.LogCaptureFixture, shape: str, size: tuple[int, int]
) -> None:
    with caplog.at_level(logging.WARNING, "nemofake"), running() as fake:
        api = Api(fake, client)
        api.upload(("walk_12s.mp4", b"anything"))
        api.say(f"use my clip and change the aspect ratio to {shape}")
        for number, draft in enumerate((DRAFT, {**DRAFT, "d": 7_323})):
            api.submit(f"r{number}", draft)
            output = api.finished(f"r{number}")["output"]
            (tmp_path / "a.mp4").write_bytes(client.get(output["url"]).content)
            report = inspect_video(tmp_path / "a.mp4")
            assert report.duration_ms == output["duration"] * 1000 == draft.get("d", 2_000)
            assert (report.codec, report.container, report.frames) == ("h264", "mp4", 1)
            assert (report.width, report.height) == size
            assert output["size"] == report.size
    said = [record.message for record in caplog.records if "nemofake[media]" in record.message]
    assert len(said) == 1  # once, not for each file
