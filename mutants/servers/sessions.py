"""Sessions and states, broken (SES-1 to SES-3, STA-1 to STA-3)."""

from __future__ import annotations

from typing import Any

from nemofake.engine.errors import BackendError

from ..patching import Mutant, around

_CREATE = "nemofake.engine.backend:Backend.create_session"
_USER = "nemofake.engine.state:check_user"
_SESSION = "nemofake.engine.state:BackendState.session"
_SNAPSHOT = "nemofake.engine.sessions:Session.snapshot"
_DRAFT = "nemofake.engine.sessions:to_draft"
_READY = "nemofake.engine.renders:check_ready"


async def _language_needed(real: Any, request: Any, model: Any) -> Any:
    body = await real(request, model)
    if getattr(body, "language", "en") is None:
        raise BackendError(400, "field language: Field required")
    return body


def _as_number(real: Any, *args: Any) -> Any:
    data = real(*args)
    return {**data, "session_id": int(data["session_id"])}


def _others_too(real: Any, self: Any, session_id: str, token: Any) -> Any:
    return self.sessions.get(session_id) or real(self, session_id, token)


def _distinguished(real: Any, self: Any, session_id: str, token: Any) -> Any:
    session = self.sessions.get(session_id)
    if session is not None and session.account is not token.account:
        raise BackendError(403, "this session is somebody else's")
    return real(self, session_id, token)


def _distinguished_in_words(real: Any, self: Any, session_id: str, token: Any) -> Any:
    try:
        return real(self, session_id, token)
    except BackendError:
        raise BackendError(1002, "not yours" if session_id in self.sessions else None) from None


def _only_me(real: Any, user: str, token: Any) -> None:
    if user != "me":
        raise BackendError(1002)


def _state(change: Any) -> Any:
    """Return a change of what every state holds."""

    def changed(real: Any, *args: Any) -> Any:
        data = real(*args)
        change(data)
        return data

    return around(_SNAPSHOT, changed)


def _renamed(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {names.get(key, key): _renamed(each, names) for key, each in value.items()}
    return [_renamed(each, names) for each in value] if isinstance(value, list) else value


def _in_seconds(value: Any) -> Any:
    if isinstance(value, list):
        return [_in_seconds(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {k: v / 1000 if k in ("s", "d") else _in_seconds(v) for k, v in value.items()}


def _drafts(change: Any) -> Any:
    """Return a change of every draft that is not empty."""
    return around(_DRAFT, lambda real, timeline: change(draft) if (draft := real(timeline)) else draft)


def _texts_as_3(draft: Any) -> Any:
    return {**draft, "t": [{**t, "tt": 3 if t["tt"] == 7 else t["tt"]} for t in draft["t"]]}


def _volume_outside(draft: Any) -> Any:
    for track in draft["t"]:
        for segment in track["sg"]:
            if "volume" in segment["m"]:
                segment["volume"] = segment["m"].pop("volume")
    return draft


def _nothing_on_it(draft: Any) -> Any:
    return {**draft, "t": [{**track, "sg": []} for track in draft["t"]]}


def _video_only(real: Any, draft: Any, value: Any) -> None:
    real(draft, value)
    if not any(track.get("tt") == 0 and track.get("sg") for track in draft["t"]):
        raise BackendError(400, "draft: nothing to export; a video track is needed")


def _nameless(draft: Any) -> Any:
    for track in draft["t"]:
        for segment in track["sg"]:
            for key in ("name", "text"):
                segment["m"].pop(key, None)
    return draft


_DIGITS = "nemofake.engine.randomness:RandomStream.digits"

MUTANTS = (
    Mutant("session-id-18-digits", "SES-1", "A session id has 18 digits.",
           around(_DIGITS, lambda real, self, count: real(self, count - 1))),
    Mutant("session-id-a-number", "SES-1", "A session id is a JSON number.", around(_CREATE, _as_number)),
    Mutant("language-needed", "SES-1", "A session without `language` is refused.",
           around("nemofake.http.routes.accounts:read_json", _language_needed)),
    Mutant("session-without-task", "SES-1", "A new session does not tell its task id.",
           around(_CREATE, lambda real, *args: {k: v for k, v in real(*args).items() if k != "task_id"})),
    Mutant("others-sessions-open", "SES-2", "Anybody can read and edit anybody's session.",
           around(_SESSION, _others_too)),
    Mutant("others-distinguished", "SES-2", "Somebody else's session is a 403.",
           around(_SESSION, _distinguished)),
    Mutant("others-distinguished-in-words", "SES-2", "Somebody else's session is 1002 with words of its own.",
           around(_SESSION, _distinguished_in_words)),
    Mutant("any-user-accepted", "SES-3", "Any user id is as good as one's own.",
           around(_USER, lambda real, user, token: None)),
    Mutant("own-id-refused", "SES-3", "One's own user id in a path is refused.", around(_USER, _only_me)),
    Mutant("state-without-canvas", "STA-1", "A state has no `canvas_config`.",
           _state(lambda data: data["state"].pop("canvas_config"))),
    Mutant("state-without-user", "STA-1", "A state does not tell whose it is.",
           _state(lambda data: data.pop("user_id"))),
    Mutant("state-flat", "STA-1", "What belongs below `state` stands in `data` itself.",
           _state(lambda data: data.update(data.pop("state")))),
    Mutant("draft-null-at-first", "STA-2", "The draft is null before the first edit.",
           around(_DRAFT, lambda real, timeline: real(timeline) or None)),
    Mutant("draft-in-seconds", "STA-2", "Times of a draft are seconds.", _drafts(_in_seconds)),
    Mutant("draft-in-long-words", "STA-2", "A draft says `segments` for `sg`.",
           _drafts(lambda draft: _renamed(draft, {"sg": "segments"}))),
    Mutant("titles-of-type-3", "STA-2", "A text track is of type 3.", _drafts(_texts_as_3)),
    Mutant("volume-outside-m", "STA-2", "A segment's volume stands beside its `m`.",
           _drafts(_volume_outside)),
    Mutant("tracks-without-segments", "STA-3", "Tracks have no segments after an edit.",
           _drafts(_nothing_on_it)),
    Mutant("sound-alone-not-ready", "STA-3", "A draft with sound alone is not ready for export.",
           around(_READY, _video_only)),
    Mutant("nameless-segments", "STA-4", "Segments have no names to tell a timeline by.", _drafts(_nameless)),
)  # fmt: skip
