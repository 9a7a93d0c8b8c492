"""Uploads as bytes on the line: cut short, dropped half-way, refused as they come, half a gigabyte."""

from __future__ import annotations

import os
import re
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nemofake.media import make_sample

from .http_helpers import Api, answer_on, code_of, connect, failure, faults, head, success, wire

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle

BOUNDARY = "b0undary"
FORM = f"Content-Type: multipart/form-data; boundary={BOUNDARY}"
TAIL = f"\r\n--{BOUNDARY}--\r\n".encode()
MB = 1024 * 1024


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    make_sample(path, 0.4)
    return path.read_bytes()


def opening(name: str) -> bytes:
    """Return what stands in a form in front of a file's bytes."""
    text = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    return text.encode()


def posted(api: Api, *fields: str) -> bytes:
    """Return the head of an upload."""
    return head(
        "POST", api.world.url + api.upload_path(), f"Authorization: Bearer {api.token}", FORM, *fields
    )


def at_rest(api: Api) -> dict[str, Any]:
    """Return the world once no upload is on its way any more."""
    deadline_s = time.monotonic() + 10
    while True:
        result = api.everything()
        if not any("incoming" in path for path in result["on_disk"]):
            return result
        assert time.monotonic() < deadline_s, result["on_disk"]


# -- cut short ----------------------------------------------------------------------------------------------


@pytest.mark.clause("ENV-4", "UPL-5")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True))
def test_truncated_form_is_400(api: Api, clip: bytes, share: float) -> None:
    whole = opening("first.mp4") + clip + b"\r\n" + opening("second.mp4") + clip + TAIL
    body = whole[: int((len(whole) - 4) * share)]  # the last two line ends are the epilogue's
    before = api.credits(), api.state(), api.everything()
    answer = api.call("POST", api.upload_path(), content=body, headers=dict([FORM.split(": ")]))
    failure(answer, 400)
    assert (api.credits(), api.state(), api.everything()) == before


