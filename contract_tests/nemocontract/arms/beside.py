"""A fresh fake without sockets, made to answer what another server was once asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from nemocontract.arms.stepping import SteppedServer, stepped
from nemocontract.arms.transport import stepped_target
from nemocontract.probing.target import Target
from nemofake.settings import Settings, with_rules

_AS_MANY_AS_NEEDED = 100_000


@dataclass(frozen=True, slots=True)
class Beside:
    """``target`` takes the requests; time passes while an answer is waited for, and by ``pass_s``."""

    target: Target
    server: SteppedServer

    def pass_s(self, seconds: float) -> None:
        """Let so many seconds pass."""
        self.server.pass_ms(self.server.room("default"), round(seconds * 1000))


@contextmanager
def fake_beside(
    profile: str = "",
    *,
    balance: int | None = None,
    start_ms: int | None = None,
    seed: int = 42,
) -> Iterator[Beside]:
    """Give a fake for as long as the block lasts; ``balance`` is what a guest begins with, if not 100.

    An address may have any number of tokens: how many the recorded one had before, nobody knows (AUTH-4).
    """
    rules = {
        "tokens_per_ip": _AS_MANY_AS_NEEDED,
        **({} if balance is None else {"anonymous_credits": balance}),
    }
    chosen = with_rules(Settings().rules, rules)
    with stepped(profile=profile, rules=chosen, start_ms=start_ms, seed=seed) as server:
        yield Beside(stepped_target(server), server)
