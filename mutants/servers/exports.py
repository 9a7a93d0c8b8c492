"""Export jobs, broken (REN-1 to REN-7, REN-10 to REN-12)."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from pydantic import AliasChoices, Field

from nemofake.engine.errors import BackendError
from nemofake.http.request_models import Name, OutputBody, RenderBody
from nemofake.wire.envelope import success

from ..patching import Apply, Mutant, around, instead, more, rules, together

_S = 1000
_BODY = "nemofake.http.routes.renders:RenderBody"
_SUBMIT = "nemofake.engine.backend:Backend.submit_render"
_RIGHT = "nemofake.engine.renders:check_export_right"
_VIEW = "nemofake.http.responses:RenderView"
_BYTES = "nemofake.http.responses:render_view"
_FIND = "nemofake.engine.state:BackendState.render"
_CANCEL = "nemofake.engine.renders:RenderJob.cancel"


class _EitherCase(RenderBody):
    sessionId: Name = Field(validation_alias=AliasChoices("sessionId", "session_id"))  # noqa: N815  the wire's


class _SnakeCase(RenderBody):
    sessionId: Name = Field(validation_alias="session_id")  # noqa: N815  the wire's


class _OutputNeeded(RenderBody):
    output: OutputBody


def _charged(real: Any, self: Any, token: Any, *args: Any, **named: Any) -> Any:
    job, ledger = real(self, token, *args, **named), token.account.ledger
    ledger.consume(ledger.freeze(min(10, ledger.available)))
    return job


def _blocked_passes(real: Any, account: Any, *args: Any, **named: Any) -> None:
    blocked, account.export_blocked = account.export_blocked, False
    try:
        real(account, *args, **named)
    finally:
        account.export_blocked = blocked


def _all_plans(real: Any, account: Any, value: Any, *, attributed: bool) -> None:
    real(account, value, attributed=attributed)
    if not attributed:
        raise BackendError(402)


def _id_again(real: Any, self: Any, token: Any, render_id: str, *args: Any, **named: Any) -> Any:
    self.world.renders.pop((token.value, render_id), None)
    return real(self, token, render_id, *args, **named)


def _any_length(real: Any, draft: Any) -> int:
    with suppress(BackendError, KeyError):
        return int(real(draft))
    return 1000


def _falls(real: Any, self: Any, now_ms: int) -> int:
    progress = int(real(self, now_ms))
    return progress if progress in (0, 100) else 100 - progress


def _falls_once(real: Any, self: Any, now_ms: int) -> int:
    progress = int(real(self, now_ms))
    return progress - 30 if 60 <= progress < 90 else progress


def _status(**names: str) -> Apply:
    """Return a change of the words for a job's status."""

    def view(real: Any, **kwargs: Any) -> Any:
        return real(**{**kwargs, "status": names.get(kwargs["status"], kwargs["status"])})

    return around(_VIEW, view)


def _spelled(change: Any) -> Apply:
    """Return a change of the answer about a job."""

    def view(real: Any, *args: Any) -> bytes:
        return json.dumps(change(json.loads(real(*args)))).encode()

    return around(_BYTES, view)


def _snake_times(value: Any) -> Any:
    names = {"createdAt": "created_at", "completedAt": "completed_at"}
    return {names.get(key, key): _snake_times(v) if key == "data" else v for key, v in value.items()}


def _output(change: Any) -> Apply:
    def changed(value: Any) -> Any:
        if "output" in value:
            change(value["output"])
        return value

    return _spelled(changed)


def _of_anybody(real: Any, self: Any, render_id: str, token: Any) -> Any:
    owner = next((value for value, known in self.renders if known == render_id), token.value)
    return real(self, render_id, self.tokens.get(owner, token))


def _of_others_is_403(real: Any, self: Any, render_id: str, token: Any) -> Any:
    if any(known == render_id and value != token.value for value, known in self.renders):
        raise BackendError(403, "this job is somebody else's")
    return real(self, render_id, token)


def _unknown_is_1002(real: Any, *args: Any) -> Any:
    try:
        return real(*args)
    except BackendError:
        raise BackendError(1002) from None


