"""Files in and out: uploads checked first, exports whole or not at all."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from nemoclient import errors
from nemoclient.constants import MAX_UPLOAD_BYTES, MEDIA_TYPES


def film(path: Path) -> Path:
    return path / "film.mp4"


def leftovers(path: Path) -> list[str]:
    return [file.name for file in path.iterdir() if file.name not in ("home", "film.mp4")]


@pytest.mark.clause("UPL-1", "UPL-2")
def test_several_files_go_in_one_multipart_request(side: Any, service: Any, tmp_path: Path) -> None:
    names = ["a.mp4", "b 你好.PNG", "c.mp3"]
    for name in names:
        (tmp_path / name).write_bytes(name.encode() * 50_000)
    told: list[tuple[int, int]] = []
    uploaded = side.call("upload", *(tmp_path / n for n in names), progress=lambda *at: told.append(at))
    (request,) = service.sent("/upload-video")
    body = request.content
    assert request.url.path == "/api/upload-video/nemo_agent/me/1234567890123456789"
    assert request.headers["content-length"] == str(len(body))
    for name, media_type in zip(names, ["video/mp4", "image/png", "audio/mpeg"], strict=True):
        head = f'name="files"; filename="{name}"\r\nContent-Type: {media_type}\r\n\r\n'.encode()
        assert head + name.encode() * 50_000 + b"\r\n--" in body
    total = sum((tmp_path / n).stat().st_size for n in names)
    assert told[-1] == (total, total)
    assert [sent for sent, _ in told] == sorted(sent for sent, _ in told)
    assert (uploaded.applied, uploaded.files[0].fps, uploaded.files[0].width) == (True, 29.97, 1920)
    assert side.texts()[-1] == "Uploaded: clip.mp4"


@pytest.mark.clause("UPL-1", "UPL-6")
def test_addresses_go_as_json(side: Any, service: Any) -> None:
    side.call("upload", "https://x.test/a.mp4", "http://x.test/stream")
    (request,) = service.sent("/upload-video")
    assert json.loads(request.content) == {
        "urls": ["https://x.test/a.mp4", "http://x.test/stream"],
        "source_type": "url",
    }


@pytest.mark.clause("UPL-3", "UPL-4")
def test_what_will_not_be_taken_is_not_sent(side: Any, service: Any, tmp_path: Path) -> None:
    good = tmp_path / "a.mp4"
    good.write_bytes(b"x")
    (tmp_path / "b.txt").write_bytes(b"x")
    (tmp_path / "noending").write_bytes(b"x")
    with (tmp_path / "big.mp4").open("wb") as big:
        big.truncate(MAX_UPLOAD_BYTES + 1)
    refused: list[tuple[Any, type[Exception]]] = [
        ((good, tmp_path / "b.txt"), errors.UnsupportedFile),
        ((tmp_path / "noending",), errors.UnsupportedFile),
        (("https://x.test/a.txt?x=.mp4",), errors.UnsupportedFile),
        ((tmp_path / "big.mp4",), errors.FileTooLarge),
        ((tmp_path / "missing.mp4",), errors.LocalFileError),
        ((good, "https://x.test/a.mp4"), ValueError),
        ((), ValueError),
    ]
    for sources, kind in refused:
        with pytest.raises(kind):
            side.call("upload", *sources)
    assert service.requests == []


@pytest.mark.clause("UPL-3")
def test_the_formats_are_those_of_the_protocol() -> None:
    assert " ".join(MEDIA_TYPES) == "mp4 mov avi webm mkv jpg png gif webp mp3 wav m4a aac"
    assert MAX_UPLOAD_BYTES == 524_288_000
    assert errors.UnsupportedFile.formats == tuple(MEDIA_TYPES)


@pytest.mark.clause("UPL-4")
def test_a_file_of_the_very_limit_passes_the_check(side: Any, service: Any, tmp_path: Path) -> None:
    class Stop(Exception):  # noqa: N818
        pass

    def stop(sent: int, total: int) -> None:
        raise Stop

    with (tmp_path / "big.mp4").open("wb") as big:
        big.truncate(MAX_UPLOAD_BYTES)
    with pytest.raises(Stop):
        side.call("upload", tmp_path / "big.mp4", progress=stop)


def test_an_upload_is_made_again_for_a_new_session(side: Any, service: Any, kit: Any, tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"x" * 100)
    service.first("POST /upload-video", kit.refusal(1001), kit.refusal(1002))
    side.call("upload", clip)
    requests = service.sent("/upload-video")
    assert len(requests) == 3
    assert all(b"x" * 100 in request.content for request in requests)


def test_an_upload_that_breaks_is_not_repeated(side: Any, service: Any, tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"x" * 100)
    service.first("POST /upload-video", httpx.WriteError("gone"))
    with pytest.raises(errors.ServiceUnavailable):
        side.call("upload", clip)
    assert len(service.sent("/upload-video")) == 1


def test_a_file_that_vanishes_on_the_way_is_named(side: Any, service: Any, tmp_path: Path) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"x")
    service.first("POST /tasks", lambda _: clip.unlink())
    with pytest.raises(errors.LocalFileError, match=r"a\.mp4"):
        side.call("upload", clip)


def test_an_answer_that_tells_little_is_read_all_the_same(
    side: Any, service: Any, kit: Any, tmp_path: Path
) -> None:
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"x")
    service.first("POST /upload-video", kit.ok({"files": [{"filename": "a", "width": True}, 7]}))
    uploaded = side.call("upload", str(clip))
    assert len(uploaded.files) == 1
    assert (uploaded.applied, uploaded.files[0].width, uploaded.files[0].duration_s) == (False, None, None)


@pytest.fixture
def ready(service: Any, kit: Any) -> Any:
    service.draft = kit.CANONICAL
    return service


@pytest.mark.clause("C-REN-1", "STA-3")
@pytest.mark.parametrize("draft", [{}, {"t": []}, {"t": [{"tt": 0, "sg": []}]}, {"t": [{}]}])
def test_a_draft_that_is_not_ready_is_not_submitted(
    side: Any, service: Any, draft: Any, tmp_path: Path
) -> None:
    service.draft = draft
    with pytest.raises(errors.NothingToExport):
        side.call("export", film(tmp_path))
    assert service.sent("/render") == []


@pytest.mark.clause("REN-1", "C-REN-1")
def test_an_export_is_submitted_as_the_protocol_writes_it(
    side: Any, ready: Any, kit: Any, tmp_path: Path
) -> None:
    exported = side.call("export", film(tmp_path), quality="low")
    body = json.loads(ready.sent("/render/proxy/lambda", "POST")[0].content)
    assert body.pop("id") == exported.render_id == "render_1800000000000"
    assert body == {
        "sessionId": "1234567890123456789",
        "draft": kit.CANONICAL,
        "output": {"format": "mp4", "quality": "low"},
    }
    assert film(tmp_path).read_bytes() == ready.film
    assert (exported.size_bytes, exported.duration_s) == (len(ready.film), 10.0)


@pytest.mark.clause("C-REN-1", "REN-6", "REN-7")
def test_both_shapes_are_polled_to_the_end_with_progress(
    side: Any, ready: Any, clock: Any, tmp_path: Path
) -> None:
    url = "http://films.test/film.mp4"
    answers = [
        {"id": "r", "status": "pending", "progress": 0},
        {"success": True, "data": {"id": "r", "status": "processing", "progress": 1}},
        {"id": "r", "status": "processing", "progress": 0.5},
        {"id": "r", "status": "processing", "progress": 40.5},
        {"id": "r", "status": "processing", "progress": 40},
        {"success": True, "data": {"id": "r", "status": "completed", "progress": 100, "outputUrl": url}},
    ]
    ready.first("GET /render", *[httpx.Response(200, json=answer) for answer in answers])
    side.call("export", film(tmp_path))
    assert clock.sleeps == [30.0] * 6
    shares = [n.share for n in side.notices if n.text == "Exporting..." and n.share is not None]
    assert shares == [0.0, 0.0, 0.01, 0.5, 0.5, 0.5]


@pytest.mark.clause("C-REN-1")
def test_ten_polls_are_the_most(side: Any, ready: Any, clock: Any, tmp_path: Path) -> None:
    ready.first("GET /render", *[lambda _: httpx.Response(200, json={"status": "processing"})] * 99)
    with pytest.raises(errors.RenderTimeout):
        side.call("export", film(tmp_path))
    assert len(ready.sent("/render", "GET")) == 10
    assert leftovers(tmp_path) == []


@pytest.mark.clause("C-REN-1")
@pytest.mark.parametrize("status", ["failed", "cancelled", "FAILED"])
def test_a_failed_export_gets_one_new_id_and_one_retry(
    side: Any, ready: Any, tmp_path: Path, status: str
) -> None:
    ready.first("GET /render", httpx.Response(200, json={"status": status}))
    side.call("export", film(tmp_path))
    ids = [json.loads(r.content)["id"] for r in ready.sent("/render", "POST")]
    assert len(set(ids)) == len(ids) == 2
    ready.first("GET /render", *[httpx.Response(200, json={"success": False})] * 2)
    with pytest.raises(errors.RenderFailed) as caught:
        side.call("export", film(tmp_path))
    assert type(caught.value) is errors.RenderFailed
    assert len(ready.sent("/render", "POST")) == 4


@pytest.mark.clause("REN-4")
def test_a_used_id_is_replaced_once(side: Any, ready: Any, kit: Any, tmp_path: Path) -> None:
    ready.first("POST /render", kit.refusal(409, 409))
    side.call("export", film(tmp_path))
    ids = [json.loads(r.content)["id"] for r in ready.sent("/render", "POST")]
    assert ids == ["render_1800000000000", "render_1800000000001"]
    ready.first("POST /render", *[kit.refusal(409, 409)] * 9)
    with pytest.raises(errors.RequestRejected):
        side.call("export", film(tmp_path))
    assert len(ready.sent("/render", "POST")) == 4


@pytest.mark.clause("REN-10", "C-AUTH-2")
def test_an_orphaned_job_is_made_anew_with_the_new_token(
    side: Any, ready: Any, kit: Any, tmp_path: Path
) -> None:
    ready.first("GET /render", kit.refusal(1001), kit.refusal(404, 404))
    ready.first("POST /render", None, kit.refusal(1002))
    side.call("export", film(tmp_path))
    assert (ready.tokens, ready.sessions) == (2, 2)
    assert film(tmp_path).read_bytes() == ready.film


def test_a_poll_that_does_not_get_through_is_no_end(side: Any, ready: Any, tmp_path: Path) -> None:
    ready.first("GET /render", *[httpx.ConnectError("down")] * 4)
    side.call("export", film(tmp_path))
    ready.first("GET /render", *[httpx.ConnectError("down")] * 99)
    with pytest.raises(errors.ServiceUnavailable):
        side.call("export", film(tmp_path))


@pytest.mark.clause("REN-9", "C-SEC-1")
def test_the_token_does_not_go_to_the_host_of_the_film(
    side: Any, ready: Any, kit: Any, tmp_path: Path
) -> None:
    side.call("export", film(tmp_path))
    for host in ("service.test.evil.test", "service.tes", "service.test@evil.test"):
        answer = httpx.Response(200, json=kit.finished("r", url=f"http://{host}/film.mp4"))
        ready.first("GET /render", answer)
        side.call("export", film(tmp_path))
    requests = [r for r in ready.requests if r.url.path == "/film.mp4"]
    assert len(requests) == 4
    for request in requests:
        assert "Bearer" not in request.headers.get("authorization", "")
        assert "x-skill-source" not in request.headers


@pytest.mark.clause("REN-9", "C-ATT-1")
def test_a_film_on_the_service_itself_is_asked_for_like_anything_else(
    side: Any, ready: Any, kit: Any, tmp_path: Path
) -> None:
    for url in (f"{kit.BASE}/files/film.mp4", "/files/film.mp4"):
        ready.first("GET /render", httpx.Response(200, json=kit.finished("r", url=url)))
        side.call("export", film(tmp_path))
    assert len(ready.sent("/files")) == 2
    assert all("authorization" in r.headers for r in ready.sent("/files"))


@pytest.mark.clause("REN-9")
@pytest.mark.parametrize("url", ["", "http://[", "http://films.test/gone", "http://films.test:port/x"])
def test_the_service_itself_is_asked_where_the_address_fails(
    side: Any, ready: Any, kit: Any, tmp_path: Path, url: str
) -> None:
    ready.first("GET /render", httpx.Response(200, json=kit.finished("r", url=url)))
    ready.first("GET /gone", httpx.Response(403, json={}))
    exported = side.call("export", film(tmp_path))
    assert ready.requests[-1].url.path == f"/api/render/proxy/{exported.render_id}/download"
    assert ready.requests[-1].headers["authorization"] == "Bearer nmv_usr_first"
    assert film(tmp_path).read_bytes() == ready.film


@pytest.mark.clause("C-REN-2", "REN-9")
def test_a_download_resumes_after_every_cut(side: Any, ready: Any, kit: Any, tmp_path: Path) -> None:
    cuts = [0, 1, 30_000, 50_000]
    ready.first("GET /film.mp4", *[lambda r, cut=cut: kit.ranged(ready.film, r, cut) for cut in cuts])
    side.call("export", film(tmp_path))
    asked = [r.headers.get("range") for r in ready.sent("/film.mp4")]
    assert asked == [None, None, "bytes=1-", "bytes=30001-", "bytes=80001-"]
    assert ready.sent("/film.mp4")[-1].headers["if-range"] == '"v1"'
    assert film(tmp_path).read_bytes() == ready.film
    assert leftovers(tmp_path) == []


@pytest.mark.clause("C-REN-2")
def test_a_download_that_never_finishes_leaves_nothing(
    side: Any, ready: Any, kit: Any, tmp_path: Path
) -> None:
    film(tmp_path).write_bytes(b"an older film")
    broken = [lambda r: kit.ranged(ready.film, r, 10)] * 99
    ready.first("GET /film.mp4", *broken)
    ready.first("GET /download", *broken)
    with pytest.raises(errors.DownloadFailed):
        side.call("export", film(tmp_path))
    assert film(tmp_path).read_bytes() == b"an older film"
    assert leftovers(tmp_path) == []
    assert len(ready.sent("/film.mp4")) == 6
    ready.first("GET /render", httpx.Response(200, json=kit.finished("r", url="")))
    before = len(ready.requests)
    with pytest.raises(errors.DownloadFailed):
        side.call("export", film(tmp_path))
    assert len([r for r in ready.requests[before:] if "/download" in r.url.path]) == 6


@pytest.mark.clause("C-REN-2")
def test_a_film_of_the_wrong_length_is_not_accepted(side: Any, ready: Any, kit: Any, tmp_path: Path) -> None:
    ready.first("GET /render", httpx.Response(200, json=kit.finished("r", size=5)))
    with pytest.raises(errors.DownloadFailed):
        side.call("export", film(tmp_path))
    assert not film(tmp_path).exists()


def short(answer: httpx.Response, **headers: str) -> httpx.Response:
    answer.headers.update(headers)
    return answer


def test_ranges_that_do_not_fit_start_from_the_beginning(
    side: Any, ready: Any, kit: Any, tmp_path: Path
) -> None:
    size = len(ready.film)
    cut_first = [lambda r: kit.ranged(ready.film, r, 1_000)]
    odd: list[Any] = [
        lambda r: short(kit.ranged(ready.film, r), **{"content-range": f"bytes 7-{size - 1}/{size}"}),
        lambda r: short(kit.ranged(ready.film, r), **{"content-range": f"bytes 1000-{size - 1}/{size + 1}"}),
        lambda _: httpx.Response(416, headers={"content-range": f"bytes */{size}"}),
        lambda _: httpx.Response(200, content=ready.film),
        lambda _: httpx.Response(500, html="oops"),
        lambda r: short(kit.ranged(ready.film, r), **{"content-encoding": "identity, odd"}),
    ]
    for answer in odd:
        ready.first("GET /film.mp4", *cut_first, answer)
        side.call("export", film(tmp_path))
        assert film(tmp_path).read_bytes() == ready.film


def test_two_versions_of_a_film_are_never_mixed(side: Any, ready: Any, kit: Any, tmp_path: Path) -> None:
    newer = bytes(reversed(ready.film)) + b"more"

    def untagged(film: bytes, request: httpx.Request, cut: int | None = None) -> httpx.Response:
        answer = kit.ranged(film, request, cut)
        del answer.headers["etag"]
        return answer  # type: ignore[no-any-return]

    ready.first("GET /render", httpx.Response(200, json=kit.finished("r", size=len(newer))))
    ready.first(
        "GET /film.mp4", lambda r: untagged(ready.film, r, 1_000), *[lambda r: untagged(newer, r)] * 2
    )
    side.call("export", film(tmp_path))
    assert film(tmp_path).read_bytes() == newer


def test_a_total_that_only_the_range_tells_is_taken(side: Any, ready: Any, kit: Any, tmp_path: Path) -> None:
    def without_length(request: httpx.Request) -> httpx.Response:
        answer = kit.ranged(ready.film, request, 1_000)
        del answer.headers["content-length"]
        answer.headers["etag"] = 'W/"weak"'
        answer.headers["last-modified"] = "Wed, 21 Oct 2026 07:28:00 GMT"
        return answer  # type: ignore[no-any-return]

    ready.first("GET /film.mp4", without_length)
    side.call("export", film(tmp_path))
    assert ready.sent("/film.mp4")[-1].headers["if-range"] == "Wed, 21 Oct 2026 07:28:00 GMT"
    ready.first("GET /film.mp4", without_length, lambda r: short(
        kit.ranged(ready.film, r), **{"content-range": f"bytes 1000-{len(ready.film) - 1}/*"}))  # fmt: skip
    side.call("export", film(tmp_path))
    assert film(tmp_path).read_bytes() == ready.film


def test_a_film_without_a_length_is_taken_where_it_ends_cleanly(
    side: Any, ready: Any, kit: Any, tmp_path: Path
) -> None:
    job = kit.finished("r")
    del job["output"]["size"]

    def unsized(content: bytes) -> httpx.Response:
        return httpx.Response(200, stream=kit.Body(lambda: iter([content])))

    ready.first("GET /render", httpx.Response(200, json=job))
    ready.first("GET /film.mp4", lambda _: unsized(b""), lambda _: unsized(ready.film))
    side.call("export", film(tmp_path))
    assert film(tmp_path).read_bytes() == ready.film


def test_a_place_that_cannot_be_written_is_found_before_rendering(
    side: Any, ready: Any, tmp_path: Path
) -> None:
    for place in (tmp_path, tmp_path / "missing" / "film.mp4"):
        with pytest.raises(errors.LocalFileError):
            side.call("export", place)
    assert ready.sent("/render") == []


def test_a_disk_that_is_full_is_a_matter_of_the_file(
    side: Any, ready: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(errors.LocalFileError):
        side.call("export", film(tmp_path))
    assert leftovers(tmp_path) == []


def test_an_export_that_is_left_early_leaves_nothing(make_side: Any, ready: Any, tmp_path: Path) -> None:
    side = make_side("sync", ready.handle)
    notices = side.client.ask("export", film(tmp_path))
    for notice in notices:
        if notice.text == "Downloading..." and notice.share:
            break
    notices.close()
    assert leftovers(tmp_path) == []
    assert not film(tmp_path).exists()


PAGE = b"<!DOCTYPE html><title>502</title>"


@pytest.mark.clause("C-REN-2")
@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (b"", {"content-length": "0"}),
        (b"", {}),
        (PAGE, {"content-type": "text/html", "content-length": str(len(PAGE))}),
        (b'{"code": 404}', {"content-type": "application/json"}),
        (b"\r\n" + PAGE, {"content-type": "video/mp4"}),  # whatever it says of itself
        (PAGE, {}),
        (b'{"code": 404}', {"content-type": "application/octet-stream"}),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
def test_download_that_is_empty_or_a_page_is_no_success(
    side: Any, service: Any, kit: Any, tmp_path: Path, body: bytes, headers: dict[str, str], declared: bool
) -> None:
    service.draft = kit.CANONICAL

    def job(request: httpx.Request) -> httpx.Response:
        answer = kit.finished(request.url.path.rpartition("/")[2], size=len(body))
        if not declared:
            del answer["output"]["size"]
        return httpx.Response(200, json=answer)

    service.first("GET /lambda/", job)

    def page(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=headers, stream=kit.Body(lambda: iter([body] if body else [])))

    service.first("GET /film.mp4", *[page] * 9)
    service.first("GET /download", *[page] * 9)
    with pytest.raises(errors.DownloadFailed):
        side.call("export", tmp_path / "x.mp4")
    assert not list(tmp_path.glob("*.mp4"))
    assert not list(tmp_path.glob(".*.part"))


@pytest.mark.clause("C-REN-2")
@pytest.mark.parametrize("limited_by", ["declared", "cap"])
def test_download_of_more_bytes_than_expected_stops_there(
    make_side: Any, service: Any, kit: Any, tmp_path: Path, limited_by: str
) -> None:
    service.draft = kit.CANONICAL
    sent: list[int] = []

    def endless() -> Any:
        while len(sent) < 1_000:
            sent.append(1)
            yield b"x" * 1_000

    cap = {"max_download_bytes": 5_000} if limited_by == "cap" else {}
    side = make_side("sync", service.handle, **cap)
    size = {} if limited_by == "cap" else {"size": 5_000}

    def job(request: httpx.Request) -> httpx.Response:
        answer = kit.finished(request.url.path.rpartition("/")[2], **size)
        if limited_by == "cap":
            del answer["output"]["size"]
        return httpx.Response(200, json=answer)

    service.first("GET /lambda/", job)

    def page(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, stream=kit.Body(endless))

    service.first("GET /film.mp4", page)
    service.first("GET /download", page)
    with pytest.raises(errors.DownloadFailed):
        side.call("export", tmp_path / "x.mp4")
    assert len(sent) <= 40  # two downloads, each with a few pieces that were on their way
