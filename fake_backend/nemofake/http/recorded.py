"""Backend and fault rules of a stored world: each command is written to the log before it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import wraps
from typing import TYPE_CHECKING, Any

from ..engine.accounts import Token
from ..engine.backend import MAGIC_PREFIX, Backend, UploadPermit
from ..engine.errors import BackendError
from ..engine.library import Generated
from ..engine.renders import RenderJob
from ..storage.commands import BehindError
from .command_values import NumberedPermit
from .fault_rules import FaultRules

if TYPE_CHECKING:
    from .recording import Recorder


def _recorded(plain: Callable[..., Any]) -> Any:
    """Return a method that writes its call to the log before it does anything."""

    @wraps(plain)
    def method(self: Any, *args: Any, **options: Any) -> Any:
        try:
            self.recorder.command(plain.__name__, *args, **options)
        except BehindError:  # the world was begun anew by another server
            world = self.recorder.world
            target = world.backend if isinstance(self, Backend) else world.fault_rules
            return getattr(target, plain.__name__)(*args, **options)
        return plain(self, *args, **options)

    return method


class RecordedBackend(Backend):
    """A backend whose commands are written before they run."""

    recorder: Recorder

    def authenticate(self, now_ms: int, bearer: str | None, scope: str, ip: str = "") -> Token:
        """Return the token of a request; only a magic token, which makes its account, is a command."""
        if (bearer or "").startswith(MAGIC_PREFIX):
            self.recorder.command("authenticate", now_ms, bearer, scope, ip)
        if not self.recorder.is_shared:
            return super().authenticate(now_ms, bearer, scope, ip)
        token = super().authenticate(self.now_ms, bearer, scope, ip)
        if not token.is_live(now_ms):
            raise BackendError(1001)
        return token

    def run_due(self, now_ms: int) -> None:
        """Run everything due by ``now_ms``; where servers share the world, that is a command."""
        if not self.recorder.is_shared:
            super().run_due(now_ms)
        elif now_ms > self.now_ms:
            with suppress(BehindError):  # this backend is of a world that another server began anew
                self.recorder.command("reach")

    def unfinished_render(self, token: Token, render_id: str) -> bool:
        """Whether a job of this token has not ended; a look that leaves the job as it is."""
        job = self.data.renders.get((token.value, render_id))
        now_ms = max(self.now_ms, self.recorder.world.now_ms)
        return job is not None and replace(job).unfinished(now_ms)

    def generated(self, now_ms: int, path: str) -> Generated:
        """Return the generated clip behind a media path; raise 404."""
        self.run_due(now_ms)
        return super().generated(self.now_ms, path)

    def render_at(self, now_ms: int, path: str) -> RenderJob:
        """Return the finished job behind a media path (REN-9); raise 404."""
        self.run_due(now_ms)
        return super().render_at(self.now_ms, path)

    def open_upload(self, token: Token, user: str, session_id: str) -> UploadPermit:
        """Check an upload, which a later command completes."""
        number = self.recorder.command("open_upload", token, user, session_id)
        permit = super().open_upload(token, user, session_id)
        return NumberedPermit(permit.token, permit.session, permit.parameters, permit.triggers, number)

    issue_token = _recorded(Backend.issue_token)
    claim_token = _recorded(Backend.claim_token)
    create_session = _recorded(Backend.create_session)
    state = _recorded(Backend.state)
    start_turn = _recorded(Backend.start_turn)
    balance = _recorded(Backend.balance)
    add_files = _recorded(Backend.add_files)
    submit_render = _recorded(Backend.submit_render)
    render_status = _recorded(Backend.render_status)
    cancel_render = _recorded(Backend.cancel_render)
    finished_render = _recorded(Backend.finished_render)
    set_scenario = _recorded(Backend.set_scenario)
    add_trigger = _recorded(Backend.add_trigger)
    clear_triggers = _recorded(Backend.clear_triggers)
    register_account = _recorded(Backend.register_account)
    update_account = _recorded(Backend.update_account)
    end_token = _recorded(Backend.end_token)


class RecordedFaultRules(FaultRules):
    """Fault rules whose calls, which they count, are written before they are counted."""

    recorder: Recorder

    match = _recorded(FaultRules.match)
    add = _recorded(FaultRules.add)
    clear = _recorded(FaultRules.clear)


def check_current(backend: Backend, args: Sequence[Any]) -> None:
    """Raise 1001 for a request that began before a reset: its token is not one of this backend."""
    first = args[0] if args else None
    token = first.token if isinstance(first, UploadPermit) else first
    if isinstance(token, Token) and backend.data.tokens.get(token.value) is not token:
        raise BackendError(1001)
