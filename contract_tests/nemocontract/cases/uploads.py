"""Uploads: how files come, what is measured in them, which are taken (UPL-1 to UPL-3, UPL-6)."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from nemocontract.cases.endpoints import CLIP
from nemocontract.cases.media import KINDS, Sample, pixels, sample
from nemocontract.cases.outcomes import accepted, refused, seen
from nemocontract.cases.shapes import is_hex, is_number, is_text, lacking
from nemocontract.probing.case import Bench, case
from nemocontract.probing.guest import Guest
from nemocontract.traffic import Exchange

FIELDS: Final = ("filename", "file_type", "cdn_url", "duration", "width", "height", "fps", "hash")
_STRANGE: Final = ("txt", "pdf", "flac", "ogg", "exe", "heic", "mp", "mp44", "zip", "json", "svg", "tiff")
_SLACK_S: Final = 0.15  # codecs pad sound to whole frames


def files_of(bench: Bench, told: Exchange) -> list[dict[str, Any]]:
    """Claim that an answer tells of files, each with all its fields (UPL-2), and return them."""
    accepted(bench, told, "UPL-1", "an upload")
    files = told.data.get("files")
    whole = isinstance(files, list) and bool(files) and all(isinstance(one, dict) for one in files)
    bench.must("UPL-2", whole, "data.files, a list of objects", told.data)
    bench.claim("UPL-2", told.data.get("session_state_applied") is True, "session_state_applied", told.data)
    listed: list[dict[str, Any]] = files if isinstance(files, list) else []
    for one in listed:
        bench.claim("UPL-2", not lacking(one, FIELDS), f"fields {', '.join(FIELDS)}", one)
        bench.claim(
            "UPL-2", one.get("file_type") in {*KINDS.values()}, "file_type video, image or audio", one
        )
        address = str(one.get("cdn_url", ""))
        bench.claim("UPL-2", address.startswith(("http://", "https://")), "cdn_url, an address", address)
        bench.claim("UPL-2", is_text(one.get("hash")), "hash, a text", one)
    return listed


def infos(bench: Bench, session: str, guest: Guest | None = None) -> str:
    """Return a session's video_infos as text."""
    told = accepted(bench, (guest or bench.guest).state(session), "UPL-2", "the session's state")
    state = told.data.get("state")
    return json.dumps(state.get("video_infos") if isinstance(state, dict) else None, ensure_ascii=False)


def appear(bench: Bench, session: str, names: Sequence[str], *, not_: Sequence[str] = ()) -> None:
    """Claim which files are in the state (UPL-2), and which are not (UPL-5)."""
    held = infos(bench, session)
    for name in names:
        bench.claim("UPL-2", name in held, f"{name} in video_infos", held)
    for name in not_:
        bench.claim("UPL-5", name not in held, f"no {name} in video_infos", held)


def measured(bench: Bench, told: dict[str, Any], file: Sample) -> None:
    """Claim that what was answered is what the file's own headers say (UPL-2)."""
    bench.claim("UPL-2", told.get("filename") == file.filename, f"filename {file.filename}", told)
    bench.claim("UPL-2", told.get("file_type") == file.kind, f"{file.filename} is {file.kind}", told)
    bench.claim("UPL-2", is_hex(told.get("hash")), "a hash in hexadecimal digits", told)
    for name, due, slack in (
        ("duration", file.seconds, _SLACK_S),
        ("width", file.width, 0),
        ("height", file.height, 0),
        ("fps", file.fps, 0.05),
    ):
        value = told.get(name)
        if due is None:  # a picture has no length and a song no height: nothing, or none
            idle = not value or (name in ("duration", "fps") and file.kind == "image")
            bench.claim("UPL-2", idle, f"no {name} for {file.filename}", told)
        else:
            near = is_number(value) and abs(value - due) <= slack
            bench.claim("UPL-2", near, f"{name} {due} of {file.filename}", told)


# -- any server ------------------------------------------------------------------------------------


@case("UPL-1", "UPL-2", looks_for="a real picture by multipart, measured, and there in the state")
def _a_picture(bench: Bench) -> None:
    session, file = bench.guest.session(), pixels()
    told = files_of(bench, bench.guest.upload(session, file.part))
    measured(bench, told[0], file)
    appear(bench, session, [file.filename])


@case("UPL-1", looks_for="a file by its address: taken as it should be, or refused in order")
def _by_address(bench: Bench) -> None:
    session = bench.guest.session()
    told = bench.guest.upload_urls(session, CLIP)
    if not told.succeeded:  # who really fetches finds nothing at that address
        refused(bench, told, "UPL-1", told.code or 0, "an address where there is nothing")
        return
    listed = files_of(bench, told)
    bench.claim("UPL-1", len(listed) == 1, "one file for one address", listed)
    appear(bench, session, ["walk_12s.mp4"])


@case(
    "UPL-3", "ENV-2", "ENV-3", looks_for="4001 for a file that is none of the formats, and nothing kept of it"
)
def _unsupported(bench: Bench) -> None:
    session = bench.guest.session()
    before = infos(bench, session)
    for name in ("notes.txt", "noending"):
        refused(bench, bench.guest.upload(session, (name, b"some text")), "UPL-3", 4001, f"{name}")
    bench.claim("UPL-3", infos(bench, session) == before, "nothing of it in the state", before)


@case("UPL-5", looks_for="a good file refused together with a bad one")
def _together(bench: Bench) -> None:
    session, file = bench.guest.session(), pixels()
    told = bench.guest.upload(session, file.part, ("notes.txt", b"some text"))
    refused(bench, told, "UPL-5", 4001, "one of two files is unsupported")
    appear(bench, session, [], not_=[file.filename, "notes.txt"])


