"""Chat: a message in, a stream of events out (SSE-1 to SSE-13)."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from ...engine.errors import BackendError
from ...wire.sse import encoder
from .. import context
from ..openapi import models
from ..openapi.operations import Success, operation, ref
from ..request_models import ChatBody, read_json
from ..streaming import TurnStream

AGENT = "nemo_agent"
_STREAM = Success(
    "Server-Sent Events, each an `Event`, until the server closes: with or without any text",
    {
        "text/event-stream": {
            "schema": {
                "type": "string",
                "contentMediaType": "text/event-stream",
                "contentSchema": ref(models.Event),
            },
            "example": models.STREAM,
        }
    },
)

router = APIRouter(tags=["chat"])


@router.post(
    "/run_sse",
    name="chat",
    **operation(
        "chat", "Send a message and follow the work", _STREAM, 400, 403, 404, 1001, 1002, 2001, body=ChatBody
    ),
)
async def chat(request: Request) -> Response:
    """Send the agent a message and follow its work as Server-Sent Events; the stream ends by closing."""
    ctx = context.context_of(request)
    token = ctx.token(request, "write")
    body = await read_json(request, ChatBody)
    text = message_text(body, ctx.backend.parameters(token).max_message_chars)
    turn = ctx.backend.start_turn(token, body.user_id, body.session_id, text)
    profile = ctx.world.profile
    stream = encoder(profile, invocation_id=turn.turn_id, author=AGENT, streaming=body.streaming)
    return TurnStream(turn, stream, ctx)


def message_text(body: ChatBody, limit: int) -> str:
    """Return the user's text; raise 400 naming the field that is missing, blank or too long (SSE-1)."""
    if body.app_name not in (None, AGENT):
        raise BackendError(404, f"field app_name: unknown agent {body.app_name[:80]!r}, use {AGENT!r}")
    text = "\n".join(part.text for part in body.new_message.parts if part.text)
    if body.new_message.parts[0].text is None or not text.strip():
        raise BackendError(400, "field new_message.parts.0.text: a message needs some text")
    if len(text) > limit:
        raise BackendError(400, f"field new_message.parts: a message has at most {limit} characters")
    return text
