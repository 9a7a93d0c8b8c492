"""Cases of a message and its stream: what is needed, how it is framed (SSE-1 to SSE-4, SSE-13)."""

from __future__ import annotations

import json
from typing import Any, Final

from nemocontract.http.case import CaseContext, case
from nemocontract.recording import Exchange
from nemocontract.recording.sse import value_of
from nemocontract.server_checks.events import kinds, pieces, reply, tools
from nemocontract.server_checks.expectations import expect_error, no_internals_leaked, seen
from nemocontract.server_checks.session_fixture import SessionFixture, new_session

TALK: Final = "hi"
_UNKNOWN: Final = "nmv_usr_unknown"
EDIT: Final = "trim the first 2 seconds"
CLIP: Final = "generate a 6 second clip of a city at night"
# SSE-13
GENERATOR: Final = "generate_video_with_seedance"
EDITOR: Final = "edit_multitrack"
# SSE-4: what other services end their streams with.
_LAST_WORDS: Final = frozenset(
    ("done", "end", "ended", "finish", "finished", "complete", "completed", "stop", "close", "closed", "eof")
)
_SPOKEN: Final[dict[str, Any]] = {"parts": [{"text": TALK}]}
# SSE-1: a body that lacks something, as changes to a good one; None takes a field out.
_LACKING: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("no session_id", {"session_id": None}),
    ("a session_id that is no text", {"session_id": 17}),
    ("no new_message", {"new_message": None}),
    ("a new_message that is a text", {"new_message": TALK}),
    ("no parts", {"new_message": {}}),
    ("an empty list of parts", {"new_message": {"parts": []}}),
    ("a first part without text", {"new_message": {"parts": [{}]}}),
    ("a first part whose text is a number", {"new_message": {"parts": [{"text": 5}]}}),
)
# SSE-1: what is not needed, what may stand there, and unknown fields anywhere; None takes a field out.
_MORE: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("no app_name", {"app_name": None}),
    ("no user_id", {"user_id": None}),
    ("a role", {"new_message": {"role": "user", **_SPOKEN}}),
    ("streaming: true", {"streaming": True}),
    ("streaming: false", {"streaming": False}),
    ("unknown fields", {"colour": "blue", "depth": {"of": [3, None]}}),
    ("unknown fields inside", {"new_message": {"parts": [{"text": TALK, "mood": 1}], "weight": 2}}),
)


def _sent(session: SessionFixture, changes: dict[str, Any]) -> Exchange:
    body = {
        "app_name": "nemo_agent",
        "user_id": "me",
        "session_id": session.session_id,
        "new_message": _SPOKEN,
        **changes,
    }
    fields = {name: value for name, value in body.items() if value is not None}
    return session.account.chat(session.session_id, TALK, json=fields)


@case("SSE-1", "SSE-2", description="a message without session or text gets 400 and no stream")
def _missing_fields(ctx: CaseContext) -> None:
    session = new_session(ctx)
    for what, changes in _LACKING:
        exchange = _sent(session, changes)
        expect_error(ctx, exchange, "SSE-1", 400, f"for {what}")
        _no_stream(ctx, exchange)


@case("SSE-1", description="session and text are enough; role, streaming and unknown fields are accepted")
def _optional_fields(ctx: CaseContext) -> None:
    session = new_session(ctx)
    for what, changes in _MORE:
        exchange = _sent(session, changes)
        ctx.check(
            "SSE-1", bool(reply(exchange.events)), f"a stream with a reply, with {what}", seen(exchange)
        )


@case("SSE-1", description="the agent reads the text of the first part, in any script")
def _any_script(ctx: CaseContext) -> None:
    session = new_session(ctx)
    for text in ("你好", "привет 🎬", 'a "quoted" word\nand another line', "<b>&amp;</b> \\ %20"):
        exchange = session.account.chat(session.session_id, text)
        ctx.check("SSE-1", bool(reply(exchange.events)), f"a stream with a reply to {text!r}", seen(exchange))