# -- formats and figures ---------------------------------------------------------------------------


@case("UPL-3", "UPL-2", looks_for="each of the thirteen formats, measured by its own headers", control=True)
def _formats(bench: Bench) -> None:
    session = bench.guest.session()
    for ending in KINDS:
        told = bench.guest.upload(session, sample(ending).part)
        if bench.claim("UPL-3", told.succeeded, f"a real {ending} is taken", seen(told)):
            measured(bench, files_of(bench, told)[0], sample(ending))
    appear(bench, session, [sample(ending).filename for ending in KINDS])


@case("UPL-2", looks_for="the address of an uploaded file, where its bytes are", control=True)
def _addresses(bench: Bench) -> None:
    session, file = bench.guest.session(), pixels()
    told = files_of(bench, bench.guest.upload(session, file.part))
    fetched = bench.probe.send("GET", str(told[0].get("cdn_url")))
    whole = fetched.succeeded and bench.probe.raw == file.data
    bench.claim(
        "UPL-2", whole, "the file's bytes at its cdn_url", f"{fetched.status}, {len(bench.probe.raw)} bytes"
    )


@case("UPL-3", looks_for="4001 for whatever else, by file and by address", control=True)
def _strangers(bench: Bench) -> None:
    session = bench.guest.session()
    before = infos(bench, session)
    for ending in _STRANGE:
        told = bench.guest.upload(session, (f"file.{ending}", b"some bytes"))
        refused(bench, told, "UPL-3", 4001, f"a file.{ending}")
        told = bench.guest.upload_urls(session, f"https://example.com/file.{ending}")
        refused(bench, told, "UPL-3", 4001, f"an address of a file.{ending}")
    bench.claim("UPL-3", infos(bench, session) == before, "nothing of them in the state", before)


@case("UPL-3", looks_for="a file whose name lies: 4001, or taken for what it is; no 500", control=True)
def _lies(bench: Bench) -> None:
    session = bench.guest.session()
    for name, data in (
        ("text.mp4", b"this is a text"),
        ("empty.mp4", b""),
        ("half.mp4", sample("mp4").data[: len(sample("mp4").data) // 2]),
        ("picture.mp3", sample("png").data),
        ("song.png", sample("wav").data),
    ):
        told = bench.guest.upload(session, (name, data))
        if told.succeeded:
            files_of(bench, told)
        else:
            refused(bench, told, "UPL-3", 400 if told.code == 400 and not data else 4001, f"a lying {name}")


@case("UPL-2", looks_for="a hash of the bytes: the same for the same, another for others", control=True)
def _hashes(bench: Bench) -> None:
    session = bench.guest.session()
    named = [("a.png", sample("png").data), ("b.png", sample("png").data), ("c.gif", sample("gif").data)]
    hashes = [one.get("hash") for one in files_of(bench, bench.guest.upload(session, *named))]
    bench.must("UPL-2", len(hashes) == 3, "three hashes for three files", hashes)
    bench.claim("UPL-2", hashes[0] == hashes[1], "one hash for the same bytes under two names", hashes)
    bench.claim("UPL-2", hashes[0] != hashes[2], "another hash for other bytes", hashes)


@case(
    "UPL-1",
    "UPL-2",
    looks_for="names in other scripts and with spaces, told and kept as they are",
    control=True,
)
def _names(bench: Bench) -> None:
    session = bench.guest.session()
    names = ["my holiday.png", "фильм.png", "视频 1.png", "a+b&c%20.png"]
    for name in names:
        told = files_of(bench, bench.guest.upload(session, (name, sample("png").data)))
        bench.claim("UPL-2", told[0].get("filename") == name, f"filename {name}", told)
    appear(bench, session, names)


@case("UPL-2", looks_for="a file in its own session and no other", control=True)
def _its_own_session(bench: Bench) -> None:
    one, two = bench.guest.session(), bench.guest.session()
    empty = infos(bench, two)
    files_of(bench, bench.guest.upload(one, sample("png").part))
    bench.claim("UPL-2", infos(bench, two) == empty, "nothing in another session of the same user", empty)


# -- by address ------------------------------------------------------------------------------------


@case("UPL-6", "UPL-1", "UPL-2", looks_for="files by address without anybody fetching them", control=True)
def _nobody_fetches(bench: Bench) -> None:
    session = bench.guest.session()
    with _listening() as (port, calls):
        here = f"http://127.0.0.1:{port}"
        told = bench.guest.upload_urls(session, f"{here}/one.mp4", f"{here}/two.png")
        bench.claim("UPL-6", not calls, "no connection to the address", f"{len(calls)} connections")
    bench.must("UPL-6", told.succeeded, "addresses taken that need not be fetched", seen(told))
    listed = files_of(bench, told)
    bench.claim("UPL-1", len(listed) == 2, "as many files as addresses", listed)
    bench.claim("UPL-6", [one.get("filename") for one in listed] == ["one.mp4", "two.png"], "both", listed)
    bench.claim("UPL-2", [one.get("file_type") for one in listed] == ["video", "image"], "kinds", listed)
    appear(bench, session, ["one.mp4", "two.png"])


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
def _unreachable(bench: Bench) -> None:
    session = bench.guest.session()
    told = bench.guest.upload_urls(session, "https://nowhere.invalid/film.mp4?signature=abc#t=3")
    bench.must("UPL-6", told.succeeded, "an address taken that nobody can reach", seen(told))
    listed = files_of(bench, told)
    bench.claim("UPL-6", listed[0].get("file_type") == "video", "a video, by the address", listed)
    figures = [listed[0].get(name) for name in ("duration", "width", "height", "fps")]
    known = all(is_number(one) and one > 0 for one in figures)
    bench.claim("UPL-6", known, "figures as a video has them", listed)
