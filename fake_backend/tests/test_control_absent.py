"""A fake without its control API: the same answers on the data plane, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import httpx
import pytest

from nemofake import cli, running
from nemofake.settings import SettingError, Settings
from nemofake.testing import FakeServer

from .http_helpers import Api, failure, wire
from .journey_helpers import journey

CONTROL = [
    ("GET", "/__fake__"),
    ("GET", "/__fake__/journal"),
    ("POST", "/__fake__/clock/advance"),
    ("PUT", "/__fake__/worlds/mine"),
    ("POST", "/__fake__/accounts"),
    ("PATCH", "/__fake__/anything"),
]


@pytest.fixture
def fake() -> Iterator[FakeServer]:
    with running(control=False, seed=7) as running_fake:
        yield running_fake


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.mark.parametrize(("method", "path"), CONTROL)
@pytest.mark.parametrize("world", ["", "/w/another"])
def test_no_control_paths_answer_like_unknown_ones(
    fake: FakeServer, client: httpx.Client, method: str, path: str, world: str
) -> None:
    asked = client.request(method, f"{fake.base_url}{world}{path}")
    nowhere = client.request(method, f"{fake.base_url}{world}/nowhere")
    assert asked.status_code == nowhere.status_code == 404
    assert failure(asked, 404).replace(path, "/nowhere") == failure(nowhere, 404)
    assert {*asked.headers} == {*nowhere.headers}


def test_no_control_requests_are_in_the_journal(fake: FakeServer, client: httpx.Client) -> None:
    client.get(f"{fake.base_url}/__fake__/clock")
    client.get(f"{fake.base_url}/nowhere")
    asked, nowhere = fake.journal()
    assert asked["request"]["path"] == "/__fake__/clock"
    assert (asked["response"]["status"], asked["ending"]) == (404, "complete")
    assert asked["operation"] == nowhere["operation"]


def test_no_control_leaves_the_data_plane_unchanged(fake: FakeServer) -> None:
    with running(seed=7) as controlled:
        assert journey(fake.url) == journey(controlled.url)


def test_no_control_leaves_the_python_handle(fake: FakeServer, client: httpx.Client) -> None:
    world = fake.world("another", clock="manual")
    token = Api(world, client).token
    assert [account["credits"]["available"] for account in world.accounts()] == [100]
    assert token
    before_ms = world.clock.now_ms
    assert world.clock.advance(30) == before_ms + 30_000


def test_control_api_exists_by_default(client: httpx.Client) -> None:
    with running() as controlled:
        assert client.get(f"{controlled.base_url}/__fake__/health").json()["code"] == 0
        assert controlled.journal() == []


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1"])
def test_no_control_needs_no_admin_token_off_loopback(host: str) -> None:
    Settings(host=host, control=False).check_exposure()
    with pytest.raises(SettingError, match="admin-token"):
        Settings(host=host).check_exposure()


@pytest.mark.parametrize(
    ("flags", "env", "control"),
    [([], {}, True), (["--no-control"], {}, False), ([], {"NEMOFAKE_NO_CONTROL": "1"}, False)],
)
def test_serve_option_disables_control_api(
    monkeypatch: pytest.MonkeyPatch, flags: list[str], env: dict[str, str], control: bool
) -> None:
    seen: list[Settings] = []
    monkeypatch.setattr(cli, "_runner", lambda settings, *_: seen.append(settings))
    monkeypatch.setattr(cli, "_run", lambda *_: None)
    monkeypatch.delenv("NEMOFAKE_NO_CONTROL", raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["nemofake", "serve", *flags])
    with pytest.raises(SystemExit):
        cli.main()
    assert [settings.control for settings in seen] == [control]
