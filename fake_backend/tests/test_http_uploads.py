"""Uploads of real files over a real socket: measured, served, refused, all or none."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from nemofake.media import MediaInfo, make_sample

from .http_helpers import (
    Api,
    disk,
    failure,
    success,
    wire,
)
from .upload_helpers import FPS, HEIGHT, PICTURES, SOUNDS, VIDEOS, WIDTH, Files, film, picture, song

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


@pytest.fixture(scope="module")
def files() -> Files:
    """Return a real file of every format."""
    made = {extension: film(extension) for extension in VIDEOS}
    made |= {extension: song(extension) for extension in SOUNDS}
    return made | {extension: picture(extension) for extension in PICTURES}


# -- what a file is -----------------------------------------------------------------------------------------


@pytest.mark.clause("UPL-1", "UPL-2", "UPL-3", "REN-9")
@pytest.mark.parametrize("extension", [*VIDEOS, *SOUNDS, *PICTURES])
def test_uploaded_file_is_measured_and_served(api: Api, files: Files, extension: str) -> None:
    data, name = files[extension], f"my clip.{extension.upper()}"
    answer = success(api.upload((name, data)))
    assert answer["session_state_applied"] is True
    (result,) = answer["files"]
    kind = "video" if extension in VIDEOS else "audio" if extension in SOUNDS else "image"
    assert result["filename"] == name
    assert result["file_type"] == kind
    assert result["duration"] == (0 if kind == "image" else pytest.approx(1, abs=0.12))
    assert (result["width"], result["height"]) == ((0, 0) if kind == "audio" else (WIDTH, HEIGHT))
    assert result["fps"] == (FPS if kind == "video" else 0)
    assert (result["hash"], result["size"]) == (hashlib.sha256(data).hexdigest(), len(data))
    assert api.state()["video_infos"] == [result]
    served = api.client.get(result["cdn_url"])
    types = {**{e: t for e, (*_, t) in (VIDEOS | SOUNDS).items()}, **PICTURES}
    assert (served.status_code, served.headers["content-type"], served.content) == (
        200,
        types[extension],
        data,
    )


@pytest.mark.clause("UPL-2", "STA-1")
def test_uploaded_files_are_in_the_state_in_order(api: Api, files: Files) -> None:
    first = success(api.upload(("a.mp4", files["mp4"]), ("b.png", files["png"])))["files"]
    second = success(api.upload(("a.mp4", files["mp4"])))["files"]
    state = api.state()
    assert state["video_infos"] == first + second
    ids = [info["media_id"] for info in state["video_infos"]]
    assert len(set(ids)) == 3
    assert [seen["media_id"] for seen in state["video_analyses"]] == ids
    assert [seen["has_audio"] for seen in state["video_analyses"]] == [True, False, True]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, MediaInfo]:
    """Return a clip of ten seconds and what is true of it."""
    path = tmp_path_factory.mktemp("sample") / "sample.mp4"
    facts = make_sample(path)
    return path.read_bytes(), facts


@pytest.mark.clause("STA-1", "UPL-2")
def test_cut_silences_uses_the_analyses(api: Api, sample: tuple[bytes, MediaInfo]) -> None:
    data, facts = sample
    success(api.upload(("sample.mp4", data)))
    (seen,) = api.state()["video_analyses"]
    silences = [(span["start"], span["end"]) for span in seen["silences"]]
    assert silences == [pytest.approx(span, abs=25) for span in facts.silences]
    assert api.say("cut silences").status_code == 200
    draft = api.state()["draft"]
    kept = [(s["m"]["in"], s["m"]["out"]) for s in draft["t"][0]["sg"]]
    edges = [0, *(ms for span in silences for ms in span), 10_000]
    assert kept == list(zip(edges[::2], edges[1::2], strict=True))
    assert draft["d"] == 10_000 - sum(end - start for start, end in silences)


# -- what is refused ----------------------------------------------------------------------------------------


def impostors(files: Files) -> dict[str, bytes]:
    """Return files that are not what their names claim."""
    return {
        "notes.txt": b"just text",
        "page.html": b"<html>",
        "photo.jpeg": files["jpg"],
        "no-ending": files["mp4"],
        "ending.": files["mp4"],
        ".mp4": b"",
        "mp4": files["mp4"],
        "clip.mp4.exe": files["mp4"],
        "x" * 252 + ".mp4": files["mp4"],
        "text.mp4": b"this claims to be a film" * 50,
        "empty.mp4": b"",
        "picture.mp4": files["png"],
        "film.png": files["mp4"],
        "song.mp4": files["wav"],
        "head.mp4": files["mp4"][:40],
        "zeros.mp3": b"\0" * 5000,
        "sync-word.mp3": b"\xff\xfb" + b"\0" * 5000,
        "cut.webm": files["webm"][:60],
        "cut.png": files["png"][:20],
        "cut.gif": files["gif"][:8],
        "box.mp4": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + b"\xff" * 4000,
    }


@pytest.mark.clause("UPL-3", "ENV-4")
def test_file_of_another_kind_is_4001_and_adds_nothing(api: Api, files: Files) -> None:
    before = api.credits(), api.state(), api.everything(), disk(api)
    for name, data in impostors(files).items():
        answer = api.upload((name, data))
        assert answer.status_code == 200
        failure(answer, 4001, name[:40])
    assert (api.credits(), api.state(), api.everything(), disk(api)) == before


@pytest.mark.clause("UPL-3")
def test_unsupported_format_error_names_supported_formats(api: Api) -> None:
    failure(api.upload(("notes.txt", b"text")), 4001, *VIDEOS, *SOUNDS, *PICTURES)


@pytest.mark.clause("UPL-5")
@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize(
    ("name", "data", "code"),
    [("a.txt", b"x", 4001), ("a.mp4", b"x", 4001), ("big.wav", b"R" * 300_000, 4002)],
)
@pytest.mark.nemofake(parameters={"max_upload_bytes": 200_000})
def test_one_invalid_file_rejects_the_whole_upload(
    api: Api, files: Files, place: int, name: str, data: bytes, code: int
) -> None:
    kept = success(api.upload(("kept.png", files["png"])))["files"]
    before = api.everything(), disk(api)
    several = [("1.png", files["png"]), ("2.mp3", files["mp3"])]
    several.insert(place, (name, data))
    failure(api.upload(*several), code, name)
    assert (api.everything(), disk(api)) == before
    assert api.state()["video_infos"] == kept


@pytest.mark.clause("UPL-5", "ENV-4")
def test_upload_of_20_files_passes_and_21_is_rejected(api: Api, files: Files) -> None:
    many = [(f"{number}.png", files["png"]) for number in range(21)]
    failure(api.upload(*many), 400, "files")
    assert api.state()["video_infos"] == []
    assert len(success(api.upload(*many[:20]))["files"]) == 20


@pytest.mark.clause("UPL-4")
def test_upload_limit_is_500_mib(api: Api) -> None:
    assert api.world.call(lambda world: world.settings.parameters.max_upload_bytes) == 524_288_000


@pytest.mark.clause("UPL-4")
@pytest.mark.parametrize("more", [-1, 0, 1])
def test_file_at_the_limit_passes_and_one_byte_more_is_rejected(
    nemofake_server: Any, client: httpx.Client, files: Files, more: int
) -> None:
    limit = len(files["mp4"])
    world = nemofake_server.world(f"limit{more}", parameters={"max_upload_bytes": limit - more})
    answer = Api(world, client).upload(("a.mp4", files["mp4"]))
    world.delete()
    if more > 0:
        failure(answer, 4002, "a.mp4")
    else:
        assert success(answer)
