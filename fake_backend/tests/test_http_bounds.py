"""Bounds on what one request may take: its head, its body, its draft, its video, and the disk."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from nemofake import media, running
from nemofake.http import request_models
from nemofake.testing import FakeServer

from .http_helpers import DRAFT, Api, answer_on, code_of, connect, exchange, failure, faults, head, wire
from .http_routes import CREDITS, SESSION


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: Any, client: httpx.Client) -> Api:
    return Api(nemofake, client)


# -- the head -----------------------------------------------------------------------------------------------

KB = 1024


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize(
    ("path", "headers", "named"),
    [
        (CREDITS, {"X-Long": "a" * 16 * KB}, "x-long"),
        (CREDITS, {f"X-{n}": "a" * 6 * KB for n in range(11)}, "headers are over 65536"),
        (CREDITS + "?" + "a" * 16 * KB, {}, "URL"),
        ("/" + "a" * 17 * KB, {}, "URL"),
        ("/__fake__/clock", {"X-Long": "a" * 16 * KB}, "x-long"),
    ],
)
def test_head_over_its_bounds_is_400(api: Api, path: str, headers: dict[str, str], named: str) -> None:
    answer = api.client.get(api.world.url + path, headers=headers)
    assert answer.status_code == 400
    failure(answer, 400, named)
    assert api.credits()["total"] == 100


@pytest.mark.clause("ENV-4")
def test_head_within_its_bounds_is_served(api: Api) -> None:
    headers = {"Cookie": "a" * 15 * KB, **{f"X-{n}": "a" * 10 * KB for n in range(4)}}
    assert api.call("GET", CREDITS, headers=headers).json()["code"] == 0


ENDLESS = {
    "header": (b"GET / HTTP/1.1\r\nHost: x\r\nX-A: ", b"a"),
    "name": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"a"),
    "headers": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"X-A: 1\r\n"),
    "url": (b"GET /", b"a"),
    "method": (b"", b"\r\n"),
    "chunk extension": (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1;", b"a"),
    "trailer": (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-A: ", b"a"),
    "trailers": (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", b"X-A: 1\r\n"),
}


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("kind", ENDLESS)
def test_head_without_an_end_is_400_before_it_takes_memory(nemofake_server: FakeServer, kind: str) -> None:
    begin, more = ENDLESS[kind]
    piece = more * (32 * KB // len(more))
    with faults() as result:
        status, headers, body = exchange(nemofake_server.base_url, [begin, *[piece] * 64])
    assert (status, headers["content-type"], code_of(body)) == (400, "application/json", 400)
    assert result == []


@pytest.mark.clause("ENV-4")
def test_what_is_not_http_is_400_in_an_envelope(api: Api) -> None:
    for sent in (b"GARBAGE\r\n\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"):
        status, headers, body = exchange(api.world.url, sent)
        assert (status, headers["connection"], code_of(body)) == (400, "close", 400)
        assert "HTTP" in json.loads(body)["message"]


@pytest.mark.clause("ENV-4")
def test_bodies_of_many_pieces_are_no_endless_head(api: Api) -> None:
    body = json.dumps({"task_name": "project", "more": "a" * 300 * KB}).encode()
    fields = (f"Authorization: Bearer {api.token}", "Content-Type: application/json")
    start = head("POST", api.world.url + SESSION, *fields, "Transfer-Encoding: chunked")
    pieces = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in _cut(body, 1000)]
    with connect(api.world.url) as line:
        for _ in range(2):  # on one connection
            line.sendall(start)
            for piece in pieces:
                line.sendall(piece)
            line.sendall(b"0\r\n\r\n")
            assert code_of(answer_on(line)[2]) == 0


def _cut(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]


# -- a refused body -----------------------------------------------------------------------------------------


@pytest.mark.clause("ENV-4", "AUTH-6")
@pytest.mark.parametrize("bounds", [{"max_drain_bytes": 100_000}, {"max_drain_s": 0.05}])
@pytest.mark.parametrize("path", [SESSION, "/w/-/x", "/__fake__/nothing"])
def test_refused_body_that_goes_on_is_answered_and_its_connection_closed(
    bounds: dict[str, Any], path: str
) -> None:
    with running(**bounds) as fake, connect(fake.url) as line:
        line.sendall(head("POST", fake.url + path, "Content-Length: 500000000", "Content-Type: text/plain"))
        line.sendall(bytes(110_000))
        _, headers, body = answer_on(line)
        assert code_of(body) in (1001, 404)
        assert headers["connection"] == "close"
        assert line.recv(1) == b""


# -- JSON ---------------------------------------------------------------------------------------------------


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("packed", [False, True])
def test_long_body_is_parsed_in_a_thread(api: Api, monkeypatch: pytest.MonkeyPatch, packed: bool) -> None:
    parsed_in = []
    checked = request_models.checked

    def noted(body: bytes, model: Any) -> Any:
        parsed_in.append(threading.current_thread().name)
        return checked(body, model)

    monkeypatch.setattr(request_models, "checked", noted)
    assert api.make_session().json()["code"] == 0
    assert parsed_in == ["nemofake"]
    body = json.dumps({"task_name": "project", "more": "a" * 100 * KB}).encode()
    headers = {"Content-Type": "application/json"}
    if packed:
        import gzip

        body, headers["Content-Encoding"] = gzip.compress(body), "gzip"
    assert api.call("POST", SESSION, content=body, headers=headers).json()["code"] == 0
    assert parsed_in[1] != "nemofake"


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize("item", ["{}", "[]", "1", '{"a":1}'])
def test_body_of_too_many_values_is_400(api: Api, item: str) -> None:
    body = ('{"task_name":"p","more":[' + ",".join([item] * 250_000) + "]}").encode()
    headers = {"Content-Type": "application/json"}
    for content in (body, b"[" * 250_000):
        failure(api.call("POST", SESSION, content=content, headers=headers), 400, "200000 values")
    text = json.dumps({"task_name": "p", "more": "a" * 1_000_000}).encode()
    assert api.call("POST", SESSION, content=text, headers=headers).json()["code"] == 0


# -- drafts -------------------------------------------------------------------------------------------------


def draft(tracks: int, segments: int) -> dict[str, Any]:
    """Return a draft of so many tracks with so many segments each."""
    row = [{"s": n * 10, "d": 10, "m": {"name": f"clip {n}"}} for n in range(segments)]
    return {"t": [{"tt": 0, "m": {"name": "Video"}, "sg": row} for _ in range(tracks)]}


@pytest.mark.clause("REN-5")
@pytest.mark.parametrize(
    ("shape", "named"), [((1, 10_000), "10000 segments"), ((2, 2_501), "5002"), ((101, 1), "101 tracks")]
)
def test_draft_of_too_many_parts_is_400(api: Api, shape: tuple[int, int], named: str) -> None:
    failure(api.submit("long", draft(*shape)), 400, named)
    assert api.job("long").status_code == 404


@pytest.mark.clause("REN-5", "REN-8")
def test_draft_at_its_bounds_is_exported(api: Api) -> None:
    api.submit("long", draft(100, 50))
    assert api.finished("long")["status"] == "completed"


@pytest.mark.clause("REN-5")
@pytest.mark.nemofake(parameters={"max_draft_segments": 1, "max_draft_tracks": 1})
def test_bounds_of_a_draft_can_be_set(api: Api) -> None:
    failure(api.submit("r1", draft(1, 2)), 400, "at most 1")
    failure(api.submit("r2", draft(2, 1)), 400, "at most 1")
    assert api.submit("r3", draft(1, 1)).json()["status"] == "pending"


# -- videos that cannot be rendered -------------------------------------------------------------------------

# Importable by worker processes, which get this process's module path.
RENDERERS = """
import os, time

