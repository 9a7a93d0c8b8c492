"""The two agents that the real server serves: one with a scripted model, one that yields bare events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from google.adk.agents import BaseAgent, InvocationContext, LlmAgent
from google.adk.agents.readonly_context import ReadonlyContext
from google.adk.cli.utils.base_agent_loader import BaseAgentLoader
from google.adk.events import Event
from google.adk.tools import BaseTool, ToolContext
from google.genai import types

from .model import ScriptedModel

NAME = "nemo_agent"
TOOLS = ("edit_multitrack", "generate_video_with_seedance")  # SSE-13


class ScriptedTool(BaseTool):  # type: ignore[misc]
    """Gives the result that the script has for a call with these arguments.

    A call's ``draft``, if it has one, becomes the session state's, as an agent that edits would have it;
    ``raises`` makes the tool break.
    """

    def _get_declaration(self) -> types.FunctionDeclaration:
        return types.FunctionDeclaration(name=self.name, description=self.description)

    async def run_async(self, *, args: dict[str, Any], tool_context: ToolContext) -> Any:
        """Return the scripted result."""
        calls = (call for turn in tool_context.state["script"]["turns"] for call in turn.get("calls", ()))
        call = next(call for call in calls if (call["name"], call["args"]) == (self.name, args))
        if "raises" in call:
            raise RuntimeError(call["raises"])
        if "draft" in call:
            tool_context.state["draft"] = call["draft"]
        return call["result"]


class BareAgent(BaseAgent):  # type: ignore[misc]
    """Yields the script's ``events`` as they are, then ``raises``, ``waits`` or ends."""

    async def _run_async_impl(self, ctx: InvocationContext) -> AsyncIterator[Event]:
        script = ctx.session.state["script"]
        for event in script["events"]:
            yield Event.model_validate({"author": self.name, "invocationId": ctx.invocation_id, **event})
        if "raises" in script:
            raise RuntimeError(script["raises"])
        if script.get("waits"):
            await asyncio.Event().wait()


def instruction(context: ReadonlyContext) -> str:
    """Return the session's script as the model's instruction, on one line."""
    return json.dumps(context.state["script"])


class Agents(BaseAgentLoader):  # type: ignore[misc]
    """What the server may load: ``nemo_agent``, an LlmAgent, and ``bare_agent``."""

    def __init__(self) -> None:
        tools = [ScriptedTool(name=name, description=name) for name in TOOLS]
        model = ScriptedModel(model="scripted")
        self._agents = {
            NAME: LlmAgent(name=NAME, model=model, tools=tools, instruction=instruction),
            "bare_agent": BareAgent(name=NAME),
        }

    def load_agent(self, agent_name: str) -> BaseAgent:
        """Return an agent; raises ValueError for one that is not there."""
        if agent_name not in self._agents:
            raise ValueError(f"no agent {agent_name!r}")
        return self._agents[agent_name]

    def list_agents(self) -> list[str]:
        """Return the names."""
        return sorted(self._agents)
