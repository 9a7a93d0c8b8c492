"""What the tests of stored worlds share: worlds on a database without a server, and commands to draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from nemofake.engine.accounts import Token
from nemofake.engine.errors import BackendError
from nemofake.engine.library import simulated
from nemofake.faults import parse_fault_rule
from nemofake.http.world_registry import WorldRegistry
from nemofake.http.worlds import World
from nemofake.scenario_loader import ScenarioRegistry, parse_trigger
from nemofake.settings import Settings
from nemofake.storage.sqlite import SqliteStorage

DRAFT = {"t": [{"tt": 0, "sg": [{"s": 0, "d": 4_000, "m": {"odd": [1.5, "\ud800", None, {"$token": "x"}]}}]}]}
SCENARIOS = ScenarioRegistry()  # read once
MAGIC = "nmv_usr_test_chat-silent-edit"
MESSAGES = ("generate a 5 second clip of a city", "添加标题“你好”", "remove the music", "hello", "undo")
NTH = st.integers(0, 3)
COMMANDS = st.one_of(
    st.tuples(st.just("register"), st.sampled_from([None, 40, 500]), st.sampled_from(["free", "paid"])),
    st.tuples(st.just("connect"), st.sampled_from(["c1", "c2"])),
    st.tuples(st.just("session"), NTH, st.sampled_from([None, "zh"])),
    st.tuples(st.just("chat"), NTH, st.sampled_from(MESSAGES)),
    st.tuples(st.just("chat"), NTH, st.sampled_from(MESSAGES)),
    st.tuples(st.just("upload"), NTH, st.sampled_from(["walk_12s.mp4", "song.mp3"])),
    st.tuples(st.just("opened"), NTH),
    st.tuples(st.just("export"), NTH, NTH),
    st.tuples(st.just("cancel"), NTH, NTH),
    st.tuples(st.just("read"), NTH),
    st.tuples(st.just("magic"), st.sampled_from([MAGIC, MAGIC + ".b", "nmv_usr_test_nothing"])),
    st.tuples(st.just("end"), NTH, st.sampled_from(["expire", "revoke"])),
    st.tuples(st.just("update"), NTH, st.sampled_from([None, 7]), st.sampled_from([None, True, False])),
    st.tuples(st.just("trigger"), st.sampled_from(["refuse", "expire-token", "silence"])),
    st.tuples(st.just("fault"), st.sampled_from([1, 2])),
    st.tuples(st.just("match"), NTH),
    st.tuples(st.just("clear")),
    st.tuples(st.just("scenario"), st.sampled_from(["chat-silent-edit", "happy-path"]), st.booleans()),
    st.tuples(st.just("clock"), st.sampled_from(["auto", "manual"])),
    st.tuples(st.just("reset")),
)
# Each command comes so long after the one before.
HISTORIES = st.lists(st.tuples(st.integers(0, 40_000), COMMANDS), min_size=1, max_size=14)


@contextmanager
def worlds(folder: Path, today_ms: Callable[[], int] = lambda: 0, **settings: Any) -> Iterator[WorldRegistry]:
    """Open the worlds of the database in a folder, as a server does when it starts."""
    storage = SqliteStorage(folder / "world.db")
    try:
        registry = WorldRegistry(Settings(**settings), SCENARIOS, folder, today_ms, storage)
        yield registry
        registry.media.close()
    finally:
        storage.close()


def database_of(world: World) -> SqliteStorage:
    """Return the SQLite file of a stored world."""
    assert isinstance(world.storage, SqliteStorage)
    return world.storage


class Driver:
    """Runs drawn commands on a world, and notes each result."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.results: list[Any] = []

    @property
    def tokens(self) -> list[Token]:
        return list(self.world.backend.data.tokens.values())

    def run(self, history: Any) -> None:
        for gap_ms, (verb, *details) in history:
            if gap_ms:
                self.world.pass_ms(gap_ms)
            with suppress(BackendError, LookupError, StopIteration):
                getattr(self, "do_" + verb)(*details)

    def token(self, nth: int) -> Token:
        value = self.tokens[nth % len(self.tokens)].value if self.tokens else "nobody"
        return self.world.backend.authenticate(self.world.now_ms, value, "read", "ip")

    def session(self, nth: int) -> tuple[Token, str]:
        sessions = list(self.world.backend.data.sessions.values())
        session = sessions[nth % max(1, len(sessions))]
        tokens = (token for token in self.tokens if token.account is session.account)
        return self.world.backend.authenticate(self.world.now_ms, next(tokens).value, "read", "ip"), (
            session.session_id
        )

    def do_register(self, credits_: int | None, plan: str) -> None:
        self.world.backend.register_account(self.world.now_ms, credits_, plan, None)

    def do_connect(self, client: str) -> None:
        self.world.backend.issue_token(self.world.now_ms, client, "ip")

    def do_session(self, nth: int, language: str | None) -> None:
        self.world.backend.create_session(self.token(nth), "me", "project", language)

    def do_chat(self, nth: int, message: str) -> None:
        token, session_id = self.session(nth)
        self.world.backend.start_turn(token, "me", session_id, message)

    def do_upload(self, nth: int, name: str) -> None:
        token, session_id = self.session(nth)
        backend = self.world.backend
        permit = backend.open_upload(token, "me", session_id)
        backend.add_files(permit, [simulated(f"http://a.test/{name}", backend.data.randomness)], "http://x")

    def do_opened(self, nth: int) -> None:
        """Begin an upload whose client never finishes."""
        token, session_id = self.session(nth)
        self.world.backend.open_upload(token, "me", session_id)

    def do_export(self, nth: int, render: int) -> None:
        token, session_id = self.session(nth)
        self.world.backend.submit_render(token, f"r{render}", session_id, DRAFT, attributed=True)

    def do_cancel(self, nth: int, render: int) -> None:
        self.world.backend.cancel_render(self.token(nth), f"r{render}")

    def do_read(self, nth: int) -> None:
        token, session_id = self.session(nth)
        self.world.backend.balance(token)
        self.world.backend.state(token, "me", session_id, "")

    def do_magic(self, token: str) -> None:
        self.world.backend.authenticate(self.world.now_ms, token, "read", "ip")

    def do_end(self, nth: int, event: str) -> None:
        self.world.backend.end_token(self.world.now_ms, self.token(nth).value, event)

    def do_update(self, nth: int, grant: int | None, blocked: bool | None) -> None:
        user = self.token(nth).account.user_id
        self.world.backend.update_account(
            self.world.now_ms, user, grant=grant, plan=None, export_blocked=blocked
        )

    def do_trigger(self, action: str) -> None:
        code = 402 if action == "refuse" else None
        self.world.backend.add_trigger(parse_trigger({"on": "chat", "do": action, "code": code}))

    def do_fault(self, nth: int) -> None:
        self.world.fault_rules.add(parse_fault_rule({"fault": "close", "on": "chat", "share": 0.5}))
        self.world.fault_rules.add(parse_fault_rule({"fault": "delay", "ms": 1000, "nth": nth}))

    def do_match(self, nth: int) -> None:
        token = self.token(nth)
        self.world.fault_rules.match("chat", self.world.now_ms, f"Bearer {token.value}".encode(), "ip")

    def do_clear(self) -> None:
        self.world.fault_rules.clear()
        self.world.backend.clear_triggers()

    def do_scenario(self, name: str, reset: bool) -> None:
        self.world.set_scenario(name, reset=reset)

    def do_clock(self, mode: str) -> None:
        self.world.clock.set_mode(mode)

    def do_reset(self) -> None:
        self.world.reset()
