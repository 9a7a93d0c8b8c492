"""Plays steps on a world, with an auditor that watches; the same steps in a like world play the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import httpx

from nemocontract.auditing.auditor import Auditor
from nemocontract.auditing.turns import Span
from nemocontract.cases.endpoints import DRAFT, GUARDED, NOWHERE, Endpoint
from nemocontract.machines.malformed import FAULTS
from nemocontract.machines.story import Step
from nemocontract.machines.world import World
from nemocontract.probing.guest import Guest, ask_token
from nemocontract.probing.probe import Probe
from nemocontract.probing.stream import Stream
from nemocontract.probing.target import Target
from nemocontract.tally import Tally
from nemocontract.traffic import Exchange

_FAILING: Final = "agent-fails"
_FINE: Final = "happy-path"
# After these, the world's own ledgers are looked at.
_MOVES_CREDITS: Final = (
    "guest",
    "register",
    "say",
    "open",
    "read",
    "leave",
    "wait",
    "grant",
    "fail",
    "settle",
)
ENDPOINTS: Final[dict[str, Endpoint]] = {endpoint.name: endpoint for endpoint in GUARDED}
# STA-3: drafts to export, by what is told of them.
DRAFTS: Final[dict[str, Any]] = {
    "of two seconds": DRAFT,
    "without tracks": {},
    "without segments": {"t": [{"tt": 0, "sg": [], "m": {}}]},
}


@dataclass(slots=True)
class Place:
    """A session as the player knows it: whose, and its two ids."""

    guest: int
    session_id: str
    task_id: str


@dataclass(frozen=True, slots=True)
class Task:
    """An export as the player knows it: who asked for it, and its id."""

    guest: int
    render_id: str


@dataclass(slots=True)
class Player:
    """``act`` plays a step and returns the number of what it made, None where nothing was made.

    ``raws`` are the bodies of all answers as they came, ``tally`` what the auditor made of them.
    """

    world: World
    target: Target
    replay: str = ""
    tally: Tally = field(default_factory=lambda: Tally("history"))
    steps: list[Step] = field(default_factory=list)
    made: list[int | None] = field(default_factory=list)  # by each step
    guests: list[Guest] = field(default_factory=list)
    client_ids: list[str] = field(default_factory=list)
    former: list[str] = field(default_factory=list)
    claims: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    jobs: list[Task] = field(default_factory=list)
    streams: list[tuple[ExitStack, Stream] | None] = field(default_factory=list)
    raws: list[bytes] = field(default_factory=list)
    probe: Probe = field(init=False)
    auditor: Auditor = field(init=False)
    twinned: bool = False  # what was found is about the same steps in another world
    _followed: bool = False

    def __post_init__(self) -> None:
        self.probe = Probe(self.target, self.tally, "histories", self.replay)
        self.auditor = Auditor(
            self.tally,
            profile=self.world.profile,
            silent_share=self.world.silent_share,
            alone=True,
            trial="histories",
            replay=self.replay,
        )
        self.probe.watchers += [self.auditor.see, lambda _: self.raws.append(self.probe.raw)]
        self.probe.starters.append(lambda told: self.auditor.began(told, followed=self._followed))

    def act(self, verb: str, **told: Any) -> int | None:
        """Play a step; an answer that never comes is a finding."""
        self.steps.append(Step(verb, told))
        self.made.append(None)
        try:
            made: int | None = getattr(self, f"_{verb}")(**told)
        except httpx.TransportError as error:
            self.auditor.claim(
                "ENV-4", False, "an answer to every request", f"{type(error).__name__}: {error}"
            )
            return None
        self.made[-1] = made
        if verb in _MOVES_CREDITS and not self.tally.findings:
            self._check_ledgers()
        return made

    def close(self) -> None:
        """Leave every stream that is open."""
        for nth, _ in enumerate(self.streams):
            self._leave(nth)

    @property
    def hangs_up(self) -> bool:
        """Whether somebody left a stream early, or left one open for a while."""
        return any(step.verb == "open" or step.told.get("upto") is not None for step in self.steps)

    # -- who ---------------------------------------------------------------------------------------

    def _guest(self) -> int | None:
        return self._join(str(uuid5(NAMESPACE_URL, f"nemocontract/history/{len(self.client_ids)}")))

    def _join(self, client_id: str) -> int | None:
        self.client_ids.append(client_id)
        return self._admit(ask_token(self.probe, client_id))

    def _admit(self, told: Exchange) -> int | None:
        token, user_id = told.data.get("token"), told.data.get("user_id")
        if not told.succeeded or not isinstance(token, str):
            return None
        self.guests.append(Guest(self.probe, token, str(user_id)))
        return len(self.guests) - 1

    def _again(self, guest: int) -> None:
        client_id = self.auditor.books.client_of.get(self.guests[guest].token)
        told = ask_token(self.probe, client_id)
        if client_id and told.succeeded:
            self.former.append(self.guests[guest].token)
            self.guests[guest].token = str(told.data.get("token"))
            self.guests[guest].user_id = str(told.data.get("user_id"))

    def _register(self, credits: int, scopes: tuple[str, ...] | None) -> int:  # noqa: A002
        with self._while() as spans:
            body = {"credits": credits, **({"scopes": [*scopes]} if scopes else {})}
            account = self.target.control("POST", "accounts", body)
        self.auditor.books.registered(account, scopes, spans[0])
        self.guests.append(Guest(self.probe, account["tokens"][0]["token"], account["user_id"]))
        return len(self.guests) - 1

    def _end_token(self, guest: int, how: str) -> None:
        token = self.guests[guest].token
        with self._while() as spans:
            self.target.control("POST", f"tokens/{token}/{how}")
        self.auditor.books.ended(token, how, spans[0])

    def _grant(self, guest: int, credits: int) -> None:  # noqa: A002
        self._change(guest, {"grant": credits})

    def _plan(self, guest: int, plan: str, blocked: bool) -> None:
        self._change(guest, {"plan": plan, "export_blocked": blocked})

    def _change(self, guest: int, body: dict[str, Any]) -> None:
        user_id = self.guests[guest].user_id
        told = self.target.control("POST", f"accounts/{user_id}", body)
        account = self.auditor.books.accounts[user_id]
        account.granted = None if account.granted is None else account.granted + body.get("grant", 0)
        account.paid, account.blocked = told["plan"] == "paid", told["export_blocked"]

    @contextmanager
    def _while(self) -> Iterator[list[Span]]:
        """Give a list that holds afterwards how long the block took."""
        spans: list[Span] = []
        since_ms = self.target.now_ms()
        yield spans
        spans.append(Span(since_ms, self.target.now_ms()))

    # -- what they do ------------------------------------------------------------------------------

    def _session(self, guest: int, language: str | None, user: str) -> int | None:
        who, body = self.guests[guest], {"task_name": "project", "language": language}
        if language is None:
            del body["language"]
        users = {"me": "me", "own": who.user_id, "other": "anon_0000000000000000"}
        made = who.create_session(body, users[user])
        if not made.succeeded:
            return None
        self.places.append(Place(guest, str(made.data.get("session_id")), str(made.data.get("task_id"))))
        return len(self.places) - 1

    def _upload(self, session: int, by: int, urls: tuple[str, ...]) -> None:
        self.guests[by].upload_urls(self.places[session].session_id, *urls)

    def _say(self, session: int, by: int, text: str, upto: int | None) -> None:
        self._followed = True
        with self.guests[by].chatting(self.places[session].session_id, text) as stream:
            if upto != 0:
                for nth, _ in enumerate(stream, 1):
                    if nth == upto:
                        break

    def _open(self, session: int, by: int, text: str) -> int | None:
        self._followed = False
        stack = ExitStack()
        stream = stack.enter_context(self.guests[by].chatting(self.places[session].session_id, text))
        if stream.whole:  # no stream at all
            stack.close()
            return None
        self.streams.append((stack, stream))
        return len(self.streams) - 1

    def _read(self, stream: int) -> None:
        if (held := self.streams[stream]) is not None:
            for _ in held[1]:
                pass
            self._leave(stream)

    def _leave(self, stream: int) -> None:
        if (held := self.streams[stream]) is not None:
            self.streams[stream] = None
            held[0].close()

    def _credits(self, guest: int) -> None:
        self.guests[guest].credits()

    def _state(self, session: int, by: int) -> None:
        self.guests[by].state(self.places[session].session_id)

    def _claim(self, session: int, by: int) -> None:
        place = self.places[session]
        told = self.guests[by].claim(place.session_id, place.task_id)
        self.claims += [str(told.data.get("claim_token"))] if told.succeeded else []

    def _submit(self, session: int, by: int, render_id: str, draft: str, how: str) -> int | None:
        attributed = how != "without attribution"
        told = self.guests[by].submit(
            render_id, self.places[session].session_id, DRAFTS[draft], attributed=attributed
        )
        self.jobs += [Task(by, render_id)] if told.succeeded else []
        return len(self.jobs) - 1 if told.succeeded else None

    def _poll(self, job: int, by: int) -> None:
        self.guests[by].job(self.jobs[job].render_id)

    def _cancel(self, job: int, by: int) -> None:
        self.guests[by].cancel(self.jobs[job].render_id)

    def _download(self, job: int, by: int) -> None:
        self.guests[by].download(self.jobs[job].render_id)

    # -- what they should not do -------------------------------------------------------------------

    def _stranger(self, guest: int, endpoint: str) -> None:
        ENDPOINTS[endpoint].call(self.guests[guest], NOWHERE, render="render_of_nobody")

    def _intrude(self, guest: int, session: int, endpoint: str) -> None:
        place = self.places[session]
        told = {"task": place.task_id, "render": self.jobs[-1].render_id if self.jobs else "render_1"}
        ENDPOINTS[endpoint].call(self.guests[guest], place.session_id, **told)

    def _knock(self, guest: int, endpoint: str, session: int, token: str) -> None:
        own = self.guests[guest].token
        bearers = {
            "no": None,
            "a wrong": "Bearer nmv_usr_" + "0" * 32,
            "the bare": own,
            "the basic": f"Basic {own}",
            "a former": f"Bearer {(*self.former, 'nmv_usr_none')[0]}",
            "a claim": f"Bearer {(*self.claims, 'clm_none')[0]}",
        }
        headers = {"Authorization": bearers[token]}
        place = self.places[session]
        ENDPOINTS[endpoint].call(
            self.guests[guest], place.session_id, task=place.task_id, token="", headers=headers
        )

    def _malformed(self, session: int, by: int, endpoint: str, fault: str) -> None:
        place = self.places[session]
        told = dict(FAULTS[endpoint][fault])
        if "json" in told:
            told["json"] = _filled(told["json"], {"{session}": place.session_id, "{task}": place.task_id})
        else:
            told["json"] = None
        ENDPOINTS[endpoint].call(self.guests[by], place.session_id, **told)

    # -- time and fate -----------------------------------------------------------------------------

    def _wait(self, ms: int) -> None:
        self.target.control("POST", "clock/advance", {"seconds": ms / 1000})

    def _fail(self, fails: bool) -> None:
        self.target.control("PUT", "scenario", {"name": _FAILING if fails else _FINE})
        books = self.auditor.books
        books.may_fail, books.silent_share = fails, 0 if fails else self.world.silent_share
        for account in books.accounts.values():
            account.paid = account.blocked = False

    def _settle(self) -> None:
        self.close()
        self._wait(300_000)
        looks = [partial(self._state, nth, place.guest) for nth, place in enumerate(self.places)]
        for look in [*looks, *(guest.credits for guest in self.guests)]:
            if not self.tally.findings:
                look()

    def _check_ledgers(self) -> None:
        """Compare the world's own ledgers with the auditor's books."""
        with self._while() as spans:
            accounts = self.target.control("GET", "accounts")
        self.auditor.check_ledgers(accounts, spans[0])


def _filled(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(one, known) for name, one in value.items()}
    if isinstance(value, list):
        return [_filled(one, known) for one in value]
    return known.get(value, value) if isinstance(value, str) else value
