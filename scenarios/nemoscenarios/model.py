"""What a scenario begins with: an account, a token, the files that the user has."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from .expect import Credits, Expect, ExpectedFile, Request, Timeline
from .fault_rules import FaultRule
from .steps import Send, Step, UserStep
from .terms import (
    Action,
    Clause,
    Closing,
    Ending,
    ErrorCode,
    Filename,
    Operation,
    Outcome,
    Scope,
    StrictModel,
    Traffic,
    rule_value,
)
from .triggers import AgentBehavior, Trigger

_WEEK_S = 7 * 24 * 3600
Kind = Literal["video", "audio", "image", "text"]
Span = Annotated[list[float], Field(min_length=2, max_length=2)]
_KINDS: dict[str, Kind] = {
    **dict.fromkeys(("mp4", "mov", "avi", "webm", "mkv"), "video"),
    **dict.fromkeys(("mp3", "wav", "m4a", "aac"), "audio"),
    **dict.fromkeys(("jpg", "png", "gif", "webp"), "image"),
}


class File(StrictModel):
    """A file on the user's disk; what is left out is small and valid."""

    kind: Kind | None = Field(
        default=None, description="What is in it, whatever its name says; by its name if left out."
    )
    seconds: float | None = Field(default=None, gt=0, le=600, description="How long it plays; 4 if left out.")
    silences: list[Span] = Field(
        default_factory=list, description="Where its sound is silent: [from, to] in seconds, in order."
    )
    width: int | None = Field(default=None, ge=16, le=4096, description="Pixels across.")
    height: int | None = Field(default=None, ge=16, le=4096, description="Pixels down.")
    size_bytes: int | None = Field(
        default=None, ge=0, le=2 * 1024**3, description="Filled up with nothing to this size."
    )

    def kind_of(self, filename: str) -> Kind:
        """Return what is in the file of this name."""
        return self.kind or _KINDS.get(filename.rpartition(".")[2].lower(), "text")

    @model_validator(mode="after")
    def _is_possible(self) -> File:
        last_s, length_s = 0.0, self.seconds or 4.0
        for start_s, end_s in self.silences:
            if not last_s <= start_s < end_s <= length_s:
                raise ValueError("'silences' must follow one another within the file")
            last_s = end_s
        return self


class Given(StrictModel):
    """The account that the scenario begins with, and what the user has."""

    credits: int | None = Field(
        default=None, ge=0, description="Credits of a new account; as documented if left out."
    )
    plan: Literal["free", "paid"] = Field(default="free", description="The account's plan.")
    registered: bool = Field(
        default=False, description="Whether a token set from outside belongs to a registered user."
    )
    export_blocked: bool = Field(
        default=False, description="Whether exports are refused whatever the headers."
    )
    scopes: list[Scope] | None = Field(
        default=None, description="Scopes of a registered token; all of them if left out."
    )
    token: Literal["live", "expired", "revoked"] = Field(
        default="live", description="In what state a token set from outside arrives."
    )
    token_age_s: int = Field(
        default=0, ge=0, description="How long ago a token set from outside was issued, in seconds."
    )
    sets_token: bool | None = Field(
        default=None,
        description="Whether the user set NEMO_TOKEN; left out: whether the scenario mentions it.",
    )
    language: Literal["en", "zh", "none"] = Field(
        default="en",
        description="The language that the client names for its session; with 'none' no one.",
    )
    files: dict[Filename, File] = Field(default_factory=dict, description="The user's files, by name.")

    @property
    def has_token(self) -> bool:
        """Whether the client is started with a token."""
        matches = self.registered or self.token != "live" or self.token_age_s > 0  # noqa: S105  a state, no secret
        return matches if self.sets_token is None else self.sets_token

    @model_validator(mode="after")
    def _is_possible(self) -> Given:
        if self.scopes is not None and not self.registered:
            raise ValueError("'scopes' needs 'registered: true'; an anonymous token's are fixed")
        if self.sets_token is False and (self.registered or self.token != "live" or self.token_age_s):  # noqa: S105
            raise ValueError("'sets_token: false' leaves no token that could be registered, aged or ended")
        if self.token != "live" and self.token_age_s:  # noqa: S105  a state, no secret
            raise ValueError("a token is either ended or so many seconds old")
        return self


__all__ = [
    "Action",
    "AgentBehavior",
    "Closing",
    "Credits",
    "Ending",
    "ErrorCode",
    "Expect",
    "ExpectedFile",
    "FaultRule",
    "File",
    "Given",
    "Operation",
    "Outcome",
    "Request",
    "Scenario",
    "Send",
    "Timeline",
    "Traffic",
    "Trigger",
    "UserStep",
]


class Scenario(StrictModel):
    """One scenario: what is given, what happens to the client, what it must do, which clauses it is about."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="The scenario's name, as the file's.")
    title: str = Field(min_length=1, description="The scenario in one sentence.")
    clauses: list[Clause] = Field(min_length=1, description="The protocol clauses that it shows.")
    status: Literal["documented", "assumed", "verified-live"] = Field(
        description="Where the behaviour is known from."
    )
    verified_on: str | None = Field(
        default=None,
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        description="The day on which the live service was seen to behave so.",
    )
    given: Given = Field(default_factory=Given, description="What the scenario begins with.")
    parameters: dict[str, Annotated[Any, AfterValidator(rule_value)]] = Field(
        default_factory=dict, description="Settings of the protocol that differ from today's."
    )
    agent_behavior: list[AgentBehavior] = Field(
        default_factory=list, description="How the agent takes the messages."
    )
    triggers: list[Trigger] = Field(default_factory=list, description="What the backend does on which call.")
    faults: list[FaultRule] = Field(
        default_factory=list, description="What the infrastructure does to which answer."
    )
    real_time_limit_s: float | None = Field(
        default=None,
        gt=0,
        le=3600,
        description="How many real seconds a program may take in it, whose own waits nobody can shorten.",
    )
    user: list[Step] = Field(default_factory=list, description="What the user does; without it, no play.")
    expect: Expect | None = Field(default=None, description="What must hold when it is over.")

    @property
    def all_parameters(self) -> dict[str, Any]:
        """The figures that differ, the agent's included; what 'rules' says of one wins."""
        behaviors: dict[str, Any] = {}
        for behavior in self.agent_behavior:
            behaviors |= behavior.parameters()
        return behaviors | self.parameters

    @property
    def all_triggers(self) -> list[Trigger]:
        """All triggers, the agent's behavior included."""
        return [
            *self.triggers,
            *(trigger for behavior in self.agent_behavior for trigger in behavior.triggers()),
        ]
