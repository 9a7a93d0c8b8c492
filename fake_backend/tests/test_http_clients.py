"""HTTP as other clients speak it: browsers, probes, HTTP/1.0, compressed bodies, odd hosts and file names."""

from __future__ import annotations

import gzip
import itertools
import json
import zlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from nemofake import running
from nemofake.settings import Settings
from nemofake.testing import FakeServer, WorldHandle
from nemofake.uvicorn_server import listen, url_of

from .http_helpers import Api, connect, exchange, failure, success, wire
from .stream_helpers import TALK, prepared
from .test_http_uploads_forms import multipart
from .upload_helpers import film

CREDITS = "/api/credits/balance/simple"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return prepared(nemofake, client)


def raw(url: str, *lines: str, body: bytes = b"") -> tuple[int, dict[str, str], bytes]:
    """Send a request line and headers exactly as they are."""
    return exchange(url, "\r\n".join([*lines, "", ""]).encode("latin-1") + body)


def path_of(url: str, path: str) -> str:
    return urlsplit(url).path + path


# -- CORS -----------------------------------------------------------------------------------------

PREFLIGHT = {
    "Origin": "https://app.example",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type, x-skill-source",
}


@pytest.fixture(scope="module")
def cors() -> Iterator[FakeServer]:
    with running(cors_origins=frozenset({"https://app.example"})) as fake:
        yield fake


@pytest.mark.parametrize("path", ["/run_sse", "/__fake__/reset", "/w/other/api/auth/anonymous-token"])
def test_cors_preflight_of_allowed_origin_names_methods_and_headers(
    cors: FakeServer, client: httpx.Client, path: str
) -> None:
    before = cors.journal()
    answer = client.options(cors.base_url + path, headers=PREFLIGHT)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "x-skill-source" in answer.headers["access-control-allow-headers"].lower()
    assert cors.journal() == before


def test_cors_request_of_allowed_origin_is_readable_on_both_planes(
    cors: FakeServer, client: httpx.Client
) -> None:
    for path in (CREDITS, "/__fake__/clock"):
        answer = client.get(cors.base_url + path, headers={"Origin": "https://app.example"})
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        assert "ETag" in answer.headers["access-control-expose-headers"]
    assert client.post(
        f"{cors.base_url}/__fake__/reset", headers={"Origin": "https://app.example"}
    ).is_success


def test_cors_foreign_origin_gets_no_header_and_no_control(cors: FakeServer, client: httpx.Client) -> None:
    headers = PREFLIGHT | {"Origin": "https://evil.example"}
    assert client.options(f"{cors.base_url}/run_sse", headers=headers).status_code == 400
    answer = client.get(cors.base_url + CREDITS, headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in answer.headers
    failure(client.post(f"{cors.base_url}/__fake__/reset", headers={"Origin": "https://evil.example"}), 403)


def test_cors_without_origins_allows_every_page(client: httpx.Client) -> None:
    with running(cors_origins=frozenset({"*"})) as fake:
        for path in (CREDITS, "/__fake__/clock"):
            answer = client.get(fake.base_url + path, headers={"Origin": "https://any.example"})
            assert answer.headers["access-control-allow-origin"] == "*"
            assert answer.status_code == 200


def test_cors_is_off_by_default(nemofake: WorldHandle, client: httpx.Client) -> None:
    answer = client.get(nemofake.url + CREDITS, headers={"Origin": "https://app.example"})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert client.options(f"{nemofake.url}/run_sse", headers=PREFLIGHT).status_code == 405


# -- the control API off a browser ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "named"),
    [
        ({"Origin": "https://evil.example"}, "https://evil.example"),
        ({"Origin": "null"}, "null"),
        ({"Origin": "http://[::1"}, "http://[::1"),
        ({"Origin": ""}, "Origin"),
        ({"Origin": "http://127.0.0.1:1"}, "127.0.0.1:1"),
        ({"Host": "evil.example"}, "evil.example"),
        ({"Host": "evil.example:8787", "Origin": "http://evil.example:8787"}, "evil.example"),
        ({"Host": "127.0.0.1.evil.example"}, "evil"),
        ({"Host": "localhost@evil.example"}, "evil"),
        ({"Host": "0.0.0.0:8787"}, "0.0.0.0"),
        ({"Host": "10.0.0.7"}, "10.0.0.7"),
    ],
)
def test_control_request_of_foreign_page_or_host_is_forbidden_and_changes_nothing(
    nemofake_server: FakeServer, client: httpx.Client, headers: dict[str, str], named: str
) -> None:
    name = f"foreign-{next(_numbers)}"
    url = f"{nemofake_server.base_url}/w/{name}/__fake__"
    for method, path in (("PUT", f"worlds/{name}-2"), ("POST", "reset"), ("GET", "journal"), ("GET", "x")):
        failure(client.request(method, f"{url}/{path}", headers=headers), 403, named)
    worlds = nemofake_server.on_loop(lambda: set(nemofake_server.runner.worlds.by_name))
    assert not {name, f"{name}-2"} & worlds


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:99", "app.localhost", "127.0.0.9", "[::1]:8787", ""]
)
def test_control_request_for_loopback_host_is_allowed(
    nemofake: WorldHandle, client: httpx.Client, host: str
) -> None:
    assert client.get(f"{nemofake.url}/__fake__/clock", headers={"Host": host}).status_code == 200


