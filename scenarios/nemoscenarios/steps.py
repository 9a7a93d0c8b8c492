"""What the user does, step by step, and what must come of each step."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from .terms import Ending, Filename, Outcome, StrictModel

YamlDocument = Literal["connect", "credits", "state", "claim"]
_ACTS = ("do", "say", "upload", "export", "wait_s", "restart_client", "send")
_LISTENING = ("say", "export")

# A text that must be found; between slashes a regular expression.
Words = Annotated[str, Field(min_length=1)]


class Send(StrictModel):
    """A request that the client would not make, as another program might; not judged as its traffic."""

    method: Literal["GET", "POST", "PUT", "DELETE", "HEAD"] = Field(default="GET", description="HTTP method.")
    path: str = Field(
        pattern=r"^/", description="Path; {session}, {task}, {user} and {render} stand for the client's own."
    )
    token: str = Field(
        default="own",
        description="The client's 'own', its 'former' one, a 'claim' token, 'another' user's, or 'none'.",
        pattern=r"^(own|former|claim|another|none)$",
    )
    headers: dict[str, str] = Field(default_factory=dict, description="Headers besides.")
    body: Any = Field(default=None, description="A JSON body; its texts know the same words in braces.")
    text: str | None = Field(default=None, description="A body as it is, sent as JSON unless headers differ.")
    files: list[Filename] = Field(default_factory=list, description="Files of the user's, as multipart.")

    @model_validator(mode="after")
    def _is_possible(self) -> Send:
        if sum(bool(part) for part in (self.body, self.text, self.files)) > 1:
            raise ValueError("one of 'body', 'text' and 'files'")
        return self


class UserStep(StrictModel):
    """One step of the user's; exactly one of its deeds."""

    do: YamlDocument | None = Field(default=None, description="Something that needs no more words.")
    say: str | None = Field(default=None, min_length=1, description="A line that the user writes.")
    upload: list[str] | None = Field(
        default=None, min_length=1, description="The user's files, or web addresses."
    )
    export: Filename | None = Field(default=None, description="An export, saved under this name.")
    wait_s: float | None = Field(default=None, gt=0, description="Seconds of backend time that pass.")
    restart_client: Literal["session", "token", "nothing"] | None = Field(
        default=None, description="The client is closed and started anew; what it still knows."
    )
    send: Send | None = Field(default=None, description="A request made by hand.")

    outcome: Outcome = Field(default="ok", description="'ok', or the client's error that it ends with.")
    ending: Ending | None = Field(default=None, description="How the chat's stream ends for the client.")
    disconnect_after: int | None = Field(
        default=None, ge=1, description="The user closes the tab after so many notices."
    )
    user_sees: list[Words] = Field(default_factory=list, description="What the user reads in this step.")
    user_never_sees: list[Words] = Field(
        default_factory=list, description="What the user does not read in it."
    )
    code: int | None = Field(default=None, description="The code of the answer to a request made by hand.")
    answers: list[Words] = Field(default_factory=list, description="What that answer's body holds.")

    @property
    def action(self) -> str:
        """The one thing that is done."""
        return next(name for name in _ACTS if getattr(self, name) is not None)

    def title(self) -> str:
        """Return the step in a few words."""
        result = getattr(self, self.action)
        if self.action == "send":
            return f"{self.send.method} {self.send.path}" if self.send else ""
        if self.action == "do":
            return str(result)
        words = ", ".join(result) if isinstance(result, list) else str(result)
        return f"{self.action.replace('_', ' ')} {words}"

    @model_validator(mode="after")
    def _is_possible(self) -> UserStep:
        actions = [name for name in _ACTS if getattr(self, name) is not None]
        if len(actions) != 1:
            raise ValueError(f"a step is exactly one of {', '.join(_ACTS)}")
        action = actions[0]
        if self.disconnect_after is not None and action not in _LISTENING:
            raise ValueError("only what is said or exported can be left")
        if self.disconnect_after is not None and (self.ending or self.outcome != "ok"):
            raise ValueError("who leaves sees neither an ending nor an error")
        if self.ending is not None and (action != "say" or self.outcome != "ok"):
            raise ValueError("only a message that was taken has an 'ending'")
        if (self.code is not None or self.answers) and action != "send":
            raise ValueError("'code' and 'answers' belong to 'send'")
        if action in ("wait_s", "restart_client", "send") and (
            self.outcome != "ok" or self.user_sees or self.user_never_sees
        ):
            raise ValueError(f"the client does nothing in {action!r}, so nothing of it can be expected")
        return self


def _spelled_out(value: Any) -> Any:
    return {"do": value} if isinstance(value, str) else value


# A step; a lone word is short for {do: word}.
Step = Annotated[UserStep, BeforeValidator(_spelled_out, json_schema_input_type=UserStep | YamlDocument)]
