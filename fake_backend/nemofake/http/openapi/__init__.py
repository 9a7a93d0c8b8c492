"""What /openapi.json says: real bodies, real answers, every refusal, the event stream."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from .. import request_models
from ..request_models import ChatBody, ClaimBody, RenderBody, SessionBody, UrlsBody
from . import control, data_plane, schemas
from . import schemas as examples

__all__ = ["complete", "control", "data_plane"]

_BODIES = (
    ChatBody,
    ClaimBody,
    RenderBody,
    SessionBody,
    UrlsBody,
    request_models.UpdateAccount,
    request_models.AdvanceClock,
    request_models.SetClock,
    request_models.AddFault,
    request_models.CreateAccount,
    request_models.SetScenario,
    request_models.CreateWorld,
)
_SECURITY = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "a token of `POST /api/auth/anonymous-token`",
    },
    "admin": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Admin-Token",
        "description": "the server's --admin-token, where it has one",
    },
}
_TAGS = {
    "tokens": "Anonymous tokens to begin with, claim tokens for the web.",
    "sessions": "Projects and what is in them.",
    "chat": "The agent, by Server-Sent Events.",
    "credits": "The balance.",
    "uploads": "Footage, as files or by URL.",
    "export": "Films of drafts.",
    "media": "The bytes behind URLs of the answers; no token is needed.",
    "control": "What a test does to a world; the real backend has none of this.",
}


def complete(described: dict[str, Any]) -> dict[str, Any]:
    """Return FastAPI's description of the routes with all that its components refer to."""
    _, bodies = models_json_schema(
        [(model, "validation") for model in _BODIES],
        by_alias=False,
        ref_template="#/components/schemas/{model}",
    )
    components = described.setdefault("components", {})
    components["schemas"] = schemas.SCHEMAS | control.SCHEMAS | bodies["$defs"]
    # Put in now, since FastAPI drops every null, and with it what makes an envelope one of a refusal.
    components["examples"] = examples.REFUSALS
    components["securitySchemes"] = _SECURITY
    described["tags"] = [{"name": name, "description": about} for name, about in _TAGS.items()]
    return described
