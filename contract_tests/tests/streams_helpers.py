"""Events of both dialects in short, and what a good client does around a message."""

from __future__ import annotations

from typing import Any

from nemocontract.recording import Exchange

from .traffic_helpers import ex

BEAT: dict[str, Any] = {"type": "heartbeat"}
CALL: dict[str, Any] = {"type": "tool_call", "name": "edit_multitrack", "args": {"action": "add_title"}}
RESULT: dict[str, Any] = {"type": "tool_result", "name": "edit_multitrack", "result": {"status": "success"}}

TITLED = {
    "draft": {
        "t": [
            {"tt": 0, "sg": [{"s": 0, "d": 5000, "m": {"name": "clip"}}]},
            {"tt": 7, "sg": [{"s": 0, "d": 3000, "m": {"text": "Hello"}}]},
        ]
    },
    "video_infos": [],
    "canvas_config": {"width": 1080, "height": 1920},
    "video_analyses": [],
    "generated_media": [],
}


def text(content: str) -> dict[str, Any]:
    """Return a text of the dialect `typed`."""
    return {"type": "text", "content": content}


def adk(
    content: str = "", *, partial: bool | None = None, call: str = "", result: str = ""
) -> dict[str, Any]:
    """Return an event of the dialect `adk`."""
    parts: list[dict[str, Any]] = [{"text": content}] if content else []
    parts += [{"functionCall": {"name": call, "args": {}}}] if call else []
    parts += [{"functionResponse": {"name": result, "response": {}}}] if result else []
    payload = {} if partial is None else {"partial": partial}
    return {"id": "e-1", "author": "nemo_agent", "content": {"role": "model", "parts": parts}, **payload}


def beats(until_s: float, from_s: float = 10, every_s: float = 10) -> list[tuple[float, Any]]:
    """Return heartbeats and empty lines in turn, with their times."""
    count = int((until_s - from_s) // every_s) + 1
    return [(from_s + every_s * nth, BEAT if nth % 2 == 0 else "") for nth in range(count)]


def state(seq: int, at_s: float | None = None, value: Any = None, **changes: Any) -> Exchange:
    """Return a look at the project; ``value`` is its state, one clip of five seconds if left out."""
    data = {} if value is None else {"state": value}
    return ex(seq, "state", at_s=at_s, data=data, **changes)
