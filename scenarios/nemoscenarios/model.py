"""What a scenario file may say: its fields, their types and what they mean."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

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


class Strict(BaseModel):
    """A part of a scenario: no unknown keys, no silent conversions, never changed after loading."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Given(Strict):
    """The account that the story begins with."""

    credits: int | None = Field(
        None, ge=0, description="Credits of a new account; as documented if left out."
    )
    plan: Literal["free", "paid"] = Field("free", description="The account's plan.")
    registered: bool = Field(
        False, description="Whether a token set from outside belongs to a registered user."
    )
    export_blocked: bool = Field(False, description="Whether exports are refused whatever the headers.")
    scopes: list[Literal["read", "write", "upload", "render", "*"]] | None = Field(
        None, description="Scopes of a registered token; all of them if left out."
    )
    token: Literal["live", "expired", "revoked"] = Field(
        "live", description="In what state a token set from outside arrives."
    )


class Incident(Strict):
    """Something that befalls one call, or each call, of an operation."""

    on: Operation = Field(description="The operation that it befalls.")
    nth: int | None = Field(None, ge=1, description="Which call of it, from 1; each one if left out.")
    do: Action = Field(description="What happens.")
    code: ErrorCode | None = Field(None, description="The error code of a refusal.")

    @model_validator(mode="after")
    def _is_possible(self) -> Incident:
        if (self.do == "refuse") != (self.code is not None):
            raise ValueError("'refuse' needs a code, and nothing else takes one")
        if self.do == "silence" and self.on != "chat":
            raise ValueError("only 'chat' can be silenced")
        if self.do == "fail" and self.on not in ("chat", "render.submit"):
            raise ValueError("only 'chat' and 'render.submit' can fail")
        if self.do == "forget-session" and self.on in ("token.issue", "credits"):
            raise ValueError(f"{self.on!r} has no session to forget")
        return self


class Scenario(Strict):
    """One story: what is given, what befalls the client, which clauses it is about."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description="The scenario's name, as the file's.")
    title: str = Field(min_length=1, description="The story in one sentence.")
    clauses: list[str] = Field(min_length=1, description="The protocol clauses that it shows.")
    status: Literal["documented", "assumed"] = Field(description="Where the behaviour is known from.")
    given: Given = Field(
        default_factory=lambda: Given(), description="The account that the story begins with."
    )
    rules: dict[str, Any] = Field(
        default_factory=dict, description="Settings of the protocol that differ from today's."
    )
    incidents: list[Incident] = Field(default_factory=list, description="What befalls which call.")
