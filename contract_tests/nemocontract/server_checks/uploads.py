"""Uploads: how files come, what is measured in them, which are taken (UPL-1 to UPL-3, UPL-6)."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from nemocontract.http.api_client import ApiAccount
from nemocontract.http.case import CaseContext, case
from nemocontract.recording import Exchange
from nemocontract.server_checks.access import CLIP
from nemocontract.server_checks.expectations import (
    expect_error,
    expect_success,
    is_hex,
    is_number,
    is_text,
    missing_fields,
    seen,
)
from nemocontract.server_checks.media import KINDS, Sample, pixels, sample

FIELDS: Final = ("filename", "file_type", "cdn_url", "duration", "width", "height", "fps", "hash")
_STRANGE: Final = ("txt", "pdf", "flac", "ogg", "exe", "heic", "mp", "mp44", "zip", "json", "svg", "tiff")
_SLACK_S: Final = 0.15  # codecs pad sound to whole frames


def files_of(ctx: CaseContext, exchange: Exchange) -> list[dict[str, Any]]:
    """Check that an answer tells of files, each with all its fields (UPL-2), and return them."""
    expect_success(ctx, exchange, "UPL-1", "an upload")
    files = exchange.data.get("files")
    whole = isinstance(files, list) and bool(files) and all(isinstance(one, dict) for one in files)
    ctx.require("UPL-2", whole, "data.files, a list of objects", exchange.data)
    ctx.check(
        "UPL-2", exchange.data.get("session_state_applied") is True, "session_state_applied", exchange.data
    )
    listed: list[dict[str, Any]] = files if isinstance(files, list) else []
    for one in listed:
        ctx.check("UPL-2", not missing_fields(one, FIELDS), f"fields {', '.join(FIELDS)}", one)
        ctx.check("UPL-2", one.get("file_type") in {*KINDS.values()}, "file_type video, image or audio", one)
        address = str(one.get("cdn_url", ""))
        ctx.check("UPL-2", address.startswith(("http://", "https://")), "cdn_url, an address", address)
        ctx.check("UPL-2", is_text(one.get("hash")), "hash, a text", one)
    return listed


def infos(ctx: CaseContext, session: str, account: ApiAccount | None = None) -> str:
    """Return a session's video_infos as text."""
    exchange = expect_success(ctx, (account or ctx.account).state(session), "UPL-2", "the session's state")
    state = exchange.data.get("state")
    return json.dumps(state.get("video_infos") if isinstance(state, dict) else None, ensure_ascii=False)


def appear(ctx: CaseContext, session: str, names: Sequence[str], *, not_: Sequence[str] = ()) -> None:
    """Check which files are in the state (UPL-2), and which are not (UPL-5)."""
    listed = infos(ctx, session)
    for name in names:
        ctx.check("UPL-2", name in listed, f"{name} in video_infos", listed)
    for name in not_:
        ctx.check("UPL-5", name not in listed, f"no {name} in video_infos", listed)


def measured(ctx: CaseContext, payload: dict[str, Any], file: Sample) -> None:
    """Check that what was answered is what the file's own headers say (UPL-2)."""
    ctx.check("UPL-2", payload.get("filename") == file.filename, f"filename {file.filename}", payload)
    ctx.check("UPL-2", payload.get("file_type") == file.kind, f"{file.filename} is {file.kind}", payload)
    ctx.check("UPL-2", is_hex(payload.get("hash")), "a hash in hexadecimal digits", payload)
    for name, due, slack in (
        ("duration", file.seconds, _SLACK_S),
        ("width", file.width, 0),
        ("height", file.height, 0),
        ("fps", file.fps, 0.05),
    ):
        value = payload.get(name)
        if due is None:  # a picture has no length and a sound no height: nothing, or none
            idle = not value or (name in ("duration", "fps") and file.kind == "image")
            ctx.check("UPL-2", idle, f"no {name} for {file.filename}", payload)
        else:
            near = is_number(value) and abs(value - due) <= slack
            ctx.check("UPL-2", near, f"{name} {due} of {file.filename}", payload)