def test_control_request_of_own_origin_is_allowed(nemofake: WorldHandle, client: httpx.Client) -> None:
    origin = "http://" + urlsplit(nemofake.url).netloc
    assert client.post(f"{nemofake.url}/__fake__/reset", headers={"Origin": origin}).status_code == 200


def test_control_request_for_allowed_host_is_allowed(client: httpx.Client) -> None:
    with running(allowed_hosts=frozenset({"Fake.internal"})) as fake:
        for host, status in (("fake.internal:8787", 200), ("other.internal", 403)):
            answer = client.get(f"{fake.base_url}/__fake__/clock", headers={"Host": host})
            assert answer.status_code == status


def test_data_plane_answers_any_host_and_origin(api: Api) -> None:
    headers = {"Host": "api.example", "Origin": "https://page.example"}
    assert success(api.call("GET", CREDITS, headers=headers)) == api.credits()


# -- probes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("settings", [{}, {"control": False}, {"admin_token": "open-sesame"}])
@pytest.mark.parametrize("host", [None, "fake", "10.0.0.7:8787"])
def test_health_needs_no_token_no_control_api_and_no_known_host(
    client: httpx.Client, settings: dict[str, Any], host: str | None
) -> None:
    headers = {} if host is None else {"Host": host}
    with running(**settings) as fake:
        answer = client.get(f"{fake.base_url}/__fake__/health", headers=headers)
        assert success(answer) == {"status": "ok"}
        head = client.head(f"{fake.base_url}/__fake__/health", headers=headers)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(answer.content))


@pytest.mark.parametrize(
    ("host", "url"), [("0.0.0.0", "http://127.0.0.1:"), ("::", "http://[::1]:"), ("127.0.0.1", "http://127.0.0.1:")]
)  # fmt: skip
def test_printed_url_of_any_address_is_loopback(host: str, url: str) -> None:
    with listen(host, 0) as listener:
        assert url_of(listener).startswith(url)


# -- files ----------------------------------------------------------------------------------------


@pytest.mark.clause("REN-9")
def test_file_with_known_etag_answers_304_without_body(api: Api) -> None:
    (stored,) = success(api.upload(("a.mp4", film("mp4"))))["files"]
    whole = api.client.get(stored["cdn_url"])
    etag, changed = whole.headers["etag"], whole.headers["last-modified"]
    known = [{"If-None-Match": tag} for tag in (etag, f'"x", {etag}', f"W/{etag}", "*")]
    for headers in (*known, {"If-Modified-Since": changed}, {"If-None-Match": etag, "Range": "bytes=0-3"}):
        answer = api.client.get(stored["cdn_url"], headers=headers)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag), headers
        assert api.client.head(stored["cdn_url"], headers=headers).status_code == 304
    for headers in ({"If-None-Match": '"x"'}, {"If-None-Match": '"x"', "If-Modified-Since": changed}):
        assert api.client.get(stored["cdn_url"], headers=headers).content == whole.content


