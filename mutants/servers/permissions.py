"""Who may do what, broken in one place only (AUTH-5 to AUTH-8, SES-2, SES-3, REN-10, REN-11)."""

from __future__ import annotations

from typing import Any

from nemofake.engine.errors import BackendError

from ..patching import Apply, Mutant, around

_AUTHENTICATE = "nemofake.engine.backend:Backend.authenticate"
_TOKEN = "nemofake.http.context:RequestContext.token"
_BACKEND = "nemofake.engine.backend:Backend"
_FIND = "nemofake.engine.state:BackendState.render"


def _used_is_renewed(real: Any, self: Any, *args: Any) -> Any:
    token = real(self, *args)
    lifetime_ms = token.account.client.trace.rules.token_lifetime_ms
    token.expires_at_ms = self.world.now_ms + lifetime_ms
    return token


def _expired_is_403(real: Any, self: Any, now_ms: int, bearer: str | None, *args: Any) -> Any:
    try:
        return real(self, now_ms, bearer, *args)
    except BackendError as error:
        known = self.world.tokens.get(bearer or "")
        if error.code == 1001 and known is not None and known.state_at(self.world.now_ms) == "expired":
            raise BackendError(403, "the token has expired") from None
        raise


def _state_for_anybody(real: Any, self: Any, request: Any, scope: str) -> Any:
    try:
        return real(self, request, scope)
    except BackendError:
        world, session_id = self.backend.data, request.path_params.get("session_id")
        session = world.sessions.get(session_id) if request.url.path.endswith("/latest") else None
        if session is None:
            raise
        return next(token for token in world.tokens.values() if token.account is session.account)


def _star_is_a_letter(real: Any, self: Any, scope: str) -> bool:
    return scope in self.scopes


def _read_is_enough(real: Any, self: Any, scope: str) -> bool:
    return bool(real(self, "read" if scope == "write" else scope))


def _on_others(verb: str) -> Apply:
    """Return a change: this verb alone does not look whose session it is."""

    def done(real: Any, self: Any, token: Any, *args: Any, **named: Any) -> Any:
        session_id = next((one for one in args if one in self.world.sessions), "")
        session = self.world.sessions.get(session_id)
        if session is None or session.account is token.account:
            return real(self, token, *args, **named)
        owner, session.account = session.account, token.account
        try:
            return real(self, token, *args, **named)
        finally:
            session.account = owner

    return around(f"{_BACKEND}.{verb}", done)


def _user_in_body_unread(real: Any, self: Any, token: Any, user: str, *args: Any) -> Any:
    return real(self, token, "me", *args)


def _orphans_adopted(real: Any, self: Any, render_id: str, token: Any) -> Any:
    ours = [t for t in self.tokens.values() if t.account.client is token.account.client]
    known = next((t for t in ours if (t.value, render_id) in self.renders), token)
    return real(self, render_id, known)


def _rejected_by(verb: str, code: int) -> Apply:
    """Return a change: this verb alone answers an unknown job with another code."""

    def done(real: Any, *args: Any) -> Any:
        try:
            return real(*args)
        except BackendError as error:
            raise BackendError(code) if error.code == 404 else error from None

    return around(f"{_BACKEND}.{verb}", done)


MUTANTS = (
    Mutant("used-is-renewed", "AUTH-5", "A token lives seven days from its last use.",
           around(_AUTHENTICATE, _used_is_renewed)),
    Mutant("expired-is-403", "AUTH-6", "A token that has expired is a 403.",
           around(_AUTHENTICATE, _expired_is_403)),
    Mutant("state-without-token", "AUTH-6", "The state of a session is read without a token.",
           around(_TOKEN, _state_for_anybody)),
    Mutant("star-is-no-scope", "AUTH-7", "The scope `*` opens nothing.",
           around("nemofake.engine.accounts:Token.may", _star_is_a_letter)),
    Mutant("read-may-write", "AUTH-7", "Who may read may write.",
           around("nemofake.engine.accounts:Token.may", _read_is_enough)),
    Mutant("claim-of-others", "SES-2", "A claim token is given for somebody else's session.",
           _on_others("claim_token")),
    Mutant("chat-in-others-sessions", "SES-2", "A message to somebody else's session is taken.",
           _on_others("start_turn")),
    Mutant("upload-to-others-sessions", "SES-2", "A file for somebody else's session is taken.",
           _on_others("open_upload")),
    Mutant("export-of-others-sessions", "SES-2", "An export of somebody else's session is taken.",
           _on_others("submit_render")),
    Mutant("user-in-body-unread", "SES-3", "The `user_id` of a message is not looked at.",
           around(f"{_BACKEND}.start_turn", _user_in_body_unread)),
    Mutant("orphans-adopted", "REN-10", "A job is known to the next token of its client.",
           around(_FIND, _orphans_adopted)),
    Mutant("unknown-download-409", "REN-11", "The download of an unknown job is a 409.",
           _rejected_by("finished_render", 409)),
    Mutant("unknown-cancel-400", "REN-11", "Cancelling an unknown job is a 400.",
           _rejected_by("cancel_render", 400)),
)  # fmt: skip
