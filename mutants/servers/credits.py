"""Credits, broken (CRE-1 to CRE-5)."""

from __future__ import annotations

from typing import Any

from nemofake.engine.errors import BackendError

from ..patching import Mutant, around, rules

_LEDGER = "nemofake.engine.accounts:Ledger"
_BALANCE = "nemofake.engine.backend:Backend.balance"
_BEGIN = "nemofake.engine.turns:begin"


def _talk_costs(real: Any, session: Any, script: Any, *args: Any) -> Any:
    turn, ledger = real(session, script, *args), session.account.ledger
    if script.kind == "text" and ledger.available:
        turn.hold = ledger.freeze(1)
    return turn


def _frozen_unseen(real: Any, *args: Any) -> dict[str, int]:
    available = real(*args)["available"]
    return {"available": available, "frozen": 0, "total": available}


def _kept(real: Any, self: Any, hold: Any) -> None:
    self._end(hold, "release")
    self.consumed += hold.amount


def _given_back(real: Any, self: Any, hold: Any) -> None:
    self.release(hold)


def _freezes_the_rest(real: Any, self: Any, amount: int) -> None:
    try:
        real(self, amount)
    except BackendError:
        self.frozen, self.available = self.frozen + self.available, 0
        raise


def _one_is_missing(real: Any, self: Any, amount: int) -> None:
    if amount and amount == self.available:
        amount += 1
    real(self, amount)


def _one_comes_back(real: Any, self: Any, hold: Any) -> None:
    real(self, hold)
    self.available += 1


def _reading_costs(real: Any, self: Any, token: Any) -> Any:
    items, ledger = real(self, token), token.account.ledger
    ledger.available = max(0, ledger.available - 1)
    return items


def _numbers_as_text(real: Any, *args: Any) -> dict[str, str]:
    return {name: str(value) for name, value in real(*args).items()}


MUTANTS = (
    Mutant("frozen-not-in-total", "CRE-1", "What is frozen does not count in the total.",
           around(f"{_LEDGER}.total", lambda real, self: self.available)),
    Mutant("frozen-left-available", "CRE-1", "What is frozen counts as available as well.",
           around(_BALANCE, lambda real, *args: (b := real(*args)) | {"available": b["total"]})),
    Mutant("credits-as-text", "CRE-1", "The balance is told in texts, not in numbers.",
           around(_BALANCE, _numbers_as_text)),
    Mutant("each-edit-charged", "CRE-2", "Every edit of a session costs 50.",
           around("nemofake.engine.sessions:SessionEditFee.due", lambda real, self, price: price)),
    Mutant("editing-costs-40", "CRE-2", "Editing costs 40.", rules(editing_price=40)),
    Mutant("generation-costs-90", "CRE-2", "A generated clip costs 90.", rules(generation_price=90)),
    Mutant("talk-costs", "CRE-2", "Talk costs a credit.", around(_BEGIN, _talk_costs)),
    Mutant("failed-and-charged", "CRE-3", "An operation that fails keeps the credits.",
           around(f"{_LEDGER}.release", _kept)),
    Mutant("nothing-frozen", "CRE-3", "Credits are gone at once; nothing is ever frozen.",
           around(_BALANCE, _frozen_unseen)),
    Mutant("never-spent", "CRE-3", "An operation that completes gives its credits back.",
           around(f"{_LEDGER}.consume", _given_back)),
    Mutant("shortage-freezes", "CRE-4", "2001 freezes what there is.",
           around(f"{_LEDGER}.require", _freezes_the_rest)),
    Mutant("debts-allowed", "CRE-4", "Work is done without credits.",
           around(f"{_LEDGER}.require", lambda real, self, amount: None)),
    Mutant("price-is-not-enough", "CRE-4", "Exactly the price is too little.",
           around(f"{_LEDGER}.require", _one_is_missing)),
    Mutant("a-credit-comes-back", "CRE-5", "Each charge gives one credit back, out of nothing.",
           around(f"{_LEDGER}.consume", _one_comes_back)),
    Mutant("reading-costs", "CRE-5", "A credit is lost at each look at the balance.",
           around(_BALANCE, _reading_costs)),
)  # fmt: skip
