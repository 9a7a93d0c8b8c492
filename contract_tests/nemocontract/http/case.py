"""What a case is: a function over a bench, with the clauses that it tries and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from uuid import NAMESPACE_URL, uuid4, uuid5

from nemocontract.clauses import SERVER
from nemocontract.http.api_client import ApiAccount, request_token
from nemocontract.http.recorder import ApiRecorder
from nemocontract.recording import Exchange


class CaseAbortedError(Exception):
    """A case met an answer after which the rest of it means nothing; what it found so far stands."""


class TokenLimitReachedError(Exception):
    """The server gives no more anonymous tokens this week (AUTH-4), and nothing here makes weeks pass."""


class RequestBudgetExceededError(Exception):
    """No further request may be sent to this server, for the reason that is told."""


@dataclass(slots=True)
class CaseContext:
    """Where a case works: its probe, and a guest that is made on first use, or kept by the target."""

    recorder: ApiRecorder
    kept: ApiAccount | None = None
    made: ApiAccount | None = field(default=None, init=False)
    _client_ids: dict[str, str] = field(default_factory=dict, init=False)

    def check(self, clause: str, holds: bool, expected: str, seen: object = "") -> bool:
        """Note what was found; see ``Probe.claim``."""
        return self.recorder.check(clause, holds, expected, seen)

    def require(self, clause: str, holds: bool, expected: str, seen: object = "") -> None:
        """Note what was found; raise CannotGoOnError where it does not hold."""
        if not self.check(clause, holds, expected, seen):
            raise CaseAbortedError(expected)

    @property
    def account(self) -> ApiAccount:
        """The one account that most cases need."""
        if self.made is None:
            self.made = self.kept or self.another("first")
        return self.made

    def another(self, name: str) -> ApiAccount:
        """Return a new account, which takes one anonymous token (``tokens`` of the case counts these)."""
        exchange = self.new_token(name)
        token = exchange.data.get("token")
        self.require("AUTH-1", isinstance(token, str) and bool(token), "an anonymous token", exchange.answer)
        return ApiAccount(self.recorder, str(token), str(exchange.data.get("user_id", "")))

    def new_token(self, name: str) -> Exchange:
        """Ask for a token for a client of this name; raise NoTokenLeftError where a server has none left."""
        exchange = request_token(self.recorder, self.client_id(name))
        if exchange.code == 429 and not self.recorder.target.has_control:
            raise TokenLimitReachedError
        return exchange

    def client_id(self, name: str) -> str:
        """Return a client's UUID: in a world of its own always the same, elsewhere one never used before."""
        if self.recorder.target.has_control:
            return str(uuid5(NAMESPACE_URL, f"nemocontract/{name}"))
        return self._client_ids.setdefault(name, str(uuid4()))

    # -- with the control API only ---------------------------------------------------------------

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the world's control API."""
        return self.recorder.target.control(method, path, body)

    def advance(self, seconds: float) -> None:
        """Let backend time pass."""
        self.control("POST", "clock/advance", {"seconds": seconds})

    def registered(self, **options: Any) -> ApiAccount:
        """Return a registered account (``credits``, ``plan``, ``scopes``)."""
        account = self.control("POST", "accounts", options)
        return ApiAccount(self.recorder, account["tokens"][0]["token"], account["user_id"])


Driver: TypeAlias = Callable[[CaseContext], None]


@dataclass(frozen=True, slots=True)
class Case:
    """``description`` says in one sentence what it tries.

    ``control``: it needs the control API, and gets a world of its own made with ``world`` (seed, clock,
    rules, scenario, profile). Without it the case must do with one account, and leave it usable:
    ``tokens`` is how many new anonymous tokens it takes besides, ``cost`` how many credits it may spend.
    ``slow``: it takes seconds, so that whoever plays all cases many times may leave it out.
    """

    name: str
    clauses: tuple[str, ...]
    description: str
    run: Driver
    control: bool = False
    tokens: int = 0
    cost: int = 0
    world: Mapping[str, Any] = field(default_factory=dict)
    slow: bool = False


CASES: list[Case] = []


def case(
    *clauses: str,
    description: str,
    control: bool = False,
    tokens: int = 0,
    cost: int = 0,
    slow: bool = False,
    **world: Any,
) -> Callable[[Driver], Driver]:
    """Register a function as a case; its name is the function's, in words of the file name's family."""

    def register(run: Driver) -> Driver:
        assert clauses, "a case tries something"
        assert all(clause in SERVER for clause in clauses), clauses
        assert control or not world, "only with the control API there are worlds of one's own"
        family = run.__module__.rpartition(".")[2].replace("_", "-")
        name = f"{family}.{run.__name__.strip('_').replace('_', '-')}"
        assert all(name != known.name for known in CASES), name
        CASES.append(Case(name, clauses, description, run, control, tokens, cost, world, slow))
        return run

    return register
