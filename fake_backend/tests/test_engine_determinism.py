"""A pure function of seed, commands and now: whatever is done twice comes out twice the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nemofake.engine.errors import BackendError

MESSAGES = (
    "generate a 5 second clip of a city at night",
    "生成一段5秒的海边日落视频",
    'add a title "Hello" at the start',
    "添加标题“你好”，添加轻快的背景音乐",
    "cut silences and add lo-fi music at 30% volume",
    "remove the music",
    "hello",
    "呜哩哇啦",
)
SETTLED_MS = 3_600_000
NTH = st.integers(0, 5)
COMMANDS = st.one_of(
    st.tuples(st.just("session"), st.sampled_from([None, "en", "zh"])),
    st.tuples(st.just("chat"), NTH, st.sampled_from(MESSAGES)),
    st.tuples(st.just("chat"), NTH, st.sampled_from(MESSAGES)),
    st.tuples(st.just("upload"), NTH),
    st.tuples(st.just("url"), NTH, st.sampled_from(["walk_12s.mp4", "song.mp3", "notes.txt"])),
    st.tuples(st.just("export"), NTH, st.integers(0, 2)),
    st.tuples(st.just("cancel"), st.integers(0, 2)),
    st.tuples(st.just("claim"), NTH),
    st.tuples(st.just("grant"), st.integers(0, 200)),
)
# Each command comes so long after the one before.
HISCENARIOS = st.lists(st.tuples(st.integers(0, 60_000), COMMANDS), min_size=1, max_size=10)
READS = st.sampled_from(
    ["state", "balance", "status", "unknown", "stranger", "twice", "malformed", "poor", "early", "due"]
)
SEEDS = st.integers(0, 2**32)


class Player:
    """A user that follows a list of commands and notes every answer."""

    def __init__(self, fake: Any, name: str = "ann") -> None:
        self.fake, self.client, self.began = fake, fake.client(name), fake.now
        token = self.client.connect()
        token.account.ledger.grant(400)
        self.answers: list[Any] = [token.value, token.account.user_id, token.expires_at_ms - self.began]
        self.sessions = [self.client.project()]
        self.turns: list[Any] = []

    def do(self, command: Any) -> None:
        try:
            self.answers.append(self.answer(*command))
        except BackendError as error:
            self.answers.append([error.code, error.message])

    def answer(self, verb: str, *details: Any) -> Any:
        client, (first, second) = self.client, (*details, None)[:2]
        session_id = self.sessions[first % len(self.sessions)] if isinstance(first, int) else ""
        commands: dict[str, Callable[[], Any]] = {
            "session": lambda: self.sessions.append(client.project(first)),
            "chat": lambda: self.turns.append(client.chat(session_id, second)),
            "upload": lambda: client.upload(session_id),
            "url": lambda: client.url(session_id, f"https://files.test/{second}"),
            "export": lambda: client.export(session_id, f"render_{second}").path,
            "cancel": lambda: client.cancel(f"render_{first}").state,
            "claim": lambda: client.claim(session_id, client.state(session_id)["task_id"]),
            "grant": lambda: client.token().account.ledger.grant(first),
        }
        return commands[verb]()

    def record(self, helpers: Any) -> str:
        """Return all that this user can ever see, as JSON; times count from the user's first request."""
        jobs = [job for (owner, _), job in self.fake.world.renders.items() if owner == self.client.bearer]
        seen = {
            "answers": [*self.answers, self.sessions, [turn.turn_id for turn in self.turns]],
            "events": [[t.started_at_ms - self.began, helpers.events_of(t)] for t in self.turns],
            "states": [self.client.state(session_id) for session_id in self.sessions],
            "balance": self.client.balance(),
            "renders": [
                [j.path, self.client.status(j.render_id), (j.ended_at_ms or 0) - self.began] for j in jobs
            ],
        }
        return json.dumps(seen, default=dict)


def run_history(player: Player, history: Any) -> None:
    for gap_ms, command in history:
        player.fake.tick(gap_ms)
        player.do(command)


def read(player: Player, what: str, helpers: Any) -> None:
    """Read something, or ask for something that is refused."""
    client, session_id, fake = player.client, player.sessions[-1], player.fake
    stranger = fake.client("stranger", bearer="nmv_usr_x")
    commands: dict[str, Any] = {
        "state": lambda: client.state(session_id),
        "balance": client.balance,
        "status": lambda: client.status("render_0"),
        "unknown": lambda: (client.status("render_x"), client.chat("1" * 19, "hello")),
        "stranger": lambda: stranger.chat(session_id, MESSAGES[0]),
        "twice": client.connect,
        "malformed": lambda: client.export(session_id, "render_0", {"t": [None]}),
        "poor": lambda: client.chat(session_id, ", then ".join([MESSAGES[0]] * 30)),
        "early": lambda: client.download("render_0"),
        "due": lambda: [turn.next_due_ms(fake.now) for turn in player.turns],
    }
    with suppress(BackendError):
        commands[what]()


