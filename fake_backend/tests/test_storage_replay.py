"""Stored worlds: what runs again is what ran, to the byte, and the clock goes on."""

from __future__ import annotations

import asyncio
from copy import deepcopy
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from hypothesis import given

from nemofake import running
from nemofake.engine.errors import BackendError
from nemofake.engine.library import simulated
from nemofake.faults import to_dict
from nemofake.http.command_values import _DECODERS
from nemofake.http.worlds import World

from .http_helpers import Api, success, wire
from .storage_helpers import DRAFT, HISTORIES, MAGIC, Driver, database_of, worlds
from .upload_helpers import song

DAY_MS = 86_400_000


def remembered(world: World, helpers: Any) -> list[Any]:
    """Return everything a world knows, counters of calls and fault rules included."""
    data, rules = world.backend.data, world.fault_rules
    clients = [*data.clients.values(), *(account.client for account in data.accounts.values())]
    sets = [rules._of_scenario, rules._added, *rules._magic.values()]
    return [
        helpers.photo(world.backend),
        [dict(client.calls) for client in clients],
        [[(active.ordinal, active.calls, to_dict(active.rule)) for active in s._active] for s in sets],
        (world.scenario, world.clock.mode, world.now_ms, sorted(world.files)),
    ]


@pytest.mark.clause("CRE-5")
@given(history=HISTORIES, more=HISTORIES)
def test_world_that_is_opened_again_is_the_one_that_was_closed(helpers: Any, history: Any, more: Any) -> None:
    with TemporaryDirectory() as folder:
        with worlds(Path(folder)) as before:
            driver = Driver(before.world("default"))
            driver.run([(0, ("register", 400, "free")), (0, ("session", 0, None)), *history])
            closed = remembered(driver.world, helpers)
        for _ in range(2):
            with worlds(Path(folder), seed=99) as after:
                assert remembered(after.world("default"), helpers) == closed
        with worlds(Path(folder)) as after:  # and goes on as if it had never been closed
            Driver(after.world("default")).run(more)
            closed = remembered(after.world("default"), helpers)
            for account in after.world("default").backend.data.accounts.values():
                ledger = account.ledger
                assert ledger.granted == ledger.available + ledger.frozen + ledger.consumed
        with worlds(Path(folder)) as again:
            assert remembered(again.world("default"), helpers) == closed


def observed(api: Api, media: str) -> list[Any]:
    """Return what a client and the control API see, without the server's port."""
    paths = (
        api.state_path(),
        "/api/credits/balance/simple",
        "/api/render/proxy/lambda/r1",
        media,
        "/__fake__/accounts",
        "/__fake__/clock",
        "/__fake__/triggers",
        "/__fake__/faults",
    )
    answers = [api.call("GET", path) for path in paths]
    return [
        (answer.status_code, answer.headers.get("date"), answer.content.replace(api.world.url.encode(), b""))
        for answer in answers
    ]


@pytest.mark.parametrize("name", ["default", "mine"])
def test_server_that_starts_again_answers_with_the_same_bytes(tmp_path: Path, name: str) -> None:
    db, sound = str(tmp_path / "world.db"), song("wav")
    with running(db=db) as fake, wire() as client:
        world = fake.world(name) if name == "default" else fake.world(name, seed=5)
        api = Api(world, client)
        url = success(api.upload(("a.wav", sound)))["files"][0]["cdn_url"]
        media = url.removeprefix(world.url)
        api.say("add background music at 30% volume")
        assert api.submit().status_code == 200
        api.finished()
        world.add_trigger("credits", "refuse", nth=9, code=402)
        world.add_fault("delay", ms=1000, on="state", nth=99)
        seen = observed(api, media)
    assert seen[3][2] == sound
    with running(db=db) as fake, wire() as client:
        api.world, api.client = fake.world(name), client
        assert observed(api, media) == seen


def test_stream_that_a_stop_cuts_goes_on_for_a_client_that_reads_the_state(tmp_path: Path) -> None:
    """SSE-11: the operation completes, and is charged once."""
    db = str(tmp_path / "world.db")
    with running(db=db, clock="manual") as fake, wire() as client:
        api = Api(fake, client)
        message = {"parts": [{"text": "generate a 5 second clip of a city"}]}
        body = {"session_id": api.session_id, "new_message": message}
        headers = {"Authorization": f"Bearer {api.token}"}
        with client.stream("POST", fake.url + "/run_sse", json=body, headers=headers) as stream:
            fake.clock.advance(30)
            assert stream.status_code == 200
            fake.runner.stop()
            with pytest.raises(httpx.HTTPError):
                list(stream.iter_bytes())
    with running(db=db) as fake, wire() as client:
        api.world, api.client = fake, client
        assert api.credits() == {"available": 0, "frozen": 100, "total": 100}
        fake.clock.advance(300)
        assert len(api.state()["generated_media"]) == 1
        assert api.credits() == {"available": 0, "frozen": 0, "total": 0}


