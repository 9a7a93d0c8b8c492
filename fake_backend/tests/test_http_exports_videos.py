"""Films over a real socket: what they are, who may have them, the same every time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from nemofake import running
from nemofake.engine.timeline import Timeline
from nemofake.media import VideoReport, inspect_video

from .http_helpers import (
    DRAFT,
    Api,
    Json,
    failure,
    track,
    wire,
)

if TYPE_CHECKING:
    from nemofake.testing import WorldHandle


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with wire() as client:
        yield client


@pytest.fixture
def api(nemofake: WorldHandle, client: httpx.Client) -> Api:
    return Api(nemofake, client)


def inspected(data: bytes, folder: Path) -> VideoReport:
    """Probe a film's bytes with code that did not make them; every frame is decoded."""
    path = folder / "film.mp4"
    path.write_bytes(data)
    return inspect_video(path)


def exported(api: Api, draft: Json | None = None, render_id: str = "r1", **options: Any) -> Json:
    """Export a draft and return its output."""
    assert api.submit(render_id, draft, **options).status_code == 200
    output: Json = api.finished(render_id)["output"]
    return output


def one(duration_ms: float, **more: Any) -> Json:
    """Return a draft of one clip."""
    return {"t": [track(0, "Video", {"s": 0, "d": duration_ms, "m": {"name": "clip"}})], **more}


# -- what a film is -----------------------------------------------------------------------------------------


@pytest.mark.clause("REN-7", "REN-8", "REN-9")
@pytest.mark.parametrize(
    ("draft", "ms"),
    [
        (DRAFT, 2000),
        (one(40), 40),
        (one(7323, d=7323), 7323),
        (one(1000, d=2500), 2500),  # its own `d` is the draft's duration
        (one(600_000), 600_000),
    ],
)
def test_video_is_h264_mp4_with_the_drafts_duration(api: Api, tmp_path: Path, draft: Json, ms: int) -> None:
    output = exported(api, draft)
    answer = api.client.get(output["url"])
    assert answer.headers["content-type"] == "video/mp4"
    film = inspected(answer.content, tmp_path)
    assert (film.codec, film.container) == ("h264", "mp4")
    assert film.duration_ms == pytest.approx(ms, abs=40)
    assert output["duration"] == ms / 1000
    assert output["size"] == film.size == int(answer.headers["content-length"])
    assert (film.width, film.height) == (1080, 1920)
    assert film.frames > 0


@pytest.mark.clause("REN-8")
@pytest.mark.parametrize(
    ("canvas", "size"),
    [
        ((1080, 1920), (1080, 1920)),
        ((1920, 1080), (1920, 1080)),
        ((3840, 2160), (1920, 1080)),
        ((2160, 3840), (1080, 1920)),
        ((720, 1280), (720, 1280)),
        ((1080, 1080), (1080, 1080)),
        ((7680, 1), (1920, 16)),
    ],
)
def test_video_of_any_canvas_is_scaled_into_the_turned_box(
    api: Api, tmp_path: Path, canvas: tuple[int, int], size: tuple[int, int]
) -> None:
    session = api.session_id
    api.world.call(
        lambda world: setattr(world.backend.data.sessions[session], "timeline", Timeline(canvas=canvas))
    )
    film = inspected(api.client.get(exported(api)["url"]).content, tmp_path)
    assert (film.width, film.height) == size


@pytest.mark.clause("REN-8", "REN-1")
def test_video_requested_in_4k_has_the_maximum_size(api: Api, tmp_path: Path) -> None:
    wish = {"format": "mp4", "quality": "4k", "width": 3840, "height": 2160, "resolution": "2160p"}
    output = exported(api, extra={"output": wish})
    film = inspected(api.client.get(output["url"]).content, tmp_path)
    assert (film.width, film.height) == (1080, 1920)


@pytest.mark.clause("SSE-8", "REN-9", "STA-1")
def test_generated_clip_is_a_playable_video(api: Api, tmp_path: Path) -> None:
    api.say("generate a 5 second clip of the sea")
    (clip,) = api.state()["generated_media"]
    film = inspected(api.client.get(clip["url"]).content, tmp_path)
    assert film.codec == "h264"
    assert (film.width, film.height) == (clip["width"], clip["height"])
    assert film.duration_ms == pytest.approx(clip["duration"] * 1000, abs=40) == pytest.approx(5000, abs=40)


