"""What the engine's tests share: a backend under a clock of their own, clients at it, photographs of it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from types import MethodType, SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from nemofake.engine.accounts import Token
from nemofake.engine.backend import Backend
from nemofake.engine.errors import BackendError
from nemofake.engine.library import MediaInfo, simulated
from nemofake.engine.renders import RenderJob
from nemofake.engine.scenario import ScenarioConfig, Trigger
from nemofake.engine.state import BackendState
from nemofake.engine.turns import EventBody, Turn

T0 = 1_767_225_600_000
DRAFT = {"t": [{"tt": 0, "sg": [{"s": 0, "d": 4_000, "m": {}}]}]}
SILENCES = ((2_000, 4_000), (7_500, 9_000))


def pytest_configure(config: pytest.Config) -> None:
    """Draw the same examples in every run, unless a seed is asked for."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large]
    chosen = config.getoption("--hypothesis-seed", None) is not None
    settings.register_profile(
        "laws",
        max_examples=40,
        deadline=None,
        derandomize=not chosen,
        print_blob=True,
        suppress_health_check=quiet,
    )
    settings.load_profile("laws")


class Fake:
    """A backend whose clock is a number: commands happen at ``now``, ``tick`` lets time pass."""

    def __init__(
        self,
        scenario: ScenarioConfig | None = None,
        seed: int = 7,
        scenarios: Mapping[str, ScenarioConfig] | None = None,
    ) -> None:
        self.backend = Backend(seed, T0, scenario, (scenarios or {}).get)
        self.now = T0

    @property
    def world(self) -> BackendState:
        return self.backend.data

    def tick(self, ms: int) -> None:
        self.now += ms
        self.backend.run_due(self.now)

    def to(self, at_ms: int) -> None:
        self.tick(at_ms - self.now)

    def set_scenario(self, *triggers: Trigger, **changes: Any) -> None:
        """Use another scenario from now on."""
        self.backend.set_scenario(ScenarioConfig(triggers=triggers, **changes))

    def client(self, name: str = "ann", ip: str | None = None, bearer: str = "") -> Client:
        return Client(self, name, ip or f"ip-{name}", bearer)

    def user(self, name: str = "ann", grant: int = 0) -> Client:
        """Return a client that has its token, with ``grant`` credits on top."""
        client = self.client(name)
        client.connect().account.ledger.grant(grant)
        return client


class Client:
    """An installed client: each method is one request, with the bearer token it has, now."""

    def __init__(self, fake: Fake, name: str, ip: str, bearer: str) -> None:
        self.fake, self.name, self.ip, self.bearer = fake, name, ip, bearer
        self.backend = fake.backend

    def connect(self) -> Token:
        token = self.backend.issue_token(self.fake.now, self.name, self.ip)
        self.bearer = token.value
        return token

    def token(self, scope: str = "read") -> Token:
        return self.backend.authenticate(self.fake.now, self.bearer, scope, self.ip)

    def session(self, language: str | None = None) -> str:
        data = self.backend.create_session(self.token("write"), "me", "project", language)
        return str(data["session_id"])

    def project(self, language: str | None = None) -> str:
        """Make a session that has footage to cut."""
        session_id = self.session(language)
        self.upload(session_id)
        return session_id

    def chat(self, session_id: str, message: str, user: str = "me") -> Turn:
        return self.backend.start_turn(self.token("write"), user, session_id, message)

    def state(self, session_id: str, user: str = "me") -> dict[str, Any]:
        return self.backend.state(self.token(), user, session_id, "https://cdn.test")

    def draft(self, session_id: str) -> dict[str, Any]:
        return dict(self.state(session_id)["state"]["draft"])

    def balance(self) -> dict[str, int]:
        return self.backend.balance(self.token())

    def upload(self, session_id: str, *files: MediaInfo) -> dict[str, Any]:
        token = self.token("upload")
        admission = self.backend.open_upload(token, "me", session_id)
        return self.backend.add_files(admission, files or (footage(),), "https://cdn.test")[0]

    def url(self, session_id: str, url: str) -> dict[str, Any]:
        return self.upload(session_id, simulated(url, self.fake.world.randomness))

    def claim(self, session_id: str, task_id: str) -> dict[str, Any]:
        return self.backend.claim_token(self.token("write"), session_id, task_id)

    def export(
        self, session_id: str, render_id: str = "render_1", draft: Any = None, attributed: bool = True
    ) -> RenderJob:
        return self.backend.submit_render(
            self.token("render"), render_id, session_id, draft or DRAFT, attributed=attributed
        )

    def status(self, render_id: str = "render_1") -> tuple[str, int]:
        job = self.backend.render_status(self.token(), render_id)
        return job.state, job.progress(self.fake.now)

    def cancel(self, render_id: str = "render_1") -> RenderJob:
        return self.backend.cancel_render(self.token("render"), render_id)

    def download(self, render_id: str = "render_1") -> RenderJob:
        return self.backend.finished_render(self.token(), render_id)