@pytest.mark.clause("UPL-2")
@pytest.mark.parametrize(
    ("disposition", "stored"),
    [
        ("filename*=UTF-8''%e4%bd%a0%e5%a5%bd.mp4", "你好.mp4"),
        ("filename=\"plain.mp4\"; filename*=UTF-8'en'better.mp4", "better.mp4"),
        ("FileName*=iso-8859-1''caf%e9.mp4", "café.mp4"),
        ("filename*=UTF-8''..%2F..%5Cx%00%0D%0Ay.mp4", "xy.mp4"),
        ("filename*=koi8-r''x.mp4; filename=fallback.mp4", "fallback.mp4"),
        ('filename="C:\\\\Users\\\\me\\\\a.mp4"', "a.mp4"),
        ('filename="/home/me/a.mp4"', "a.mp4"),
        ('filename="a\x00b.mp4"', "ab.mp4"),
        ('filename="a%0D%0Ab%22.mp4"', 'ab".mp4'),
        ("filename=\"x; filename*=UTF-8''evil.mp4\"", "x; filename*=UTF-8''evil.mp4"),
    ],
)
def test_upload_stores_last_segment_of_name_without_control_characters(
    api: Api, disposition: str, stored: str
) -> None:
    head = f'--b\r\nContent-Disposition: form-data; name="files"; {disposition}\r\n\r\n'
    body = head.encode() + film("mp4") + b"\r\n--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    (file,) = success(api.call("POST", api.upload_path(), content=body, headers=headers))["files"]
    assert file["filename"] == stored
    assert api.client.get(file["cdn_url"]).content == film("mp4")
    assert api.world.journal()[-2]["request"]["uploads"][0]["filename"] == stored


@pytest.mark.clause("UPL-6")
def test_url_upload_stores_last_segment_of_name_without_control_characters(api: Api) -> None:
    (file,) = success(api.upload_urls("https://example.com/x/..%2Fa%00%0Ab%5Cc_4s.mp4"))["files"]
    assert file["filename"] == "c_4s.mp4"


@pytest.mark.parametrize("disposition", ["filename*=UTF-8''", 'filename="dir/"', 'filename="\x01"'])
def test_upload_without_a_name_is_rejected(api: Api, disposition: str) -> None:
    head = f'--b\r\nContent-Disposition: form-data; name="files"; {disposition}\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = api.call("POST", api.upload_path(), content=head.encode() + b"x\r\n--b--\r\n", headers=headers)
    failure(answer, 400, "filename")


# -- HTTP/1.0 and Host ----------------------------------------------------------------------------


@pytest.mark.clause("SSE-2")
@pytest.mark.parametrize("extra", [(), ("Connection: keep-alive",)])
def test_http_1_0_stream_has_no_chunks_and_ends_with_the_connection(api: Api, extra: tuple[str, ...]) -> None:
    body = json.dumps({"session_id": api.session_id, "new_message": {"parts": [{"text": TALK}]}}).encode()
    lines = [
        f"POST {path_of(api.world.url, '/run_sse')} HTTP/1.0",
        f"Authorization: Bearer {api.token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *extra,
    ]
    with connect(api.world.url) as line:
        line.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        received = b"".join(iter(lambda: line.recv(65_536), b""))
    head, _, stream = received.partition(b"\r\n\r\n")
    assert b"transfer-encoding" not in head.lower()
    assert b"connection: close" in head.lower()
    assert stream.startswith(b"data: ")
    assert all(frame.startswith(b"data:") for frame in stream.removesuffix(b"\n\n").split(b"\n\n"))


