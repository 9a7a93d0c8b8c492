"""What a scenario file may say: its fields, their types and what they mean."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Operation = Literal[
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
]
Action = Literal["refuse", "silence", "fail", "expire-token", "revoke-token", "forget-session"]
ErrorCode = Literal[400, 402, 403, 404, 409, 429, 1001, 1002, 2001, 4001, 4002]
Clause = Annotated[str, Field(pattern=r"^(C-)?[A-Z]{2,4}-[1-9][0-9]*$")]

# Calls that name no session: nothing can be forgotten with them.
_SESSIONLESS = frozenset({"token.issue", "credits", "render.status", "render.cancel", "render.download"})


def _rule_value(value: Any) -> Any:
    """Let through what a rule can be: a number, a word, a truth value, or a range of two whole numbers."""
    if isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list) and len(value) == 2 and all(type(end) is int for end in value):
        return value
    raise ValueError("a rule takes a number, a word, true or false, or a range [low, high]")


class Strict(BaseModel):
    """A part of a scenario: no unknown keys, no silent conversions, never changed after loading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Given(Strict):
    """The account that the story begins with."""

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
    scopes: list[Literal["read", "write", "upload", "render", "*"]] | None = Field(
        default=None, description="Scopes of a registered token; all of them if left out."
    )
    token: Literal["live", "expired", "revoked"] = Field(
        default="live", description="In what state a token set from outside arrives."
    )

    @model_validator(mode="after")
    def _is_possible(self) -> Given:
        if self.scopes is not None and not self.registered:
            raise ValueError("'scopes' needs 'registered: true'; an anonymous token's are fixed")
        return self


class Incident(Strict):
    """Something that befalls one call, or each call, of an operation."""

    on: Operation = Field(description="The operation that it befalls.")
    nth: int | None = Field(default=None, ge=1, description="Which call of it, from 1; each one if left out.")
    do: Action = Field(description="What happens.")
    code: ErrorCode | None = Field(default=None, description="The error code of a refusal.")

    @model_validator(mode="after")
    def _is_possible(self) -> Incident:
        if (self.do == "refuse") != (self.code is not None):
            raise ValueError("'refuse' needs a code, and nothing else takes one")
        if self.do == "silence" and self.on != "chat":
            raise ValueError("only 'chat' can be silenced")
        if self.do == "fail" and self.on not in ("chat", "render.submit"):
            raise ValueError("only 'chat' and 'render.submit' can fail")
        if self.do == "forget-session" and self.on in _SESSIONLESS:
            raise ValueError(f"{self.on!r} has no session to forget")
        return self


class Scenario(Strict):
    """One story: what is given, what befalls the client, which clauses it is about."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="The scenario's name, as the file's.")
    title: str = Field(min_length=1, description="The story in one sentence.")
    clauses: list[Clause] = Field(min_length=1, description="The protocol clauses that it shows.")
    status: Literal["documented", "assumed"] = Field(description="Where the behaviour is known from.")
    given: Given = Field(default_factory=Given, description="The account that the story begins with.")
    rules: dict[str, Annotated[Any, AfterValidator(_rule_value)]] = Field(
        default_factory=dict, description="Settings of the protocol that differ from today's."
    )
    incidents: list[Incident] = Field(default_factory=list, description="What befalls which call.")
