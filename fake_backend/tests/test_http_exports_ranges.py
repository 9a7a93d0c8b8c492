"""Films and files by ranges over a real socket, as players and interrupted downloads ask for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .http_helpers import (
    Api,
    success,
    wire,
)

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


@pytest.fixture(scope="module")
def film(nemofake_server: Any, client: httpx.Client) -> Iterator[tuple[str, Api, bytes]]:
    """Return a film's URL, the API that made it, and its bytes."""
    world = nemofake_server.world("film")
    api = Api(world, client)
    api.submit()
    url = api.finished()["output"]["url"]
    yield url, api, client.get(url).content
    world.delete()


Video = tuple[str, Api, bytes]
BOUNDS = st.integers(0, 100_000)


@pytest.mark.clause("REN-9")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=BOUNDS | st.none(), last=BOUNDS | st.none(), share=st.floats(0, 1.2))
def test_range_response_is_the_requested_slice(
    film: Video, first: int | None, last: int | None, share: float
) -> None:
    url, api, data = film
    size = len(data)
    if first is not None:
        first = min(first, int(size * share))
    text = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    answer = api.client.get(url, headers={"Range": text})
    if first is None:
        start, end = (max(0, size - last), size) if last is not None else (0, 0)
    else:
        start, end = first, size if last is None else min(last + 1, size)
    if (first is None and last is None) or (first is not None and last is not None and last < first):
        assert (answer.status_code, answer.content) in ((200, data), (416, b""))  # it names no range at all
    elif start >= size:
        assert answer.status_code == 416
        assert answer.headers["content-range"] == f"bytes */{size}"
    else:
        assert answer.status_code == 206
        assert answer.content == data[start:end]
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert answer.headers["content-length"] == str(end - start)
        assert answer.headers["content-type"] == "video/mp4"


@pytest.mark.clause("REN-9")
def test_ranges_make_up_the_whole_download(film: Video) -> None:
    _, api, data = film
    got = b""
    while len(got) < len(data):
        fields = {"Range": f"bytes={len(got)}-{len(got) + 9_999}"}
        answer = api.call("GET", "/api/render/proxy/r1/download", headers=fields)
        assert answer.status_code == 206
        got += answer.content
    assert got == data


@pytest.mark.clause("REN-9")
@pytest.mark.parametrize(
    "text",
    [
        "",
        "bytes",
        "bytes=",
        "bytes=-",
        "bytes=a-b",
        "items=0-5",
        "bytes=5-2",
        "bytes=0-1,5-6",
        "0-5",
        "\xff=1-",
    ],
)
def test_invalid_or_multiple_ranges_get_the_whole_file(film: Video, text: str) -> None:
    url, api, data = film
    answers = [api.client.get(url, headers={b"Range": text.encode("latin-1")}) for _ in range(2)]
    for answer in answers:
        assert (answer.status_code, answer.content) == (200, data)
        assert answer.headers["accept-ranges"] == "bytes"
    assert answers[0].headers == answers[1].headers


@pytest.mark.clause("REN-9")
def test_if_range_of_another_version_gets_the_whole_file(film: Video) -> None:
    url, api, data = film
    whole = api.client.head(url)
    etag, changed = whole.headers["etag"], whole.headers["last-modified"]
    for item, status in (
        (etag, 206),
        (changed, 206),
        (f"W/{etag}", 200),
        ('"other"', 200),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 200),
    ):
        answer = api.client.get(url, headers={"Range": "bytes=0-3", "If-Range": item})
        assert (answer.status_code, answer.content) == (status, data[:4] if status == 206 else data)


@pytest.mark.clause("REN-9")
def test_head_has_the_headers_of_get(film: Video) -> None:
    url, api, data = film
    head, whole = api.client.head(url), api.client.get(url)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers == whole.headers
    assert head.headers["content-length"] == str(len(data))
    assert api.call("HEAD", "/api/render/proxy/r1/download").headers == head.headers


@pytest.mark.clause("REN-9", "UPL-2")
def test_uploaded_files_are_served_by_ranges_too(api: Api, film: Video) -> None:
    data = film[2]
    (payload,) = success(api.upload(("film.mp4", data)))["files"]
    answer = api.client.get(payload["cdn_url"], headers={"Range": "bytes=4-7"})
    assert (answer.status_code, answer.content) == (206, b"ftyp")