# -- time ---------------------------------------------------------------------------------------------------


def test_clock_that_follows_the_machine_went_on_while_the_server_was_down(tmp_path: Path) -> None:
    today = 50 * DAY_MS
    with worlds(tmp_path, lambda: today, clock="real") as before:
        world = before.world("default")
        token = world.backend.issue_token(world.now_ms, "c1", "ip")
        assert token.issued_at_ms >= today
    for later, live in ((6 * DAY_MS, True), (8 * DAY_MS, False)):
        with worlds(tmp_path, lambda later=later: today + later, clock="manual") as after:  # type: ignore[misc]
            world = after.world("default")
            assert world.clock.mode == "real"
            assert today + later <= world.now_ms < today + later + DAY_MS
            assert world.backend.data.tokens[token.value].is_live(world.now_ms) is live


def test_fast_clock_goes_on_at_its_own_speed(tmp_path: Path) -> None:
    with worlds(tmp_path, lambda: 0, clock="x60") as before:
        world = before.world("default")
        world.backend.issue_token(world.now_ms, "c1", "ip")
    with worlds(tmp_path, lambda: 60_000) as after:
        assert 3_600_000 <= after.world("default").now_ms < 3_600_000 + DAY_MS


def test_machine_whose_time_was_set_back_does_not_turn_a_clock_back(tmp_path: Path) -> None:
    with worlds(tmp_path, lambda: DAY_MS, clock="real") as before:
        world = before.world("default")
        world.clock.advance(5_000)
        world.backend.issue_token(world.now_ms, "c1", "ip")
    with worlds(tmp_path, lambda: 0) as after:
        assert after.world("default").now_ms >= DAY_MS + 5_000


# -- worlds -------------------------------------------------------------------------------------------------


def test_world_takes_no_space_before_its_first_command(tmp_path: Path) -> None:
    with worlds(tmp_path) as before:
        assert before.storage is not None
        before.world("visited").run_due()
        assert before.storage.worlds() == []
        before.create("made", seed=3, parameters={"silent_share": 1})
        assert [stored.name for stored in before.storage.worlds()] == ["made"]
    with worlds(tmp_path) as after:
        made = after.world("made")
        assert (made.settings.seed, made.settings.parameters.silent_share) == (3, 1.0)


def test_deleted_replaced_and_reset_worlds_have_forgotten_everything(tmp_path: Path) -> None:
    with worlds(tmp_path) as before:
        for name in ("deleted", "replaced", "reset"):
            before.world(name).backend.issue_token(before.world(name).now_ms, "c1", "ip")
        before.delete("deleted")
        before.create("replaced", seed=8)
        before.world("reset").set_scenario("chat-silent-edit", reset=True)
        assert database_of(before.world("reset")).rows("SELECT count(*) FROM commands") == [(0,)]
    with worlds(tmp_path) as after:
        assert list(after.by_name) == ["replaced", "reset"]
        assert all(not world.backend.data.accounts for world in after.by_name.values())
        assert after.world("replaced").settings.seed == 8
        assert after.world("reset").scenario == "chat-silent-edit"


def test_request_that_began_before_a_reset_is_refused_and_not_written(tmp_path: Path) -> None:
    with worlds(tmp_path) as before:
        world = before.world("default")
        token = world.backend.register_account(world.now_ms, 100, "free", None)
        session_id = world.backend.create_session(token, "me", "project", None)["session_id"]
        permit = world.backend.open_upload(token, "me", session_id)
        world.reset()
        for late in (
            lambda: world.backend.create_session(token, "me", "project", None),
            lambda: world.backend.add_files(permit, [], ""),
        ):
            with pytest.raises(BackendError, match="Token"):
                late()
    with worlds(tmp_path) as after:
        assert after.world("default").backend.data.sessions == {}


def test_magic_token_has_its_account_again(tmp_path: Path) -> None:
    with worlds(tmp_path) as before:
        world = before.world("default")
        world.backend.authenticate(world.now_ms, MAGIC, "read", "ip")
    with worlds(tmp_path) as after:
        assert list(after.world("default").backend.data.tokens) == [MAGIC]


def test_auto_clock_stores_each_step_before_a_stream_sends_it(tmp_path: Path) -> None:
    with worlds(tmp_path) as before:
        clock = before.world("default").clock

        async def wait() -> None:
            with clock.waiter() as waiter:
                await clock.wait_until(clock.now_ms() + 5_000, waiter)

        asyncio.run(wait())
        reached = clock.now_ms()
    with worlds(tmp_path) as after:
        assert after.world("default").now_ms == reached


