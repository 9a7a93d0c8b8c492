"""What a scenario changes in the backend: parameters, the first account, and triggers.

Plain values; the engine does not know whether they come from a YAML file or from a test.
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

# `refuse` acts before the operation does anything, `silence`, `fail` and `hang-render` while it runs,
# the others right after it was accepted.
ACTIONS = ("refuse", "silence", "fail", "hang-render", "expire-token", "revoke-token", "delete-session")


@dataclass(frozen=True, slots=True)
class Trigger:
    """One action on the ``nth`` call (from 1; None: every call) of an operation.

    ``on`` is one of OPERATIONS, ``do`` one of ACTIONS, ``code`` the error code of a refusal.
    """

    on: str
    do: str
    nth: int | None = None
    code: int | None = None

    def matches(self, operation: str, count: int) -> bool:
        """Whether this acts on call number ``count`` of ``operation``."""
        return self.on == operation and self.nth in (None, count)


@dataclass(frozen=True, slots=True)
class InitialAccount:
    """The account that a scenario starts with; None leaves what the parameters say."""

    credits: int | None = None
    plan: str = "free"  # free | paid
    registered: bool = False
    export_blocked: bool = False
    scopes: tuple[str, ...] | None = None
    token: str = "live"  # noqa: S105  # live | expired | revoked: state of a token set from outside (AUTH-5)
    token_age_ms: int = 0  # how long ago that token was issued


@dataclass(frozen=True, slots=True)
class ScenarioConfig:
    """A scenario as the engine runs it: name, parameters, first account, triggers."""

    name: str = "happy-path"
    parameters: Parameters = field(default_factory=Parameters)
    account: InitialAccount = field(default_factory=InitialAccount)
    triggers: tuple[Trigger, ...] = ()

    def triggers_for(self, operation: str, count: int) -> tuple[Trigger, ...]:
        """Return the triggers of call number ``count`` of ``operation``."""
        if not self.triggers:
            return ()
        return tuple(trigger for trigger in self.triggers if trigger.matches(operation, count))
