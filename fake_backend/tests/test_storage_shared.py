"""Worlds that several servers share in PostgreSQL: whichever takes a request, the answer is the same."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemofake import running
from nemofake.http.world_registry import WorldRegistry
from nemofake.settings import Settings
from nemofake.testing import FakeServer

from .http_helpers import Api, success, wire
from .kill_helpers import CLIENTS, Load, check, register
from .postgresql_helpers import cluster, missing, new_database
from .round_robin import round_robin
from .storage_helpers import HISTORIES, SCENARIOS, Driver
from .stream_helpers import Line
from .test_cli_serve import announced, call, spawn
from .test_storage_replay import observed, remembered
from .upload_helpers import song

pytestmark = pytest.mark.skipif(bool(missing()), reason=str(missing()))


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    with cluster() as url:
        yield url


@pytest.fixture
def db(postgresql: str) -> str:
    """Return the URL of an empty database."""
    return new_database(postgresql)


@contextmanager
def servers(url: str, number: int, **changes: Any) -> Iterator[list[WorldRegistry]]:
    """Return the worlds of several servers, in this process."""
    from nemofake.storage.postgresql import PostgresqlStorage

    with ExitStack() as stack:
        registries = []
        for _ in range(number):
            folder = Path(stack.enter_context(TemporaryDirectory()))
            storage = PostgresqlStorage(url, folder)
            stack.callback(storage.close)
            registries.append(WorldRegistry(Settings(**changes), SCENARIOS, folder, lambda: 0, storage))
        yield registries


@pytest.mark.clause("CRE-5", "STA-1")
@settings(max_examples=15)
@given(histories=st.lists(st.tuples(st.integers(0, 2), HISTORIES), min_size=1, max_size=4))
def test_servers_agree_whichever_takes_a_command(postgresql: str, helpers: Any, histories: Any) -> None:
    with servers(new_database(postgresql), 3) as registries:
        first = [(0, ("register", 400, "free")), (0, ("session", 0, None))]
        for nth, history in [(0, first), *histories]:
            Driver(registries[nth].world("default")).run(history)
        last = remembered(registries[0].world("default"), helpers)
        for registry in registries[1:]:
            assert remembered(registry.world("default"), helpers) == last
        with servers(registries[0].storage._url, 1) as (late,):  # type: ignore[union-attr]
            assert remembered(late.world("default"), helpers) == last


def test_commands_of_many_at_once_are_one_line_without_gaps(db: str, helpers: Any) -> None:
    """One world is one line of commands: nobody is lost, doubled, or overtaken by what it did not see."""
    number, each = 4, 40
    with servers(db, number) as registries:
        made: list[list[str]] = [[] for _ in range(number)]

        def work(nth: int) -> None:
            for _ in range(each):
                backend = registries[nth].world("default").backend
                made[nth].append(backend.register_account(backend.now_ms, 5, "free", None).value)

        threads = [threading.Thread(target=work, args=(nth,)) for nth in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len({token for tokens in made for token in tokens}) == number * each
        states = [remembered(registry.world("default"), helpers) for registry in registries]
        assert all(state == states[0] for state in states)
        storage = registries[0].storage
        assert storage is not None
        numbers = [command.number for command in storage.log("default").commands()]
        assert numbers == list(range(1, number * each + 1))


# -- over HTTP ----------------------------------------------------------------------------------------------


@pytest.fixture
def pair(db: str) -> Iterator[tuple[FakeServer, FakeServer]]:
    with running(db=db) as one, running(db=db) as other:
        yield one, other


def test_file_uploaded_to_one_server_is_read_from_another(pair: tuple[FakeServer, FakeServer]) -> None:
    one, other = pair
    sound = song("wav")
    with wire() as client:
        api = Api(one, client)
        files = success(api.upload(("a.wav", sound)))["files"]
        api.say("add background music at 30% volume")
        assert api.submit().status_code == 200
        api.finished()
        media = files[0]["cdn_url"].removeprefix(one.url)
        seen = observed(api, media)
        api.world = other
        assert observed(api, media) == seen
        assert seen[3][2] == sound


def test_clock_moved_through_one_server_moves_the_streams_of_another(db: str) -> None:
    with running(db=db, clock="manual") as one, running(db=db, clock="manual") as other, wire() as client:
        api = Api(one, client)
        line = Line(api, "generate a 5 second clip of a city").begun()
        other.clock.advance(400)
        line.rest()  # ends by itself: `one` was told
        assert line.ending == "close"
        assert api.state()["generated_media"]
        assert one.clock.now_ms == other.clock.now_ms
        line.socket.close()


def test_message_whose_server_ends_completes_on_another(db: str) -> None:
    """SSE-11: the client reads the state from whichever server is left."""
    with running(db=db, clock="manual") as other, wire() as client:
        with running(db=db, clock="manual") as one:
            api = Api(one, client)
            line = Line(api, "generate a 5 second clip of a city").begun()
            one.clock.advance(20)
        line.rest()
        assert line.ending == "cut"
        line.socket.close()
        api.world = other
        assert api.credits() == {"available": 0, "frozen": 100, "total": 100}
        other.clock.advance(400)
        assert len(api.state()["generated_media"]) == 1
        assert api.credits() == {"available": 0, "frozen": 0, "total": 0}


@pytest.mark.parametrize("how", ["reset", "replace", "delete"])
def test_world_that_one_server_begins_anew_is_new_on_all(
    pair: tuple[FakeServer, FakeServer], how: str
) -> None:
    one, other = pair
    one.world("mine", clock="manual")
    with wire() as client:
        api = Api(other.world("mine"), client)
        line = Line(api, "generate a 5 second clip of a city").begun()
        old = api.token
        begin: dict[str, Callable[[], object]] = {
            "reset": one.world("mine").reset,
            "replace": lambda: one.world("mine", seed=9),
            "delete": one.world("mine").delete,
        }
        begin[how]()
        line.rest()
        assert line.ending == "cut"
        line.socket.close()
        assert api.call("GET", "/api/credits/balance/simple").json()["code"] == 1001
        api.token = ""
        assert (api.token == old) is (how != "replace")
        api.world = one.world("mine")
        assert api.credits()["available"] == 100


def test_worlds_of_all_servers_are_listed(pair: tuple[FakeServer, FakeServer]) -> None:
    pair[0].world("mine", seed=4)
    with wire() as client:
        listed = success(client.get(f"{pair[1].url}/__fake__/worlds"))
    assert [(world["name"], world["seed"]) for world in listed] == [("default", 42), ("mine", 4)]


def test_server_goes_on_when_the_database_ended_its_connections(
    pair: tuple[FakeServer, FakeServer], db: str
) -> None:
    import psycopg

    with wire() as client:
        api = Api(pair[0], client)
        assert api.token
        with psycopg.connect(db, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        refused = api.call("GET", "/api/credits/balance/simple")
        assert (refused.status_code, refused.json()["code"]) == (507, 507)
        assert refused.json()["message"].startswith(
            "The server cannot store files: cannot use the PostgreSQL"
        )
        assert api.credits()["available"] == 100


# -- processes ----------------------------------------------------------------------------------------------


@contextmanager
def processes(folder: Path, db: str, number: int, *options: str) -> Iterator[list[tuple[str, Any]]]:
    """Start servers; yield the URL of each with its process."""
    flags = ("--port", "0", "--db", db, "--log-format", "none", "--media-workers", "0", *options)
    started = [spawn(folder, *flags) for _ in range(number)]
    try:
        yield [(announced(process), process) for process in started]
    finally:
        for process in started:
            process.kill()
            process.communicate()


def test_four_servers_lose_nothing_when_one_is_killed_in_the_middle(tmp_path: Path, db: str) -> None:
    with processes(tmp_path, db, 4) as started, round_robin([url for url, _ in started]) as (url, balancer):
        users = [register(url, nth) for nth in range(CLIENTS)]
        for seed, (_, process) in enumerate(started[:3]):
            load = Load(url, users, seed, process.kill, more=60)
            load.run()
            assert load.errors == []
            assert process.wait(timeout=30) < 0
            assert check(url, users) > CLIENTS
        assert min(balancer.served.values()) > 5


# They read when messages were in the journal, which each server has of its own.
OF_ONE_SERVER = {
    "silent-edits.heartbeats",
    "silent-edits.heartbeats-until-end",
    "turns.closed-at-limit",
    "turns.just-below-limit",
}


@pytest.mark.timeout(900)
@pytest.mark.skipif(
    os.environ.get("NEMOFAKE_POSTGRESQL") != "1", reason="takes minutes: make test-all runs it"
)
@pytest.mark.parametrize("control", [True, False])
def test_contract_suite_passes_through_four_servers(tmp_path: Path, db: str, control: bool) -> None:
    options = ["--same-ids"] if control else ["--no-control"]
    with (
        processes(tmp_path, db, 4, *options) as started,
        round_robin([url for url, _ in started]) as (url, balancer),
    ):
        command = [sys.executable, "-m", "nemofake", "verify", "--server", "--target", url, "--examples", "0"]
        report = tmp_path / "report.xml"
        ran = subprocess.run([*command, "--junit", report], capture_output=True, text=True, timeout=800)
        cases = list(ElementTree.parse(report).iter("testcase"))
        assert len(cases) > (150 if control else 40), ran.stdout[-3000:] + ran.stderr[-2000:]
        failed = {case.get("name") for case in cases if {"failure", "error"} & {part.tag for part in case}}
        assert failed == (OF_ONE_SERVER if control else set()), ran.stdout[-5000:]
        assert min(balancer.served.values()) > 50


# -- commands and refusals ----------------------------------------------------------------------------------


def test_world_moves_from_postgresql_to_a_file_and_back(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, db: str
) -> None:
    with running(db=db) as fake, wire() as client:
        api = Api(fake, client)
        media = success(api.upload(("a.wav", song("wav"))))["files"][0]["cdn_url"].removeprefix(fake.url)
        seen = observed(api, media)
    first, second, file = tmp_path / "1.zip", tmp_path / "2.zip", str(tmp_path / "world.db")
    assert call(monkeypatch, "world", "export", "default", str(first), "--db", db) == 0
    assert call(monkeypatch, "world", "import", str(first), "--db", file) == 0
    assert call(monkeypatch, "world", "export", "default", str(second), "--db", file) == 0
    assert first.read_bytes() == second.read_bytes()
    assert call(monkeypatch, "world", "import", str(second), "--db", db, "--name", "copy") == 0
    capsys.readouterr()
    assert call(monkeypatch, "world", "list", "--db", db) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["default", "copy"]
    with running(db=db) as fake, wire() as client:
        api.world, api.client = fake.world("copy"), client
        again = observed(api, media)
        assert json.loads(again[0][2])["data"] == json.loads(seen[0][2])["data"]
        assert again[3] == seen[3]


def test_database_that_cannot_be_used_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, db: str
) -> None:
    import psycopg

    with running(db=db):
        pass
    with psycopg.connect(db, autocommit=True) as admin:
        admin.execute("UPDATE nemofake_format SET format = 2")
    for url, named in (
        (db, "is from a newer nemofake (format 2): upgrade nemofake"),
        (f"postgresql://me:secret@/none?host={tmp_path}", "cannot use the PostgreSQL database: "),
        ("postgresql://nonsense=", "cannot use the PostgreSQL database: "),
    ):
        assert call(monkeypatch, "serve", "--port", "0", "--db", url) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert named in err
        assert "secret" not in err