def test_evicted_world_is_read_from_the_database_when_it_comes_back(tmp_path: Path) -> None:
    with worlds(tmp_path, max_worlds=2) as before:
        for name in ("first", "second", "third", "fourth"):
            world = before.create(name)
            world.backend.issue_token(world.now_ms, name, "ip")
        assert "first" not in before.by_name
        ids = list(before.visit("first", is_start=False).backend.data.tokens)
        assert len(ids) == 1
        assert "second" not in before.by_name
        assert before.delete("second") is True
        assert before.delete("second") is False
    with worlds(tmp_path, max_worlds=2, same_ids=True) as after:
        assert list(after.world("first").backend.data.tokens) == ids
        assert after.visit("second", is_start=True).backend.data.tokens == {}


def test_time_that_a_lone_stream_passes_is_stored_before_it_sends(tmp_path: Path) -> None:
    with worlds(tmp_path) as before:
        clock = before.world("default").clock
        with clock.waiter() as waiter:
            assert clock.pass_alone(clock.now_ms() + 5_000, waiter)
        reached = clock.now_ms()
    with worlds(tmp_path) as after:
        assert after.world("default").now_ms == reached


def test_every_command_is_written_and_runs_again(tmp_path: Path, helpers: Any) -> None:
    with worlds(tmp_path, clock="manual") as before:
        world = before.world("default")
        backend, driver = world.backend, Driver(world)
        driver.run([(0, ("connect", "c1")), (0, ("register", 500, "paid")), (0, ("magic", MAGIC))])
        token = backend.register_account(world.now_ms, 500, "free", None)
        session = backend.create_session(token, "me", "project", None)
        session_id, task_id = session["session_id"], session["task_id"]
        permit = backend.open_upload(token, "me", session_id)
        backend.add_files(permit, [simulated("http://a.test/a_9s.mp4", backend.data.randomness)], "")
        backend.start_turn(token, "me", session_id, "add a title")
        backend.claim_token(token, session_id, task_id)
        backend.state(token, "me", session_id, "")
        backend.balance(token)
        for render_id in ("kept", "cancelled"):
            backend.submit_render(token, render_id, session_id, deepcopy(DRAFT), attributed=True)
        backend.cancel_render(token, "cancelled")
        world.pass_ms(120_000)
        backend.render_status(token, "kept")
        backend.finished_render(token, "kept")
        driver.run([(0, ("scenario", "chat-silent-edit", False)), (0, ("trigger", "silence"))])
        driver.run(
            [(0, ("fault", 2)), (0, ("match", 0)), (0, ("update", 0, 7, True)), (0, ("end", 0, "revoke"))]
        )
        counted = remembered(world, helpers)
        driver.run([(0, ("clear",))])
        log = database_of(world).log("default")
        assert {command.name for command in log.commands()} == set(_DECODERS) - {"reach"}
        last = list(log.commands())[-2].number  # before the two that clear
        cleared = remembered(world, helpers)
    with worlds(tmp_path) as after:
        again = after.world("default")
        assert remembered(again, helpers) == cleared
    with worlds(tmp_path, clock="manual") as after:
        part = World(**_parts_of(after.world("default")))
        assert part.recorder is not None
        for _ in part.recorder.steps(last - 1):
            pass
        part.recorder.resume()
        assert remembered(part, helpers) == counted


def _parts_of(world: World) -> dict[str, Any]:
    names = ("name", "settings", "registry", "directory", "media", "today_ms", "storage", "own_seed")
    return {name: getattr(world, name) for name in names}


def test_machine_whose_time_was_set_back_does_not_turn_back_what_a_command_has_reached(
    tmp_path: Path,
) -> None:
    with worlds(tmp_path, lambda: DAY_MS, clock="x1000000") as before:
        world = before.world("default")
        world.backend.issue_token(world.now_ms, "c1", "ip")
        world.backend.issue_token(world.now_ms, "c2", "ip")
        reached = world.backend.now_ms
        assert reached > DAY_MS
    with worlds(tmp_path, lambda: 0) as after:
        assert after.world("default").now_ms >= reached


def test_request_of_a_deleted_world_is_written_nowhere(tmp_path: Path) -> None:
    with worlds(tmp_path) as before:
        world = before.world("gone")
        world.backend.issue_token(world.now_ms, "c1", "ip")
        before.delete("gone")
        world.backend.issue_token(world.now_ms, "c2", "ip")
        assert database_of(world).worlds() == []