@case("SSE-2", description="an error before the stream starts is a JSON envelope")
def _errors_before_stream(ctx: CaseContext) -> None:
    session = new_session(ctx)
    for what, code, exchange in (
        ("a bad token", 1001, session.account.chat(session.session_id, TALK, token=_UNKNOWN)),
        ("no token", 1001, session.account.chat(session.session_id, TALK, token="")),
        ("an unknown session", 1002, session.account.chat("1" * 19, TALK)),
        ("another account's id", 1002, session.account.chat(session.session_id, TALK, user="anon_somebody")),
    ):
        expect_error(ctx, exchange, "SSE-2", code, f"for {what}")
        _no_stream(ctx, exchange)


@case("SSE-2", control=True, description="too few credits get an envelope before the stream starts")
def _no_stream_without_credits(ctx: CaseContext) -> None:
    session = new_session(ctx, account=ctx.registered(credits=99))
    exchange = session.account.chat(session.session_id, CLIP)
    expect_error(ctx, exchange, "SSE-2", 2001, "with 99 credits for a generation")
    _no_stream(ctx, exchange)


@case("SSE-2", "SSE-3", "SSE-4", description="a text reply is a well-framed stream that closes")
def _text_reply(ctx: CaseContext) -> None:
    session = new_session(ctx)
    exchange = session.say(TALK)
    _framed(ctx, exchange)
    _speaks_a_dialect(ctx, exchange)
    _just_closes(ctx, exchange)
    ctx.check("SSE-3", bool(reply(exchange.events).strip()), "a text to read", seen(exchange))


@case("SSE-2", "SSE-3", "SSE-4", "SSE-13", control=True, description="edits and generations are streams too")
def _edit_and_generation(ctx: CaseContext) -> None:
    session = new_session(ctx, account=ctx.registered(credits=500), video=True)
    for text in (EDIT, "add lo-fi background music at 35%", 'add the title "Hi 你好"', CLIP):
        exchange = session.say(text)
        _framed(ctx, exchange)
        _speaks_a_dialect(ctx, exchange)
        _just_closes(ctx, exchange)
        _known_tools(ctx, exchange)


@case(
    "SSE-3",
    "SSE-13",
    control=True,
    profile="typed",
    description="`typed` events are flat objects with a type",
)
def _typed_dialect(ctx: CaseContext) -> None:
    _in_dialect(ctx, "typed")


@case("SSE-3", "SSE-13", control=True, profile="adk", description="`adk` events have content and parts")
def _adk_dialect(ctx: CaseContext) -> None:
    _in_dialect(ctx, "adk")


@case("SSE-13", control=True, description="a generation calls the generation tool, an edit the editing tool")
def _tool_names(ctx: CaseContext) -> None:
    session = new_session(ctx, account=ctx.registered(credits=500), video=True)
    edit = session.say(EDIT)
    ctx.check("SSE-13", set(tools(edit.events)) == {EDITOR}, f"an edit calls {EDITOR}", tools(edit.events))
    clip = session.say(CLIP)
    ctx.check("SSE-13", GENERATOR in tools(clip.events), f"it calls {GENERATOR}", tools(clip.events))
    _known_tools(ctx, clip)


def _no_stream(ctx: CaseContext, exchange: Exchange) -> None:
    kind = exchange.answer_headers.get("content-type", "")
    ctx.check("SSE-2", exchange.events is None and "json" in kind, "an envelope instead of a stream", kind)
    no_internals_leaked(ctx, exchange)


