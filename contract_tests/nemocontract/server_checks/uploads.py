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


def files_of(ctx: CaseContext, told: Exchange) -> list[dict[str, Any]]:
    """Claim that an answer tells of files, each with all its fields (UPL-2), and return them."""
    expect_success(ctx, told, "UPL-1", "an upload")
    files = told.data.get("files")
    whole = isinstance(files, list) and bool(files) and all(isinstance(one, dict) for one in files)
    ctx.must("UPL-2", whole, "data.files, a list of objects", told.data)
    ctx.claim("UPL-2", told.data.get("session_state_applied") is True, "session_state_applied", told.data)
    listed: list[dict[str, Any]] = files if isinstance(files, list) else []
    for one in listed:
        ctx.claim("UPL-2", not missing_fields(one, FIELDS), f"fields {', '.join(FIELDS)}", one)
        ctx.claim("UPL-2", one.get("file_type") in {*KINDS.values()}, "file_type video, image or audio", one)
        address = str(one.get("cdn_url", ""))
        ctx.claim("UPL-2", address.startswith(("http://", "https://")), "cdn_url, an address", address)
        ctx.claim("UPL-2", is_text(one.get("hash")), "hash, a text", one)
    return listed


def infos(ctx: CaseContext, session: str, account: ApiAccount | None = None) -> str:
    """Return a session's video_infos as text."""
    told = expect_success(ctx, (account or ctx.account).state(session), "UPL-2", "the session's state")
    state = told.data.get("state")
    return json.dumps(state.get("video_infos") if isinstance(state, dict) else None, ensure_ascii=False)


def appear(ctx: CaseContext, session: str, names: Sequence[str], *, not_: Sequence[str] = ()) -> None:
    """Claim which files are in the state (UPL-2), and which are not (UPL-5)."""
    held = infos(ctx, session)
    for name in names:
        ctx.claim("UPL-2", name in held, f"{name} in video_infos", held)
    for name in not_:
        ctx.claim("UPL-5", name not in held, f"no {name} in video_infos", held)


def measured(ctx: CaseContext, told: dict[str, Any], file: Sample) -> None:
    """Claim that what was answered is what the file's own headers say (UPL-2)."""
    ctx.claim("UPL-2", told.get("filename") == file.filename, f"filename {file.filename}", told)
    ctx.claim("UPL-2", told.get("file_type") == file.kind, f"{file.filename} is {file.kind}", told)
    ctx.claim("UPL-2", is_hex(told.get("hash")), "a hash in hexadecimal digits", told)
    for name, due, slack in (
        ("duration", file.seconds, _SLACK_S),
        ("width", file.width, 0),
        ("height", file.height, 0),
        ("fps", file.fps, 0.05),
    ):
        value = told.get(name)
        if due is None:  # a picture has no length and a song no height: nothing, or none
            idle = not value or (name in ("duration", "fps") and file.kind == "image")
            ctx.claim("UPL-2", idle, f"no {name} for {file.filename}", told)
        else:
            near = is_number(value) and abs(value - due) <= slack
            ctx.claim("UPL-2", near, f"{name} {due} of {file.filename}", told)


# -- any server ------------------------------------------------------------------------------------


@case("UPL-1", "UPL-2", looks_for="a real picture by multipart, measured, and there in the state")
def _a_picture(ctx: CaseContext) -> None:
    session, file = ctx.account.session(), pixels()
    told = files_of(ctx, ctx.account.upload(session, file.part))
    measured(ctx, told[0], file)
    appear(ctx, session, [file.filename])


@case("UPL-1", looks_for="a file by its address: taken as it should be, or refused in order")
def _by_address(ctx: CaseContext) -> None:
    session = ctx.account.session()
    told = ctx.account.upload_urls(session, CLIP)
    if not told.succeeded:  # who really fetches finds nothing at that address
        expect_error(ctx, told, "UPL-1", told.code or 0, "an address where there is nothing")
        return
    listed = files_of(ctx, told)
    ctx.claim("UPL-1", len(listed) == 1, "one file for one address", listed)
    appear(ctx, session, ["walk_12s.mp4"])


@case(
    "UPL-3", "ENV-2", "ENV-3", looks_for="4001 for a file that is none of the formats, and nothing kept of it"
)
def _unsupported(ctx: CaseContext) -> None:
    session = ctx.account.session()
    before = infos(ctx, session)
    for name in ("notes.txt", "noending"):
        expect_error(ctx, ctx.account.upload(session, (name, b"some text")), "UPL-3", 4001, f"{name}")
    ctx.claim("UPL-3", infos(ctx, session) == before, "nothing of it in the state", before)


@case("UPL-5", looks_for="a good file refused together with a bad one")
def _together(ctx: CaseContext) -> None:
    session, file = ctx.account.session(), pixels()
    told = ctx.account.upload(session, file.part, ("notes.txt", b"some text"))
    expect_error(ctx, told, "UPL-5", 4001, "one of two files is unsupported")
    appear(ctx, session, [], not_=[file.filename, "notes.txt"])


# -- formats and figures ---------------------------------------------------------------------------


@case("UPL-3", "UPL-2", looks_for="each of the thirteen formats, measured by its own headers", control=True)
def _formats(ctx: CaseContext) -> None:
    session = ctx.account.session()
    for ending in KINDS:
        told = ctx.account.upload(session, sample(ending).part)
        if ctx.claim("UPL-3", told.succeeded, f"a real {ending} is taken", seen(told)):
            measured(ctx, files_of(ctx, told)[0], sample(ending))
    appear(ctx, session, [sample(ending).filename for ending in KINDS])


