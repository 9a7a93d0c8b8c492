"""Breakages of sessions, tokens, exports and envelopes that the server machine must find."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

from nemofake.engine import accounts, backend, renders, sessions
from nemofake.engine import state as world
from nemofake.engine.errors import BackendError
from nemofake.engine.randomness import RandomStream
from nemofake.http import request_models, responses
from nemofake.wire import envelope
from nemofake.wire import profile as render

from .planted_bugs import Patch, nothing, planted

# -- sessions and state ----------------------------------------------------------------------------


@planted("SES-2")
def _sessions_are_seen_by_all() -> list[Patch]:
    def session(self: world.BackendState, session_id: str, token: Any) -> Any:
        if session_id not in self.sessions:
            raise BackendError(1002)
        return self.sessions[session_id]

    return [(world.BackendState, "session", session)]


@planted("SES-2")
def _strangers_are_told_apart() -> list[Patch]:
    right = world.BackendState.session

    def session(self: world.BackendState, session_id: str, token: Any) -> Any:
        if session_id in self.sessions and self.sessions[session_id].account is not token.account:
            raise BackendError(1002, "it is somebody else's")
        return right(self, session_id, token)

    return [(world.BackendState, "session", session)]


@planted("STA-1")
def _reading_changes_the_state() -> list[Patch]:
    right = sessions.Session.snapshot

    def snapshot(self: sessions.Session, origin: str) -> dict[str, Any]:
        result = right(self, origin)
        width, height = self.timeline.canvas
        self.timeline = replace(self.timeline, canvas=(width, height + 2))
        return result

    return [(sessions.Session, "snapshot", snapshot)]


@planted("STA-1")
def _the_state_names_another_task() -> list[Patch]:
    right = sessions.Session.snapshot
    return [(sessions.Session, "snapshot", lambda self, origin: right(self, origin) | {"task_id": "1" * 19})]


@planted("UPL-2")
def _the_second_file_is_lost() -> list[Patch]:
    right = sessions.Session.snapshot

    def snapshot(self: sessions.Session, origin: str) -> dict[str, Any]:
        result = right(self, origin)
        result["state"]["video_infos"] = result["state"]["video_infos"][:1]
        return result

    return [(sessions.Session, "snapshot", snapshot)]


# -- tokens ----------------------------------------------------------------------------------------


@planted("AUTH-5")
def _tokens_live_for_ever() -> list[Patch]:
    return [(accounts.Token, "is_live", lambda self, _: self.state != "revoked")]


@planted("AUTH-5", "AUTH-6")
def _revoked_tokens_open() -> list[Patch]:
    return [(accounts.Token, "is_live", lambda self, now_ms: now_ms < self.expires_at_ms)]


@planted("AUTH-7")
def _every_token_may_everything() -> list[Patch]:
    return [(accounts.Token, "may", lambda *_: True)]


# -- exports ---------------------------------------------------------------------------------------


@planted("REN-6")
def _progress_falls() -> list[Patch]:
    def progress(self: renders.RenderJob, now_ms: int) -> int:
        return 100 if self.state == "completed" else max(0, 90 - (now_ms - self.created_at_ms) // 1000)

    return [(renders.RenderJob, "progress", progress)]


@planted("REN-6", "REN-9", "REN-12")
def _done_too_early() -> list[Patch]:
    right = renders.plan_job

    def plan_job(now_ms: int, rules: Any, draw: Any, **kwargs: Any) -> Any:
        return right(now_ms, replace(rules, render_ms=(5_000, 20_000)), draw, **kwargs)

    return [(backend, "plan_job", plan_job)]


@planted("REN-10", "REN-7")
def _jobs_are_seen_by_all() -> list[Patch]:
    right = world.BackendState.render

    def render_(self: world.BackendState, render_id: str, token: Any) -> Any:
        for job in self.renders.values():
            if job.render_id == render_id:
                job.advance(self.now_ms)
                return job
        return right(self, render_id, token)

    return [(world.BackendState, "render", render_)]


@planted("REN-4", most_steps=9)
def _export_ids_may_come_again() -> list[Patch]:
    class Forgetful(dict[Any, Any]):
        def __contains__(self, key: object) -> bool:
            return False

    right = world.BackendState.__init__

    def init(self: world.BackendState, *args: Any, **kwargs: Any) -> None:
        right(self, *args, **kwargs)
        self.renders = Forgetful()

    return [(world.BackendState, "__init__", init)]


@planted("REN-12")
def _a_cancelled_job_goes_on() -> list[Patch]:
    return [(renders.RenderJob, "cancel", nothing)]


@planted("REN-3")
def _exports_need_no_attribution() -> list[Patch]:
    return [(backend, "check_export_right", nothing)]


@planted("REN-5")
def _empty_drafts_are_exported() -> list[Patch]:
    return [(backend, "check_ready", nothing), (backend, "draft_length_ms", lambda _: 1000)]


@planted("REN-7")
def _exports_come_in_an_envelope() -> list[Patch]:
    def view(shown: Any, profile: Any) -> bytes:
        return envelope.success(render._flat(shown))

    return [(responses, "render_view", view)]


# -- envelopes -------------------------------------------------------------------------------------


@planted("ENV-3")
def _codes_have_statuses_in_every_profile() -> list[Patch]:
    right = responses.error

    def refusal(error: BackendError, profile: Any = None) -> Any:
        answer = right(error)
        answer.status_code = error.spec.strict_status
        return answer

    return [(responses, "error", refusal)]


@planted("ENV-2", most_steps=12)
def _a_refusal_has_data() -> list[Patch]:
    right = envelope.failure

    def failure(*args: Any) -> Any:
        result = right(*args)
        return result._replace(body=result.body.replace(b'"data":null', b'"data":{}'))

    return [(responses, "failure", failure)]


@planted("ENV-4")
def _a_refusal_does_not_say_why() -> list[Patch]:
    return [(request_models, "describe_errors", lambda _: "something is wrong")]


# -- chance ----------------------------------------------------------------------------------------


@planted("SSE-5")
def _chance_that_no_seed_rules() -> list[Patch]:
    return [(RandomStream, "uuid", lambda _: os.urandom(16).hex())]
