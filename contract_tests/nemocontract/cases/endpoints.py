"""Every endpoint that needs a token, with a body that is right: what sweeping cases go through (AUTH-6)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from nemocontract.probing.guest import Guest
from nemocontract.traffic import Exchange

CLIP: Final = "https://example.com/walk_12s.mp4"
DRAFT: Final = {"t": [{"tt": 0, "sg": [{"s": 0, "d": 2000, "m": {}}], "m": {}}]}  # STA-2, STA-3
NOWHERE: Final = "1" * 18 + "7"  # a session's id by its shape (SES-1), of no session
NOBODY: Final = "anon_00000000000000000000000000000000"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """``path`` and ``body`` may hold {session}, {task} and {render}; ``body`` is None for what has none."""

    name: str
    method: str
    path: str
    body: Any = None

    def call(
        self,
        guest: Guest,
        session: str = NOWHERE,
        *,
        task: str = NOWHERE,
        render: str = "render_1",
        **told: Any,
    ) -> Exchange:
        """Send a guest's request to it; ``told`` wins, and may give another ``json`` or ``headers``."""
        known = {"{session}": session, "{task}": task, "{render}": render}
        content = {} if self.body is None else {"json": json.loads(_filled(json.dumps(self.body), known))}
        return guest.call(self.method, _filled(self.path, known), **{**content, **told})


def _filled(text: str, known: dict[str, str]) -> str:
    for name, value in known.items():
        text = text.replace(name, value)
    return text


SESSION: Final = Endpoint(
    "session.create",
    "POST",
    "/api/tasks/me/with-session/nemo_agent",
    {"task_name": "project", "language": "en"},
)
STATE: Final = Endpoint("state", "GET", "/api/state/nemo_agent/me/{session}/latest")
CREDITS: Final = Endpoint("credits", "GET", "/api/credits/balance/simple")
CHAT: Final = Endpoint(
    "chat",
    "POST",
    "/run_sse",
    {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": "{session}",
        "new_message": {"parts": [{"text": "hello"}]},
    },
)
UPLOAD: Final = Endpoint(
    "upload", "POST", "/api/upload-video/nemo_agent/me/{session}", {"urls": [CLIP], "source_type": "url"}
)
CLAIM: Final = Endpoint(
    "token.claim", "POST", "/api/auth/claim-token", {"task_id": "{task}", "session_id": "{session}"}
)
SUBMIT: Final = Endpoint(
    "render.submit",
    "POST",
    "/api/render/proxy/lambda",
    {"id": "{render}", "sessionId": "{session}", "draft": DRAFT},
)
JOB: Final = Endpoint("render.status", "GET", "/api/render/proxy/lambda/{render}")
CANCEL: Final = Endpoint("render.cancel", "POST", "/api/render/proxy/lambda/{render}/cancel")
DOWNLOAD: Final = Endpoint("render.download", "GET", "/api/render/proxy/{render}/download")

GUARDED: Final = (SESSION, STATE, CREDITS, CHAT, UPLOAD, CLAIM, SUBMIT, JOB, CANCEL, DOWNLOAD)
OF_SESSIONS: Final = (STATE, CHAT, UPLOAD, CLAIM, SUBMIT)  # those that name a session
