"""Uploads by URL: simulated from the name, and really fetched only from hosts that a setting names."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, ClassVar

import httpx
import pytest

from nemofake.media import make_sample

from .http_helpers import Api, connect, failure, head, success, wire

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


# -- simulated ----------------------------------------------------------------------------------------------


@pytest.mark.clause("UPL-6", "UPL-2")
@pytest.mark.parametrize(
    ("url", "seconds"),
    [
        ("https://example.com/walk_12s.mp4", 12),
        ("https://example.com/walk-12-s.mp4", 12),
        ("http://example.com/a/b/12sec.MOV?sig=90s#30s", 12),
        ("https://example.com/talk%2030%20seconds.webm", 30),
        ("https://example.com/song_200s.mp3", 200),
        ("https://example.com:8443/10s.mkv", 10),
        ("https://me:secret@example.com/10s.mkv", 10),
    ],
)
def test_url_duration_comes_from_the_name(api: Api, url: str, seconds: int) -> None:
    (data,) = success(api.upload_urls(url))["files"]
    assert data["duration"] == seconds
    assert api.state()["video_infos"] == [data]


@pytest.mark.clause("UPL-6", "UPL-2")
def test_url_without_seconds_has_measures_from_the_seed(api: Api) -> None:
    url = "https://example.com/walk.mp4"
    first, again, other = success(api.upload_urls(url, url, "https://example.com/run.mp4"))["files"]
    figures = ("filename", "duration", "width", "height", "fps", "hash", "size")
    assert [first[key] for key in figures] == [again[key] for key in figures]
    assert first["media_id"] != again["media_id"]
    assert first["hash"] != other["hash"]
    assert first["duration"] > 0


@pytest.mark.clause("UPL-6", "UPL-3")
def test_url_kind_decides_which_measures_exist(api: Api) -> None:
    names = ("a_5s.mp4", "b.png", "c_7s.mp3")
    video, image, audio = success(api.upload_urls(*(f"https://example.com/{name}" for name in names)))[
        "files"
    ]
    assert [video["file_type"], image["file_type"], audio["file_type"]] == ["video", "image", "audio"]
    assert min(video["width"], video["height"], video["fps"], image["width"], image["height"]) > 0
    assert (image["duration"], image["fps"]) == (0, 0)
    assert (audio["duration"], audio["width"], audio["height"], audio["fps"]) == (7, 0, 0, 0)
    data = success(api.call("POST", api.upload_path(), json={"urls": ["https://example.com/x_3s.wav"]}))
    assert data["session_state_applied"] is True
    assert [seen["has_audio"] for seen in api.state()["video_analyses"]] == [True, False, True, True]


@pytest.mark.clause("UPL-6")
def test_simulated_file_has_no_bytes(api: Api) -> None:
    (data,) = success(api.upload_urls("https://example.com/walk_12s.mp4"))["files"]
    failure(api.client.get(data["cdn_url"]), 404, "simulated")


@pytest.mark.clause("UPL-6", "UPL-3", "ENV-4")
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", 400), ("walk.mp4", 400), ("/walk.mp4", 400), ("//example.com/walk.mp4", 400),
        ("ftp://example.com/walk.mp4", 400), ("file:///etc/walk.mp4", 400), ("javascript:walk.mp4", 400),
        ("http://", 400), ("http:///walk.mp4", 400), ("http://[::1/walk.mp4", 400), ("http://[x]/w.mp4", 400),
        ("data:video/mp4;base64,AAAA", 400), ("http://:80/walk.mp4", 400),
        ("http://example.com", 4001), ("http://example.com/", 4001), ("http://example.com/walk", 4001),
        ("http://example.com/walk.txt", 4001), ("http://example.com/walk.jpeg", 4001),
        ("http://example.com/walk.mp4/", 4001), ("http://example.com/?walk.mp4", 4001),
        ("http://example.com/walk.mp4%00.exe", 4001), ("http://example.com/" + "x" * 300 + ".mp4", 4001),
    ],
)  # fmt: skip
def test_invalid_url_rejects_the_whole_upload(api: Api, url: str, code: int) -> None:
    before = api.credits(), api.state(), api.everything()
    good = "https://example.com/walk_12s.mp4"
    for urls in ([url], [good, url], [url, good]):
        answer = api.upload_urls(*urls)
        failure(answer, code, *(["urls"] if code == 400 else []))
    assert (api.credits(), api.state(), api.everything()) == before


@pytest.mark.clause("UPL-5", "ENV-4")
def test_upload_of_20_urls_passes_and_21_is_rejected(api: Api) -> None:
    many = [f"https://example.com/{number}_5s.mp4" for number in range(21)]
    failure(api.upload_urls(*many), 400, "urls")
    assert api.state()["video_infos"] == []
    assert len(success(api.upload_urls(*many[:20]))["files"]) == 20


# -- fetched ------------------------------------------------------------------------------------------------


class Source(BaseHTTPRequestHandler):
    """A host with files, some of them troublesome; it counts who comes."""

    files: ClassVar[dict[str, bytes]] = {}
    asked: ClassVar[list[str]] = []
    gone: ClassVar[threading.Event] = threading.Event()  # the tests are over
    left: ClassVar[list[str]] = []
    left_one: ClassVar[threading.Event] = threading.Event()

    def do_GET(self) -> None:
        name = self.path.partition("?")[0].rpartition("/")[2]
        self.asked.append(name)
        if name == "moved.mp4":
            self.send_response(302)
            self.send_header("Location", "/clip.mp4")
            self.end_headers()
            return
        if name.startswith("slow"):
            self.dribble()
            return
        data = self.files.get(name, b"")
        self.send_response(200 if data else 404)
        if name == "packed.mp4":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data) + (99 if name == "short.mp4" else 0)))
        self.end_headers()
        self.wfile.write(data)

    def dribble(self) -> None:
        """Send one byte after the other until the other side is gone."""
        self.send_response(200)
        self.send_header("Content-Encoding", "identity")
        self.end_headers()
        with contextlib.suppress(OSError):
            while not self.gone.wait(0.01):
                self.wfile.write(b"a")
        self.left.append(self.path)
        self.left_one.set()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """Say nothing."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    path = tmp_path_factory.mktemp("source") / "clip.mp4"
    make_sample(path, 0.4)
    clip = path.read_bytes()
    Source.files = {
        "clip.mp4": clip,
        "short.mp4": clip,
        "text.mp4": b"no film",
        "packed.mp4": gzip.compress(bytes(100_000_000), 9),
        "big.mp4": clip + bytes(200_000),
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), Source)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    Source.gone.set()
    server.shutdown()
    thread.join()
    server.server_close()