@case("UPL-2", looks_for="the address of an uploaded file, where its bytes are", control=True)
def _addresses(ctx: CaseContext) -> None:
    session, file = ctx.account.session(), pixels()
    told = files_of(ctx, ctx.account.upload(session, file.part))
    fetched = ctx.probe.send("GET", str(told[0].get("cdn_url")))
    whole = fetched.succeeded and ctx.probe.raw == file.data
    ctx.claim(
        "UPL-2", whole, "the file's bytes at its cdn_url", f"{fetched.status}, {len(ctx.probe.raw)} bytes"
    )


@case("UPL-3", looks_for="4001 for whatever else, by file and by address", control=True)
def _strangers(ctx: CaseContext) -> None:
    session = ctx.account.session()
    before = infos(ctx, session)
    for ending in _STRANGE:
        told = ctx.account.upload(session, (f"file.{ending}", b"some bytes"))
        expect_error(ctx, told, "UPL-3", 4001, f"a file.{ending}")
        told = ctx.account.upload_urls(session, f"https://example.com/file.{ending}")
        expect_error(ctx, told, "UPL-3", 4001, f"an address of a file.{ending}")
    ctx.claim("UPL-3", infos(ctx, session) == before, "nothing of them in the state", before)


@case("UPL-3", looks_for="a file whose name lies: 4001, or taken for what it is; no 500", control=True)
def _lies(ctx: CaseContext) -> None:
    session = ctx.account.session()
    for name, data in (
        ("text.mp4", b"this is a text"),
        ("empty.mp4", b""),
        ("half.mp4", sample("mp4").data[: len(sample("mp4").data) // 2]),
        ("picture.mp3", sample("png").data),
        ("song.png", sample("wav").data),
    ):
        told = ctx.account.upload(session, (name, data))
        if told.succeeded:
            files_of(ctx, told)
        else:
            expect_error(
                ctx, told, "UPL-3", 400 if told.code == 400 and not data else 4001, f"a lying {name}"
            )


@case("UPL-2", looks_for="a hash of the bytes: the same for the same, another for others", control=True)
def _hashes(ctx: CaseContext) -> None:
    session = ctx.account.session()
    named = [("a.png", sample("png").data), ("b.png", sample("png").data), ("c.gif", sample("gif").data)]
    hashes = [one.get("hash") for one in files_of(ctx, ctx.account.upload(session, *named))]
    ctx.must("UPL-2", len(hashes) == 3, "three hashes for three files", hashes)
    ctx.claim("UPL-2", hashes[0] == hashes[1], "one hash for the same bytes under two names", hashes)
    ctx.claim("UPL-2", hashes[0] != hashes[2], "another hash for other bytes", hashes)


@case(
    "UPL-1",
    "UPL-2",
    looks_for="names in other scripts and with spaces, told and kept as they are",
    control=True,
)
def _names(ctx: CaseContext) -> None:
    session = ctx.account.session()
    names = ["my holiday.png", "фильм.png", "视频 1.png", "a+b&c%20.png"]
    for name in names:
        told = files_of(ctx, ctx.account.upload(session, (name, sample("png").data)))
        ctx.claim("UPL-2", told[0].get("filename") == name, f"filename {name}", told)
    appear(ctx, session, names)


@case("UPL-2", looks_for="a file in its own session and no other", control=True)
def _its_own_session(ctx: CaseContext) -> None:
    one, two = ctx.account.session(), ctx.account.session()
    empty = infos(ctx, two)
    files_of(ctx, ctx.account.upload(one, sample("png").part))
    ctx.claim("UPL-2", infos(ctx, two) == empty, "nothing in another session of the same user", empty)


# -- by address ------------------------------------------------------------------------------------


@case("UPL-6", "UPL-1", "UPL-2", looks_for="files by address without anybody fetching them", control=True)
def _nobody_fetches(ctx: CaseContext) -> None:
    session = ctx.account.session()
    with _listening() as (port, calls):
        here = f"http://127.0.0.1:{port}"
        told = ctx.account.upload_urls(session, f"{here}/one.mp4", f"{here}/two.png")
        ctx.claim("UPL-6", not calls, "no connection to the address", f"{len(calls)} connections")
    ctx.must("UPL-6", told.succeeded, "addresses taken that need not be fetched", seen(told))
    listed = files_of(ctx, told)
    ctx.claim("UPL-1", len(listed) == 2, "as many files as addresses", listed)
    ctx.claim("UPL-6", [one.get("filename") for one in listed] == ["one.mp4", "two.png"], "both", listed)
    ctx.claim("UPL-2", [one.get("file_type") for one in listed] == ["video", "image"], "kinds", listed)
    appear(ctx, session, ["one.mp4", "two.png"])


@contextmanager
def _listening() -> Iterator[tuple[int, list[str]]]:
    """Give a port of this machine, and a list that gets longer whenever somebody connects."""
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


@case("UPL-6", "UPL-2", looks_for="an address that cannot be reached, simulated all the same", control=True)
def _unreachable(ctx: CaseContext) -> None:
    session = ctx.account.session()
    told = ctx.account.upload_urls(session, "https://nowhere.invalid/film.mp4?signature=abc#t=3")
    ctx.must("UPL-6", told.succeeded, "an address taken that nobody can reach", seen(told))
    listed = files_of(ctx, told)
    ctx.claim("UPL-6", listed[0].get("file_type") == "video", "a video, by the address", listed)
    figures = [listed[0].get(name) for name in ("duration", "width", "height", "fps")]
    known = all(is_number(one) and one > 0 for one in figures)
    ctx.claim("UPL-6", known, "figures as a video has them", listed)