@pytest.mark.clause("STA-1", "REN-6", "CRE-1")
@given(seed=SEEDS, history=HISCENARIOS, reads=st.lists(st.lists(READS, max_size=4), max_size=10))
def test_reading_and_being_refused_never_change_the_future(
    helpers: Any, seed: int, history: Any, reads: Any
) -> None:
    quiet, nosy = Player(helpers.Fake(seed=seed)), Player(helpers.Fake(seed=seed))
    run_history(quiet, history)
    for nth, step in enumerate(history):
        run_history(nosy, [step])
        for what in reads[nth] if nth < len(reads) else ():
            read(nosy, what, helpers)
    for player in (quiet, nosy):
        player.fake.tick(SETTLED_MS)
    assert nosy.record(helpers) == quiet.record(helpers)
    assert helpers.photo(nosy.fake.backend) == helpers.photo(quiet.fake.backend)


@pytest.mark.clause("SSE-5")
@given(seed=SEEDS, history=HISCENARIOS)
def test_the_same_seed_and_commands_give_the_same_bytes(helpers: Any, seed: int, history: Any) -> None:
    first, second = Player(helpers.Fake(seed=seed)), Player(helpers.Fake(seed=seed))
    for player in (first, second):
        run_history(player, history)
        player.fake.tick(SETTLED_MS)
    assert first.record(helpers) == second.record(helpers)


@pytest.mark.clause("SES-1", "SSE-7")
@given(
    seed=SEEDS, history=HISCENARIOS, others=HISCENARIOS, late_ms=st.integers(0, 10**6), before=st.booleans()
)
def test_what_others_do_and_when_makes_no_difference_to_a_user(
    helpers: Any, seed: int, history: Any, others: Any, late_ms: int, before: bool
) -> None:
    alone = Player(helpers.Fake(seed=seed))
    run_history(alone, history)
    alone.fake.tick(SETTLED_MS)
    crowd = helpers.Fake(seed=seed)
    bob = Player(crowd, "bob") if before else None
    crowd.tick(late_ms)
    ann = Player(crowd)
    bob = bob or Player(crowd, "bob")
    for nth, step in enumerate(history):
        for _, command in others[nth : nth + 1]:
            bob.do(command)
        run_history(ann, [step])
    for _, command in others[len(history) :]:
        bob.do(command)
    crowd.tick(SETTLED_MS)
    assert ann.record(helpers) == alone.record(helpers)


@pytest.mark.clause("SSE-7", "SSE-11")
@given(seed=SEEDS, history=HISCENARIOS, cuts=st.lists(st.integers(1, 900_000), max_size=15))
def test_many_small_steps_of_time_come_to_the_same_as_one_big_one(
    helpers: Any, seed: int, history: Any, cuts: list[int]
) -> None:
    once, often = Player(helpers.Fake(seed=seed)), Player(helpers.Fake(seed=seed))
    for player in (once, often):
        run_history(player, history)
    began = often.fake.now
    for cut in sorted(cuts):
        often.fake.to(began + cut)
        often.fake.backend.run_due(began)  # time never runs backward
    once.fake.tick(SETTLED_MS)
    often.fake.to(began + SETTLED_MS)
    assert often.record(helpers) == once.record(helpers)
    assert helpers.photo(often.fake.backend) == helpers.photo(once.fake.backend)


@pytest.mark.clause("SSE-11", "SSE-2")
@given(seed=SEEDS, history=HISCENARIOS, message=st.sampled_from(MESSAGES), patience=st.integers(0, 60))
def test_a_client_that_hangs_up_changes_nothing(
    helpers: Any, seed: int, history: Any, message: str, patience: int
) -> None:
    gone, listening = Player(helpers.Fake(seed=seed)), Player(helpers.Fake(seed=seed))
    for player in (gone, listening):
        run_history(player, [*history, (0, ("chat", 0, message))])
    turn = listening.turns[-1] if listening.turns else None
    while turn and patience and listening.fake.now < turn.closes_at_ms:
        listening.fake.to(turn.next_due_ms(listening.fake.now))
        assert all(event.at_ms <= listening.fake.now for event in turn.events)
        patience -= 1
    gone.fake.to(gone.fake.now + SETTLED_MS)
    listening.fake.to(gone.fake.now)
    assert listening.record(helpers) == gone.record(helpers)
    assert helpers.photo(listening.fake.backend) == helpers.photo(gone.fake.backend)