@pytest.mark.clause("UPL-5", "ENV-4")
@pytest.mark.parametrize("rudely", [False, True])
@pytest.mark.parametrize("chunked", [False, True])
def test_aborted_upload_leaves_nothing(api: Api, clip: bytes, rudely: bool, chunked: bool) -> None:
    before = api.credits(), api.state(), api.everything()
    sent = opening("first.mp4") + clip + b"\r\n" + opening("second.mp4") + clip[: len(clip) // 2]
    if chunked:
        result = posted(api, "Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(sent), sent)
    else:
        result = posted(api, "Content-Length: 100000000") + sent
    with faults() as logged:
        with connect(api.world.url) as line:
            line.sendall(result)
            wait_for_files(api, 2)
            if rudely:  # a reset in place of a proper end
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert (api.credits(), api.state(), at_rest(api)) == before
        assert success(api.upload(("again.mp4", clip)))
    assert logged == []


def wait_for_files(api: Api, count: int) -> None:
    """Return when an upload has put this many files on disk."""
    deadline_s = time.monotonic() + 10
    while sum("incoming-" in path for path in api.everything()["on_disk"]) < count + 1:
        assert time.monotonic() < deadline_s


@pytest.mark.clause("UPL-1")
def test_form_can_arrive_byte_by_byte(api: Api, clip: bytes) -> None:
    with connect(api.world.url) as line:
        body = opening("a.mp4") + clip + TAIL
        edges = [*range(200), *range(200, len(body) - 40, 7001), *range(len(body) - 40, len(body))]
        line.sendall(posted(api, "Transfer-Encoding: chunked"))
        for start, end in zip(edges, [*edges[1:], len(body)], strict=True):
            line.sendall(b"%x\r\n%s\r\n" % (end - start, body[start:end]))
        line.sendall(b"0\r\n\r\n")
        status, _, response = answer_on(line)
    assert (status, code_of(response)) == (200, 0)
    assert api.state()["video_infos"][0]["size"] == len(clip)


@pytest.mark.clause("UPL-1", "ENV-4")
@pytest.mark.parametrize(
    ("broken", "named"),
    [
        (b"no boundary at all" * 100, "multipart"),
        (f"--{BOUNDARY}\r\n\r\nno head{TAIL.decode()}".encode(), "multipart"),
        (
            f"--{BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\nno name{TAIL.decode()}".encode(),
            "files",
        ),
        (f"--{BOUNDARY}\r\nnonsense\r\n\r\nx{TAIL.decode()}".encode(), "multipart"),
        (b"--" + BOUNDARY.encode() + b"\r\n" + b"X: " + b"y" * 20_000, "multipart"),
        (b"--" + BOUNDARY.encode() + b"\r\n" + b"X: y\r\n" * 2_000, "multipart"),
        (opening("caf\xe9.mp4").decode().encode("latin-1") + b"x" + TAIL, "multipart"),
        (b"".join(opening("a.png").replace(b"files", b"x%d" % n) + b"\r\n" for n in range(70)), "multipart"),
        (TAIL[2:], "files"),
        (b"", "multipart"),
    ],
)
def test_malformed_form_is_400(api: Api, broken: bytes, named: str) -> None:
    before = api.credits(), api.state(), api.everything()
    answer = api.call("POST", api.upload_path(), content=broken, headers=dict([FORM.split(": ")]))
    failure(answer, 400, named)
    assert (api.credits(), api.state(), at_rest(api)) == before


# -- refused while they come --------------------------------------------------------------------------------


@pytest.mark.clause("UPL-4", "UPL-3", "AUTH-6", "SES-2")
@pytest.mark.nemofake(parameters={"max_upload_bytes": 100_000})
@pytest.mark.parametrize("closing", [False, True])
@pytest.mark.parametrize("case", ["too large", "unsupported", "no token", "no session"])
def test_upload_error_reaches_a_client_that_keeps_sending(api: Api, case: str, closing: bool) -> None:
    good = posted(api)[:-2]
    starts = {
        "too large": (good, "a.mp4", 4002),
        "unsupported": (good, "a.txt", 4001),
        "no token": (good.replace(api.token.encode(), b"none"), "a.mp4", 1001),
        "no session": (good.replace(api.session_id.encode(), b"1"), "a.mp4", 1002),
    }
    start, name, code = starts[case]
    lead = opening(name)
    length = len(lead) + 5 * MB + len(TAIL)
    start += b"Connection: close\r\n" if closing else b""
    with connect(api.world.url) as line:
        line.sendall(start + b"Content-Length: %d\r\n\r\n" % length + lead)
        for _ in range(5 * 16):
            line.sendall(b"x" * 65_536)
        line.sendall(TAIL)
        assert code_of(answer_on(line)[2]) == code
        if not closing:  # the line is good for more
            line.sendall(head("GET", api.world.url + "/nothing"))
            assert answer_on(line)[0] == 404
    assert at_rest(api)["files"] == []


# -- half a gigabyte ----------------------------------------------------------------------------------------


class Server:
    """A server in a process of its own, whose memory can be read."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")  # a file system in memory, where there is one: the disk is not on trial
        elsewhere = {"TMPDIR": str(memory)} if os.access(memory, os.W_OK) else {}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "nemofake", "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | elsewhere,
        )
        assert self._process.stdout is not None
        found = re.fullmatch(r"nemofake listening on (http://\S+)\n", self._process.stdout.readline())
        assert found
        self.url = found[1]

    def peak_kb(self) -> int:
        """Return the most memory it ever held."""
        text = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s*(\d+)", text)[0])

    def stop(self) -> None:
        self._process.terminate()
        self._process.communicate(timeout=10)


def padded(clip: bytes, size: int) -> Iterator[bytes]:
    """Yield a film of just this size, filled up with a box that says it is free space."""
    yield clip
    free = size - len(clip)
    yield struct.pack(">I4s", free, b"free")
    zeros, left = bytes(MB), free - 8
    while left:
        yield zeros[: min(left, MB)]
        left -= min(left, MB)


@pytest.mark.clause("UPL-4")
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads a process's memory from /proc")
def test_upload_of_500_mb_uses_constant_memory(client: httpx.Client, clip: bytes) -> None:
    server = Server()
    try:
        world: Any = server  # a world as far as Api is concerned: it has a `url`
        api = Api(world, client)
        assert success(api.upload(("small.mp4", clip)))  # libraries are loaded now
        before_kb, limit, lead = server.peak_kb(), 500 * MB, opening("big.mp4")
        with connect(api.world.url) as line:
            line.sendall(posted(api, f"Content-Length: {len(lead) + limit + len(TAIL)}") + lead)
            for piece in padded(clip, limit):
                line.sendall(piece)
            line.sendall(TAIL)
            assert code_of(answer_on(line)[2]) == 0
        assert server.peak_kb() - before_kb < 16 * 1024
        assert [info["size"] for info in api.state()["video_infos"]] == [len(clip), limit]
    finally:
        server.stop()
