"""Response bodies of the control API as pydantic models: results of its operations, and their schemas."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .models import TOKEN, USER_ID, Count, Exact, Open, Time


class Health(Exact):
    """The server answers."""

    status: Literal["ok"] = Field(examples=["ok"])


class Version(Exact):
    """Name and version of the server."""

    name: Literal["nemofake"] = Field(examples=["nemofake"])
    version: str = Field(examples=["0.1.0"])


class Clock(Exact):
    """A world's clock."""

    mode: str = Field(description="auto, real, manual or xN", examples=["auto"])
    now_ms: Count = Field(
        description="Engine time, milliseconds since 1970 UTC", examples=[1_767_225_600_000]
    )


class Activity(Exact):
    """What the server is doing in a world, and what the next step in time is."""

    now_ms: Count = Field(
        description="Engine time, milliseconds since 1970 UTC", examples=[1_767_225_600_000]
    )
    open_requests: Count = Field(description="Requests without a complete response", examples=[1])
    response_started: bool = Field(
        description="The newest open request has its response head", examples=[True]
    )
    response_bytes: Count = Field(description="Body bytes sent to the newest open request", examples=[412])
    next_send_ms: int | None = Field(
        description="Engine time at which an open response continues by itself", examples=[1_767_225_610_000]
    )
    next_change_ms: int | None = Field(
        description="Engine time of the next planned change of a chat turn", examples=[1_767_225_612_000]
    )
    stalled: bool = Field(description="A fault keeps a response open for ever", examples=[False])


class WorldInfo(Exact):
    """A world in short."""

    name: str = Field(description="`default` is the one without a prefix", examples=["default"])
    seed: int = Field(description="Random seed of all ids and numbers", examples=[42])
    scenario: str = Field(description="The active scenario", examples=["happy-path"])
    profile: str = Field(description="Wire profile", examples=["typed,envelope,render-flat"])
    clock: Clock
    accounts: Count = Field(description="Number of accounts", examples=[0])
    journal_entries: Count = Field(description="Number of journal entries", examples=[0])
    journal_dropped: Count = Field(description="Number of older entries that were dropped", examples=[0])


class ScenarioInfo(Exact):
    """A scenario in short."""

    name: str = Field(examples=["chat-silent-edit"])
    title: str = Field(
        description="Condition and expected behavior in one sentence",
        examples=["The stream closes without any text; the client reads the change from the state."],
    )
    clauses: list[str] = Field(description="Protocol clauses", examples=[["SSE-5"]])
    status: str = Field(description="How the behavior is known", examples=["documented"])


class TriggerInfo(Exact):
    """What the backend does on a call of an operation."""

    on: str = Field(description="The operation", examples=["credits"])
    do: str = Field(description="The action", examples=["refuse"])
    nth: int | None = Field(description="Which call of a client, from 1; null: each one", examples=[3])
    code: int | None = Field(description="Error code of `refuse`", examples=[402])


class Credits(Exact):
    """`granted` is `available` plus `frozen` plus `consumed`."""

    granted: Count = Field(examples=[100])
    available: Count = Field(examples=[50])
    frozen: Count = Field(examples=[0])
    consumed: Count = Field(examples=[50])


class TokenInfo(Exact):
    """A token of an account."""

    token: str = Field(examples=[TOKEN])
    state: Literal["live", "expired", "revoked"] = Field(examples=["live"])
    expires_at: Time = Field(description="When it expires by age", examples=["2026-01-08T00:00:00.000Z"])


class AccountInfo(Exact):
    """An account with its ledger and its tokens."""

    user_id: str = Field(examples=[USER_ID])
    registered: bool = Field(description="False for an anonymous account", examples=[False])
    plan: Literal["free", "paid"] = Field(examples=["free"])
    export_blocked: bool = Field(description="Exports are refused whatever the headers", examples=[False])
    credits: Credits
    tokens: list[TokenInfo]


class Deleted(Exact):
    """The name of the world that was deleted."""

    deleted: str = Field(examples=["mine"])


class Dropped(Exact):
    """The first element of a journal that is no longer complete."""

    dropped: int = Field(ge=1, description="Number of older entries that were dropped")


class JournalRequest(Open):
    """The request of an exchange; bodies as docs/PROTOCOL.md describes them."""

    method: str
    path: str = Field(description="With the query")
    http_version: str
    headers: dict[str, str]
    size: Count = Field(description="Bytes of the body")
    sha256: str | None = Field(None, description="Of a body that is not stored in full, in hex")


class JournalResponse(Open):
    """The response of an exchange, with `body` or, for a stream, `events`."""

    at_ms: int = Field(description="Engine time of the head")
    status: int
    headers: dict[str, str]
    size: Count = Field(description="Bytes of the body")


class JournalEntry(Exact):
    """One exchange, secrets masked."""

    seq: int = Field(ge=1)
    operation: str
    at_ms: int = Field(description="Engine time of the request")
    ended_at_ms: int | None
    client: str = Field(description="Address of the client")
    request: JournalRequest
    response: JournalResponse | None
    ending: Literal["complete", "client-gone", "cut"] | None = Field(description="null: still open")
    notes: list[str] = Field(description="Faults that changed the response")
