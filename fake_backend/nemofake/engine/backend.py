"""The backend: one method per API verb, with ``now_ms`` an argument; a pure function of what it was told.

Every verb first settles what is due, then checks who asks, then does its work or raises BackendError
and changes nothing. What it returns is the ``data`` of the answer, ready for JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from . import issuing, turns
from .accounts import Token
from .entropy import Entropy
from .errors import BackendError
from .library import Generated
from .renders import RenderJob, check_export_right, check_ready, draft_length_ms, plan_job
from .rules import Rules
from .script import write_script
from .sessions import Session, video_info
from .story import Incident, Story
from .turns import Lot, Turn
from .uploads import NewFile
from .world import World, check_user

Thing = TypeVar("Thing")
StoryFinder = Callable[[str], Story | None]
MAGIC_PREFIX = "nmv_usr_test_"


def _no_story(_name: str) -> Story | None:
    return None


@dataclass(frozen=True, slots=True)
class Admission:
    """An upload that may begin: whose it is, where it goes, what bounds it and what will befall it."""

    token: Token
    session: Session
    rules: Rules
    incidents: tuple[Incident, ...]


class Backend:
    """One world's backend. ``stories`` finds the story of a magic token by its name."""

    def __init__(
        self, seed: int, start_ms: int, story: Story | None = None, stories: StoryFinder = _no_story
    ) -> None:
        self.world = World(seed, start_ms, story or Story(), Entropy(seed))
        self._stories = stories

    # -- time ----------------------------------------------------------------------------------

    @property
    def now_ms(self) -> int:
        """Engine time, milliseconds since 1970 UTC."""
        return self.world.now_ms

    @property
    def next_due_ms(self) -> int | None:
        """When something planned happens next, or None."""
        return self.world.schedule.next_due_ms

    def settle(self, now_ms: int) -> None:
        """Let everything happen that is due by ``now_ms``."""
        self.world.settle(now_ms)

    def change_story(self, story: Story) -> None:
        """Play another story from now on: for every client, with its calls counted anew.

        Accounts take over its plan and whether exports are blocked; credits they have stay theirs (CRE-5).
        """
        self.world.story = story
        for account in self.world.accounts.values():
            account.client.story = story
            account.client.calls.clear()
            account.plan, account.export_blocked = story.given.plan, story.given.export_blocked
        for client in self.world.clients.values():
            client.story = story

    # -- tokens --------------------------------------------------------------------------------

    def issue_token(self, now_ms: int, client_id: str | None, ip: str) -> Token:
        """Issue an anonymous token (AUTH-1); raise 400 or 429."""
        self.world.settle(now_ms)
        checked = issuing.checked_client_id(client_id, self.world.story.rules)
        return issuing.issue_anonymous(self.world, checked, ip)

    def authenticate(self, now_ms: int, bearer: str | None, scope: str, ip: str = "") -> Token:
        """Return the token that a request bears; raise 1001, or 403 without ``scope`` (AUTH-6, AUTH-7)."""
        self.world.settle(now_ms)
        token = self.world.tokens.get(bearer or "") or self._magic(bearer or "")
        if token is None or not token.opens(self.world.now_ms):
            if token is not None and token.value.startswith(MAGIC_PREFIX):
                self.world.awaiting[ip] = token.account.client
            raise BackendError(1001)
        # AUTH-7: anonymous tokens lack `render` and may export all the same; REN-3 decides.
        if not token.may(scope) and (token.account.registered or scope != "render"):
            raise BackendError(403, f"scope {scope!r} is needed")
        return token

    def _magic(self, value: str) -> Token | None:
        if not value.startswith(MAGIC_PREFIX):
            return None
        # What follows a dot only tells accounts of the same story apart.
        story = self._stories(value.removeprefix(MAGIC_PREFIX).partition(".")[0])
        return issuing.adopt(self.world, value, story) if story else None

    def claim_token(self, token: Token, session_id: str, task_id: str) -> dict[str, Any]:
        """Return a claim token for a session, good for the web only (AUTH-8); raise 1002."""
        _, incidents = self._enter(token, "token.claim")
        session = self.world.session(session_id, token)
        if session.task_id != task_id:
            raise BackendError(1002)
        session.claims_made += 1
        draw = self.world.entropy.stream("claim", session_id, session.claims_made)
        issuing.befall(self.world, token, incidents, session_id)
        return {
            "claim_token": f"clm_{draw.hex(32)}",
            "expires_in": self.rules(token).claim_lifetime_ms // 1000,
        }

    # -- sessions ------------------------------------------------------------------------------

    def create_session(self, token: Token, user: str, task_name: str, language: str | None) -> dict[str, Any]:
        """Make a session (SES-1); raise 1002 for another's user id."""
        rules, incidents = self._enter(token, "session.create")
        check_user(user, token)
        account = token.account
        draw = self.world.entropy.stream("session", account.user_id, account.sessions_made)
        account.sessions_made += 1
        session = Session(
            session_id=draw.digits(19),
            task_id=draw.digits(19),
            task_name=task_name,
            language=language or rules.default_language,
            account=account,
        )
        self.world.sessions[session.session_id] = session
        issuing.befall(self.world, token, incidents, session.session_id)
        return {
            "task_id": session.task_id,
            "session_id": session.session_id,
            "user_id": account.user_id,
        }

    def state(self, token: Token, user: str, session_id: str, origin: str) -> dict[str, Any]:
        """Return a session's state (STA-1); reading changes nothing."""
        _, incidents = self._enter(token, "state")
        snapshot = self.find_session(token, user, session_id).snapshot(origin)
        issuing.befall(self.world, token, incidents, session_id)
        return snapshot

    def find_session(self, token: Token, user: str, session_id: str) -> Session:
        """Return the token's own session; raise 1002 for any other (SES-2, SES-3)."""
        check_user(user, token)
        return self.world.session(session_id, token)

    # -- chat ----------------------------------------------------------------------------------

    def start_turn(self, token: Token, user: str, session_id: str, message: str) -> Turn:
        """Plan a chat turn in full and return it (SSE-1); raise 1002, or 2001 with nothing frozen (CRE-4)."""
        rules, incidents = self._enter(token, "chat")
        session = self.find_session(token, user, session_id)
        if len(message) > rules.max_message_chars:
            raise BackendError(400, f"the message is over {rules.max_message_chars} characters")
        script = write_script(session, message, self.world.entropy)
        draw = self.world.entropy.stream("lot", session_id, session.turns_made)
        fate = {incident.do for incident in incidents}
        lot = Lot(
            length_ms=script.length_ms(rules, draw),
            silent=(draw.chance(rules.silent_share) and script.kind == "edit") or "silence" in fate,
            issue=rules.temporary_issue_text if draw.chance(rules.temporary_issue_share) else "",
            fails="fail" in fate,
        )
        turn = turns.begin(session, script, lot, self.world.now_ms, rules, self.world.entropy)
        turns.plan(turn, self.world.schedule, rules)
        issuing.befall(self.world, token, incidents, session_id)
        return turn

    # -- credits -------------------------------------------------------------------------------

    def balance(self, token: Token) -> dict[str, int]:
        """Return the account's credits (CRE-1)."""
        _, incidents = self._enter(token, "credits")
        issuing.befall(self.world, token, incidents)
        ledger = token.account.ledger
        return {"available": ledger.available, "frozen": ledger.frozen, "total": ledger.total}

    # -- uploads -------------------------------------------------------------------------------

    def open_upload(self, token: Token, user: str, session_id: str) -> Admission:
        """Check an upload before its first byte is read (UPL-1); raise what stands in its way."""
        rules, incidents = self._enter(token, "upload")
        return Admission(token, self.find_session(token, user, session_id), rules, incidents)

    def add_files(
        self, admission: Admission, files: Sequence[NewFile], origin: str
    ) -> tuple[dict[str, Any], list[str]]:
        """Add files, all or none (UPL-5); return the answer's ``data`` and each file's URL path (UPL-2)."""
        session, stored = admission.session, []
        for file in files:
            media_id = self.world.entropy.stream("media", session.session_id, session.files_made).hex(16)
            session.files_made += 1
            stored.append(file.stored(media_id))
        session.footage.extend(stored)
        issuing.befall(self.world, admission.token, admission.incidents, session.session_id)
        data = {"files": [video_info(item, origin) for item in stored], "session_state_applied": True}
        return data, [item.url for item in stored]

    # -- export --------------------------------------------------------------------------------

    def submit_render(
        self, token: Token, render_id: str, session_id: str, draft: Mapping[str, Any], *, attributed: bool
    ) -> RenderJob:
        """Accept an export (REN-1); raise 1002, 402 (REN-3), 400 (REN-5) or 409 (REN-4)."""
        rules, incidents = self._enter(token, "render.submit")
        session = self.find_session(token, "me", session_id)
        check_export_right(token.account, rules, attributed=attributed)
        check_ready(draft, rules)
        key = (token.value, render_id)
        if key in self.world.renders:
            raise BackendError(409, f"render id {render_id[:80]!r} was used before; send a new one")
        draw = self.world.entropy.stream("render", token.account.user_id, render_id)
        path = f"/cdn/renders/{draw.hex(32)}.mp4"
        fate = {incident.do for incident in incidents}
        now_ms = self.world.now_ms
        job = RenderJob(
            render_id=render_id,
            session_id=session_id,
            owner=token.value,
            draft=draft,
            length_ms=draft_length_ms(draft),
            canvas=session.timeline.canvas,
            box=(rules.render_max_width, rules.render_max_height),
            created_at_ms=now_ms,
            plan=plan_job(now_ms, rules, draw, fails="fail" in fate, sticks="stick" in fate),
            path=path,
            kept_ms=rules.render_kept_ms,
        )
        self.world.renders[key] = job
        issuing.befall(self.world, token, incidents, session_id)
        return job

    def unfinished_render(self, token: Token, render_id: str) -> bool:
        """Tell whether a job of this token's is on its way; False for one that is unknown."""
        job = self.world.renders.get((token.value, render_id))
        return job is not None and job.unfinished(self.world.now_ms)

    def render_status(self, token: Token, render_id: str) -> RenderJob:
        """Return a job, brought up to now (REN-6); raise 404 for any but one's own (REN-10, REN-11)."""
        _, incidents = self._enter(token, "render.status")
        job = self.world.render(render_id, token)
        issuing.befall(self.world, token, incidents, job.session_id)
        return job

    def cancel_render(self, token: Token, render_id: str) -> RenderJob:
        """Stop a job that is not finished (REN-12); raise 404, or 409 where it is."""
        _, incidents = self._enter(token, "render.cancel")
        job = self.world.render(render_id, token)
        job.cancel(self.world.now_ms)
        issuing.befall(self.world, token, incidents, job.session_id)
        return job

    def finished_render(self, token: Token, render_id: str) -> RenderJob:
        """Return a job whose film can be downloaded (REN-9); raise 404, or 409 where it is not completed."""
        _, incidents = self._enter(token, "render.download")
        job = self.world.render(render_id, token)
        if job.state != "completed":
            raise BackendError(409, f"render {render_id[:80]!r} is {job.state}")
        if job.is_gone(self.now_ms):
            raise BackendError(404, f"the film of render {render_id[:80]!r} is no longer kept")
        issuing.befall(self.world, token, incidents, job.session_id)
        return job

    # -- media ---------------------------------------------------------------------------------

    def generated(self, now_ms: int, path: str) -> Generated:
        """Return the generated clip behind a media path; raise 404."""
        self.world.settle(now_ms)
        clips = (clip for session in self.world.sessions.values() for clip in session.generated)
        return self._found(next((clip for clip in clips if clip.url == path), None))

    def render_at(self, now_ms: int, path: str) -> RenderJob:
        """Return the finished job behind a media path (REN-9); raise 404."""
        self.world.settle(now_ms)
        job = next((job for job in self.world.renders.values() if job.path == path), None)
        there = job is not None and not job.unfinished(self.now_ms) and not job.is_gone(self.now_ms)
        return self._found(job if there and job is not None and job.state == "completed" else None)

    # -- inside --------------------------------------------------------------------------------

    def rules(self, token: Token) -> Rules:
        """Return the rules in force for a token."""
        return token.account.client.story.rules

    @staticmethod
    def _found(thing: Thing | None) -> Thing:
        if thing is None:
            raise BackendError(404, "nothing is there")
        return thing

    def _enter(self, token: Token, operation: str) -> tuple[Rules, tuple[Incident, ...]]:
        """Count a call, raise what its story refuses it with, and return rules and what else befalls it."""
        client = token.account.client
        incidents = client.begin(operation)
        if incidents:
            issuing.refuse(incidents, client.story.rules)
        return client.story.rules, incidents
