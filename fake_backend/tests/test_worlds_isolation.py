"""Worlds: each its own tokens, time, journal, scenario and files; names; making, replacing, removing them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.http.control import WORLD_NAME

from .http_helpers import Api, failure, success, wire
from .stream_helpers import GENERATE, TALK, photo, prepared

if TYPE_CHECKING:
    from nemofake.testing import FakeServer, WorldHandle

_numbers = itertools.count(1)
CREDITS = "/api/credits/balance/simple"


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def pair(nemofake_server: FakeServer, client: httpx.Client) -> tuple[Api, Api]:
    """Return users of two fresh worlds."""
    return _user(nemofake_server, client), _user(nemofake_server, client)


def _user(server: FakeServer, client: httpx.Client, **settings: Any) -> Api:
    return Api(server.world(f"isolation-{next(_numbers)}", **settings), client)


# -- apart --------------------------------------------------------------------------------------------------


@pytest.mark.clause("AUTH-6", "SES-2")
def test_token_and_session_are_valid_in_one_world_only(
    nemofake_server: FakeServer, client: httpx.Client
) -> None:
    here = _user(nemofake_server, client, seed=1)
    there = _user(nemofake_server, client, seed=2)
    assert here.token != there.token
    stranger = {"headers": {"Authorization": f"Bearer {here.token}"}}
    failure(there.call("GET", CREDITS, **stranger), 1001)
    failure(there.call("GET", there.state_path(here.session_id)), 1002)


def test_clock_belongs_to_one_world(pair: tuple[Api, Api]) -> None:
    here, there = pair
    now_ms = there.world.clock.now_ms
    here.world.clock.advance(1000)
    here.say(TALK)
    assert there.world.clock.now_ms == now_ms
    here.world.clock.mode = "x60"
    assert there.world.clock.mode == "auto"


@pytest.mark.clause("AUTH-3")
def test_limits_count_per_world(pair: tuple[Api, Api]) -> None:
    for api in pair:
        assert api.ask_token("same").status_code == 200
        assert api.ask_token("same").status_code == 429


def test_worlds_share_nothing_else(pair: tuple[Api, Api]) -> None:
    """Whatever is done to one world leaves the other as it was."""
    here, there = pair
    there.upload_urls("https://example.test/a_3s.mp4")
    before = photo(there), there.world.journal(), there.control("GET", "scenario").json()
    here = prepared(here.world, here.client)
    here.say(GENERATE)
    here.control("POST", f"tokens/{here.token}/revoke")
    here.control("PUT", "scenario", json={"name": "credits-none-anonymous"})
    here.control("POST", "accounts", json={"credits": 5})
    here.control("POST", "reset")
    here.control("PUT", f"worlds/{here.world.name}", json={"seed": 3, "parameters": {"anonymous_credits": 1}})
    here.control("DELETE", f"worlds/{here.world.name}")
    assert (photo(there), there.world.journal(), there.control("GET", "scenario").json()) == before


def test_no_prefix_is_the_world_default(nemofake_server: FakeServer, client: httpx.Client) -> None:
    answer = client.get(f"{nemofake_server.url}/w/default/api/nothing-{next(_numbers)}")
    failure(answer, 404)
    newest = nemofake_server.journal()[-1]
    assert newest["request"]["path"].startswith("/api/nothing-")
    assert newest["seq"] == nemofake_server.world("default").journal()[-1]["seq"]


# -- by the prefix ------------------------------------------------------------------------------------------


@pytest.mark.clause("UPL-2", "REN-9")
def test_media_urls_contain_the_world(nemofake: WorldHandle, client: httpx.Client) -> None:
    api = prepared(nemofake, client)
    api.say(GENERATE)
    job = api.call("POST", "/api/render/proxy/lambda", json=_export(api)).json()
    assert job["status"] == "pending"
    urls = [api.finished()["output"]["url"], api.state()["generated_media"][0]["url"]]
    for url in urls:
        assert url.startswith(f"{nemofake.url}/cdn/")
        answer = client.get(url, headers={"Range": "bytes=0-7"})
        assert answer.status_code == 206
        elsewhere = url.replace(f"/w/{nemofake.name}/", f"/w/{nemofake.name}-not/")
        failure(client.get(elsewhere), 404)
    assert api.state()["video_infos"][0]["cdn_url"].startswith(f"{nemofake.url}/cdn/media/")


def _export(api: Api) -> dict[str, Any]:
    return {"id": "r1", "sessionId": api.session_id, "draft": api.state()["draft"]}


def test_journal_path_has_no_world_prefix(nemofake: WorldHandle, client: httpx.Client) -> None:
    client.get(f"{nemofake.url}/api/x?y=%2Fw%2F&z")
    assert nemofake.journal()[-1]["request"]["path"] == "/api/x?y=%2Fw%2F&z"


def test_openapi_is_served_in_every_world(nemofake: WorldHandle, client: httpx.Client) -> None:
    plain = client.get(nemofake.url.partition("/w/")[0] + "/openapi.json").json()
    body = client.get(f"{nemofake.url}/openapi.json").json()
    assert (body.pop("servers"), plain.pop("servers")) == ([{"url": f"/w/{nemofake.name}"}], [{"url": "/"}])
    assert body == plain


# -- names --------------------------------------------------------------------------------------------------


@given(st.from_regex(WORLD_NAME, fullmatch=True))
def test_valid_name_creates_a_world_on_first_use(
    nemofake_server: FakeServer, client: httpx.Client, name: str
) -> None:
    assert success(client.get(f"{nemofake_server.url}/w/{name}/__fake__/health")) == {"status": "ok"}
    assert name in nemofake_server.runner.worlds.by_name
    if name != "default":
        nemofake_server.world(name).delete()


BAD_NAMES = [
    "", ".", "..", "-a", "_a", ".a", "a b", "a+b", "ä", "世界", "a%5Cb", "a:b", "a;b", "a,b", "x" * 65, "%00",
    "a%0A", "%20", "~", "a%3Fb", "a%23", "<a>", "'", '"',
]  # fmt: skip


@pytest.mark.clause("ENV-2", "REN-11")
@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize("path", ["/__fake__/clock", CREDITS, "/cdn/x", ""])
def test_invalid_name_is_404_and_creates_nothing(
    nemofake_server: FakeServer, client: httpx.Client, name: str, path: str
) -> None:
    before = set(nemofake_server.runner.worlds.by_name)
    answer = client.send(_raw_path(client, f"{nemofake_server.url}/w/", f"/w/{name}{path}"))
    assert answer.status_code == 404, answer.text
    failure(answer, 404)
    assert set(nemofake_server.runner.worlds.by_name) == before


def _raw_path(client: httpx.Client, url: str, path: str) -> httpx.Request:
    """Return a request whose path goes out as it is written, dots and all."""
    request = client.build_request("GET", url)
    raw = path if path.isascii() else httpx.URL(url + path.removeprefix("/w/")).raw_path.decode()
    request.url = _Literal(url, raw.replace(" ", "%20"))
    return request


class _Literal(httpx.URL):
    """A URL that nobody tidies up."""

    def __init__(self, url: str, path: str) -> None:
        super().__init__(url)
        self._path = path.encode()

    @property
    def raw_path(self) -> bytes:
        return self._path


@pytest.mark.parametrize(
    "path", ["/w", "/w/", "/w/only-a-name", "/w/only-a-name/", "/wx/a/api", "/W/a/__fake__/clock"]
)
def test_world_root_is_404(nemofake_server: FakeServer, client: httpx.Client, path: str) -> None:
    failure(client.get(nemofake_server.url + path), 404)


def test_nested_world_prefix_is_404(
    nemofake: WorldHandle, client: httpx.Client, nemofake_server: FakeServer
) -> None:
    failure(client.get(f"{nemofake.url}/w/inner/__fake__/health"), 404)
    assert "inner" not in nemofake_server.runner.worlds.by_name
