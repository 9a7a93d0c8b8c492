"""What /openapi.json says of the control API under /__fake__/."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ..._version import __version__
from ...wire.profile import DEFAULT
from ..request_models import (
    AddFault,
    AdvanceClock,
    CreateAccount,
    CreateWorld,
    SetClock,
    SetScenario,
    UpdateAccount,
)
from . import schemas
from .operations import JSON, OperationResponse, data, operation, parameter
from .schemas import Doc, listing, loose, moment, record, ref, text, truth, whole

_COUNT = {"minimum": 0}
SCHEMAS: dict[str, Doc] = {
    "Clock": record(
        "A world's clock.",
        mode=text("auto, real, manual or xN"),
        now_ms=whole("engine time, milliseconds since 1970 UTC"),
    ),
    "World": record(
        "A world in short.",
        name=text("its name; `default` is the one without a prefix"),
        seed=whole("what every id and figure comes from"),
        scenario=text("the scenario that is played"),
        profile=text("its wire profile"),
        clock=ref("Clock"),
        accounts=whole("how many", **_COUNT),
        journal_entries=whole("how many", **_COUNT),
    ),
    "Scenario": record(
        "What a scenario is about.",
        name=text("its name"),
        title=text("its story in one sentence"),
        clauses=listing(text("a clause of the protocol")),
        status=text("where the behaviour is known from"),
    ),
    "Account": record(
        "An account with its ledger and its tokens.",
        user_id=text("its id"),
        registered=truth("false for an anonymous one"),
        plan=text("its plan", enum=["free", "paid"]),
        export_blocked=truth("whether exports are refused whatever the headers"),
        credits=record(
            "Granted is available, frozen and consumed together.",
            granted=whole("in all", **_COUNT),
            available=whole("to spend", **_COUNT),
            frozen=whole("held by operations that run", **_COUNT),
            consumed=whole("spent", **_COUNT),
        ),
        tokens=listing(
            record(
                "A token.",
                token=text("the token itself"),
                state=text("whether it is good", enum=["live", "expired", "revoked"]),
                expires_at=moment("when it ends by age"),
            )
        ),
    ),
    "Fault": loose("A fault, its own fields, and its aim; what is left out is at its default."),
    "Journal": loose("Requests and answers with engine time, secrets masked; or HAR 1.2, as asked."),
}

_CLOCK = {"mode": "auto", "now_ms": 1767225600000}
_WORLD = {
    "name": "default",
    "seed": 42,
    "scenario": "happy-path",
    "profile": str(DEFAULT),
    "clock": _CLOCK,
    "accounts": 0,
    "journal_entries": 0,
}
_SCENARIO = {
    "name": "chat-silent-edit",
    "title": "The first edit ends without a word.",
    "clauses": ["SSE-5"],
    "status": "documented",
}
_ACCOUNT = {
    "user_id": schemas.USER_ID,
    "registered": False,
    "plan": "free",
    "export_blocked": False,
    "credits": {"granted": 100, "available": 50, "frozen": 0, "consumed": 50},
    "tokens": [{"token": schemas.TOKEN["token"], "state": "live", "expires_at": schemas.TOKEN["expires_at"]}],
}
_NAME = parameter("name", "path", "a world's name", "mine")
_USER = parameter("user_id", "path", "an account's id", schemas.USER_ID)
_TOKEN = parameter("token", "path", "a token", str(schemas.TOKEN["token"]))
_FORMAT = parameter("format", "query", "json, ndjson or har", "har", required=False)
# No token on loopback; where --admin-token is set, it is demanded.
_SECURITY: list[Doc] = [{}, {"admin": []}]


def _control(
    name: str,
    summary: str,
    ok: OperationResponse,
    *codes: int,
    body: type[BaseModel] | None = None,
    example: Any = None,
    parameters: tuple[Doc, ...] = (),
) -> Doc:
    return operation(
        name, summary, ok, *codes, 403, body=body, example=example, parameters=parameters, security=_SECURITY
    )


_A_CLOCK = data("The clock", ref("Clock"), _CLOCK)
_A_WORLD = data("The world", ref("World"), _WORLD)
_A_SCENARIO = data("The scenario", ref("Scenario"), _SCENARIO)
_AN_ACCOUNT = data("The account", ref("Account"), _ACCOUNT)

HEALTH = _control(
    "health",
    "Is it up?",
    data("It is", record("Its health.", status={"const": "ok"}), {"status": "ok"}),
)
_VERSION = {"name": "nemofake", "version": __version__}
VERSION = _control(
    "version",
    "Which nemofake is this?",
    data("This one", record("Name and version.", name={"const": "nemofake"}, version=text("")), _VERSION),
)
READ_CLOCK = _control("readClock", "Read the clock", _A_CLOCK)
SET_CLOCK = _control(
    "setClock", "Change the clock's mode", _A_CLOCK, 400, body=SetClock, example={"mode": "manual"}
)
ADVANCE = _control(
    "advanceClock", "Move the clock", _A_CLOCK, 400, body=AdvanceClock, example={"seconds": 0.5}
)
RESET = _control("reset", "Begin the world again", _A_WORLD, 400)
JOURNAL = _control(
    "readJournal",
    "Read the journal",
    OperationResponse(
        "The journal",
        {
            JSON: {"schema": {"anyOf": [listing(ref("Journal")), ref("Journal")]}, "example": []},
            "application/x-ndjson": {"schema": {"type": "string"}},
        },
    ),
    400,
    parameters=(_FORMAT,),
)
READ_SCENARIO = _control("readScenario", "Read which scenario is played", _A_SCENARIO)
SET_SCENARIO = _control(
    "setScenario", "Play another scenario", _A_SCENARIO, 400,
    body=SetScenario, example={"name": "chat-silent-edit", "reset": True},
)  # fmt: skip
SCENARIOS = _control(
    "listScenarios", "List all scenarios", data("All of them", listing(ref("Scenario")), [_SCENARIO])
)
_FAULT = {"fault": "close", "after_events": 2, "on": "chat", "nth": 1}
_SOME_FAULTS = data("What strikes this world", listing(ref("Fault")), [_FAULT])
READ_FAULTS = _control("listFaults", "List what strikes", _SOME_FAULTS)
ADD_FAULT = _control("addFault", "Let a fault strike", _SOME_FAULTS, 400, body=AddFault, example=_FAULT)
CLEAR_FAULTS = _control(
    "clearFaults", "Let nothing strike", data("Nothing does", listing(ref("Fault")), []), 400
)
ACCOUNTS = _control(
    "listAccounts", "List the accounts", data("All of them", listing(ref("Account")), [_ACCOUNT])
)
NEW_ACCOUNT = _control(
    "openAccount", "Open a registered account", _AN_ACCOUNT, 400,
    body=CreateAccount, example={"credits": 1000, "plan": "paid", "scopes": ["*"]},
)  # fmt: skip
CHANGE_ACCOUNT = _control(
    "changeAccount", "Grant credits, change the plan, block exports", _AN_ACCOUNT, 400, 404,
    body=UpdateAccount, example={"grant": 1000, "plan": "paid", "export_blocked": False}, parameters=(_USER,),
)  # fmt: skip
REVOKE = _control("revokeToken", "End a token early", _AN_ACCOUNT, 400, 404, parameters=(_TOKEN,))
EXPIRE = _control("expireToken", "Let a token be 7 days old", _AN_ACCOUNT, 400, 404, parameters=(_TOKEN,))
WORLDS = _control("listWorlds", "List all worlds", data("All of them", listing(ref("World")), [_WORLD]))
MAKE_WORLD = _control(
    "makeWorld", "Make a world with settings of its own", _A_WORLD, 400, 404, body=CreateWorld,
    example={"seed": 7, "clock": "manual", "scenario": "chat-silent-edit", "rules": {"silent_share": 1.0}},
    parameters=(_NAME,),
)  # fmt: skip
DELETE_WORLD = _control(
    "deleteWorld", "Remove a world and its files",
    data("It is gone", record("Which.", deleted=text("its name")), {"deleted": "mine"}), 404,
    parameters=(_NAME,),
)  # fmt: skip
