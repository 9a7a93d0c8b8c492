"""A request and its answer in a few lines, for a person who reads a violation."""

from __future__ import annotations

import json
from typing import Any, Final

from nemocontract.recording.exchange import Exchange

_SHOWN: Final = (
    "accept",
    "content-type",
    "x-client-id",
    "x-skill-source",
    "x-skill-version",
    "x-skill-platform",
)
_BODY_MOST: Final = 400
_LAST_EVENTS: Final = 3


def request_excerpt(exchange: Exchange) -> str:
    """Return method, path, the headers that the protocol names, and the body, shortened."""
    lines = [f"{exchange.method} {exchange.path}"]
    lines += [f"{name}: {exchange.headers[name]}" for name in _SHOWN if exchange.headers.get(name)]
    if exchange.headers.get("authorization"):
        lines.append("authorization: Bearer ***")
    if exchange.uploads:
        lines.append(f"files: {', '.join(exchange.uploads)}")
    elif exchange.body is not None:
        lines.append(_spelled(exchange.body))
    return "\n".join(lines)


def answer_excerpt(exchange: Exchange) -> str:
    """Return the status and the body, or the last events of a stream and how it ended."""
    if exchange.status is None:
        return f"no answer ({exchange.ending})"
    if exchange.events is None:
        body = "" if exchange.answer is None else f"\n{_spelled(exchange.answer)}"
        return f"{exchange.status}{body}{_ending(exchange)}"
    last = [_spelled(event.data) or "an empty line" for event in exchange.events[-_LAST_EVENTS:]]
    left_out = len(exchange.events) - len(last)
    more = [f"({left_out} events before)"] if left_out else []
    return "\n".join([f"{exchange.status}, a stream", *more, *last]) + _ending(exchange)


def excerpt(text: str, most: int = _BODY_MOST) -> str:
    """Return the text, its middle left out where it is long."""
    plain = text.strip()
    half = most // 2
    return plain if len(plain) <= most else f"{plain[:half]} … {plain[-half:]}"


def _ending(exchange: Exchange) -> str:
    return "" if exchange.ending == "complete" else f"\nthe connection ended: {exchange.ending}"


def _spelled(value: Any) -> str:
    return excerpt(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))
