"""The fake without sockets: it answers as over sockets, and time passes while somebody waits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest

from nemocontract.client_tests.driver import ClientTestDriver
from nemocontract.client_tests.model import ClientTest, NotPlayableError, as_client_test
from nemocontract.environments.event_loop import ManualEventLoop
from nemocontract.environments.in_process import InProcessEnvironment, stepped_ground
from nemocontract.environments.in_process_server import DeadlockError, InProcessServer, stepped
from nemocontract.environments.transport import SteppedTransport, stepped_target
from nemocontract.http.api_client import ApiAccount, request_token
from nemocontract.http.recorder import ApiRecorder
from nemocontract.recording import Exchange
from nemocontract.recording.journal import read_records
from nemocontract.results import RunResult
from nemofake.scenario_runner import ScenarioRunner, scenario_runner
from nemoscenarios import ScenarioStore

DAY_S = 86_400


@pytest.fixture(scope="module")
def server() -> Iterator[InProcessServer]:
    with stepped() as made:
        yield made


def account_at(server: InProcessServer, world: str, **settings: object) -> ApiAccount:
    target = stepped_target(server).fresh(world, **{"clock": "manual", **settings})
    recorder = ApiRecorder(target, RunResult("fake"), world)
    made = request_token(recorder, "7c1de02f-52bb-4a3c-a5a7-4c1df3a8f0a1")
    return ApiAccount(recorder, str(made.data["token"]))


# -- time ------------------------------------------------------------------------------------------


def test_time_passes_for_a_client_that_reads_a_stream_and_for_nobody_else(server: InProcessServer) -> None:
    guest = account_at(server, "reads", parameters={"text_ms": [12_000, 12_000]})
    began_ms = guest.recorder.target.now_ms()
    session = guest.new_session()
    assert guest.recorder.target.now_ms() == began_ms
    assert guest.chat(session, "hello").ending == "complete"
    assert guest.recorder.target.now_ms() == began_ms + 12_000


def test_a_stream_that_is_left_takes_no_time_and_its_work_goes_on(server: InProcessServer) -> None:
    guest = account_at(server, "leaves", parameters={"silent_share": 0})
    session = guest.new_session()
    guest.upload_urls(session, "https://example.com/walk_12s.mp4")
    with guest.open_chat(session, "trim the video to 3 seconds") as stream:
        next(iter(stream))
    assert guest.recorder.exchanges[-1].ending == "client-gone"
    guest.recorder.target.control("POST", "clock/advance", {"seconds": 60})
    assert guest.state(session).data["state"]["draft"]["d"] == 3000


def test_a_wait_ends_with_its_limit_to_the_millisecond(server: InProcessServer) -> None:
    guest = account_at(server, "limit")
    guest.recorder.target.control("POST", "faults", {"fault": "stall", "on": "credits"})
    target = guest.recorder.target
    http = httpx.Client(transport=SteppedTransport(server), timeout=7.5)
    began_ms = target.now_ms()
    with pytest.raises(httpx.ReadTimeout):
        http.get(
            f"{target.url}/api/credits/balance/simple", headers={"Authorization": f"Bearer {guest.token}"}
        )
    assert target.now_ms() == began_ms + 7500


@pytest.mark.parametrize("fault", ["cut", "reset"])
def test_a_broken_answer_breaks_the_reader(server: InProcessServer, fault: str) -> None:
    guest = account_at(server, f"breaks-{fault}")
    guest.recorder.target.control("POST", "faults", {"fault": fault, "on": "credits", "after_bytes": 10})
    with pytest.raises(httpx.RemoteProtocolError):
        guest.credits()


def test_an_answer_that_is_all_there_is_whole_however_it_was_cut(server: InProcessServer) -> None:
    guest = account_at(server, "cut-at-the-end")
    guest.recorder.target.control("POST", "faults", {"fault": "cut", "on": "credits", "after_events": 1})
    assert guest.credits().data["available"] == 100


def test_no_time_is_spent_on_a_fake_that_would_wait_for_a_thread(server: InProcessServer) -> None:
    async def waits_outside(*_: object) -> None:
        await server.loop.create_future()

    app, server.app = server.app, waits_outside  # type: ignore[assignment]
    try:
        http = httpx.Client(transport=SteppedTransport(server))
        with pytest.raises(DeadlockError):
            http.get(f"{server.url}/api/credits/balance/simple")
    finally:
        server.app = app


def test_the_loop_runs_until_nothing_is_left_and_does_threads_work_at_once() -> None:
    loop, done = ManualEventLoop(), list[int]()

    async def count() -> None:
        for number in range(5):
            done.append(await loop.run_in_executor(None, abs, -number))

    loop.create_task(count())
    loop.run_until_idle(lambda: len(done) >= 2)
    assert done == [0, 1]
    loop.run_until_idle()
    loop.close()
    assert done == [0, 1, 2, 3, 4]


# -- faithful --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InProcessEnvironment]:
    with stepped_ground(tmp_path_factory.mktemp("props")) as made:
        yield made


@pytest.fixture(scope="module")
def stage() -> Iterator[ScenarioRunner]:
    with scenario_runner() as made:
        yield made


def alike() -> list[str]:
    """Return the scenarios whose user does the same as a client test's; connects and returns differ."""
    store, names = ScenarioStore(), list[str]()
    for name in store.names():
        scenario = store.load(name)
        other = any(
            act.do in ("connect", "claim") or act.restart_client or act.wait_s or act.disconnect_after
            for act in scenario.user
        )
        try:
            as_client_test(scenario)
        except NotPlayableError:
            continue
        speaks = any(act.say or act.upload or act.export or act.do for act in scenario.user)
        names += [name] if speaks and not other else []
    return names


SCENARIOS = alike()


def journal_of(environment: InProcessEnvironment, test: ClientTest, home: Path) -> list[dict[str, object]]:
    environment.write_sample_files(test.scenario, home)
    kept = home / ".config/nemovideo/client_id"
    kept.parent.mkdir(parents=True)
    kept.write_text(str(uuid5(NAMESPACE_URL, f"nemofake/{test.name}")))  # the one that the stage gives it
    with environment.open(test.scenario, 42, "") as world:
        ClientTestDriver(test, world, home).play()
        return world.journal()


def facts(exchange: Exchange) -> tuple[object, ...]:
    return exchange.operation, exchange.code, exchange.at_ms, exchange.ended_at_ms, exchange.ending


def test_most_scenarios_can_be_compared() -> None:
    assert len(SCENARIOS) > 110


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_goes_as_over_sockets(
    environment: InProcessEnvironment, stage: ScenarioRunner, name: str, tmp_path: Path
) -> None:
    without = read_records(
        journal_of(environment, as_client_test(ScenarioStore().load(name)), tmp_path / "home")
    )
    with_sockets = read_records(stage.run(name).journal)
    by_hand = {"nemofake-by-hand", "nemocontract-by-hand"}
    own = [one for one in with_sockets if one.headers.get("user-agent") not in by_hand]
    assert [facts(one) for one in without if one.headers.get("user-agent") not in by_hand] == [
        facts(one) for one in own
    ]


def test_the_same_scenario_gives_the_same_journal(environment: InProcessEnvironment, tmp_path: Path) -> None:
    test = as_client_test(ScenarioStore().load("stream-cut-during-work"))
    texts = []
    for nth in range(2):
        text = json.dumps(journal_of(environment, test, tmp_path / f"home-{nth}"))
        texts.append(text.replace(f"home-{nth}", "home"))
    first, second = (re.sub(r"/w/[\w-]+", "/w/x", text) for text in texts)
    assert first == second
