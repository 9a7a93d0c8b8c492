"""Triggers: what the backend and its agent do differently for a client."""

from __future__ import annotations

from pydantic import Field, model_validator

from .terms import Action, ErrorCode, Operation, StrictModel

# Calls that name no session: nothing can be forgotten with them.
_SESSIONLESS = frozenset({"token.issue", "credits", "render.status", "render.cancel", "render.download"})


class Trigger(StrictModel):
    """What the backend does differently on one call, or each call, of an operation."""

    on: Operation = Field(description="The operation that it applies to.")
    nth: int | None = Field(default=None, ge=1, description="Which call of it, from 1; each one if left out.")
    do: Action = Field(description="What happens.")
    code: ErrorCode | None = Field(default=None, description="The error code of a refusal.")

    @model_validator(mode="after")
    def _is_possible(self) -> Trigger:
        if (self.do == "refuse") != (self.code is not None):
            raise ValueError("'refuse' needs a code, and nothing else takes one")
        if self.do == "silence" and self.on != "chat":
            raise ValueError("only 'chat' can be silenced")
        if self.do == "fail" and self.on not in ("chat", "render.submit"):
            raise ValueError("only 'chat' and 'render.submit' can fail")
        if self.do == "hang-render" and self.on != "render.submit":
            raise ValueError("only 'render.submit' can stick")
        if self.do == "delete-session" and self.on in _SESSIONLESS:
            raise ValueError(f"{self.on!r} has no session to forget")
        return self


class AgentBehavior(StrictModel):
    """How the agent takes one message, or each of them."""

    nth: int | None = Field(default=None, ge=1, description="Which message, from 1; each one if left out.")
    silent: bool | None = Field(default=None, description="Works without a word (true), or always speaks.")
    fails: bool = Field(default=False, description="Its tool breaks: nothing changes, and it says so.")
    takes_s: float | None = Field(
        default=None, gt=0, le=86_400, description="Seconds of backend time from the message to the end."
    )
    appends_noise: bool = Field(default=False, description="Adds 'I encountered a temporary issue'.")

    @model_validator(mode="after")
    def _is_possible(self) -> AgentBehavior:
        whole = [name for name in ("takes_s", "appends_noise") if getattr(self, name)]
        if self.nth is not None and (whole or self.silent is False):
            name = whole[0] if whole else "silent: false"
            raise ValueError(f"{name!r} holds for every message; leave out 'nth'")
        if not self.model_dump(exclude_defaults=True, exclude={"nth"}):
            raise ValueError("says nothing of how the agent is")
        return self

    def triggers(self) -> list[Trigger]:
        """Return what happens to the messages."""
        actions = {"silence": self.silent is True, "fail": self.fails}
        return [Trigger(on="chat", nth=self.nth, do=do) for do in ("silence", "fail") if actions[do]]

    def parameters(self) -> dict[str, object]:
        """Return the figures that change."""
        changed: dict[str, object] = {}
        if self.silent is False:
            changed["silent_share"] = 0.0
        if self.appends_noise:
            changed["temporary_issue_share"] = 1.0
        if self.takes_s is not None:
            length_ms = round(self.takes_s * 1000)
            changed |= {key: [length_ms, length_ms] for key in ("text_ms", "edit_ms", "generation_ms")}
        return changed
