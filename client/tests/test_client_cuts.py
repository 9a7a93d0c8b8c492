"""A stream cut after every single byte: the ending is told, nothing is sent twice, the state is believed.

The flow itself is driven here, without httpx: that is what makes thousands of cuts cheap.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nemoclient
from nemoclient import StreamEnd, constants
from nemoclient.chat import chat
from nemoclient.context import from_environment
from nemoclient.draft import compare, read_state
from nemoclient.effects import (
    END,
    Close,
    GetTime,
    Notice,
    Open,
    Read,
    Response,
    RunBlocking,
    Send,
    Sleep,
)
from nemoclient.errors import TransportError

EDIT_LANDS_S = 15.0
HEAD = Response(200, {"content-type": "text/event-stream"})


def adk(*parts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"content": {"parts": list(parts), "role": "model"}, "author": "nemo_agent", **more}


TYPED = [
    {"type": "text", "content": "On it. "},
    {"type": "tool_call", "name": "edit_multitrack", "args": {"a": "é"}},
    {"type": "heartbeat"},
    {"type": "tool_result", "name": "edit_multitrack", "result": {}},
    {"type": "text", "content": "Your title 你好 is on. "},
    {"type": "text", "content": "Click Export."},
]
ADK = [
    adk({"text": "On "}, partial=True, id="1"),
    adk({"text": "it. "}, partial=True, id="1"),
    adk({"text": "On it. "}, {"functionCall": {"name": "edit_multitrack", "args": {}}}, id="1"),
    {"type": "heartbeat"},
    adk({"functionResponse": {"name": "edit_multitrack", "response": {}}}, id="2"),
    adk({"text": "Your title "}, partial=True, id="3"),
    adk({"text": "Your title 你好 is on."}, id="3"),
]
SILENT = TYPED[1:4]
STREAMS = {"typed": TYPED, "adk": ADK, "silent": SILENT}
ENDS = {"lf": "\n", "crlf": "\r\n"}


class World:
    """The service as one message sees it: the stream, and an edit that lands whether heard or not."""

    def __init__(self, draft: Any, body: bytes, lands_at: int, *, clean: bool) -> None:
        self.draft, self.body, self.clean = draft, body, clean
        self.lands_at = lands_at  # the byte of the stream by which the edit is in the state
        self.now_s, self.sent, self.reads = 0.0, 0, 0
        self.heard = 0

    @property
    def state(self) -> dict[str, Any]:
        landed = self.now_s >= EDIT_LANDS_S or self.heard >= self.lands_at
        return {"session_id": "1", "state": {"draft": self.draft if landed else {}}}

    def answer(self, request: Any) -> Response:
        assert request.method == "GET", request
        self.reads += 1
        body = json.dumps({"code": 0, "data": self.state}).encode()
        return Response(200, {}, body)

    def pieces(self) -> Iterator[Any]:
        yield HEAD
        half = len(self.body) // 2
        for piece in (self.body[:half], self.body[half:]):
            self.heard += len(piece)
            yield piece
        if not self.clean:
            raise TransportError("cut", sent=True)
        yield END

    def drive(self, flow: Any) -> tuple[Any, list[Notice]]:
        notices: list[Notice] = []
        outcome: Any = None
        failure, pieces = None, None
        while True:
            try:
                step = flow.throw(failure) if failure else flow.send(outcome)
            except StopIteration as stop:
                return stop.value, notices
            outcome = failure = None
            match step:
                case Send(request):
                    outcome = self.answer(request)
                case Open(request):
                    assert request.url.endswith(constants.CHAT_PATH)
                    self.sent += 1
                    pieces = self.pieces()
                case Read():
                    assert pieces
                    try:
                        outcome = next(pieces)
                    except TransportError as cut:
                        failure = cut
                case GetTime():
                    outcome = self.now_s
                case Sleep(seconds):
                    self.now_s += seconds
                case Notice():
                    notices.append(step)
                case RunBlocking() | Close():
                    pass


def encode(events: list[dict[str, Any]], end: str) -> tuple[bytes, int, list[tuple[int, dict[str, Any]]]]:
    """Return the bytes, the byte by which the edit has landed, and the byte at which each event is whole."""
    body, lands_at, whole = b"", 0, []
    for event in events:
        body += f"data: {json.dumps(event, ensure_ascii=False)}".encode()
        whole.append((len(body), event))
        body += (end * 2).encode()
        if "esult" in str(event) or "functionResponse" in str(event):
            lands_at = len(body) - 2 * len(end)
    return body, lands_at, whole


def expected(seen: list[dict[str, Any]], *, on_boundary: bool) -> StreamEnd:
    """Say from whole events alone how a clean close must be told: the rule of SSE-4, written afresh."""
    calls = results = 0
    said_since = open_text = False
    for event in seen:
        text = str(event)
        if "functionCall" in text or "tool_call" in text:
            calls, open_text = calls + 1, False
        if "functionResponse" in text or "tool_result" in text:
            results, said_since, open_text = results + 1, False, False
        if '"text"' in json.dumps(event):
            said_since = True
            open_text = event.get("partial") is True
            if "functionCall" in text:
                open_text = False
    if not on_boundary or calls > results or open_text:
        return StreamEnd.DROPPED
    if said_since:
        return StreamEnd.COMPLETE
    return StreamEnd.SILENT if results else StreamEnd.DROPPED


@pytest.mark.clause("C-SSE-3", "C-SSE-4", "SSE-4", "SSE-11")
@pytest.mark.parametrize("clean", [True, False], ids=["clean", "broken"])
@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS.keys())
@pytest.mark.parametrize("events", STREAMS.values(), ids=STREAMS.keys())
def test_after_every_byte_the_ending_is_right(kit: Any, events: Any, end: str, *, clean: bool) -> None:
    body, lands_at, whole = encode(events, end)
    boundaries = {at for at, _ in whole} | {0}
    for cut in range(len(body) + 1):
        context = from_environment(kit.BASE, "nmv_usr_1", environment={})
        context.session_id = "1"
        world = World(kit.CANONICAL, body[:cut], lands_at, clean=clean)
        result, notices = world.drive(chat(context, "add a title"))
        seen = [event for at, event in whole if at <= cut]
        # a cut in the blank line behind an event takes nothing from it
        last = max(at for at in boundaries if at <= cut)
        on_boundary = cut - last <= 2 * len(end)
        want = expected(seen, on_boundary=on_boundary) if clean else StreamEnd.DROPPED
        assert result.ending is want, (cut, body[:cut])
        assert world.sent == 1
        assert result.changes == compare(result.before, read_state(world.state))
        assert result.ok
        assert notices, "never silence"
        assert "".join(n.text for n in notices if n.kind == "text") == result.text
        if want is not StreamEnd.COMPLETE:
            assert [n.text for n in notices if n.kind == "change"] == list(result.changes)


@pytest.mark.clause("SSE-12", "C-SSE-4")
def test_only_one_line_of_the_package_sends_a_message() -> None:
    """What may be sent twice is decided in one function: this finds any second place."""
    folder = Path(nemoclient.__file__).parent
    sources = {path.name: path.read_text() for path in folder.glob("*.py")}
    uses = [name for name, text in sources.items() for _ in range(text.count("CHAT_PATH"))]
    assert sorted(uses) == ["chat.py", "constants.py"]
    assert sum(text.count("_send_once(") for text in sources.values()) == 2  # its definition and one call
    assert sum(text.count("run_sse") for text in sources.values()) == 1
