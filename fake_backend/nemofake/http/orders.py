"""The bodies of the control API: what a test may order."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from ..faults import ANY, FAULTS, TARGETS

_FAULTS: list[Any] = sorted(FAULTS)
_TARGETS: list[Any] = [ANY, *TARGETS]

_MAX_ADVANCE_S = 10 * 365 * 24 * 3600


class Order(BaseModel):
    """A control request's body: unknown keys are refused, since a typo here would go unseen."""

    model_config = ConfigDict(extra="forbid", strict=True)


class ClockOrder(Order):
    """Which clock."""

    mode: str = Field(max_length=32, examples=["auto", "real", "x60", "manual"])


class AdvanceOrder(Order):
    """How far; fractions of a second are allowed."""

    seconds: float = Field(ge=0, le=_MAX_ADVANCE_S, allow_inf_nan=False, examples=[30, 0.5])


class ScenarioOrder(Order):
    """Which scenario; `reset` begins the world anew with it."""

    name: str = Field(max_length=256)
    reset: bool = False


class AccountOrder(Order):
    """What changes in an account; each is optional."""

    grant: int | None = Field(None, ge=0, le=1_000_000_000)
    plan: str | None = Field(None, pattern="^(free|paid)$")
    export_blocked: bool | None = None


class NewAccountOrder(Order):
    """A registered account, with a token that holds `scopes`, all of them if left out."""

    credits: int | None = Field(None, ge=0, le=1_000_000_000)
    plan: str = Field("free", pattern="^(free|paid)$")
    scopes: list[str] | None = None


class WorldOrder(Order):
    """The settings of a world of its own; what is left out is as the server's."""

    seed: int | None = None
    clock: str | None = Field(None, max_length=32)
    scenario: str | None = Field(None, max_length=256)
    profile: str | None = Field(None, max_length=256)
    start_ms: int | None = Field(None, ge=0, le=253_402_300_799_000)
    rules: dict[str, Any] | None = None


class FaultOrder(BaseModel):
    """A fault and its aim; the fault's own fields stand beside them, see docs/FAULTS.md."""

    model_config = ConfigDict(extra="allow", strict=True)

    fault: str = Field(json_schema_extra={"enum": _FAULTS})
    on: str = Field(ANY, json_schema_extra={"enum": _TARGETS})
    nth: int | None = Field(None, ge=1)
    share: float | None = Field(None, ge=0, le=1)
    from_ms: int | None = Field(None, ge=0)
    until_ms: int | None = Field(None, ge=0)
