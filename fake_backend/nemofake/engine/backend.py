"""The backend: one method per API verb, with ``now_ms`` an argument; a pure function of what it was told.

Every verb first settles what is due, then checks who asks, then does its work or raises BackendError
and changes nothing. What it returns is the ``data`` of the answer, ready for JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from . import tokens as issuing
from . import turns
from .accounts import Client, Token
from .errors import BackendError
from .parameters import Parameters
from .randomness import SeededRandom
from .renders import RenderJob, check_export_right, check_ready, draft_length_ms, plan_job
from .scenario import ScenarioConfig, Trigger
from .sessions import Generated, MediaInfo, Session, video_info
from .state import BackendState, check_user
from .turns import Turn, TurnOutcome, plan_turn

Triggers = tuple[Trigger, ...]
Thing = TypeVar("Thing")
StoryFinder = Callable[[str], ScenarioConfig | None]
MAGIC_PREFIX = "nmv_usr_test_"


def _no_story(_name: str) -> ScenarioConfig | None:
    return None


@dataclass(frozen=True, slots=True)
class UploadPermit:
    """An upload that may begin: whose it is, where it goes, what bounds it and what will befall it."""

    token: Token
    session: Session
    rules: Parameters
    triggers: tuple[Trigger, ...]


class Backend:
    """One world's backend. ``stories`` finds the story of a magic token by its name."""

    def __init__(
        self,
        seed: int,
        start_ms: int,
        scenario: ScenarioConfig | None = None,
        stories: StoryFinder = _no_story,
    ) -> None:
        self.data = BackendState(seed, start_ms, scenario or ScenarioConfig(), SeededRandom(seed))
        self._stories = stories

    # -- time ----------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Engine time, milliseconds since 1970 UTC."""
        return self.data.now_ms

    @property
    def next_due_ms(self) -> int | None:
        """When something planned happens next, or None."""
        return self.data.schedule.next_due_ms

    def settle(self, now_ms: int) -> None:
        """Let everything happen that is due by ``now_ms``."""
        self.data.settle(now_ms)

    def set_scenario(self, scenario: ScenarioConfig) -> None:
        """Play another story from now on: for every client, with its calls counted anew.

        Accounts take over its plan and whether exports are blocked; credits they have stay theirs (CRE-5).
        """
        self.data.scenario = scenario
        for account in self.data.accounts.values():
            account.client.scenario = scenario
            account.client.calls.clear()
            account.plan, account.export_blocked = scenario.given.plan, scenario.given.export_blocked
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
        self.data.settle(now_ms)
        checked = issuing.checked_client_id(client_id, self.data.scenario.rules)
        return issuing.issue_anonymous(self.data, checked, ip)

    def authenticate(self, now_ms: int, bearer: str | None, scope: str, ip: str = "") -> Token:
        """Return the token that a request bears; raise 1001, or 403 without ``scope`` (AUTH-6, AUTH-7)."""
        self.data.settle(now_ms)
        token = self.data.tokens.get(bearer or "") or self._magic(bearer or "")
        if token is None or not token.opens(self.data.now_ms):
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
        # What follows a dot only tells accounts of the same story apart.
        scenario = self._stories(value.removeprefix(MAGIC_PREFIX).partition(".")[0])
        return issuing.register_external_token(self.data, value, scenario) if scenario else None

    def claim_token(self, token: Token, session_id: str, task_id: str) -> dict[str, Any]:
        """Return a claim token for a session, good for the web only (AUTH-8); raise 1002."""
        _, triggers = self._enter(token, "token.claim")
        session = self.data.session(session_id, token)
        if session.task_id != task_id:
            raise BackendError(1002)
        session.claims_made += 1
        rng = self.data.randomness.stream("claim", session_id, session.claims_made)
        issuing.apply_triggers(self.data, token, triggers, session_id)
        return {
            "claim_token": f"clm_{rng.hex(32)}",
            "expires_in": self.rules(token).claim_lifetime_ms // 1000,
        }

    # -- sessions ------------------------------------------------------------------------------

    def create_session(self, token: Token, user: str, task_name: str, language: str | None) -> dict[str, Any]:
        """Make a session (SES-1); raise 1002 for another's user id."""
        rules, triggers = self._enter(token, "session.create")
        check_user(user, token)
        account = token.account
        rng = self.data.randomness.stream("session", account.user_id, account.sessions_made)
        account.sessions_made += 1
        session = Session(
            session_id=rng.digits(19),
            task_id=rng.digits(19),
            task_name=task_name,
            language=language or rules.default_language,
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
        rules, triggers = self._enter(token, "chat")
        session = self.find_session(token, user, session_id)
        if len(message) > rules.max_message_chars:
            raise BackendError(400, f"the message is over {rules.max_message_chars} characters")
        turn_plan = plan_turn(session, message, self.data.randomness)
        rng = self.data.randomness.stream("lot", session_id, session.turns_made)
        fate = {trigger.do for trigger in triggers}
        outcome = TurnOutcome(
            length_ms=turn_plan.length_ms(rules, rng),
            silent=(rng.chance(rules.silent_share) and turn_plan.kind == "edit") or "silence" in fate,
            issue=rules.temporary_issue_text if rng.chance(rules.temporary_issue_share) else "",
            fails="fail" in fate,
        )
        turn = turns.begin(session, turn_plan, outcome, self.data.now_ms, rules, self.data.randomness)
        turns.plan(turn, self.data.schedule, rules)
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
        """Check an upload before its first byte is read (UPL-1); raise what stands in its way."""
        rules, triggers = self._enter(token, "upload")
        return UploadPermit(token, self.find_session(token, user, session_id), rules, triggers)

    def add_files(
        self, admission: UploadPermit, files: Sequence[MediaInfo], origin: str
    ) -> tuple[dict[str, Any], list[str]]:
        """Add files, all or none (UPL-5); return the answer's ``data`` and each file's URL path (UPL-2)."""
        session, stored = admission.session, []
        for file in files:
            media_id = self.data.randomness.stream("media", session.session_id, session.files_made).hex(16)
            session.files_made += 1
            stored.append(file.stored(media_id))
        session.footage.extend(stored)
        issuing.apply_triggers(self.data, admission.token, admission.triggers, session.session_id)
        data = {"files": [video_info(item, origin) for item in stored], "session_state_applied": True}
        return data, [item.url for item in stored]

    # -- export --------------------------------------------------------------------------------

    def submit_render(
        self, token: Token, render_id: str, session_id: str, draft: Mapping[str, Any], *, attributed: bool
    ) -> RenderJob:
        """Accept an export (REN-1); raise 1002, 402 (REN-3), 400 (REN-5) or 409 (REN-4)."""
        rules, triggers = self._enter(token, "render.submit")
        session = self.find_session(token, "me", session_id)
        check_export_right(token.account, rules, attributed=attributed)
        check_ready(draft, rules)
        key = (token.value, render_id)
        if key in self.data.renders:
            raise BackendError(409, f"render id {render_id[:80]!r} was used before; send a new one")
        rng = self.data.randomness.stream("render", token.account.user_id, render_id)
        path = f"/cdn/renders/{rng.hex(32)}.mp4"
        fate = {trigger.do for trigger in triggers}
        now_ms = self.data.now_ms
        job = RenderJob(
            render_id=render_id,
            session_id=session_id,
            owner=token.value,
            draft=draft,
            length_ms=draft_length_ms(draft),
            canvas=session.timeline.canvas,
            box=(rules.render_max_width, rules.render_max_height),
            created_at_ms=now_ms,
            plan=plan_job(now_ms, rules, rng, fails="fail" in fate, sticks="hang-render" in fate),
            path=path,
            kept_ms=rules.render_kept_ms,
        )
        self.data.renders[key] = job
        issuing.apply_triggers(self.data, token, triggers, session_id)
        return job

    def unfinished_render(self, token: Token, render_id: str) -> bool:
        """Tell whether a job of this token's is on its way; False for one that is unknown."""
        job = self.data.renders.get((token.value, render_id))
        return job is not None and job.unfinished(self.data.now_ms)

    def render_status(self, token: Token, render_id: str) -> RenderJob:
        """Return a job, brought up to now (REN-6); raise 404 for any but one's own (REN-10, REN-11)."""
        _, triggers = self._enter(token, "render.status")
        job = self.data.render(render_id, token)
        issuing.apply_triggers(self.data, token, triggers, job.session_id)
        return job

    def cancel_render(self, token: Token, render_id: str) -> RenderJob:
        """Stop a job that is not finished (REN-12); raise 404, or 409 where it is."""
        _, triggers = self._enter(token, "render.cancel")
        job = self.data.render(render_id, token)
        job.cancel(self.data.now_ms)
        issuing.apply_triggers(self.data, token, triggers, job.session_id)
        return job

    def finished_render(self, token: Token, render_id: str) -> RenderJob:
        """Return a job whose film can be downloaded (REN-9); raise 404, or 409 where it is not completed."""
        _, triggers = self._enter(token, "render.download")
        job = self.data.render(render_id, token)
        if job.state != "completed":
            raise BackendError(409, f"render {render_id[:80]!r} is {job.state}")
        if job.is_gone(self.now_ms):
            raise BackendError(404, f"the film of render {render_id[:80]!r} is no longer kept")
        issuing.apply_triggers(self.data, token, triggers, job.session_id)
        return job

    # -- media ---------------------------------------------------------------------------------

    def generated(self, now_ms: int, path: str) -> Generated:
        """Return the generated clip behind a media path; raise 404."""
        self.data.settle(now_ms)
        clips = (clip for session in self.data.sessions.values() for clip in session.generated)
        return self._found(next((clip for clip in clips if clip.url == path), None))

    def render_at(self, now_ms: int, path: str) -> RenderJob:
        """Return the finished job behind a media path (REN-9); raise 404."""
        self.data.settle(now_ms)
        job = next((job for job in self.data.renders.values() if job.path == path), None)
        there = job is not None and not job.unfinished(self.now_ms) and not job.is_gone(self.now_ms)
        return self._found(job if there and job is not None and job.state == "completed" else None)

    # -- inside --------------------------------------------------------------------------------

    def rules(self, token: Token) -> Parameters:
        """Return the rules in force for a token."""
        return token.account.client.scenario.rules

    @staticmethod
    def _found(thing: Thing | None) -> Thing:
        if thing is None:
            raise BackendError(404, "nothing is there")
        return thing

    def _enter(self, token: Token, operation: str) -> tuple[Parameters, tuple[Trigger, ...]]:
        """Count a call, raise what its story refuses it with, and return rules and what else befalls it."""
        client = token.account.client
        triggers = client.begin(operation)
        if triggers:
            issuing.raise_injected_error(triggers, client.scenario.rules)
        return client.scenario.rules, triggers