trusting = pytest.mark.nemofake(
    fetch_hosts=frozenset({"127.0.0.1"}), parameters={"max_upload_bytes": 150_000}
)


@pytest.mark.clause("UPL-6", "UPL-2")
@trusting
def test_url_of_a_fetch_host_is_downloaded(api: Api, source: str) -> None:
    (payload,) = success(api.upload_urls(f"{source}/deep/clip.mp4?x=90s"))["files"]
    data = Source.files["clip.mp4"]
    assert (payload["filename"], payload["size"]) == ("clip.mp4", len(data))
    assert payload["hash"] == hashlib.sha256(data).hexdigest()
    assert (payload["width"], payload["height"], payload["duration"]) == (640, 360, 0.4)
    assert api.client.get(payload["cdn_url"]).content == data


@pytest.mark.clause("UPL-6", "ENV-4")
@pytest.mark.nemofake(fetch_hosts=frozenset({"127.0.0.1"}), fetch_timeout_s=0.2)
def test_fetching_has_one_deadline_for_all_urls(api: Api, source: str) -> None:
    before = api.state(), api.everything()
    began_s = time.monotonic()
    urls = [f"{source}/slow{number}.mp4" for number in range(10)]
    failure(api.upload_urls(f"{source}/clip.mp4", *urls), 400, "slow0.mp4", "within 0.2 s")
    assert time.monotonic() - began_s < 1.5, "not 0.2 s for each of them"
    assert (api.state(), api.everything()) == before


