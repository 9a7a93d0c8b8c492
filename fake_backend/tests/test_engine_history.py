"""Credits over random hiscenarios, against an reference model that does its own sums."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from hypothesis.stateful import run_state_machine_as_test as run_machine

from nemofake.engine.errors import BackendError
from nemofake.engine.scenario import Trigger
from nemofake.engine.turns import ToolCall

MINUTE, DAY = 60_000, 86_400_000
CHAT_FAILS = Trigger(on="chat", do="fail")

TWO = ("generate a 5 second clip of a cat, then generate a 3 second clip of a dog",)
CLIPS = ("generate a 5 second clip of a city at night", "生成一段5秒的海边日落视频")
BOTH = ("generate a 4 second clip of a dog, speed it up 2x",)
EDITS = ("cut silences", "剪掉静音", 'add a title "Hello" at the start', "添加标题“你好”")
MUSIC = ("add lo-fi background music at 30% volume", "添加轻快的背景音乐")
TALK = ("hello", "你好", "export", "导出", "qwfp zxcv", "呜哩哇啦")
MESSAGES = [*TWO, *CLIPS, *BOTH, *EDITS, *MUSIC, *TALK]


@dataclass
class Charge:
    """What the reference model knows of an accepted message: what was asked, when it ended, how."""

    clips: int
    edit: bool
    ends_at_ms: int
    fails: bool


@dataclass
class Book:
    """A model of one account: it knows prices and times, and nothing of the engine's ledger."""

    granted: int = 100
    charges: dict[str, list[Charge]] = field(default_factory=dict)  # by session

    def consumed(self, now: int) -> int:
        done = {s: [c for c in cs if c.ends_at_ms <= now and not c.fails] for s, cs in self.charges.items()}
        return sum(100 * sum(c.clips for c in cs) + 50 * any(c.edit for c in cs) for cs in done.values())

    def frozen(self, now: int) -> int:
        return sum(self._frozen(charges, now) for charges in self.charges.values())

    def available(self, now: int) -> int:
        return self.granted - self.consumed(now) - self.frozen(now)

    def price(self, session_id: str, clips: int, edit: bool, now: int) -> int:
        """Return what one more message would freeze: editing is paid for once per session."""
        charges = self.charges[session_id]
        asked = Charge(clips, edit, now + 1, fails=True)
        return self._frozen([*charges, asked], now) - self._frozen(charges, now)

    @staticmethod
    def _frozen(charges: list[Charge], now: int) -> int:
        running = [c for c in charges if c.ends_at_ms > now]
        paid = any(c.edit and not c.fails and c.ends_at_ms <= now for c in charges)
        return 100 * sum(c.clips for c in running) + 50 * (any(c.edit for c in running) and not paid)


