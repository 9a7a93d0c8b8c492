"""HTTP/1.1 by hand on asyncio streams, and what an answer says: an envelope, or the events of a stream."""

from __future__ import annotations

import asyncio
import json
import re
import uuid
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeAlias
from urllib.parse import urlsplit

LOOK_S = 0.2  # real time
UNREACHED = 599  # no answer, or none that makes sense
Json: TypeAlias = dict[str, Any]
Parts: TypeAlias = list[bytes | Path]
Thing: TypeAlias = tuple[int, dict[str, str]] | bytes | None  # a head, a piece of a body, a look in vain


class Lost(Exception):  # noqa: N818
    """An answer did not come, or not to its end."""


class Frame:
    """Takes the body of one answer out of its wrapping: length, chunks, gzip."""

    def __init__(self, headers: dict[str, str]) -> None:
        self.chunked = "chunked" in headers.get("transfer-encoding", "")
        length = None if self.chunked else headers.get("content-length")
        self.left, self.rest, self.over = int(length or 0), b"", length == "0"
        self.endless = not self.chunked and length is None
        self.unzip = zlib.decompressobj(31) if headers.get("content-encoding") == "gzip" else None

    def feed(self, data: bytes) -> Iterator[bytes]:
        for piece in self.chunks(data) if self.chunked else self.plain(data):
            yield self.unzip.decompress(piece) if self.unzip else piece

    def plain(self, data: bytes) -> Iterator[bytes]:
        self.left -= len(data)
        self.over = not self.endless and self.left <= 0
        yield data

    def chunks(self, data: bytes) -> Iterator[bytes]:
        self.rest += data
        while self.rest and not self.over:
            if self.left:
                piece, self.rest = self.rest[: self.left], self.rest[self.left :]
                self.left -= len(piece)
                yield piece
                continue
            line, found, rest = self.rest.partition(b"\r\n")
            if not found:
                return
            self.rest = rest
            if line:  # an empty one is the end of the chunk before
                self.left = int(line.partition(b";")[0], 16)
                self.over = self.left == 0


class Ear:
    """Hears an answer: a JSON body as it is, a stream as words and tools, in both dialects."""

    def __init__(self) -> None:
        self.status, self.headers, self.body, self.raw = 0, dict[str, str](), b"", b""
        self.data: list[str] = []
        self.text, self.partial, self.calls, self.results = "", "", 0, 0

    @property
    def streams(self) -> bool:
        return self.headers.get("content-type", "").startswith("text/event-stream")

    def take(self, thing: Thing) -> None:
        if isinstance(thing, tuple):
            self.status, self.headers = thing
        elif not self.streams:
            self.body += thing or b""
        elif thing:
            *lines, self.raw = re.split(rb"\r\n|\n|\r(?!\Z)", self.raw + thing)
            for line in lines:
                self.line(line.decode("utf-8", "replace").lstrip("\ufeff"))

    def line(self, line: str) -> None:
        if line.startswith("data:"):
            self.data.append(line[5:])
        elif not line:
            items, self.data = "\n".join(self.data), []
            with suppress(ValueError):
                event = json.loads(items)
                if isinstance(event, dict):
                    self.event(event, event.get("content"))

    def event(self, event: Json, content: Any) -> None:
        self.calls += event.get("type") == "tool_call"
        self.results += event.get("type") == "tool_result"
        if isinstance(content, str):
            self.text += content if event.get("type") == "text" else ""
        elif isinstance(content, dict):
            parts = [part for part in content.get("parts") or () if isinstance(part, dict)]
            self.calls += sum("functionCall" in part for part in parts)
            self.results += sum("functionResponse" in part for part in parts)
            said = "".join(str(part["text"]) for part in parts if "text" in part and not part.get("thought"))
            if event.get("partial"):
                self.partial += said
            elif said:  # the whole once more, after its pieces
                said, self.partial = said.removeprefix(self.partial), ""
            self.text += said

    def meaning(self) -> tuple[int, Json]:
        """Return an answer's code and data, whatever its profile (ENV-1 to ENV-3, REN-7)."""
        bare = {401: 1001, 413: 4002, 415: 4001}.get(self.status, self.status)
        with suppress(ValueError):
            if isinstance(record := json.loads(self.body), dict):
                code = record.get("code", 0 if self.status == 200 else bare)
                data = record.get("data", record)
                return int(code), data if isinstance(data, dict) else {}
        return (UNREACHED if bare == 200 else bare), {}


async def exchange(method: str, url: str, fields: dict[str, str], body: Parts) -> AsyncIterator[Thing]:
    """Yield the head, then pieces of the body, and None for each look in vain; raise Lost."""
    to, secure = urlsplit(url), url.startswith("https")
    size = sum(part.stat().st_size if isinstance(part, Path) else len(part) for part in body)
    fields = {"Host": to.netloc, "Connection": "close", "Content-Length": str(size), **fields}
    head = [
        f"{method} {to._replace(scheme='', netloc='').geturl()} HTTP/1.1",
        *map(": ".join, fields.items()),
    ]
    port = to.port or (443 if secure else 80)
    reader, writer = await asyncio.open_connection(to.hostname, port, ssl=secure or None)
    try:
        for piece in pieces([("\r\n".join(head) + "\r\n\r\n").encode(), *body]):
            writer.write(piece)
            await writer.drain()
        rest, frame = b"", None
        while frame is None or not frame.over:
            try:
                async with asyncio.timeout(LOOK_S):
                    data = await reader.read(1 << 16)
            except TimeoutError:
                yield None
                continue
            if not data and frame and frame.endless:
                return
            if not data:
                raise Lost
            if frame is None:
                rest, found, data = (rest + data).partition(b"\r\n\r\n")
                if not found:
                    continue
                first, *lines = rest.decode("latin-1").split("\r\n")
                pairs = (line.partition(":") for line in lines)
                headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
                frame = Frame(headers)
                yield int(first.split()[1]), headers
            for piece in frame.feed(data):
                yield piece
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


def pieces(parts: Parts) -> Iterator[bytes]:
    """Yield bytes as they are, files bit by bit."""
    for part in parts:
        if isinstance(part, bytes):
            yield part
            continue
        with part.open("rb") as file:
            while piece := file.read(1 << 16):
                yield piece


def form(files: list[Path]) -> tuple[str, Parts]:
    """Return content type and body of an upload (UPL-1)."""
    border = uuid.uuid4().hex
    body: Parts = []
    for file in files:
        named = f'name="files"; filename="{file.name.replace(chr(34), "%22")}"'
        body += [f"--{border}\r\nContent-Disposition: form-data; {named}\r\n\r\n".encode(), file, b"\r\n"]
    return f"multipart/form-data; boundary={border}", [*body, f"--{border}--\r\n".encode()]
