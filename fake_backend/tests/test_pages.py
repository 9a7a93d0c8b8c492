"""The pages for browsers, as HTTP answers: who gets them, what may run in them, what they leave alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from nemofake import running
from nemofake.testing import FakeServer

from .http_helpers import failure

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = Path(__file__).parents[1] / "nemofake/http/pages"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with running() as server:
        yield server


@pytest.mark.parametrize("path", ["/", "/docs"])
@pytest.mark.parametrize("accept", ["*/*", "application/json", ""])
def test_page_other_clients_get_the_same_404_as_for_any_path(
    server: FakeServer, path: str, accept: str
) -> None:
    answer = httpx.get(server.url + path, headers={"accept": accept})
    assert failure(answer, 404).endswith(f"GET {path}")
    failure(httpx.post(server.url + path, headers=BROWSER), 404)


@pytest.mark.parametrize("path", ["/", "/docs", "/__fake__/ui"])
@pytest.mark.parametrize("prefix", ["", "/w/other"])
def test_page_is_html_with_a_strict_policy_and_in_no_journal(
    server: FakeServer, prefix: str, path: str
) -> None:
    before = httpx.get(server.url + "/__fake__/requests").json()
    answer = httpx.get(server.url + prefix + path, headers=BROWSER)
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; ")
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy or path == "/docs"
    assert httpx.get(server.url + "/__fake__/requests").json() == before
    assert httpx.head(server.url + prefix + path, headers=BROWSER).content == b""


def test_first_page_has_the_base_url_of_its_world(server: FakeServer) -> None:
    text = httpx.get(f"{server.url}/w/other/", headers=BROWSER).text
    assert f'<code id="base-url">{server.url}/w/other</code>' in text
    assert 'href="/w/other/__fake__/ui"' in text
    assert "{{" not in text


def test_pages_every_file_that_they_name_is_served_and_nothing_else(server: FakeServer) -> None:
    names = {name for file in PAGES.glob("*.html") for name in re.findall(r"ui/([\w.-]+)", file.read_text())}
    names |= {name for file in PAGES.glob("*.js") for name in re.findall(r'"\./([\w.-]+)"', file.read_text())}
    assert len(names) > 20
    for name in names:
        answer = httpx.get(f"{server.url}/__fake__/ui/{name}")
        assert answer.status_code == 200, name
        assert answer.headers["x-content-type-options"] == "nosniff"
    for name in ("none.js", "..%2fpages.py", "dashboard.html", "%2e%2e/app.py"):
        failure(httpx.get(f"{server.url}/__fake__/ui/{name}"), 404)


def test_pages_parse_no_html_and_load_nothing_from_elsewhere() -> None:
    for file in PAGES.iterdir():
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(", text), file
        elsewhere = set(re.findall(r"https?://[^\s\"']+", text)) - {"http://www.w3.org/2000/svg"}
        assert not elsewhere, file
        assert not re.search(r"<[^>]+ (style|on\w+)=", text) or file.suffix == ".js", file


def test_pages_need_the_control_api() -> None:
    with running(control=False) as server:
        for path in ("/", "/docs", "/__fake__/ui"):
            failure(httpx.get(server.url + path, headers=BROWSER), 404)


def test_pages_are_refused_under_a_foreign_host(server: FakeServer) -> None:
    failure(httpx.get(server.url, headers={**BROWSER, "host": "rebound.example"}), 403)


def test_pages_with_admin_token_show_no_data_before_it_is_given() -> None:
    with running(admin_token="x-admin-token-value") as server:
        for path in ("/", "/docs", "/__fake__/ui", "/__fake__/openapi.json"):
            answer = httpx.get(server.url + path, headers=BROWSER)
            assert answer.status_code == 200
            assert "x-admin-token-value" not in answer.text