def slow(video, path):
    time.sleep(3600)

def crash(video, path):
    os._exit(3)

def hungry(video, path):
    raise MemoryError

def full(video, path):
    raise OSError(28, "No space left on device", str(path))
"""


@pytest.fixture
def renderers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    (tmp_path / "renderers_for_test.py").write_text(RENDERERS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "renderers_for_test", raising=False)
    import renderers_for_test  # type: ignore[import-not-found]  # written just now

    return renderers_for_test


@pytest.mark.clause("REN-6", "REN-7", "REN-9", "ENV-4")
@pytest.mark.parametrize("profile", ["", "render-nested"])
@pytest.mark.parametrize(
    ("name", "named"), [("slow", "longer than 0.5 s"), ("crash", "crashed"), ("hungry", "memory")]
)
def test_export_that_cannot_be_rendered_is_a_failed_job_with_a_sentence(
    client: httpx.Client, renderers: Any, monkeypatch: pytest.MonkeyPatch, name: str, named: str, profile: str
) -> None:
    monkeypatch.setattr("nemofake.media.workers.Limits.__init__.__defaults__", (0.5, 3 << 30, 1 << 30))
    monkeypatch.setattr(media, "render_video", getattr(renderers, name), raising=False)
    with running(media_workers=1, profile=profile) as fake:
        api = Api(fake, client)
        api.submit()
        job = api.finished()
        job = job.get("data", job)
        assert job["status"] == "failed"
        assert named in job["error"]
        assert job["progress"] < 100
        assert "output" not in job
        assert "outputUrl" not in job
        began_s = time.monotonic()
        assert api.job().json() is not None
        failure(api.call("GET", "/api/render/proxy/r1/download"), 404, named)
        assert time.monotonic() - began_s < 0.5, "it is not tried again"
        assert api.credits()["available"] == 100


# -- a full disk --------------------------------------------------------------------------------------------


def refused_for_want_of_space(answer: httpx.Response, reason: str) -> None:
    assert answer.status_code == 507
    body = answer.json()
    assert (list(body), body["code"], body["data"]) == (["code", "message", "data"], 507, None)
    assert reason in body["message"]
    assert "TMPDIR" in body["message"]


@pytest.mark.clause("ENV-2", "ENV-4")
def test_full_disk_refuses_an_export_until_there_is_space(
    client: httpx.Client, renderers: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(media_workers=1) as fake:
        api = Api(fake, client)
        api.submit()
        api.call("GET", "/api/render/proxy/lambda/r1")
        with monkeypatch.context() as full:
            full.setattr(media, "render_video", renderers.full, raising=False)
            for _ in range(4):
                answer = api.job()
            refused_for_want_of_space(answer, "No space left on device")
            answer = api.call("GET", "/api/render/proxy/r1/download")
            refused_for_want_of_space(answer, "No space left on device")
        assert api.finished()["status"] == "completed"


@pytest.mark.clause("ENV-2", "ENV-4", "UPL-5")
def test_folder_that_cannot_be_written_refuses_uploads_and_exports(client: httpx.Client) -> None:
    with running() as fake:
        api = Api(fake, client)
        folder = fake.runner.worlds.directory
        (folder / "worlds").write_text("in the way")
        (folder / "videos").write_text("in the way")
        refused_for_want_of_space(api.upload(("a.mp4", b"anything")), "directory")
        assert api.state()["video_infos"] == []
        api.submit()
        for _ in range(4):
            answer = api.job()
        refused_for_want_of_space(answer, "")
        assert api.upload_urls("https://example.com/walk_12s.mp4").json()["code"] == 0


@pytest.mark.clause("ENV-2", "ENV-4", "UPL-5")
def test_file_size_limit_refuses_uploads_and_exports(client: httpx.Client) -> None:
    pytest.importorskip("resource", reason="needs limits of the system on file sizes, which Windows lacks")
    code = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "from nemofake.cli import main; main()"
    )
    words = [sys.executable, "-c", code, "serve", "--port", "0", "--log-format", "none"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, env=environment) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1]
            world = type("World", (), {"url": url})()
            api = Api(world, client)
            refused_for_want_of_space(api.upload(("a.mp4", bytes(100_000))), "File too large")
            api.submit("r1", DRAFT)
            for _ in range(4):
                answer = api.job()
            refused_for_want_of_space(answer, "File too large")
            assert api.credits()["available"] == 100
        finally:
            server.terminate()
            server.wait(20)
