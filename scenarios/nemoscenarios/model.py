"""What a scenario file may say, as one value: a story, what befalls it, what must come of it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from .expect import Credits, Expect, Film, Request, Timeline
from .given import File, Given
from .happenings import Incident, Mood
from .strikes import Strike
from .user import Act, Send, Step
from .vocabulary import (
    Action,
    Clause,
    Closing,
    Ending,
    ErrorCode,
    Operation,
    Outcome,
    Strict,
    Traffic,
    rule_value,
)

__all__ = [
    "Act",
    "Action",
    "Closing",
    "Credits",
    "Ending",
    "ErrorCode",
    "Expect",
    "File",
    "Film",
    "Given",
    "Incident",
    "Mood",
    "Operation",
    "Outcome",
    "Request",
    "Scenario",
    "Send",
    "Strike",
    "Timeline",
    "Traffic",
]


class Scenario(Strict):
    """One story: what is given, what befalls the client, what it must do, which clauses it is about."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="The scenario's name, as the file's.")
    title: str = Field(min_length=1, description="The story in one sentence.")
    clauses: list[Clause] = Field(min_length=1, description="The protocol clauses that it shows.")
    status: Literal["documented", "assumed", "verified-live"] = Field(
        description="Where the behaviour is known from."
    )
    verified_on: str | None = Field(
        default=None,
        pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        description="The day on which the live service was seen to behave so.",
    )
    given: Given = Field(default_factory=Given, description="What the story begins with.")
    rules: dict[str, Annotated[Any, AfterValidator(rule_value)]] = Field(
        default_factory=dict, description="Settings of the protocol that differ from today's."
    )
    agent: list[Mood] = Field(default_factory=list, description="How the agent takes the messages.")
    incidents: list[Incident] = Field(default_factory=list, description="What befalls which call.")
    faults: list[Strike] = Field(
        default_factory=list, description="What the infrastructure does to which answer."
    )
    takes_s: float | None = Field(
        default=None,
        gt=0,
        le=3600,
        description="How many real seconds a program may take in it, whose own waits nobody can shorten.",
    )
    user: list[Step] = Field(default_factory=list, description="What the user does; without it, no play.")
    expect: Expect | None = Field(default=None, description="What must hold when it is over.")

    @property
    def all_rules(self) -> dict[str, Any]:
        """The figures that differ, the agent's included; what 'rules' says of one wins."""
        moods: dict[str, Any] = {}
        for mood in self.agent:
            moods |= mood.rules()
        return moods | self.rules

    @property
    def all_incidents(self) -> list[Incident]:
        """Everything that befalls calls, the agent's moods included."""
        return [*self.incidents, *(incident for mood in self.agent for incident in mood.incidents())]
