"""What two streams of one scenario must have in common: every byte but ids and times.

An id becomes the number of its first appearance, so that which events share one is compared and which
one it is is not; a time becomes ``T``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

# What the vendor sends between the agent's events and ADK does not (SSE-6), to the byte.
SIGNS_OF_LIFE = frozenset({b'data: {"type":"heartbeat"}\n\n', b"data:\n\n"})

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_TIME = re.compile(r'("timestamp": ?)\d+\.\d+')


def agents_own(chunks: Iterable[bytes]) -> list[bytes]:
    """Return the chunks that an agent sent, without the vendor's signs of life."""
    return [chunk for chunk in chunks if chunk not in SIGNS_OF_LIFE]


def levelled(chunks: Iterable[bytes]) -> list[str]:
    """Return chunks with ids and times made comparable."""
    seen: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return seen.setdefault(found[0], f"#{len(seen) + 1}")

    return [_TIME.sub(r"\1T", _UUID.sub(number, chunk.decode("utf-8"))) for chunk in chunks]


def payload(chunk: bytes) -> Any:
    """Return the JSON of a chunk that is exactly one event: ``data: ``, one line, a blank line."""
    assert chunk.startswith(b"data: "), chunk
    assert chunk.endswith(b"\n\n"), chunk
    line = chunk[6:-2]
    assert b"\n" not in line, chunk
    assert b"\r" not in line, chunk
    return json.loads(line)


def payloads(chunks: Iterable[bytes]) -> list[Any]:
    """Return the JSON of each chunk."""
    return [payload(chunk) for chunk in chunks]


def paths(value: Any, at: str = "") -> list[str]:
    """Return every key of a JSON value with its place, in the order of the bytes."""
    if isinstance(value, dict):
        return [item for key, held in value.items() for item in (f"{at}.{key}", *paths(held, f"{at}.{key}"))]
    if isinstance(value, list):
        return [item for held in value for item in paths(held, f"{at}[]")]
    return []


def script_of(chunks: Sequence[bytes]) -> dict[str, Any]:
    """Return a stream of the ``typed`` dialect as a script for the stub's model (parity.stub.model)."""
    turns: list[dict[str, Any]] = []
    for event in payloads(agents_own(chunks)):
        if event["type"] == "tool_call":
            turns.append({"calls": [{"name": event["name"], "args": event["args"]}]})
        elif event["type"] == "tool_result":
            turns[-1]["calls"][0]["result"] = event["result"]
        elif turns and "says" in turns[-1]:
            turns[-1]["says"].append(event["content"])
        else:
            turns.append({"says": [event["content"]]})
    return {"turns": turns}