def test_http_1_0_sized_response_is_unchanged(api: Api) -> None:
    status, headers, body = raw(
        api.world.url, f"GET {path_of(api.world.url, CREDITS)} HTTP/1.0", f"Authorization: Bearer {api.token}"
    )
    assert (status, int(headers["content-length"]), json.loads(body)["code"]) == (200, len(body), 0)


@pytest.mark.clause("UPL-2")
@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("media.example:99", "media.example:99"),
        ("[2001:db8::1]:99", "[2001:db8::1]:99"),
        ("", None),
        (" ", None),
        ("a b", None),
        ("evil.example/x?", None),
        ("user@evil.example", None),
        ("x:99999", None),
        ("x:", None),
        ("<script>", None),
    ],
)
def test_malformed_host_never_reaches_a_url(api: Api, host: str, shown: str | None) -> None:
    body = json.dumps({"urls": ["https://example.com/a_4s.mp4"], "source_type": "url"}).encode()
    _, _, answer = raw(
        api.world.url,
        f"POST {path_of(api.world.url, api.upload_path())} HTTP/1.1",
        f"Host: {host}",
        f"Authorization: Bearer {api.token}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        body=body,
    )
    url = json.loads(answer)["data"]["files"][0]["cdn_url"]
    assert urlsplit(url).netloc == (shown or urlsplit(api.world.url).netloc)


# -- compressed requests --------------------------------------------------------------------------


def send(api: Api, content: bytes, encoding: str, path: str = "/api/tasks/me/with-session/nemo_agent") -> Any:
    headers = {"Content-Type": "application/json", "Content-Encoding": encoding}
    return api.call("POST", path, content=content, headers=headers)


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize(
    ("encoding", "pack"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress), ("identity", bytes)],
)
def test_compressed_body_is_decoded(api: Api, encoding: str, pack: Any) -> None:
    assert success(send(api, pack(b'{"task_name": "packed"}'), encoding))["session_id"]


@pytest.mark.clause("ENV-4")
@pytest.mark.parametrize(
    ("content", "encoding", "named"),
    [
        (b'{"task_name": "x"}', "gzip", "Content-Encoding"),
        (gzip.compress(b'{"task_name": "x"}', mtime=0)[:-9], "gzip", "Content-Encoding"),
        (b"x", "br", "Content-Encoding"),
        (b"x", "gzip, gzip", "Content-Encoding"),
    ],
)
def test_body_that_is_not_as_encoded_is_rejected(api: Api, content: bytes, encoding: str, named: str) -> None:
    failure(send(api, content, encoding), 400, named)


@pytest.mark.clause("ENV-4")
def test_compressed_body_over_the_limit_is_rejected(client: httpx.Client) -> None:
    with running(max_json_bytes=10_000) as fake:
        api = prepared(fake, client)
        failure(send(api, gzip.compress(b" " * 10_000_000, mtime=0), "gzip"), 400, "over 10000 bytes")


@pytest.mark.clause("UPL-1", "ENV-4")
def test_compressed_upload_is_rejected_and_names_the_header(api: Api) -> None:
    body, headers = multipart(("files", "a.mp4", film("mp4")))
    packed = gzip.compress(body, mtime=0)
    answer = api.call(
        "POST", api.upload_path(), content=packed, headers={**headers, "Content-Encoding": "gzip"}
    )
    failure(answer, 400, "Content-Encoding")


# -- magic tokens ---------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-6")
def test_magic_token_of_unknown_scenario_names_near_matches(
    nemofake: WorldHandle, client: httpx.Client, caplog: pytest.LogCaptureFixture
) -> None:
    api = Api(nemofake, client)
    api.token = "nmv_usr_test_chat-silent-edits.7"
    failure(api.call("GET", CREDITS), 400, "'chat-silent-edits'", "did you mean chat-silent-edit")
    assert "did you mean chat-silent-edit" in caplog.text
    api.token = "nmv_usr_unknown"
    failure(api.call("GET", CREDITS), 1001)


def test_settings_name_hosts_and_origins() -> None:
    assert (Settings().allowed_hosts, Settings().cors_origins) == (frozenset(), frozenset())