@pytest.mark.clause("UPL-6")
@pytest.mark.nemofake(fetch_hosts=frozenset({"127.0.0.1"}), fetch_timeout_s=1000.0)
def test_fetching_ends_with_its_client(api: Api, source: str) -> None:
    Source.left.clear()
    Source.left_one.clear()
    body = json.dumps({"urls": [f"{source}/slow-for-one.mp4"]}).encode()
    fields = (f"Authorization: Bearer {api.token}", "Content-Type: application/json")
    url = api.world.url + api.upload_path()
    with connect(url) as line:
        line.sendall(head("POST", url, *fields, f"Content-Length: {len(body)}") + body)
        while "slow-for-one.mp4" not in Source.asked:
            assert api.credits()["total"] == 100
    assert Source.left_one.wait(10)
    assert "/slow-for-one.mp4" in Source.left  # another test's may leave late
    assert api.state()["video_infos"] == []


@pytest.mark.clause("UPL-6", "UPL-4")
@trusting
def test_fetched_file_is_not_unpacked(api: Api, source: str) -> None:
    """A few kilobytes of gzip do not become gigabytes; packed bytes are no video."""
    failure(api.upload_urls(f"{source}/packed.mp4"), 4001)


@pytest.mark.clause("UPL-6")
@trusting
def test_url_of_another_host_is_simulated(api: Api, source: str) -> None:
    Source.asked.clear()
    port = source.rpartition(":")[2]
    hosts = [f"localhost:{port}", f"127.0.0.2:{port}", f"127.1:{port}", f"127.0.0.1.example:{port}"]
    hosts += [f"127.0.0.1@localhost:{port}", f"localhost:{port}#127.0.0.1", f"localhost:{port}\\@127.0.0.1"]
    for host in hosts:
        answer = api.upload_urls(f"http://{host}/walk_12s.mp4")
        body = answer.json()
        assert body["code"] in (0, 4001) or "urls" in body["message"]
    assert Source.asked == []


@pytest.mark.clause("UPL-6")
def test_url_is_simulated_without_fetch_hosts(api: Api, source: str) -> None:
    Source.asked.clear()
    (data,) = success(api.upload_urls(f"{source}/clip_9s.mp4"))["files"]
    assert data["duration"] == 9
    assert Source.asked == []


@pytest.mark.clause("UPL-6", "UPL-5", "UPL-4", "ENV-4")
@trusting
@pytest.mark.parametrize(
    ("name", "code"),
    [("gone.mp4", 400), ("moved.mp4", 400), ("short.mp4", 400), ("text.mp4", 4001), ("big.mp4", 4002)],
)
def test_failed_download_rejects_the_whole_upload(api: Api, source: str, name: str, code: int) -> None:
    before = api.credits(), api.state(), api.everything()
    urls = [f"{source}/clip.mp4", f"{source}/{name}", "https://example.com/walk_12s.mp4"]
    failure(api.upload_urls(*urls), code, name)
    assert (api.credits(), api.state(), api.everything()) == before


@pytest.mark.clause("UPL-6", "ENV-4")
@trusting
@pytest.mark.parametrize("port", ["1", "99999", "x", "0"])
def test_unreachable_fetch_host_is_an_error(api: Api, port: str) -> None:
    failure(api.upload_urls(f"http://127.0.0.1:{port}/clip.mp4"), 400, "urls")


@pytest.mark.clause("UPL-6")
@trusting
def test_url_of_the_fake_itself_can_be_fetched(api: Api, source: str) -> None:
    (first,) = success(api.upload_urls(f"{source}/clip.mp4"))["files"]
    (again,) = success(api.upload_urls(first["cdn_url"]))["files"]
    assert (again["hash"], again["filename"]) == (first["hash"], "clip.mp4")
