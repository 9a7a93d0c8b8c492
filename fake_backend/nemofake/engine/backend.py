"""The backend: one method per API verb, with ``now_ms`` an argument; a pure function of its commands.

Every verb runs what is due, checks the token, then does its work, or raises BackendError and changes
nothing. It returns the ``data`` of the response, ready for JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from . import tokens as issuing
from . import turns
from .accounts import Account, Client, Token
from .errors import BackendError
from .library import Generated, MediaInfo, video_info
from .parameters import Parameters
from .randomness import SeededRandom
from .renders import RenderJob, check_export_right, check_ready, draft_length_ms, export_box, plan_job
from .scenario import ScenarioConfig, Trigger
from .sessions import Session
from .state import BackendState, check_user
from .turns import Turn, TurnOutcome, plan_turn

Triggers = tuple[Trigger, ...]
ScenarioFinder = Callable[[str], ScenarioConfig | None]
MAGIC_PREFIX = "nmv_usr_test_"


def _no_scenario(_name: str) -> ScenarioConfig | None:
    return None


@dataclass(frozen=True, slots=True)
class UploadPermit:
    """An upload that may begin: its token, session, limits and triggers."""

    token: Token
    session: Session
    parameters: Parameters
    triggers: tuple[Trigger, ...]


class Backend:
    """One world's backend; ``scenarios`` finds the scenario of a magic token by its name."""

    def __init__(
        self,
        seed: int,
        start_ms: int,
        scenario: ScenarioConfig | None = None,
        scenarios: ScenarioFinder = _no_scenario,
    ) -> None:
        self.data = BackendState(seed, start_ms, scenario or ScenarioConfig(), SeededRandom(seed))
        self._scenarios = scenarios

    # -- time ----------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Engine time, milliseconds since 1970 UTC."""
        return self.data.now_ms

    @property
    def next_due_ms(self) -> int | None:
        """When something planned happens next, or None."""
        return self.data.schedule.next_due_ms

    def run_due(self, now_ms: int) -> None:
        """Run everything due by ``now_ms``."""
        self.data.run_due(now_ms)

    def set_scenario(self, scenario: ScenarioConfig) -> None:
        """Use another scenario from now on, for every client, with calls counted anew.

        Accounts take over its plan and whether exports are blocked; their credits stay (CRE-5).
        """
        self.data.scenario = scenario
        for account in self.data.accounts.values():
            account.client.scenario = scenario
            account.client.calls.clear()
            account.plan, account.export_blocked = scenario.account.plan, scenario.account.export_blocked
        for client in self.data.clients.values():
            client.scenario = scenario

    def add_trigger(self, trigger: Trigger) -> int:
        """Add a trigger for every client; its ``nth`` counts calls from now on. Return the call's number."""
        clients = self._clients()
        calls = max((client.calls.get(trigger.on, 0) for client in clients), default=0)
        added = replace(trigger, nth=calls + (trigger.nth or 1))
        self._set_triggers(clients, lambda triggers: (*triggers, added))
        return calls + (trigger.nth or 1)

    def clear_triggers(self) -> None:
        """Remove all triggers, the scenario's included."""
        self._set_triggers(self._clients(), lambda _: ())

    def _clients(self) -> list[Client]:
        accounts = [account.client for account in self.data.accounts.values()]
        return [*{id(client): client for client in (*accounts, *self.data.clients.values())}.values()]

    def _set_triggers(self, clients: list[Client], change: Callable[[Triggers], Triggers]) -> None:
        owners: list[BackendState | Client] = [self.data, *clients]
        for owner in owners:
            owner.scenario = replace(owner.scenario, triggers=change(owner.scenario.triggers))

    # -- tokens --------------------------------------------------------------------------------

    def issue_token(self, now_ms: int, client_id: str | None, ip: str) -> Token:
        """Issue an anonymous token (AUTH-1); raise 400 or 429."""
        self.data.run_due(now_ms)
        checked = issuing.checked_client_id(client_id, self.data.scenario.parameters)
        return issuing.issue_anonymous(self.data, checked, ip)

    def authenticate(self, now_ms: int, bearer: str | None, scope: str, ip: str = "") -> Token:
        """Return the token of a request; raise 1001, or 403 without ``scope`` (AUTH-6, AUTH-7)."""
        self.data.run_due(now_ms)
        token = self.data.tokens.get(bearer or "") or self._magic(bearer or "")
        if token is None or not token.is_live(self.data.now_ms):
            if token is not None and token.value.startswith(MAGIC_PREFIX):
                self.data.awaiting[ip] = token.account.client
            raise BackendError(1001)
        # AUTH-7: anonymous tokens lack `render` and may export all the same; REN-3 decides.
        if not token.may(scope) and (token.account.registered or scope != "render"):
            raise BackendError(403, f"scope {scope!r} is needed")
        return token

    def _magic(self, value: str) -> Token | None:
        if not value.startswith(MAGIC_PREFIX):
            return None
        # What follows a dot only separates accounts of the same scenario.
        scenario = self._scenarios(value.removeprefix(MAGIC_PREFIX).partition(".")[0])
        return issuing.register_external_token(self.data, value, scenario) if scenario else None

    def claim_token(self, token: Token, session_id: str, task_id: str) -> dict[str, Any]:
        """Return a claim token for a session, valid on the web site only (AUTH-8); raise 1002."""
        _, triggers = self._enter(token, "token.claim")
        session = self.data.session(session_id, token)
        if session.task_id != task_id:
            raise BackendError(1002)
        session.claims_made += 1
        rng = self.data.randomness.stream("claim", session_id, session.claims_made)
        issuing.apply_triggers(self.data, token, triggers, session_id)
        return {
            "claim_token": f"clm_{rng.hex(32)}",
            "expires_in": self.parameters(token).claim_lifetime_ms // 1000,
        }

    # -- administration ------------------------------------------------------------------------

    def register_account(
        self, now_ms: int, initial_credits: int | None, plan: str, scopes: list[str] | None
    ) -> Token:
        """Create a registered account and return its token (AUTH-7)."""
        self.data.run_due(now_ms)
        return issuing.register(self.data, initial_credits, plan, scopes)

    def update_account(
        self, now_ms: int, user_id: str, *, grant: int | None, plan: str | None, export_blocked: bool | None
    ) -> Account:
        """Grant credits, change the plan, block or allow exports; None changes nothing. Raise 404."""
        self.data.run_due(now_ms)
        account = self.data.accounts.get(user_id)
        if account is None:
            raise BackendError(404, f"no account {user_id[:80]!r}")
        if grant is not None:
            account.ledger.grant(grant)
            account.ledger.note(self.data.now_ms)
        account.plan = account.plan if plan is None else plan
        account.export_blocked = account.export_blocked if export_blocked is None else export_blocked
        return account

    def end_token(self, now_ms: int, value: str, event: str) -> Token:
        """End a token now; ``event`` is ``expire`` or ``revoke``, as in Token.end. Raise 404."""
        self.data.run_due(now_ms)
        token = self.data.tokens.get(value)
        if token is None:
            raise BackendError(404, "no such token in this world")
        token.end(event, now_ms)
        return token

    # -- sessions ------------------------------------------------------------------------------

    def create_session(self, token: Token, user: str, task_name: str, language: str | None) -> dict[str, Any]:
        """Make a session (SES-1); raise 1002 for the user id of another account."""
        parameters, triggers = self._enter(token, "session.create")
        check_user(user, token)
        account = token.account
        rng = self.data.randomness.stream("session", account.user_id, account.sessions_made)
        account.sessions_made += 1
        session = Session(
            session_id=rng.digits(19),
            task_id=rng.digits(19),
            task_name=task_name,
            language=language or parameters.default_language,
            account=account,
        )
        self.data.sessions[session.session_id] = session
        issuing.apply_triggers(self.data, token, triggers, session.session_id)
        return {
            "task_id": session.task_id,
            "session_id": session.session_id,
            "user_id": account.user_id,
        }

    def state(self, token: Token, user: str, session_id: str, origin: str) -> dict[str, Any]:
        """Return a session's state (STA-1); reading changes nothing."""
        _, triggers = self._enter(token, "state")
        snapshot = self.find_session(token, user, session_id).snapshot(origin)
        issuing.apply_triggers(self.data, token, triggers, session_id)
        return snapshot

    def find_session(self, token: Token, user: str, session_id: str) -> Session:
        """Return the token's own session; raise 1002 for any other (SES-2, SES-3)."""
        check_user(user, token)
        return self.data.session(session_id, token)

    # -- chat ----------------------------------------------------------------------------------

    def start_turn(self, token: Token, user: str, session_id: str, message: str) -> Turn:
        """Plan a chat turn in full and return it (SSE-1); raise 1002, or 2001 with nothing frozen (CRE-4)."""
        parameters, triggers = self._enter(token, "chat")
        session = self.find_session(token, user, session_id)
        if len(message) > parameters.max_message_chars:
            raise BackendError(400, f"the message is over {parameters.max_message_chars} characters")
        turn_plan = plan_turn(session, message, self.data.randomness)
        rng = self.data.randomness.stream("lot", session_id, session.turns_made)
        effects = {trigger.do for trigger in triggers}
        outcome = TurnOutcome(
            length_ms=turn_plan.length_ms(parameters, rng),
            silent=(rng.chance(parameters.silent_share) and turn_plan.kind == "edit") or "silence" in effects,
            issue=parameters.temporary_issue_text if rng.chance(parameters.temporary_issue_share) else "",
            fails="fail" in effects,
        )
        turn = turns.begin(session, turn_plan, outcome, self.data.now_ms, parameters, self.data.randomness)
        turns.plan(turn, self.data.schedule, parameters)
        issuing.apply_triggers(self.data, token, triggers, session_id)
        return turn

    # -- credits -------------------------------------------------------------------------------

    def balance(self, token: Token) -> dict[str, int]:
        """Return the account's credits (CRE-1)."""
        _, triggers = self._enter(token, "credits")
        issuing.apply_triggers(self.data, token, triggers)
        ledger = token.account.ledger
        return {"available": ledger.available, "frozen": ledger.frozen, "total": ledger.total}

    # -- uploads -------------------------------------------------------------------------------

    def open_upload(self, token: Token, user: str, session_id: str) -> UploadPermit:
        """Check an upload before its first byte is read (UPL-1); raise BackendError."""
        parameters, triggers = self._enter(token, "upload")
        return UploadPermit(token, self.find_session(token, user, session_id), parameters, triggers)

    def add_files(
        self, permit: UploadPermit, files: Sequence[MediaInfo], origin: str
    ) -> tuple[dict[str, Any], list[str]]:
        """Add files, all or none (UPL-5); return the response's ``data`` and each file's URL path (UPL-2)."""
        session, stored = permit.session, []
        for file in files:
            media_id = self.data.randomness.stream("media", session.session_id, session.files_made).hex(16)
            session.files_made += 1
            stored.append(file.stored(media_id))
        session.footage.extend(stored)
        issuing.apply_triggers(self.data, permit.token, permit.triggers, session.session_id)
        data = {"files": [video_info(item, origin) for item in stored], "session_state_applied": True}
        return data, [item.url for item in stored]

    # -- export --------------------------------------------------------------------------------

    def submit_render(
        self, token: Token, render_id: str, session_id: str, draft: Mapping[str, Any], *, attributed: bool
    ) -> RenderJob:
        """Accept an export (REN-1); raise 1002, 402 (REN-3), 400 (REN-5) or 409 (REN-4)."""
        parameters, triggers = self._enter(token, "render.submit")
        session = self.find_session(token, "me", session_id)
        check_export_right(token.account, parameters, attributed=attributed)
        check_ready(draft, parameters)
        key = (token.value, render_id)
        if key in self.data.renders:
            raise BackendError(409, f"render id {render_id[:80]!r} was used before; send a new one")
        rng = self.data.randomness.stream("render", token.account.user_id, render_id)
        canvas = session.timeline.canvas
        path = f"/cdn/renders/{rng.hex(32)}.mp4"
        effects = {trigger.do for trigger in triggers}
        now_ms = self.data.now_ms
        job = RenderJob(
            render_id=render_id,
            session_id=session_id,
            owner=token.value,
            draft=draft,
            length_ms=draft_length_ms(draft),
            canvas=canvas,
            box=export_box(canvas, parameters),
            created_at_ms=now_ms,
            plan=plan_job(now_ms, parameters, rng, fails="fail" in effects, hangs="hang-render" in effects),
            path=path,
            kept_ms=parameters.render_kept_ms,
        )
        self.data.renders[key] = job
        issuing.apply_triggers(self.data, token, triggers, session_id)
        return job

    def unfinished_render(self, token: Token, render_id: str) -> bool:
        """Whether a job of this token has not ended; False if it is unknown."""
        job = self.data.renders.get((token.value, render_id))
        return job is not None and job.unfinished(self.data.now_ms)

    def render_status(self, token: Token, render_id: str) -> RenderJob:
        """Return a job, brought up to now (REN-6); raise 404 for any other (REN-10, REN-11)."""
        _, triggers = self._enter(token, "render.status")
        job = self.data.render(render_id, token)
        issuing.apply_triggers(self.data, token, triggers, job.session_id)
        return job

    def cancel_render(self, token: Token, render_id: str) -> RenderJob:
        """Cancel a job that has not ended (REN-12); raise 404, or 409 if it has."""
        _, triggers = self._enter(token, "render.cancel")
        job = self.data.render(render_id, token)
        job.cancel(self.data.now_ms)
        issuing.apply_triggers(self.data, token, triggers, job.session_id)
        return job

    def finished_render(self, token: Token, render_id: str) -> RenderJob:
        """Return a job whose video can be downloaded (REN-9); raise 404, or 409 if it is not completed."""
        _, triggers = self._enter(token, "render.download")
        job = self.data.render(render_id, token)
        if job.state != "completed":
            raise BackendError(409, f"render {render_id[:80]!r} is {job.state}")
        if job.is_gone(self.now_ms):
            raise BackendError(404, f"the video of render {render_id[:80]!r} is no longer kept")
        issuing.apply_triggers(self.data, token, triggers, job.session_id)
        return job

    # -- media ---------------------------------------------------------------------------------

    def generated(self, now_ms: int, path: str) -> Generated:
        """Return the generated clip behind a media path; raise 404."""
        self.data.run_due(now_ms)
        clips = (clip for session in self.data.sessions.values() for clip in session.generated)
        found = next((clip for clip in clips if clip.url == path), None)
        if found is None:
            raise BackendError(404, "nothing is there")
        return found

    def render_at(self, now_ms: int, path: str) -> RenderJob:
        """Return the finished job behind a media path (REN-9); raise 404."""
        self.data.run_due(now_ms)
        job = next((job for job in self.data.renders.values() if job.path == path), None)
        if job is None or job.unfinished(self.now_ms) or job.is_gone(self.now_ms) or job.state != "completed":
            raise BackendError(404, "nothing is there")
        return job

    # -- internal ------------------------------------------------------------------------------

    def parameters(self, token: Token) -> Parameters:
        """Return the parameters in force for a token."""
        return token.account.client.scenario.parameters

    def _enter(self, token: Token, operation: str) -> tuple[Parameters, tuple[Trigger, ...]]:
        """Count a call, raise the scenario's refusal if any, and return parameters and other triggers."""
        client = token.account.client
        triggers = client.begin(operation)
        if triggers:
            issuing.raise_injected_error(triggers, client.scenario.parameters)
        return client.scenario.parameters, triggers