# -- any server ------------------------------------------------------------------------------------


@case("UPL-1", "UPL-2", description="a real picture by multipart is measured and is in the state")
def _picture(ctx: CaseContext) -> None:
    session, file = ctx.account.new_session(), pixels()
    items = files_of(ctx, ctx.account.upload(session, file.part))
    measured(ctx, items[0], file)
    appear(ctx, session, [file.filename])


@case("UPL-1", description="a file by URL is accepted correctly, or rejected correctly")
def _by_url(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    exchange = ctx.account.upload_urls(session, CLIP)
    if not exchange.succeeded:  # who really fetches finds nothing at that address
        expect_error(ctx, exchange, "UPL-1", exchange.code or 0, "an address where there is nothing")
        return
    listed = files_of(ctx, exchange)
    ctx.check("UPL-1", len(listed) == 1, "one file for one address", listed)
    appear(ctx, session, ["walk_12s.mp4"])


@case("UPL-3", "ENV-2", "ENV-3", description="an unsupported format gets 4001 and leaves no file")
def _unsupported(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    before = infos(ctx, session)
    for name in ("notes.txt", "noending"):
        expect_error(ctx, ctx.account.upload(session, (name, b"some text")), "UPL-3", 4001, f"{name}")
    ctx.check("UPL-3", infos(ctx, session) == before, "nothing of it in the state", before)


@case("UPL-5", description="a supported file is rejected together with an unsupported one")
def _rejected_together(ctx: CaseContext) -> None:
    session, file = ctx.account.new_session(), pixels()
    exchange = ctx.account.upload(session, file.part, ("notes.txt", b"some text"))
    expect_error(ctx, exchange, "UPL-5", 4001, "one of two files is unsupported")
    appear(ctx, session, [], not_=[file.filename, "notes.txt"])


# -- formats and figures ---------------------------------------------------------------------------


@case(
    "UPL-3",
    "UPL-2",
    description="files of all thirteen formats are measured by their own headers",
    control=True,
)
def _formats(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    for ending in KINDS:
        exchange = ctx.account.upload(session, sample(ending).part)
        if ctx.check("UPL-3", exchange.succeeded, f"a real {ending} is accepted", seen(exchange)):
            measured(ctx, files_of(ctx, exchange)[0], sample(ending))
    appear(ctx, session, [sample(ending).filename for ending in KINDS])


@case("UPL-2", description="the address of an uploaded file serves its bytes", control=True)
def _cdn_url(ctx: CaseContext) -> None:
    session, file = ctx.account.new_session(), pixels()
    items = files_of(ctx, ctx.account.upload(session, file.part))
    fetched = ctx.recorder.send("GET", str(items[0].get("cdn_url")))
    whole = fetched.succeeded and ctx.recorder.raw == file.data
    ctx.check(
        "UPL-2", whole, "the file's bytes at its cdn_url", f"{fetched.status}, {len(ctx.recorder.raw)} bytes"
    )


@case("UPL-3", description="other formats get 4001, by file and by URL", control=True)
def _other_formats(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    before = infos(ctx, session)
    for ending in _STRANGE:
        exchange = ctx.account.upload(session, (f"file.{ending}", b"some bytes"))
        expect_error(ctx, exchange, "UPL-3", 4001, f"a file.{ending}")
        exchange = ctx.account.upload_urls(session, f"https://example.com/file.{ending}")
        expect_error(ctx, exchange, "UPL-3", 4001, f"an address of a file.{ending}")
    ctx.check("UPL-3", infos(ctx, session) == before, "nothing of them in the state", before)


@case(
    "UPL-3",
    description="a file with a wrong ending gets 4001 or is measured by its content; never a 500",
    control=True,
)
def _wrong_ending(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    for name, data in (
        ("text.mp4", b"this is a text"),
        ("empty.mp4", b""),
        ("half.mp4", sample("mp4").data[: len(sample("mp4").data) // 2]),
        ("picture.mp3", sample("png").data),
        ("song.png", sample("wav").data),
    ):
        exchange = ctx.account.upload(session, (name, data))
        if exchange.succeeded:
            files_of(ctx, exchange)
        else:
            expect_error(
                ctx, exchange, "UPL-3", 400 if exchange.code == 400 and not data else 4001, f"a lying {name}"
            )


@case("UPL-2", description="equal bytes have equal hashes, other bytes another", control=True)
def _hashes(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    named = [("a.png", sample("png").data), ("b.png", sample("png").data), ("c.gif", sample("gif").data)]
    hashes = [one.get("hash") for one in files_of(ctx, ctx.account.upload(session, *named))]
    ctx.require("UPL-2", len(hashes) == 3, "three hashes for three files", hashes)
    ctx.check("UPL-2", hashes[0] == hashes[1], "one hash for the same bytes under two names", hashes)
    ctx.check("UPL-2", hashes[0] != hashes[2], "another hash for other bytes", hashes)


@case(
    "UPL-1",
    "UPL-2",
    description="names with spaces and in other scripts are returned unchanged",
    control=True,
)
def _filenames(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    names = ["my holiday.png", "фильм.png", "视频 1.png", "a+b&c%20.png"]
    for name in names:
        items = files_of(ctx, ctx.account.upload(session, (name, sample("png").data)))
        ctx.check("UPL-2", items[0].get("filename") == name, f"filename {name}", items)
    appear(ctx, session, names)


@case("UPL-2", description="a file is in its own session and no other", control=True)
def _own_session(ctx: CaseContext) -> None:
    one, two = ctx.account.new_session(), ctx.account.new_session()
    empty = infos(ctx, two)
    files_of(ctx, ctx.account.upload(one, sample("png").part))
    ctx.check("UPL-2", infos(ctx, two) == empty, "nothing in another session of the same user", empty)


# -- by address ------------------------------------------------------------------------------------


@case("UPL-6", "UPL-1", "UPL-2", description="an upload by URL fetches nothing", control=True)
def _url_not_fetched(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    with _listening() as (port, calls):
        here = f"http://127.0.0.1:{port}"
        exchange = ctx.account.upload_urls(session, f"{here}/one.mp4", f"{here}/two.png")
        ctx.check("UPL-6", not calls, "no connection to the address", f"{len(calls)} connections")
    ctx.require("UPL-6", exchange.succeeded, "accepted addresses that are not fetched", seen(exchange))
    listed = files_of(ctx, exchange)
    ctx.check("UPL-1", len(listed) == 2, "as many files as addresses", listed)
    ctx.check("UPL-6", [one.get("filename") for one in listed] == ["one.mp4", "two.png"], "both", listed)
    ctx.check("UPL-2", [one.get("file_type") for one in listed] == ["video", "image"], "kinds", listed)
    appear(ctx, session, ["one.mp4", "two.png"])


@contextmanager
def _listening() -> Iterator[tuple[int, list[str]]]:
    """Yield a local port, and a list of the connections made to it."""
    calls: list[str] = []

    class Caller(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            calls.append(str(self.client_address))

    with socketserver.TCPServer(("127.0.0.1", 0), Caller) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1], calls
        finally:
            server.shutdown()
            thread.join()


@case("UPL-6", "UPL-2", description="an unreachable URL is simulated like any other", control=True)
def _unreachable_url(ctx: CaseContext) -> None:
    session = ctx.account.new_session()
    exchange = ctx.account.upload_urls(session, "https://nowhere.invalid/film.mp4?signature=abc#t=3")
    ctx.require("UPL-6", exchange.succeeded, "an accepted address that cannot be reached", seen(exchange))
    listed = files_of(ctx, exchange)
    ctx.check("UPL-6", listed[0].get("file_type") == "video", "a video, by the address", listed)
    figures = [listed[0].get(name) for name in ("duration", "width", "height", "fps")]
    known = all(is_number(one) and one > 0 for one in figures)
    ctx.check("UPL-6", known, "figures as a video has them", listed)
