"""What a request names in its body: the message (SSE-1) and the session (SES-1, REN-1)."""

from __future__ import annotations

from typing import Any

from nemocontract.recording import Exchange


def message_of(chat: Exchange) -> str:
    """Return the text that a request to the chat bears (SSE-1): its parts, joined by line feeds."""
    body: Any = chat.body if isinstance(chat.body, dict) else {}
    message = body.get("new_message", body.get("newMessage"))
    parts = message.get("parts") if isinstance(message, dict) else None
    texts = [part.get("text") for part in parts or () if isinstance(part, dict)]
    return "\n".join(text for text in texts if isinstance(text, str))


def session_of(exchange: Exchange) -> str:
    """Return the session that a request to the chat, or an export, names in its body."""
    body: Any = exchange.body if isinstance(exchange.body, dict) else {}
    return str(next((body[name] for name in ("session_id", "sessionId") if body.get(name)), ""))
