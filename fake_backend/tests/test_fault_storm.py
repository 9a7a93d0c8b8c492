"""Any faults, together, on any request: the server serves on, says what it did, leaves nothing behind."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nemofake.faults import FAULTS, TARGETS

from .fault_helpers import HOUR_S, Wire, message, serves, sleepers, tasks, world_of
from .http_helpers import DRAFT, Api, wire
from .stream_helpers import EDIT, TALK, until

if TYPE_CHECKING:
    from nemofake.testing import FakeServer

PATIENCE_S = 0.05
SPOTS = st.fixed_dictionaries(
    {},
    optional={
        "after_events": st.integers(0, 4),
        "after_bytes": st.integers(0, 300),
        "at_ms": st.integers(0, 30_000),
        "at_end": st.booleans(),
    },
)
ACTED = st.fixed_dictionaries({}, optional={"after_backend": st.booleans()})
OWN: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    **dict.fromkeys(("close", "cut", "reset", "stall"), SPOTS),
    **dict.fromkeys(("error_code", "proxy_error", "redirect"), ACTED),
    "no_answer": st.fixed_dictionaries({"after_backend": st.booleans(), "reset": st.booleans()}),
    "chunking": st.fixed_dictionaries({"size": st.sampled_from([0, 1, 9])}),
    "content_type": st.fixed_dictionaries(
        {"value": st.sampled_from(["text/event-stream", "video/mp4", "x"])}
    ),
    "cut_inside": st.fixed_dictionaries(
        {
            "what": st.sampled_from(["json", "character"]),
            "clean": st.booleans(),
            "nth_event": st.integers(1, 3),
        }
    ),
    "drip": st.fixed_dictionaries({"size": st.integers(5, 40), "every_ms": st.integers(0, 5_000)}),
    "heartbeats_only": st.fixed_dictionaries({"minutes": st.integers(0, 20)}),
    "line_ends": st.fixed_dictionaries({"style": st.sampled_from(["cr", "crlf"])}),
    "missing_fields": st.fixed_dictionaries({"fields": st.lists(st.sampled_from(["data", "code", "state"]))}),
}
NONE: dict[str, Any] = {}


def faults() -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.sampled_from(sorted(FAULTS)).flatmap(
        lambda name: OWN.get(name, st.just(NONE)).map(lambda own: {"fault": name, **own})
    )
    return st.lists(one, min_size=1, max_size=4)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture(scope="module")
def worlds(nemofake_server: FakeServer, client: httpx.Client) -> dict[tuple[str, str], Api]:
    return {
        (clock, profile): world_of(nemofake_server, client, clock=clock, profile=profile)
        for clock in ("auto", "manual")
        for profile in ("typed", "adk,http-status,render-nested")
    }


def requests(api: Api) -> dict[str, tuple[str, str, Any]]:
    """Return a request of each kind: method, path, body."""
    submit = {"id": "r1", "sessionId": api.session_id, "draft": DRAFT}
    return {
        "chat": ("POST", "/run_sse", message(api, TALK)),
        "edit": ("POST", "/run_sse", message(api, EDIT)),
        "wrong": ("POST", "/run_sse", {}),
        "state": ("GET", api.state_path(), None),
        "head": ("HEAD", api.state_path(), None),
        "submit": ("POST", "/api/render/proxy/lambda", submit),
        "none": ("GET", "/nowhere", None),
    }


@settings(max_examples=70)
@given(
    several=faults(),
    clock=st.sampled_from(["auto", "manual"]),
    profile=st.sampled_from(["typed", "adk,http-status,render-nested"]),
    kind=st.sampled_from(["chat", "chat", "edit", "wrong", "state", "head", "submit", "none"]),
    leaves=st.booleans(),
)
def test_random_faults_break_nothing_and_leave_nothing(
    nemofake_server: FakeServer,
    worlds: dict[tuple[str, str], Api],
    caplog_all: list[logging.LogRecord],
    several: list[dict[str, Any]],
    clock: str,
    profile: str,
    kind: str,
    leaves: bool,
) -> None:
    api = worlds[clock, profile]
    request = requests(api)[kind]
    before = tasks(nemofake_server)
    for fault in several:
        api.world.add_fault(**fault)
    with Wire(api, *request) as line:
        if not leaves:
            line.hear(PATIENCE_S / 10)
            if clock == "manual":
                api.world.clock.advance(HOUR_S)
            line.hear(PATIENCE_S)
    api.world.clear_faults()
    api.world.clock.advance(HOUR_S)
    until(lambda: sleepers(api.world) == 0 and tasks(nemofake_server) <= before)
    assert caplog_all == []
    entry = api.world.journal()[-1]
    assert entry["ending"] is not None
    assert {note.split()[0] for note in entry["notes"]} <= {fault["fault"] for fault in several}
    assert serves(nemofake_server)


@pytest.fixture(scope="module")
def caplog_all() -> Iterator[list[logging.LogRecord]]:
    """Collect what the server logs: faults of its own."""
    records: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = records.append  # type: ignore[method-assign, assignment]
    loggers = [logging.getLogger(name) for name in ("nemofake", "asyncio", "uvicorn.error")]
    for logger in loggers:
        logger.addHandler(handler)
    yield records
    for logger in loggers:
        logger.removeHandler(handler)


def test_every_operation_can_have_a_fault(nemofake_server: FakeServer, client: httpx.Client) -> None:
    """Each target is aimed at by its name, reached by its path, and answered by the fault alone."""
    api = world_of(nemofake_server, client)
    session, task = api.session_id, "1"
    paths = {
        "token.issue": ("POST", "/api/auth/anonymous-token", None),
        "token.claim": ("POST", "/api/auth/claim-token", {"task_id": task, "session_id": session}),
        "session.create": ("POST", "/api/tasks/me/with-session/nemo_agent", {"task_name": "x"}),
        "chat": ("POST", "/run_sse", message(api)),
        "credits": ("GET", "/api/credits/balance/simple", None),
        "state": ("GET", api.state_path(), None),
        "upload": (
            "POST",
            api.upload_path(),
            {"urls": ["https://example.test/a_5s.mp4"], "source_type": "url"},
        ),
        "render.submit": (
            "POST",
            "/api/render/proxy/lambda",
            {"id": "r", "sessionId": session, "draft": DRAFT},
        ),
        "render.status": ("GET", "/api/render/proxy/lambda/r", None),
        "render.cancel": ("POST", "/api/render/proxy/lambda/r/cancel", None),
        "render.download": ("GET", "/api/render/proxy/r/download", None),
        "cdn.media": ("GET", "/cdn/media/x/y.mp4", None),
        "cdn.generated": ("GET", "/cdn/generated/x.mp4", None),
        "cdn.render": ("GET", "/cdn/renders/x.mp4", None),
    }
    assert set(paths) == set(TARGETS)
    for operation, request in paths.items():
        api.world.add_fault("proxy_error", status=503, on=operation)
        with Wire(api, *request) as line:
            assert line.hear().status == 503, operation
        entry = api.world.journal()[-1]
        assert (entry["operation"], entry["notes"]) == (operation, ["proxy_error (status 503)"])
        api.world.clear_faults()