def footage(name: str = "walk.mp4", duration_ms: int = 10_000) -> MediaInfo:
    return MediaInfo(name, "video", duration_ms, 1920, 1080, 30.0, "a" * 64, 1_000_000, True, SILENCES)


def refusal(command: Callable[[], Any]) -> tuple[int, str, int | None]:
    """Run what must be refused; return everything that the answer would show of it."""
    with pytest.raises(BackendError) as caught:
        command()
    return caught.value.code, caught.value.message, caught.value.retry_after_s


def events_of(turn: Turn) -> list[Any]:
    """Return a turn's events so far as JSON would show them, times counted from its start."""
    return [
        [e.at_ms - turn.started_at_ms, e.event_id, type(e.body).__name__, _plain(e.body)] for e in turn.events
    ]


def _plain(body: EventBody) -> Any:
    return json.loads(json.dumps({f.name: getattr(body, f.name) for f in fields(body)}, default=dict))


def photo(backend: Backend) -> list[Any]:
    """Return all that a backend remembers, as plain values that compare deeply.

    Left out is what no command can show: how often a call was made (triggers count refused calls too),
    and the mere name of a client or an address that was never given anything. Jobs are brought up to now.
    """
    for job in backend.data.renders.values():
        job.advance(backend.now_ms)
    seen: list[Any] = []
    _walk(backend.data, seen, {})
    return seen


_UNSEEN = {("Client", "calls"), ("BackendState", "clients")}


def _walk(thing: Any, out: list[Any], met: dict[int, int]) -> None:
    if thing is None or isinstance(thing, str | int | float | bytes):
        out.append(thing)
    elif id(thing) in met:
        out.append(("met", met[id(thing)]))
    else:
        met[id(thing)] = len(met)
        out.append(type(thing).__name__)
        for part in _parts(thing):
            _walk(part, out, met)


def _parts(thing: Any) -> Iterable[Any]:
    if isinstance(thing, Mapping):
        return [part for pair in thing.items() if not _void(pair[1]) for part in pair]
    if isinstance(thing, list | tuple | deque):
        return thing
    if isinstance(thing, frozenset):
        return sorted(thing)
    if isinstance(thing, partial):
        return (thing.func, thing.args)
    if isinstance(thing, MethodType):
        return (thing.__name__, thing.__self__)
    names = [f.name for f in fields(thing)] if is_dataclass(thing) else type(thing).__slots__
    return [getattr(thing, name) for name in names if (type(thing).__name__, name) not in _UNSEEN]


def _void(value: Any) -> bool:
    return isinstance(value, deque) and not value


@pytest.fixture(scope="session")
def helpers() -> SimpleNamespace:
    """Return the tools above; of the session, so that drawn examples may use them."""
    return SimpleNamespace(
        Fake=Fake, footage=footage, refusal=refusal, events_of=events_of, photo=photo, T0=T0, DRAFT=DRAFT
    )


@pytest.fixture
def fake() -> Fake:
    """Return a fake that plays the happy path."""
    return Fake()
