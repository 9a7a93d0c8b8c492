"""What may strike a world's answers: its scenario's faults, those that were set, those of magic tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..engine.backend import MAGIC_PREFIX, Backend
from ..engine.randomness import SeededRandom
from ..faults import Fault, FaultRule, FaultRuleSet

_MAGIC = MAGIC_PREFIX.encode()
StrikeFinder = Callable[[str], Sequence[FaultRule]]


class FaultRules:
    """A world's strikes. ``strikes_of`` finds those of a scenario, none for an unknown one."""

    def __init__(self, backend: Backend, scenario: str, strikes_of: StrikeFinder) -> None:
        self._backend = backend
        self._start_ms = backend.now_ms
        self._randomness = SeededRandom(backend.data.seed)
        self._strikes_of = strikes_of
        self._scenario = scenario
        self._told = self._volley("scenario", strikes_of(scenario))
        self._set = self._volley("set")
        self._magic: dict[str, FaultRuleSet] = {}  # by token, for each that was seen

    @property
    def fault_rules(self) -> list[FaultRule]:
        """All strikes of the world, its scenario's first; magic tokens have their own."""
        return [*self._told.fault_rules, *self._set.fault_rules]

    def add(self, rule: FaultRule) -> None:
        """Set one more, from now on."""
        self._set.add(rule)

    def clear(self) -> None:
        """Let nothing strike any more, whoever set it."""
        for rules in (self._told, self._set, *self._magic.values()):
            rules.clear()

    def play(self, scenario: str) -> None:
        """Put another scenario's strikes in place of the one before's."""
        self._scenario, self._told = scenario, self._volley("scenario", self._strikes_of(scenario))
        self._magic.clear()

    def any_active(self, bearer: bytes | None) -> bool:
        """Tell, cheaply, whether anything might strike a request with this Authorization header."""
        magic = bearer is not None and _MAGIC in bearer
        return magic or bool(self._told or self._set or self._magic)

    def aim(self, operation: str, now_ms: int, bearer: bytes | None, ip: str) -> list[Fault]:
        """Count a call and return the faults that strike it, in the order in which they bend."""
        volleys = [self._told, self._set, self._of_client(bearer, ip)]
        return [fault for rules in volleys if rules for fault in rules.aim(operation, now_ms)]

    def _of_client(self, bearer: bytes | None, ip: str) -> FaultRuleSet | None:
        """Return the volley of the magic token that a request bears, or that its client began with."""
        value = (bearer or b"").decode("latin-1").partition(" ")[2].strip()
        if value.startswith(MAGIC_PREFIX):
            return self._of_magic(value)
        state = self._backend.data
        token = state.tokens.get(value)
        client = token.account.client if token else state.awaiting.get(ip)
        for magic, rules in self._magic.items():
            first = state.tokens.get(magic)
            if first is not None and first.account.client is client:
                return rules
        return None

    def _of_magic(self, value: str) -> FaultRuleSet | None:
        name = value.removeprefix(MAGIC_PREFIX).partition(".")[0]
        # The world's own scenario strikes already.
        if value not in self._magic and name != self._scenario and (fault_rules := self._strikes_of(name)):
            self._magic[value] = self._volley(value, fault_rules)
        return self._magic.get(value)

    def _volley(self, label: str, fault_rules: Sequence[FaultRule] = ()) -> FaultRuleSet:
        return FaultRuleSet(self._randomness, self._start_ms, label, fault_rules)
