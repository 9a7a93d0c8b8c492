"""What a scenario changes in the backend: the account it gives, and what befalls which call.

Plain values: where they come from (a YAML file, a test) is not the engine's affair.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .parameters import Parameters

OPERATIONS = (
    "token.issue",
    "token.claim",
    "session.create",
    "chat",
    "credits",
    "state",
    "upload",
    "render.submit",
    "render.status",
    "render.cancel",
    "render.download",
)

# What may befall an operation: `refuse` before it does anything, `silence`, `fail` and `stick` while it
# runs,
# the others right after it was accepted.
ACTIONS = ("refuse", "silence", "fail", "hang-render", "expire-token", "revoke-token", "delete-session")


@dataclass(frozen=True, slots=True)
class Trigger:
    """One thing that befalls the ``nth`` call (from 1; None: each) of an operation.

    ``on`` is one of OPERATIONS, ``do`` one of ACTIONS, ``code`` the error code of a refusal.
    """

    on: str
    do: str
    nth: int | None = None
    code: int | None = None

    def strikes(self, operation: str, count: int) -> bool:
        """Tell whether this befalls call number ``count`` of ``operation``."""
        return self.on == operation and self.nth in (None, count)


@dataclass(frozen=True, slots=True)
class InitialAccount:
    """The account a story begins with; None leaves what the rules say."""

    credits: int | None = None
    plan: str = "free"  # free | paid
    registered: bool = False
    export_blocked: bool = False
    scopes: tuple[str, ...] | None = None
    token: str = "live"  # noqa: S105  # live | expired | revoked: how a token set from outside arrives (AUTH-5)
    token_age_ms: int = 0  # how long ago it was issued by then


@dataclass(frozen=True, slots=True)
class ScenarioConfig:
    """A scenario as the engine plays it: a name, the rules in force, the account, the incidents."""

    name: str = "happy-path"
    rules: Parameters = field(default_factory=Parameters)
    given: InitialAccount = field(default_factory=InitialAccount)
    triggers: tuple[Trigger, ...] = ()

    def strikes(self, operation: str, count: int) -> tuple[Trigger, ...]:
        """Return what befalls call number ``count`` of ``operation``."""
        if not self.triggers:
            return ()
        return tuple(i for i in self.triggers if i.strikes(operation, count))
