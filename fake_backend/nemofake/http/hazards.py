"""What may strike a world's answers: its scenario's faults, those that were set, those of magic tokens."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..engine.backend import MAGIC_PREFIX, Backend
from ..engine.entropy import Entropy
from ..faults import Fault, Strike, Volley

_MAGIC = MAGIC_PREFIX.encode()
StrikeFinder = Callable[[str], Sequence[Strike]]


class Hazards:
    """A world's strikes. ``strikes_of`` finds those of a scenario, none for an unknown one."""

    def __init__(self, backend: Backend, scenario: str, strikes_of: StrikeFinder) -> None:
        self._backend = backend
        self._start_ms = backend.now_ms
        self._entropy = Entropy(backend.world.seed)
        self._strikes_of = strikes_of
        self._scenario = scenario
        self._told = self._volley("scenario", strikes_of(scenario))
        self._set = self._volley("set")
        self._magic: dict[str, Volley] = {}  # by token, for each that was seen

    @property
    def strikes(self) -> list[Strike]:
        """All strikes of the world, its scenario's first; magic tokens have their own."""
        return [*self._told.strikes, *self._set.strikes]

    def add(self, strike: Strike) -> None:
        """Set one more, from now on."""
        self._set.add(strike)

    def clear(self) -> None:
        """Let nothing strike any more, whoever set it."""
        for volley in (self._told, self._set, *self._magic.values()):
            volley.clear()

    def play(self, scenario: str) -> None:
        """Put another scenario's strikes in place of the one before's."""
        self._scenario, self._told = scenario, self._volley("scenario", self._strikes_of(scenario))
        self._magic.clear()

    def at_large(self, bearer: bytes | None) -> bool:
        """Tell, cheaply, whether anything might strike a request with this Authorization header."""
        magic = bearer is not None and _MAGIC in bearer
        return magic or bool(self._told or self._set or self._magic)

    def aim(self, operation: str, now_ms: int, bearer: bytes | None, ip: str) -> list[Fault]:
        """Count a call and return the faults that strike it, in the order in which they bend."""
        volleys = [self._told, self._set, self._of_client(bearer, ip)]
        return [fault for volley in volleys if volley for fault in volley.aim(operation, now_ms)]

    def _of_client(self, bearer: bytes | None, ip: str) -> Volley | None:
        """Return the volley of the magic token that a request bears, or that its client began with."""
        value = (bearer or b"").decode("latin-1").partition(" ")[2].strip()
        if value.startswith(MAGIC_PREFIX):
            return self._of_magic(value)
        world = self._backend.world
        token = world.tokens.get(value)
        client = token.account.client if token else world.awaiting.get(ip)
        for magic, volley in self._magic.items():
            first = world.tokens.get(magic)
            if first is not None and first.account.client is client:
                return volley
        return None

    def _of_magic(self, value: str) -> Volley | None:
        name = value.removeprefix(MAGIC_PREFIX).partition(".")[0]
        # The world's own scenario strikes already.
        if value not in self._magic and name != self._scenario and (strikes := self._strikes_of(name)):
            self._magic[value] = self._volley(value, strikes)
        return self._magic.get(value)

    def _volley(self, label: str, strikes: Sequence[Strike] = ()) -> Volley:
        return Volley(self._entropy, self._start_ms, label, strikes)
