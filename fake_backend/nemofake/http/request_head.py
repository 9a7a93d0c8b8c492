"""Bounds on the head of a request: its first line, each header, all of it together."""

from __future__ import annotations

from starlette.types import Scope

from ..engine.errors import BackendError

MAX_LINE_BYTES = 16 * 1024
MAX_HEAD_BYTES = 64 * 1024


def check(scope: Scope) -> None:
    """Raise 400 naming what is too long."""
    headers = scope["headers"]
    size = sum([len(name) + len(value) for name, value in headers])
    line = len(scope.get("raw_path") or scope["path"]) + len(scope["query_string"])
    if size + line <= MAX_LINE_BYTES:
        return
    if line > MAX_LINE_BYTES:
        raise BackendError(400, f"the URL is over {MAX_LINE_BYTES} bytes")
    for name, value in headers:
        if len(name) + len(value) > MAX_LINE_BYTES:
            shown = name[:80].decode("latin-1")
            raise BackendError(400, f"header {shown!r} is over {MAX_LINE_BYTES} bytes")
    if size + line > MAX_HEAD_BYTES:
        raise BackendError(400, f"the headers are over {MAX_HEAD_BYTES} bytes together")