class Hiscenario(RuleBasedStateMachine):
    """Anything that clients and the control API may do, in any order, at any pace."""

    clients, sessions, jobs = Bundle("clients"), Bundle("sessions"), Bundle("jobs")

    def __init__(self, helpers: Any) -> None:
        super().__init__()
        self.helpers, self.fake = helpers, helpers.Fake()
        self.books: dict[str, Book] = {}
        self.turns: list[tuple[Any, Charge]] = []
        self.fails = False

    def attempt(self, command: Any, *allowed: int) -> tuple[Any, int]:
        """Run a command: its answer and 0, or None and the code; dead tokens may be refused anything."""
        code = 0
        try:
            return command(), code
        except BackendError as error:
            code = error.code
        assert code in (1001, *allowed)
        return None, code

    @initialize(target=sessions)
    def first(self) -> Any:
        client = self.newcomer()
        self.grant(client, 1_000)
        return self.session(client, None, blank=False)

    @rule(target=clients)
    def newcomer(self) -> Any:
        client = self.fake.client(f"client-{len(self.books)}")
        self.books[client.connect().account.user_id] = Book()
        return client

    @rule(client=clients)
    def reconnect(self, client: Any) -> None:
        if token := self.attempt(client.connect, 429)[0]:
            self.books[token.account.user_id] = Book()

    @rule(target=sessions, client=clients, language=st.sampled_from([None, "en", "zh"]), blank=st.booleans())
    def session(self, client: Any, language: str | None, blank: bool) -> Any:
        make = client.session if blank else client.project
        session_id, code = self.attempt(lambda: make(language))
        if code:
            return multiple()
        user_id = client.token().account.user_id
        self.books[user_id].charges[session_id] = []
        return client, session_id, self.books[user_id]

    @rule(at=sessions, message=st.sampled_from(MESSAGES))
    def chat(self, at: Any, message: str) -> None:
        client, session_id, registry = at
        clips, edit = 2 if message in TWO else int(message in CLIPS + BOTH), message in BOTH + EDITS + MUSIC
        turn, code = self.attempt(lambda: client.chat(session_id, message), 1002, 2001)
        now = self.fake.now
        if code == 2001:
            assert registry.price(session_id, clips, edit, now) > registry.available(now)
        elif turn is not None:
            # An edit that finds nothing to do is talk, free of charge.
            charge = Charge(clips, edit and turn.turn_plan.kind != "text", turn.ends_at_ms, self.fails)
            assert registry.price(session_id, charge.clips, charge.edit, now) <= registry.available(now)
            registry.charges[session_id].append(charge)
            self.turns.append((turn, charge))

    @rule(at=sessions, message=st.sampled_from(EDITS + MUSIC), fails=st.booleans())
    def edit(self, at: Any, message: str, fails: bool) -> None:
        self.fate(fails)
        self.chat(at, message)

    @rule(at=sessions)
    def upload(self, at: Any) -> None:
        self.attempt(lambda: at[0].upload(at[1]), 1002)

    @rule(target=jobs, at=sessions, name=st.sampled_from(["render_1", "render_2"]))
    def export(self, at: Any, name: str) -> Any:
        self.attempt(lambda: at[0].export(at[1], name), 1002, 409)
        return at[0], name

    @rule(job=jobs)
    def poll(self, job: Any) -> None:
        self.attempt(lambda: job[0].status(job[1]), 404)

    @rule(job=consumes(jobs))
    def cancel(self, job: Any) -> None:
        self.attempt(lambda: job[0].cancel(job[1]), 404, 409)

    @rule(client=clients, credits_=st.sampled_from([0, 50, 100, 1_000]))
    def grant(self, client: Any, credits_: int) -> None:
        account = self.fake.world.tokens[client.bearer].account
        account.ledger.grant(credits_)
        self.books[account.user_id].granted += credits_

    @rule(client=clients, event=st.sampled_from(["expire", "revoke", "", ""]))
    def end_token(self, client: Any, event: str) -> None:
        if event:
            self.fake.world.tokens[client.bearer].end(event, self.fake.now)

    @rule(ms=st.integers(0, 40_000) | st.integers(0, 6 * MINUTE) | st.sampled_from([DAY, 7 * DAY]))
    def tick(self, ms: int) -> None:
        self.fake.tick(ms)

    @rule(fails=st.booleans())
    def fate(self, fails: bool) -> None:
        self.fails = fails
        self.fake.set_scenario(*[CHAT_FAILS] * fails)

    @invariant()
    def every_ledger_balances_and_agrees_with_the_auditor(self) -> None:
        now = self.fake.now
        assert set(self.books) == set(self.fake.world.accounts)
        for user_id, registry in self.books.items():
            ledger = self.fake.world.accounts[user_id].ledger
            assert ledger.granted == ledger.available + ledger.frozen + ledger.consumed == registry.granted
            assert (ledger.consumed, ledger.frozen) == (registry.consumed(now), registry.frozen(now))
            assert min(ledger.available, ledger.frozen, ledger.consumed) >= 0
        for token in self.fake.world.tokens.values():
            if token.is_live(now):
                balance = self.fake.backend.balance(token)
                assert balance["total"] == balance["available"] + balance["frozen"]

    def teardown(self) -> None:
        self.fake.tick(DAY)
        self.every_ledger_balances_and_agrees_with_the_auditor()
        assert all(a.ledger.frozen == 0 and not a.ledger.holds for a in self.fake.world.accounts.values())
        assert self.fake.backend.next_due_ms is None
        for turn, charge in self.turns:
            worked = any(isinstance(event.body, ToolCall) for event in turn.events)
            assert worked == bool(charge.clips or charge.edit)


@pytest.mark.clause("CRE-1", "CRE-2", "CRE-3", "CRE-4", "CRE-5", "SSE-12")
def test_credits_are_neither_made_nor_lost_by_any_history(helpers: Any) -> None:
    machine: Any = partial(Hiscenario, helpers)
    run_machine(machine, settings=settings(max_examples=100, stateful_step_count=40))
