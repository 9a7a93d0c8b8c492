"""The judge on exports: checked, polled with patience, retried once, and whole on the disk."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nemocontract.client_rules.downloads import arrived, full_size
from nemocontract.client_run import ClientRun
from nemocontract.protocol.jobs import job_status
from nemocontract.recording import Exchange

from .streams_helpers import state
from .traffic_helpers import DRAFT, RENDER, SESSION, broken, evidence, ex, tried, words

EMPTY: dict[str, Any] = {"draft": {}}


def submit(seq: int, at_s: float | None = None, about: str = RENDER, **changes: Any) -> Exchange:
    return ex(seq, "render.submit", at_s=at_s, about=about, **changes)


def poll(
    seq: int, at_s: float | None = None, status: str = "processing", about: str = RENDER, **changes: Any
) -> Exchange:
    return ex(seq, "render.status", at_s=at_s, about=about, data={"status": status}, **changes)


def polls(count: int, every_s: float = 30, first_s: float = 30, start: int = 3) -> list[Exchange]:
    return [poll(start + nth, first_s + every_s * nth) for nth in range(count)]


def export(*exchanges: Exchange, **known: Any) -> ClientRun:
    """Return the line ``export`` and all that it led to."""
    recorded = words("export", "It is over.", first=1, last=exchanges[-1].seq)
    return evidence(*exchanges, said=[recorded], **known)


# -- C-REN-1: the draft ----------------------------------------------------------------------------


@pytest.mark.clause("C-REN-1", "STA-3")
@pytest.mark.parametrize(
    ("client_run", "passed"),
    [
        (export(state(1), submit(2)), True),
        (export(submit(1)), False),
        (export(state(1, value=EMPTY), submit(2)), False),
        (export(state(1, about="7000000000000000009"), submit(2)), False),
        (export(state(1, code=502, answer=None), submit(2)), False),
        (export(ex(1, "chat"), state(2), submit(3)), True),
        (export(state(1), ex(2, "chat"), submit(3)), False),
        (export(state(1), ex(2, "chat", code=2001), submit(3)), True),
        (export(state(1), ex(2, "upload"), submit(3)), False),
        (export(state(1), ex(2, "upload", code=4001), submit(3)), True),
        (export(state(1), submit(2, body={"id": RENDER, "sessionId": SESSION, "draft": {}})), False),
    ],
)
def test_the_draft_is_checked_before_an_export(client_run: ClientRun, passed: bool) -> None:
    assert bool(broken("exports.draft-checked", client_run)) is not passed
    assert tried("exports.draft-checked", client_run) == 1


@pytest.mark.clause("C-REN-1")
def test_a_repeat_after_a_refusal_needs_no_new_look() -> None:
    other = "7000000000000000002"
    body = {"id": "render_2", "sessionId": other, "draft": DRAFT}
    result = export(state(1), submit(2, code=1002), ex(3, "session.create"), submit(4, body=body))
    assert not broken("exports.draft-checked", result)


@pytest.mark.clause("C-REN-1")
def test_a_recording_that_begins_in_the_middle_proves_nothing() -> None:
    assert tried("exports.draft-checked", evidence(submit(1), complete=False)) == 0
    begun = evidence(ex(1, "session.create"), submit(2), complete=False)
    assert len(broken("exports.draft-checked", begun)) == 1


# -- C-REN-1: polls --------------------------------------------------------------------------------


@pytest.mark.clause("C-REN-1")
@pytest.mark.parametrize(
    ("client_run", "passed"),
    [
        (export(state(1), submit(2), *polls(10)), True),
        (export(state(1), submit(2), *polls(3, first_s=2)), True),
        (export(state(1), submit(2), *polls(3, every_s=29.9)), False),
        (export(state(1), submit(2), *polls(3, every_s=48)), True),
        (export(state(1), submit(2), *polls(3, every_s=60)), False),
        (export(state(1), submit(2), *polls(3, every_s=5)), False),
        (export(state(1), submit(2), *polls(3, every_s=29.7), timing="real"), True),
        (export(state(1), submit(2), *polls(3, every_s=5), timing="real"), False),
        (export(state(1), submit(2), *polls(3, every_s=5), timing="unknown"), True),
    ],
)
def test_polls_are_30_s_apart(client_run: ClientRun, passed: bool) -> None:
    assert bool(broken("exports.polls-30-s-apart", client_run)) is not passed


@pytest.mark.clause("C-REN-1")
@pytest.mark.parametrize(("count", "passed"), [(1, True), (10, True), (11, False)])
def test_ten_polls_are_the_most(count: int, passed: bool) -> None:
    result = export(state(1), submit(2), *polls(count))
    assert bool(broken("exports.ten-polls", result)) is not passed


@pytest.mark.clause("C-REN-1")
def test_a_poll_that_failed_counts_and_may_be_tried_again_at_once() -> None:
    failed = [poll(3, 30, code=502, answer=None), poll(4, 31, code=None), poll(5, 33)]
    result = export(state(1), submit(2), *failed, *polls(9, first_s=60, start=6))
    assert not broken("exports.polls-30-s-apart", result)
    assert not broken("exports.ten-polls", result)
    more = export(state(1), submit(2), *failed, *polls(10, first_s=60, start=6))
    assert broken("exports.ten-polls", more)
    lost = [poll(3 + nth, 30 + 30 * nth, code=502, answer=None) for nth in range(11)]
    assert broken("exports.ten-polls", export(state(1), submit(2), *lost))


@pytest.mark.clause("C-REN-1")
def test_each_job_has_polls_of_its_own() -> None:
    first, second = polls(10), [poll(20 + nth, 400 + 30 * nth, about="render_2") for nth in range(10)]
    result = export(state(1), submit(2), *first, submit(19, 399, about="render_2"), *second)
    assert not broken("exports.ten-polls", result)
    assert not broken("exports.polls-30-s-apart", result)
    assert tried("exports.ten-polls", result) == 2


@pytest.mark.clause("C-REN-1")
@pytest.mark.parametrize(
    ("last", "passed"),
    [
        ([poll(3, 30), poll(4, 60)], False),
        ([poll(3, 30, "pending")], False),
        ([poll(3, 30), poll(4, 60, "completed")], True),
        ([poll(3, 30), poll(4, 60, "failed")], True),
        ([poll(3, 30), poll(4, 60, code=404)], True),
        ([poll(3, 30), poll(4, 60, code=502, answer=None)], True),
        (polls(10), True),
    ],
)
def test_a_job_is_polled_to_its_end(last: list[Exchange], passed: bool) -> None:
    result = export(state(1), submit(2), *last)
    assert bool(broken("exports.polls-to-the-end", result)) is not passed


@pytest.mark.clause("C-REN-1", "C-AUTH-3")
def test_a_poll_that_met_the_rate_limit_is_made_again_after_30_s() -> None:
    limited = poll(3, 30, code=429)
    result = export(state(1), submit(2), limited, poll(4, 60), *polls(8, first_s=90, start=5))
    assert not broken("exports.polls-30-s-apart", result)
    assert not broken("exports.ten-polls", result)


@pytest.mark.clause("C-REN-1")
@pytest.mark.parametrize(
    ("client_run", "passed"),
    [
        (export(state(1), submit(2), poll(3, 30, "failed")), False),
        (export(state(1), submit(2), poll(3, 30, "failed"), submit(4, 31, "render_2")), True),
        (
            export(
                state(1),
                submit(2),
                poll(3, 30, "failed"),
                submit(4, 31, "render_2"),
                poll(5, 61, "failed", "render_2"),
            ),
            True,
        ),
        (
            export(
                state(1), submit(2, code=None), submit(3, 3, "render_2"), poll(4, 33, "failed", "render_2")
            ),
            True,
        ),
    ],
)
def test_a_failed_export_is_tried_once_more(client_run: ClientRun, passed: bool) -> None:
    assert bool(broken("retry-limits.failed-export-retried", client_run)) is not passed
    assert tried("retry-limits.failed-export-retried", client_run) == 1


# -- C-REN-1: trying anew --------------------------------------------------------------------------


@pytest.mark.clause("REN-7")
@pytest.mark.parametrize(
    ("answer", "status"),
    [
        ({"status": "Completed"}, "completed"),
        ({"success": True, "data": {"status": "failed"}}, "failed"),
        ({"code": 404, "data": None}, ""),
        ("<html>", ""),
        ({"status": 3}, ""),
    ],
)
def test_a_status_is_found_in_either_shape(answer: Any, status: str) -> None:
    assert job_status(poll(1, answer=answer)) == status


FAILED = poll(3, 30, "failed")


@pytest.mark.clause("C-REN-1", "REN-4")
@pytest.mark.parametrize(
    ("client_run", "rules"),
    [
        (
            export(
                state(1), submit(2), FAILED, submit(4, 31, "render_2"), poll(5, 61, "completed", "render_2")
            ),
            [],
        ),
        (export(state(1), submit(2, code=409), submit(3, about="render_2")), []),
        (export(state(1), submit(2, code=1001), submit(3)), []),
        (export(state(1), submit(2, code=429), submit(3, 40)), []),
        (export(state(1), submit(2, code=None), submit(3, about="render_2")), []),
        (export(state(1), submit(2), poll(3, 30, code=404), submit(4, 31, "render_2")), []),
        (export(state(1), submit(2), FAILED, submit(4, 31)), ["retry-limits.export-id-not-reused"]),
        (export(state(1), submit(2, code=409), submit(3)), ["retry-limits.export-id-not-reused"]),
        (export(state(1), submit(2, code=None), submit(3)), ["retry-limits.export-id-not-reused"]),
        (
            export(state(1), submit(2), poll(3, 30, "completed"), submit(4, 31, "render_2")),
            ["retry-limits.export-retried-once"],
        ),
        (
            export(state(1), submit(2), poll(3, 30), submit(4, 31, "render_2")),
            ["retry-limits.export-retried-once"],
        ),
        (
            export(
                state(1),
                submit(2),
                FAILED,
                submit(4, 31, "render_2"),
                poll(5, 61, "failed", "render_2"),
                submit(6, 62, "render_3"),
            ),
            ["retry-limits.export-retried-once"],
        ),
    ],
)
def test_a_failure_is_tried_anew_once_under_another_id(client_run: ClientRun, rules: list[str]) -> None:
    names = ("retry-limits.export-id-not-reused", "retry-limits.export-retried-once")
    assert [name for name in names if broken(name, client_run)] == rules


@pytest.mark.clause("C-REN-1")
def test_the_next_line_may_export_again() -> None:
    lines = [words("export", "Saved.", first=1, last=3), words("export", "Saved.", first=4, last=6)]
    traffic = [
        state(1),
        submit(2),
        poll(3, 32, "completed"),
        state(4, 40),
        submit(5, 41, "render_2"),
        poll(6, 71, "completed", "render_2"),
    ]
    recorded = evidence(*traffic, said=lines)
    assert not broken("retry-limits.export-retried-once", recorded)
    assert not broken("retry-limits.export-id-not-reused", recorded)


# -- C-REN-2 ---------------------------------------------------------------------------------------

SIZE = 4096


def download(seq: int = 4, size: int = SIZE, *, operation: str = "media", **changes: Any) -> Exchange:
    fields = {"answer_headers": {"content-length": str(SIZE)}, "answer_size": size}
    return ex(seq, operation, at_s=seq, **{**fields, **changes})


def cut(seq: int = 4, size: int = 100) -> Exchange:
    return download(seq, size, ending="cut")


def saved(home: Path, *downloads: Exchange, size_reported: int | None = None, **known: Any) -> ClientRun:
    output = {} if size_reported is None else {"output": {"size": size_reported}}
    done = ex(3, "render.status", data={"status": "completed", **output})
    return export(state(1), submit(2), done, *downloads, home=home, **known)


REN_2 = ("downloads.no-partial-file", "downloads.video-saved", "downloads.no-leftovers")


def found(client_run: ClientRun) -> list[str]:
    return [name for name in REN_2 if broken(name, client_run)]


def write(home: Path, name: str, size: int = SIZE) -> None:
    (home / name).parent.mkdir(parents=True, exist_ok=True)
    (home / name).write_bytes(b"\0\0\0\x20ftypisom"[:size].ljust(size, b"x"))


@pytest.mark.clause("C-REN-2")
def test_a_whole_film_stands_under_its_name(tmp_path: Path) -> None:
    write(tmp_path, "videos/film.mp4")
    result = saved(tmp_path, download())
    assert found(result) == []
    assert [tried(name, result) for name in REN_2] == [1, 1, 1]


@pytest.mark.clause("C-REN-2")
def test_nothing_stands_where_nothing_arrived(tmp_path: Path) -> None:
    assert found(saved(tmp_path, cut())) == []
    assert tried("downloads.no-partial-file", saved(tmp_path, cut())) == 1


@pytest.mark.clause("C-REN-2")
@pytest.mark.parametrize("size", [0, 100, SIZE - 1, SIZE + 1])
def test_a_half_film_under_its_final_name(tmp_path: Path, size: int) -> None:
    write(tmp_path, "film.mp4", size)
    assert found(saved(tmp_path, cut())) == ["downloads.no-partial-file"]


@pytest.mark.clause("C-REN-2")
def test_a_film_that_arrived_and_is_nowhere(tmp_path: Path) -> None:
    assert found(saved(tmp_path, download())) == ["downloads.video-saved"]
    resumed = ex(
        5,
        "render.download",
        status=206,
        answer_headers={"content-range": f"bytes 100-{SIZE - 1}/{SIZE}"},
        answer_size=SIZE - 100,
    )
    assert found(saved(tmp_path, cut(), resumed)) == ["downloads.video-saved"]
    write(tmp_path, "film.mp4")
    assert found(saved(tmp_path, cut(), resumed)) == []


@pytest.mark.clause("C-REN-2")
@pytest.mark.parametrize(
    "name", ["film.mp4.part", ".5d41.part", "film.tmp", ".film.mp4", "film.mp4.crdownload"]
)
def test_an_unfinished_download_is_left_lying_about(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, 100)
    assert found(saved(tmp_path, cut())) == ["downloads.no-leftovers"]
    assert found(saved(tmp_path, cut(), complete=False)) == []


@pytest.mark.clause("C-REN-2")
def test_other_files_are_other_peoples(tmp_path: Path) -> None:
    write(tmp_path, "clip.mp4", 77)
    (tmp_path / ".config/nemovideo").mkdir(parents=True)
    (tmp_path / ".config/nemovideo/client_id").write_text("7c1de02f", encoding="utf-8")
    (tmp_path / ".bash_sequence").write_text("export", encoding="utf-8")
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    sent = ex(1, "upload", uploads=("clip.mp4",), body=None)
    result = saved(tmp_path, cut())
    assert found(evidence(sent, *result.traffic[1:], said=result.said, home=tmp_path)) == []


@pytest.mark.clause("C-REN-2")
def test_a_proper_close_does_not_make_a_film_whole(tmp_path: Path) -> None:
    short = download(size=100, answer_headers={})  # the length is lost on the way
    write(tmp_path, "film.mp4", 100)
    assert found(saved(tmp_path, short, size_reported=SIZE)) == ["downloads.no-partial-file"]


@pytest.mark.clause("C-REN-2")
def test_without_any_length_there_is_no_verdict(tmp_path: Path) -> None:
    write(tmp_path, "film.mp4", 100)
    assert tried("downloads.no-partial-file", saved(tmp_path, download(answer_headers={}))) == 0
    assert tried("downloads.no-partial-file", export(state(1), submit(2), cut())) == 0


@pytest.mark.clause("REN-9")
def test_how_much_arrived() -> None:
    ranged = {"content-range": "bytes 5-9/10"}
    assert full_size(download(status=206, answer_headers=ranged)) == 10
    assert full_size(download(answer_headers={"content-length": "9", "content-encoding": "gzip"})) is None
    assert arrived(download())
    assert not arrived(cut())
    assert not arrived(download(size=100))
    assert arrived(download(status=206, answer_headers=ranged, size=5))
    assert not arrived(download(status=206, answer_headers={"content-range": "bytes 0-8/10"}))
    assert not arrived(download(method="HEAD", size=0))
