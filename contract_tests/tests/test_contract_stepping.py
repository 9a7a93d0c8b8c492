"""The fake without sockets: it answers as over sockets, and time passes while somebody waits."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

import httpx
import pytest

from nemocontract.arms.loop import SteppedLoop
from nemocontract.arms.stepped_ground import SteppedGround, stepped_ground
from nemocontract.arms.stepping import SteppedServer, StuckError, stepped
from nemocontract.arms.transport import SteppedTransport, stepped_target
from nemocontract.probing.guest import Guest, ask_token
from nemocontract.probing.probe import Probe
from nemocontract.tally import Tally
from nemocontract.traffic import Exchange
from nemocontract.traffic.journal import read_records
from nemocontract.trials.playing import Player
from nemocontract.trials.trial import NotATrialError, Trial, as_trial
from nemofake.stage import Stage, play
from nemoscenarios import Shelf

DAY_S = 86_400


@pytest.fixture(scope="module")
def server() -> Iterator[SteppedServer]:
    with stepped() as made:
        yield made


def guest_at(server: SteppedServer, world: str, **settings: object) -> Guest:
    target = stepped_target(server).fresh(world, **{"clock": "manual", **settings})
    probe = Probe(target, Tally("fake"), world)
    made = ask_token(probe, "7c1de02f-52bb-4a3c-a5a7-4c1df3a8f0a1")
    return Guest(probe, str(made.data["token"]))


# -- time ------------------------------------------------------------------------------------------


def test_time_passes_for_whoever_reads_a_stream_and_for_nobody_else(server: SteppedServer) -> None:
    guest = guest_at(server, "reads", rules={"text_ms": [12_000, 12_000]})
    began_ms = guest.probe.target.now_ms()
    session = guest.session()
    assert guest.probe.target.now_ms() == began_ms
    assert guest.chat(session, "hello").ending == "complete"
    assert guest.probe.target.now_ms() == began_ms + 12_000


def test_a_stream_that_is_left_takes_no_time_and_its_work_goes_on(server: SteppedServer) -> None:
    guest = guest_at(server, "leaves", rules={"silent_share": 0})
    session = guest.session()
    guest.upload_urls(session, "https://example.com/walk_12s.mp4")
    with guest.chatting(session, "trim the video to 3 seconds") as stream:
        next(iter(stream))
    assert guest.probe.exchanges[-1].ending == "client-gone"
    guest.probe.target.control("POST", "clock/advance", {"seconds": 60})
    assert guest.state(session).data["state"]["draft"]["d"] == 3000


def test_a_wait_ends_with_its_limit_to_the_millisecond(server: SteppedServer) -> None:
    guest = guest_at(server, "limit")
    guest.probe.target.control("POST", "faults", {"fault": "stall", "on": "credits"})
    target = guest.probe.target
    http = httpx.Client(transport=SteppedTransport(server), timeout=7.5)
    began_ms = target.now_ms()
    with pytest.raises(httpx.ReadTimeout):
        http.get(
            f"{target.url}/api/credits/balance/simple", headers={"Authorization": f"Bearer {guest.token}"}
        )
    assert target.now_ms() == began_ms + 7500


@pytest.mark.parametrize("fault", ["cut", "reset"])
def test_a_broken_answer_breaks_the_reader(server: SteppedServer, fault: str) -> None:
    guest = guest_at(server, f"breaks-{fault}")
    guest.probe.target.control("POST", "faults", {"fault": fault, "on": "credits", "after_bytes": 10})
    with pytest.raises(httpx.RemoteProtocolError):
        guest.credits()


def test_an_answer_that_is_all_there_is_whole_however_it_was_cut(server: SteppedServer) -> None:
    guest = guest_at(server, "cut-at-the-end")
    guest.probe.target.control("POST", "faults", {"fault": "cut", "on": "credits", "after_events": 1})
    assert guest.credits().data["available"] == 100


def test_no_time_is_spent_on_a_fake_that_would_wait_for_a_thread(server: SteppedServer) -> None:
    async def waits_outside(*_: object) -> None:
        await server.loop.create_future()

    app, server.app = server.app, waits_outside  # type: ignore[assignment]
    try:
        http = httpx.Client(transport=SteppedTransport(server))
        with pytest.raises(StuckError):
            http.get(f"{server.url}/api/credits/balance/simple")
    finally:
        server.app = app


def test_the_loop_runs_until_nothing_is_left_and_does_threads_work_at_once() -> None:
    loop, done = SteppedLoop(), list[int]()

    async def count() -> None:
        for number in range(5):
            done.append(await loop.run_in_executor(None, abs, -number))

    loop.create_task(count())
    loop.run_dry(lambda: len(done) >= 2)
    assert done == [0, 1]
    loop.run_dry()
    loop.close()
    assert done == [0, 1, 2, 3, 4]


# -- faithful --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SteppedGround]:
    with stepped_ground(tmp_path_factory.mktemp("props")) as made:
        yield made


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with play() as made:
        yield made


def alike() -> list[str]:
    """Return the stories whose user does the same as a trial's: a connect or a return is told otherwise."""
    shelf, names = Shelf(), list[str]()
    for name in shelf.names():
        scenario = shelf.load(name)
        other = any(
            act.do in ("connect", "claim") or act.come_back or act.wait_s or act.leave_after
            for act in scenario.user
        )
        try:
            as_trial(scenario)
        except NotATrialError:
            continue
        speaks = any(act.say or act.upload or act.export or act.do for act in scenario.user)
        names += [name] if speaks and not other else []
    return names


STORIES = alike()


def journal_of(ground: SteppedGround, trial: Trial, home: Path) -> list[dict[str, object]]:
    ground.furnish(trial.scenario, home)
    kept = home / ".config/nemovideo/client_id"
    kept.parent.mkdir(parents=True)
    kept.write_text(str(uuid5(NAMESPACE_URL, f"nemofake/{trial.name}")))  # the one that the stage gives it
    with ground.open(trial.scenario, 42, "") as world:
        Player(trial, world, home).play()
        return world.journal()


def told(exchange: Exchange) -> tuple[object, ...]:
    return exchange.operation, exchange.code, exchange.at_ms, exchange.ended_at_ms, exchange.ending


def test_most_stories_can_be_compared() -> None:
    assert len(STORIES) > 110


@pytest.mark.parametrize("name", STORIES)
def test_a_story_goes_as_over_sockets(ground: SteppedGround, stage: Stage, name: str, tmp_path: Path) -> None:
    without = read_records(journal_of(ground, as_trial(Shelf().load(name)), tmp_path / "home"))
    with_sockets = read_records(stage.play(name).journal)
    by_hand = {"nemofake-by-hand", "nemocontract-by-hand"}
    own = [one for one in with_sockets if one.headers.get("user-agent") not in by_hand]
    assert [told(one) for one in without if one.headers.get("user-agent") not in by_hand] == [
        told(one) for one in own
    ]


def test_the_same_story_gives_the_same_journal(ground: SteppedGround, tmp_path: Path) -> None:
    trial = as_trial(Shelf().load("stream-cut-during-work"))
    texts = []
    for nth in range(2):
        text = json.dumps(journal_of(ground, trial, tmp_path / f"home-{nth}"))
        texts.append(text.replace(f"home-{nth}", "home"))
    first, second = (re.sub(r"/w/[\w-]+", "/w/x", text) for text in texts)
    assert first == second
