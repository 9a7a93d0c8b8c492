"""Server checks: each is a function of a context, with the clauses it tries and what it needs."""

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
    """A required answer was wrong, so the rest of the case is skipped; its violations so far stand."""


class TokenLimitReachedError(Exception):
    """The server issues no more anonymous tokens this week (AUTH-4), and its clock cannot be advanced."""


class RequestBudgetExceededError(Exception):
    """The request budget is used up; the message says why."""


@dataclass(slots=True)
class CaseContext:
    """What a case works with: a recorder, and an account, made on first use or shared by all cases."""

    recorder: ApiRecorder
    shared_account: ApiAccount | None = None
    account_in_use: ApiAccount | None = field(default=None, init=False)
    _client_ids: dict[str, str] = field(default_factory=dict, init=False)

    def check(self, clause: str, holds: bool, expected: str, seen: object = "") -> bool:
        """Record whether an expectation holds; see ``ApiRecorder.check``."""
        return self.recorder.check(clause, holds, expected, seen)

    def require(self, clause: str, holds: bool, expected: str, seen: object = "") -> None:
        """Record whether an expectation holds; raise CaseAbortedError if not."""
        if not self.check(clause, holds, expected, seen):
            raise CaseAbortedError(expected)

    @property
    def account(self) -> ApiAccount:
        """The account that most cases use."""
        if self.account_in_use is None:
            self.account_in_use = self.shared_account or self.another("first")
        return self.account_in_use

    def another(self, name: str) -> ApiAccount:
        """Return a new account, which takes one anonymous token (``tokens`` of the case counts these)."""
        exchange = self.new_token(name)
        token = exchange.data.get("token")
        self.require("AUTH-1", isinstance(token, str) and bool(token), "an anonymous token", exchange.answer)
        return ApiAccount(self.recorder, str(token), str(exchange.data.get("user_id", "")))

    def new_token(self, name: str) -> Exchange:
        """Request a token for a client; raise TokenLimitReachedError when the server has none left."""
        exchange = request_token(self.recorder, self.client_id(name))
        if exchange.code == 429 and not self.recorder.target.has_control:
            raise TokenLimitReachedError
        return exchange

    def client_id(self, name: str) -> str:
        """Return a client's UUID: always the same in an isolated world, a new one elsewhere."""
        if self.recorder.target.has_control:
            return str(uuid5(NAMESPACE_URL, f"nemocontract/{name}"))
        return self._client_ids.setdefault(name, str(uuid4()))

    # -- with the control API only ---------------------------------------------------------------

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the world's control API."""
        return self.recorder.target.control(method, path, body)

    def advance(self, seconds: float) -> None:
        """Advance backend time."""
        self.control("POST", "clock/advance", {"seconds": seconds})

    def registered(self, **options: Any) -> ApiAccount:
        """Return a registered account (``credits``, ``plan``, ``scopes``)."""
        account = self.control("POST", "accounts", options)
        return ApiAccount(self.recorder, account["tokens"][0]["token"], account["user_id"])


Driver: TypeAlias = Callable[[CaseContext], None]


@dataclass(frozen=True, slots=True)
class Case:
    """A server check; ``description`` says in one sentence what it expects.

    ``control``: it needs the control API and runs in a new world made with ``world`` (seed, clock,
    parameters, scenario, profile). Other cases share one account and must leave it usable:
    ``tokens`` is how many more anonymous tokens it needs, ``cost`` how many credits it may spend.
    ``slow``: it takes seconds, so that repeated runs can leave it out.
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
    """Register a function as a case named MODULE.FUNCTION, with dashes."""

    def register(run: Driver) -> Driver:
        assert clauses, "a case names its clauses"
        assert all(clause in SERVER for clause in clauses), clauses
        assert control or not world, "only cases with control=True get a world"
        family = run.__module__.rpartition(".")[2].replace("_", "-")
        name = f"{family}.{run.__name__.strip('_').replace('_', '-')}"
        assert all(name != known.name for known in CASES), name
        CASES.append(Case(name, clauses, description, run, control, tokens, cost, world, slow))
        return run

    return register