@pytest.mark.clause("REN-8")
@pytest.mark.nemofake(parameters={"render_box_turns": False})
def test_export_landscape_with_box_that_does_not_turn_is_scaled_to_its_width(
    api: Api, tmp_path: Path
) -> None:
    session = api.session_id
    landscape = Timeline(canvas=(1920, 1080))
    api.world.call(lambda world: setattr(world.backend.data.sessions[session], "timeline", landscape))
    video = inspected(api.client.get(exported(api)["url"]).content, tmp_path)
    assert (video.width, video.height) == (1080, 608)


# -- who may have it ----------------------------------------------------------------------------------------


@pytest.mark.clause("REN-9", "AUTH-6", "REN-10")
def test_video_url_needs_no_token_and_download_does(api: Api, client: httpx.Client) -> None:
    path = "/api/render/proxy/r1/download"
    api.submit()
    failure(api.call("GET", path), 409, "pending")
    output = api.finished()["output"]
    film = api.call("GET", path)
    assert (film.status_code, film.headers["content-type"]) == (200, "video/mp4")
    assert api.client.get(output["url"]).content == film.content
    failure(api.client.get(api.world.url + path), 1001)
    failure(Api(api.world, client, "other").call("GET", path), 404)
    api.world.expire_token(api.token)
    failure(api.call("GET", path), 1001)
    assert api.client.get(output["url"]).content == film.content


@pytest.mark.clause("REN-9", "REN-12")
@pytest.mark.nemofake(clock="manual")
def test_video_exists_only_for_completed_jobs(api: Api) -> None:
    def url(render_id: str) -> str:
        jobs = api.world.call(
            lambda world: {key[1]: job.path for key, job in world.backend.data.renders.items()}
        )
        return api.world.url + jobs[render_id]

    api.submit("r1")
    api.submit("cancelled")
    api.call("POST", "/api/render/proxy/lambda/cancelled/cancel")
    failure(api.client.get(url("r1")), 404)
    api.world.clock.advance(90)
    assert api.client.get(url("r1")).status_code == 200
    failure(api.client.get(url("cancelled")), 404)


# -- the same every time ------------------------------------------------------------------------------------


def history(api: Api) -> list[tuple[int, list[tuple[str, str]], bytes]]:
    """Return the bytes of one history, films included, with the server's address taken out."""
    answers = [api.ask_token()]
    api.token = answers[0].json()["data"]["token"]
    answers += [api.make_session(), api.submit(), *(api.job() for _ in range(4)), api.submit("r2", one(500))]
    answers += [api.job("r2") for _ in range(4)]
    for render_id in ("r1", "r2"):
        answers.append(api.client.get(api.job(render_id).json()["output"]["url"]))
        answers.append(api.call("GET", f"/api/render/proxy/{render_id}/download"))
    here = api.world.url.encode()
    return [(a.status_code, sorted(a.headers.items()), a.content.replace(here, b"")) for a in answers]


@pytest.mark.clause("REN-8", "REN-9", "REN-6")
def test_video_bytes_are_the_same_after_restart(client: httpx.Client) -> None:
    items = []
    for _ in range(2):
        with running(seed=7) as fake:  # each with films of its own
            items.append(history(Api(fake.world("replay"), client)))
    for first, second in zip(*items, strict=True):
        assert first == second


@pytest.mark.clause("REN-9")
def test_video_at_the_same_url_after_reset_has_another_etag(api: Api) -> None:
    def made(draft: Json) -> tuple[str, str]:
        url = exported(Api(api.world, api.client), draft)["url"]
        return url, api.client.head(url).headers["etag"]

    first = made(one(500))
    api.world.reset()
    second = made(one(700))
    assert first[0] == second[0]
    assert first[1] != second[1]
    api.world.reset()
    assert made(one(500)) == first


@pytest.mark.clause("REN-9", "REN-8")
def test_evicted_videos_are_rendered_again_under_load(client: httpx.Client) -> None:
    with running(max_videos=1) as fake:
        api = Api(fake, client)
        urls = [exported(api, one(ms), f"r{ms}")["url"] for ms in (300, 600)]
        films = {url: client.get(url).content for url in urls}
        assert len(set(films.values())) == 2
        wrong: list[str] = []

        def fetch(url: str) -> None:
            with wire() as own:
                for _ in range(6):
                    answer = own.get(url)
                    if (answer.status_code, answer.content) != (200, films[url]):
                        wrong.append(f"{answer.status_code} {len(answer.content)}")

        crowd = [threading.Thread(target=fetch, args=(url,)) for url in urls * 2]
        for thread in crowd:
            thread.start()
        for thread in crowd:
            thread.join()
        assert wrong == []
