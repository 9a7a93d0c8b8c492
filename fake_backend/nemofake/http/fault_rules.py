"""The fault rules of one world: its scenario's, those that were added, those of magic tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..engine.backend import MAGIC_PREFIX, Backend
from ..engine.randomness import SeededRandom
from ..faults import Fault, FaultRule, FaultRuleSet

_MAGIC = MAGIC_PREFIX.encode()
RuleFinder = Callable[[str], Sequence[FaultRule]]


class FaultRules:
    """A world's fault rules. ``find`` returns those of a scenario, none for an unknown one."""

    def __init__(self, backend: Backend, scenario: str, find: RuleFinder) -> None:
        self._backend = backend
        self._start_ms = backend.now_ms
        self._randomness = SeededRandom(backend.data.seed)
        self._find = find
        self._scenario = scenario
        self._of_scenario = self._rule_set("scenario", find(scenario))
        self._added = self._rule_set("set")
        self._magic: dict[str, FaultRuleSet] = {}  # by token, for each that was seen

    @property
    def active(self) -> list[FaultRule]:
        """All rules of the world, its scenario's first; magic tokens have their own."""
        return [*self._of_scenario.rules, *self._added.rules]

    def add(self, rule: FaultRule) -> None:
        """Add a rule, from now on."""
        self._added.add(rule)

    def clear(self) -> None:
        """Remove all rules, the scenario's included."""
        for rules in (self._of_scenario, self._added, *self._magic.values()):
            rules.clear()

    def set_scenario(self, scenario: str) -> None:
        """Replace the previous scenario's rules by those of another one."""
        self._scenario, self._of_scenario = scenario, self._rule_set("scenario", self._find(scenario))
        self._magic.clear()

    def any_active(self, bearer: bytes | None) -> bool:
        """Return, cheaply, whether a rule might match a request with this Authorization header."""
        magic = bearer is not None and _MAGIC in bearer
        return magic or bool(self._of_scenario or self._added or self._magic)

    def match(self, operation: str, now_ms: int, bearer: bytes | None, ip: str) -> list[Fault]:
        """Count a call and return the faults that apply to it, in the order in which they transform it."""
        rule_sets = [self._of_scenario, self._added, self._of_client(bearer, ip)]
        return [fault for rules in rule_sets if rules for fault in rules.match(operation, now_ms)]

    def _of_client(self, bearer: bytes | None, ip: str) -> FaultRuleSet | None:
        """Return the rules of the magic token that a request carries, or that its client began with."""
        value = (bearer or b"").decode("latin-1").partition(" ")[2].strip()
        if value.startswith(MAGIC_PREFIX):
            return self._of_magic_token(value)
        state = self._backend.data
        token = state.tokens.get(value)
        client = token.account.client if token else state.awaiting.get(ip)
        for magic, rules in self._magic.items():
            first = state.tokens.get(magic)
            if first is not None and first.account.client is client:
                return rules
        return None

    def _of_magic_token(self, value: str) -> FaultRuleSet | None:
        name = value.removeprefix(MAGIC_PREFIX).partition(".")[0]
        # The rules of the world's own scenario apply already.
        if value not in self._magic and name != self._scenario and (rules := self._find(name)):
            self._magic[value] = self._rule_set(value, rules)
        return self._magic.get(value)

    def _rule_set(self, label: str, rules: Sequence[FaultRule] = ()) -> FaultRuleSet:
        return FaultRuleSet(self._randomness, self._start_ms, label, rules)