def _framed(ctx: CaseContext, exchange: Exchange) -> None:
    """Check that the bytes are `data:` lines, each with a blank line behind it (SSE-2)."""
    kind = exchange.answer_headers.get("content-type", "").partition(";")[0].strip()
    ctx.check("SSE-2", (exchange.status, kind) == (200, "text/event-stream"), "200 text/event-stream", kind)
    text = ctx.recorder.raw.decode("utf-8", "replace").replace("\r\n", "\n")
    ctx.check("SSE-2", text.endswith("\n\n"), "a blank line behind the last event", text[-80:])
    for frame in text.split("\n\n")[:-1]:
        lines = [line for line in frame.split("\n") if not line.startswith(":")]  # comments say nothing
        named = all(line.startswith("data:") for line in lines)
        data = "\n".join(line.removeprefix("data:").strip() for line in lines)
        whole = not data or isinstance(value_of(data), dict)
        ctx.check("SSE-2", named and whole, "`data:` with a JSON object, or empty", frame[:200])


def _speaks_a_dialect(ctx: CaseContext, exchange: Exchange) -> str:
    """Check that all events are of the known kinds, in one dialect, and return it (SSE-3)."""
    items = pieces(exchange.events)
    unknown = [event.data for event in exchange.events or () if "other" in kinds((event,))]
    ctx.check("SSE-3", not unknown, "texts, tool calls, results, heartbeats, empty lines", unknown[:1])
    dialects = {piece.dialect for piece in items if piece.dialect}
    ctx.check("SSE-3", len(dialects) == 1, "one dialect", dialects)
    return "".join(dialects)


def _whole_repeats_pieces(ctx: CaseContext, exchange: Exchange) -> None:
    """Check that a whole text says what its partial pieces items, in dialect `adk` (SSE-3)."""
    partial = ""
    for piece in pieces(exchange.events):
        if piece.kind == "text" and piece.partial:
            partial += piece.text
        elif piece.kind == "text" and partial:
            ctx.check(
                "SSE-3", piece.text == partial, "a whole that its pieces add up to", (partial, piece.text)
            )
            partial = ""
    if exchange.ending == "complete":
        ctx.check("SSE-3", not partial, "pieces that are items once more as a whole", partial)


def _in_dialect(ctx: CaseContext, dialect: str) -> None:
    session = new_session(ctx, account=ctx.registered(credits=500), video=True)
    met: set[str] = set()
    for text in (TALK, EDIT, 'add the title "Hello"', CLIP):
        exchange = session.say(text)
        ctx.check("SSE-3", _speaks_a_dialect(ctx, exchange) == dialect, f"dialect {dialect}", seen(exchange))
        _known_tools(ctx, exchange)
        _whole_repeats_pieces(ctx, exchange)
        met |= kinds(exchange.events)
    wanted = {"text", "call", "result", "beat"}
    ctx.check("SSE-3", wanted <= met, "texts, calls, results and heartbeats in four turns", met)


def _just_closes(ctx: CaseContext, exchange: Exchange) -> None:
    """Check that the stream ends properly and that no event says so (SSE-4)."""
    ctx.check("SSE-4", exchange.ending == "complete", "a stream that closes properly", exchange.ending)
    for event in (exchange.events or ())[-2:]:
        shown = json.dumps(event.data, ensure_ascii=False)[:200]
        ctx.check("SSE-4", not _is_terminal(event.data), "no event that says it was the last", shown)


def _is_terminal(data: Any) -> bool:
    if isinstance(data, str):
        return data.strip(" []").lower() in _LAST_WORDS
    if not isinstance(data, dict):
        return data is None
    word = str(data.get("type", data.get("event", ""))).lower().replace("stream_", "").replace("_event", "")
    return word in _LAST_WORDS or data.get("turnComplete") is True or data.get("done") is True


def _known_tools(ctx: CaseContext, exchange: Exchange) -> None:
    """Check that tools bear the known names, and that each result belongs to a call before it (SSE-13)."""
    open_calls: list[str] = []
    for piece in pieces(exchange.events):
        if piece.kind == "call":
            ctx.check("SSE-13", piece.tool in (GENERATOR, EDITOR), "one of two names", piece.tool)
            open_calls.append(piece.tool)
        elif piece.kind == "result":
            called = piece.tool in open_calls
            ctx.check("SSE-13", called, "the result of a tool that was called", piece.tool)
            open_calls = open_calls[:]
            if called:
                open_calls.remove(piece.tool)