def _unknown_is_400(real: Any, *args: Any) -> Any:
    try:
        return real(*args)
    except BackendError:
        raise BackendError(400, "no such job") from None


MUTANTS = (
    Mutant("session_id-as-well", "REN-1", "An export takes `session_id` for `sessionId`.",
           instead(_BODY, _EitherCase)),
    Mutant("session_id-instead", "REN-1", "An export wants `session_id`.", instead(_BODY, _SnakeCase)),
    Mutant("output-needed", "REN-1", "An export without `output` is refused.", instead(_BODY, _OutputNeeded)),
    Mutant("export-costs", "REN-2", "An export costs ten credits.", around(_SUBMIT, _charged)),
    Mutant("attribution-not-needed", "REN-3", "A guest exports without attribution.",
           rules(attribution_required=False)),
    Mutant("two-headers-do", "REN-3", "Two of the three headers are enough.",
           instead("nemofake.http.routes.renders:_ATTRIBUTION", ("x-skill-source", "x-skill-version"))),
    Mutant("blocked-exports", "REN-3", "An account whose exports are blocked exports.",
           around(_RIGHT, _blocked_passes)),
    Mutant("paid-needs-headers", "REN-3", "A paid plan needs attribution too.", around(_RIGHT, _all_plans)),
    Mutant("id-used-again", "REN-4", "An export id can be used again.", around(_SUBMIT, _id_again)),
    Mutant("empty-draft-exported", "REN-5", "A draft with nothing on it is exported.",
           together(around("nemofake.engine.renders:check_ready", lambda real, *args: None),
                    around("nemofake.engine.renders:draft_length_ms", _any_length))),
    Mutant("export-in-95-s", "REN-6", "An export takes 95 s.", rules(render_ms=(95 * _S, 95 * _S))),
    Mutant("export-in-10-s", "REN-6", "An export takes ten seconds.", rules(render_ms=(10 * _S, 10 * _S))),
    Mutant("progress-backwards", "REN-6", "Progress runs backwards.",
           around("nemofake.engine.renders:RenderJob.progress", _falls)),
    Mutant("progress-falls-once", "REN-6", "Progress falls once, after 60 %.",
           around("nemofake.engine.renders:RenderJob.progress", _falls_once)),
    Mutant("status-done", "REN-6", "A job that is completed is `done`.", _status(completed="done")),
    Mutant("status-queued", "REN-6", "A job that waits is `queued`.", _status(pending="queued")),
    Mutant("times-in-snake-case", "REN-7", "A job tells `created_at`.", _spelled(_snake_times)),
    Mutant("job-in-envelope", "REN-7", "A job is told inside an envelope.",
           around(_BYTES, lambda real, *args: success(json.loads(real(*args))))),
    Mutant("output-without-size", "REN-7", "A video's size is not told.",
           _output(lambda output: output.pop("size"))),
    Mutant("output-in-ms", "REN-7", "A video's duration is told in milliseconds.",
           _output(lambda output: output.update(duration=output["duration"] * 1000))),
    Mutant("no-completed-at", "REN-7", "A finished job does not tell when it was completed.",
           _spelled(lambda value: {key: value for key, value in value.items() if key != "completedAt"})),
    Mutant("jobs-of-others", "REN-10", "Any token can read a job by its id.", around(_FIND, _of_anybody)),
    Mutant("jobs-of-others-403", "REN-10", "Somebody else's job is a 403.", around(_FIND, _of_others_is_403)),
    Mutant("unknown-job-1002", "REN-11", "An unknown job is 1002, with HTTP 200.",
           around(_FIND, _unknown_is_1002)),
    Mutant("unknown-job-400", "REN-11", "An unknown job is a 400.", around(_FIND, _unknown_is_400)),
    Mutant("cancel-does-nothing", "REN-12", "A cancelled job goes on.",
           around(_CANCEL, lambda real, *args: None)),
    Mutant("cancelled-completes", "REN-12", "A cancelled job completes later all the same.",
           more("nemofake.engine.state_machines:RENDER", ("cancelled", "complete"), "completed")),
)  # fmt: skip
