"""One line of a user, taken wherever it belongs (C-ROU-1), with the answer as notices."""

from __future__ import annotations

from pathlib import Path

from nemoclient import errors
from nemoclient.account import balance, state
from nemoclient.calls import Flow
from nemoclient.chat import chat
from nemoclient.context import Context
from nemoclient.draft import State
from nemoclient.export import export
from nemoclient.results import Chatted, Credits, Exported, Uploaded
from nemoclient.routing import files_in, route
from nemoclient.steps import Notice
from nemoclient.summary import summarise
from nemoclient.upload import upload
from nemoclient.wording import say

Answered = Chatted | Credits | State | Exported | Uploaded


def ask(context: Context, text: str, save_as: Path) -> Flow[Answered]:
    """Do what the line asks for; only the route ``chat`` reaches the agent.

    Raises whatever the flow it is taken to raises.
    """
    way = route(text)
    if way == "chat":
        return (yield from chat(context, text))
    if way == "export":
        return (yield from export(context, save_as))
    if way == "upload":
        return (yield from _upload(context, text))
    return (yield from (_credits(context) if way == "credits" else _state(context)))


def _upload(context: Context, text: str) -> Flow[Uploaded]:
    sources = files_in(text)
    if not sources:
        raise errors.LocalFileError(say("name_a_file", context.language))
    return (yield from upload(context, sources))


def _credits(context: Context) -> Flow[Credits]:
    found = yield from balance(context)
    text = say("credits", context.language, available=found.available, frozen=found.frozen)
    yield Notice("info", text)
    return found


def _state(context: Context) -> Flow[State]:
    found = yield from state(context)
    yield Notice("summary", summarise(found.draft, context.language))
    return found
