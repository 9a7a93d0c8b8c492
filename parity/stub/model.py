"""A model in this process that says what a script tells it to: no network, no chance.

The script comes from the session's state by way of the agent's instruction, so that a message can be
anything: ``{"turns": [{"says": ["a ", "b"], "calls": [{"name", "args", "result"}]}, …]}``. A turn may
also have ``usage`` (token counts), ``raises`` (a message) or ``waits`` (for ever).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from google.adk.models import BaseLlm, LlmRequest, LlmResponse
from google.genai import types

TURNS = '{"turns"'
Turn = dict[str, Any]


class ScriptedModel(BaseLlm):  # type: ignore[misc]  # google-adk is not in the environment of the checks
    """Gives the script's turns in their order, then nothing; keeps no state of its own."""

    async def generate_content_async(
        self, llm_request: LlmRequest, stream: bool = False
    ) -> AsyncIterator[LlmResponse]:
        """Yield the turn that is due: pieces first where streaming was asked for, then the whole."""
        turn = due(llm_request)
        pieces = [types.Part(text=piece) for piece in turn.get("says", ())]
        for piece in pieces if stream else ():
            yield LlmResponse(content=content(piece), partial=True)
        if "raises" in turn:
            raise RuntimeError(turn["raises"])
        if turn.get("waits"):
            await asyncio.Event().wait()
        if parts := whole(turn):
            yield LlmResponse(content=content(*parts), finish_reason="STOP", usage_metadata=usage(turn))


def due(request: LlmRequest) -> Turn:
    """Return the turn that follows what the model has said since the user spoke, empty after the last."""
    lines = str(request.config.system_instruction).splitlines()
    turns: list[Turn] = json.loads(next(line for line in lines if line.startswith(TURNS)))["turns"]
    asked = max((n for n, said in enumerate(request.contents) if is_user(said)), default=0)
    taken = sum(said.role == "model" for said in request.contents[asked:])
    return turns[taken] if taken < len(turns) else {}


def is_user(said: types.Content) -> bool:
    """Tell the user's words from a tool's result, which bears the same role."""
    return said.role == "user" and any(part.text for part in said.parts or ())


def whole(turn: Turn) -> list[types.Part]:
    """Return the parts of a turn's last event: its words joined, then its calls."""
    text = "".join(turn.get("says", ()))
    calls = [types.FunctionCall(name=call["name"], args=call["args"]) for call in turn.get("calls", ())]
    return [types.Part(text=text)] * bool(text) + [types.Part(function_call=call) for call in calls]


def content(*parts: types.Part) -> types.Content:
    """Return parts as the model's."""
    return types.Content(role="model", parts=list(parts))


def usage(turn: Turn) -> types.GenerateContentResponseUsageMetadata | None:
    """Return token counts where the script has them, as a model that counts would."""
    return types.GenerateContentResponseUsageMetadata(**turn["usage"]) if "usage" in turn else None
