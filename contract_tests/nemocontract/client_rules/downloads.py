"""What an export leaves on the user's disk: a whole video under its name, or nothing (C-REN-2)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from nemocontract.client_rules.rule import RuleResult, rule
from nemocontract.client_rules.stream_outcome import lines
from nemocontract.client_run import ClientRun
from nemocontract.protocol.drafts import figure, mapping
from nemocontract.protocol.jobs import job_status
from nemocontract.recording import Exchange

_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_UNFINISHED: Final = re.compile(r"\.(?:part|partial|tmp|temp|download|crdownload|incomplete)$", re.IGNORECASE)
_FILM: Final = ".mp4"
_OK, _PARTIAL = 200, 206


def _downloads(run: ClientRun) -> list[Exchange]:
    return [*run.of("media", "render.download")]


def full_size(download: Exchange) -> int | None:
    """Return how many bytes the whole file has, as an answer tells it; None where it does not."""
    headers = download.answer_headers
    if headers.get("content-encoding", "identity") != "identity":
        return None  # the length is that of something else
    place = _RANGE.match(headers.get("content-range", ""))
    if download.status == _PARTIAL and place:
        return int(place[3])
    length = headers.get("content-length", "")
    return int(length) if download.status == _OK and length.isdecimal() else None


def reported_sizes(run: ClientRun) -> frozenset[int]:
    """Return the sizes of whole videos, as jobs (REN-7) and downloads tell them."""
    sizes = {full_size(one) for one in _downloads(run)}
    for poll in run.of("render.status", "render.submit"):
        if job_status(poll) == "completed":
            answer = poll.data or mapping(poll.answer)
            response = figure(mapping(answer.get("output")).get("size", answer.get("size")))
            sizes.add(None if response is None else int(response))
    return frozenset(size for size in sizes if size)


def arrived(download: Exchange) -> bool:
    """Tell whether a download brought the file to its last byte."""
    place = _RANGE.match(download.answer_headers.get("content-range", ""))
    if download.ending != "complete" or not download.succeeded or download.method != "GET":
        return False
    if download.status == _PARTIAL:
        return place is not None and int(place[2]) + 1 == int(place[3])
    return full_size(download) == download.answer_size


def _films(run: ClientRun) -> list[Path]:
    """Return the videos under home that the client may have made: not settings, not what was uploaded."""
    home = run.known.home
    if home is None:
        return []
    own = {name for said in run.said or () for name in said.files} | run.known.sample_files
    own |= {name for sent in run.of("upload") for name in sent.uploads}
    names = {Path(name).name for name in own}
    return [path for path in sorted(home.rglob("*")) if path.is_file() and not _is_other(path, home, names)]


def _is_other(path: Path, home: Path, names: set[str]) -> bool:
    return path.relative_to(home).parts[0] in (".config", ".cache", ".npm") or path.name in names


def _is_temporary(path: Path) -> bool:
    return path.name.startswith((".", "~")) or _UNFINISHED.search(path.name) is not None


@rule("C-REN-2", "downloads.no-partial-file", "Every video under its final name has the size of a whole one.")
def _no_half_film(run: ClientRun) -> Iterator[RuleResult]:
    sizes, downloads = reported_sizes(run), _downloads(run)
    videos = [path for path in _films(run) if path.suffix.lower() == _FILM and not _is_temporary(path)]
    if run.known.home is None or not downloads or not sizes:
        return
    halves = [
        f"{path.name}: {path.stat().st_size} bytes" for path in videos if path.stat().st_size not in sizes
    ]
    text = " or ".join(map(str, sorted(sizes)))
    for download in downloads:
        yield RuleResult(not halves, f"a video of {text} bytes, or none", "; ".join(halves), at=download)


@rule("C-REN-2", "downloads.video-saved", "A video that has arrived stands under some name.")
def _there(run: ClientRun) -> Iterator[RuleResult]:
    if run.known.home is None or not run.known.complete:
        return
    found = {path.stat().st_size for path in _films(run) if not _is_temporary(path)}
    for said in lines(run)[::-1]:
        last = [one for one in run.during(said) if one.operation in ("media", "render.download")][-1:]
        if last and not said.left:
            if arrived(last[0]) and (full_size(last[0]) in reported_sizes(run)):
                expected = f"a file of {full_size(last[0])} bytes"
                seen = ", ".join(map(str, sorted(found))) or "no file"
                yield RuleResult(full_size(last[0]) in found, expected, seen, at=last[0])
            return  # a later video may have taken the place of an earlier one


@rule("C-REN-2", "downloads.no-leftovers", "When all is over, no unfinished download is left lying about.")
def _no_leftovers(run: ClientRun) -> Iterator[RuleResult]:
    downloads = _downloads(run)
    if run.known.home is None or not run.known.complete or not downloads:
        return
    left = [path.name for path in _films(run) if _is_temporary(path) and _is_film(path)]
    yield RuleResult(not left, "no unfinished file", ", ".join(left), at=downloads[-1])


def _is_film(path: Path) -> bool:
    """Tell whether it begins as an MP4 does, or is plainly an unfinished download."""
    with path.open("rb") as file:
        return file.read(8)[4:] == b"ftyp" or _UNFINISHED.search(path.name) is not None
