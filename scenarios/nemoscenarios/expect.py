"""What must hold when a scenario is over: what was sent, what was read, what is left."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator

from .steps import Words
from .terms import Closing, Count, Figure, Filename, StrictModel, Traffic


class Request(StrictModel):
    """A request of the client's, by what can be seen of it; every part that is told must fit."""

    on: Traffic = Field(description="What it was for.")
    code: int | None = Field(
        default=None, description="The code that it was answered with: 0 is success, null tells nothing."
    )
    ended: Closing | None = Field(default=None, description="How the exchange ended.")
    fault: str | None = Field(default=None, description="The fault that struck its answer.")
    body_contains: Words | None = Field(default=None, description="What its path or body holds.")
    response_contains: Words | None = Field(
        default=None, description="What the answer's body or events hold."
    )
    headers: list[str] = Field(default_factory=list, description="Headers that it bears, each with a value.")
    without_headers: list[str] = Field(default_factory=list, description="Headers that it does not bear.")
    after_s: Figure | None = Field(
        default=None,
        description="Seconds since the end of the request before it in 'order'; none of its kind in between.",
    )

    @property
    def bare(self) -> bool:
        """Whether it fits each request of its kind."""
        return set(self.model_dump(exclude_defaults=True)) == {"on"}

    def title(self) -> str:
        """Return the pattern in a few words."""
        record = self.model_dump(exclude_defaults=True, exclude={"on"})
        return " ".join([self.on, *(f"{key}={value}" for key, value in record.items())])


def _spelled_out(value: Any) -> Any:
    return {"on": value} if isinstance(value, str) else value


# A lone word is short for {on: word}.
Pattern = Annotated[Request, BeforeValidator(_spelled_out, json_schema_input_type=Request | Traffic)]


class Credits(StrictModel):
    """The account's credits afterwards."""

    available: int | None = Field(default=None, ge=0, description="What can be spent.")
    frozen: int | None = Field(default=None, ge=0, description="What running work has put aside.")
    spent: int | None = Field(default=None, ge=0, description="What finished work has cost.")


class Timeline(StrictModel):
    """The project afterwards."""

    tracks: Count | None = Field(default=None, description="How many tracks there are.")
    duration_s: Figure | None = Field(default=None, description="How long it plays.")
    summary: list[Words] = Field(default_factory=list, description="What its one-line summary holds.")


class ExpectedFile(StrictModel):
    """A file on the user's disk afterwards."""

    absent: bool = Field(default=False, description="There is no such file, not even a part of it.")
    seconds: Figure | None = Field(default=None, description="How long it plays.")
    width: Count | None = Field(default=None, description="Pixels across.")
    height: Count | None = Field(default=None, description="Pixels down.")

    @model_validator(mode="after")
    def _is_possible(self) -> ExpectedFile:
        if self.absent and self.model_dump(exclude_defaults=True, exclude={"absent"}):
            raise ValueError("a file that is absent has no figures")
        return self


class Expect(StrictModel):
    """What must hold of a whole scenario."""

    order: list[Pattern] = Field(
        default_factory=list, description="Requests in this order; others may come in between."
    )
    counts: dict[Traffic, Count] = Field(default_factory=dict, description="How many requests of a kind.")
    never: list[Pattern] = Field(default_factory=list, description="Requests that must not be made.")
    user_sees: list[Words] = Field(default_factory=list, description="What the user reads at some time.")
    user_never_sees: list[Words] = Field(default_factory=list, description="What the user never reads.")
    credits: Credits | None = Field(default=None, description="The account's credits.")
    timeline: Timeline | None = Field(default=None, description="The project of the client's session.")
    files: dict[Filename, ExpectedFile] = Field(default_factory=dict, description="Files on the user's disk.")
