"""Each kind of expectation, on a scenario where it holds and on one where it does not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nemofake.scenario_runner import Report, scenario_runner

Plays = Callable[..., Report]

SCENARIO = """\
id: sample
title: A guest trims a clip and takes the film home.
clauses: [SSE-1]
status: documented
given: {files: {clip.mp4: {seconds: 3}}}
agent_behavior: [{silent: false, takes_s: 20}]
user:
  - connect
  - upload: [clip.mp4]
  - {say: trim the video to 2 seconds}
  - {export: film.mp4}
  - {send: {path: /api/nowhere}}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenarios")


@pytest.fixture(scope="module")
def run_written(folder: Path) -> Plays:
    """Return the function that plays SCENARIO with some lines changed."""
    numbers = iter(range(1000))

    def tell(*changes: tuple[str, str], more: str = "") -> Report:
        text, name = SCENARIO + more, f"sample-{next(numbers)}"
        for old, new in (("id: sample", f"id: {name}"), *changes):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
        with scenario_runner(folder) as stage:
            return stage.run(name)

    return tell


def broken(report: Report) -> list[str]:
    return [line.key for line in report.lines if not line.holds]


HELD = """\
expect:
  order: [{on: upload, code: 0}, {on: chat, ended: complete, after_s: 0}, {on: render.status, after_s: 30}]
  counts: {chat: 1, any: [5, 30]}
  never: [{on: any, code: 1001}, credits]
  user_sees: [Ready., "/Upl\\\\w+ing/"]
  user_never_sees: [token, "/Top.up/"]
  credits: {available: 50, frozen: 0, spent: 50}
  timeline: {tracks: 1, duration_s: 2, summary: ["Video: clip.mp4 (0-2s)"]}
  files: {film.mp4: {seconds: [1.9, 2.1], width: [1, 1080]}, other.mp4: {absent: true}}
"""


def test_what_is_so_holds(run_written: Plays) -> None:
    report = run_written(more=HELD)
    assert broken(report) == []
    assert len(report.lines) > 25
    assert report.holds


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("{on: upload, code: 0}", "{on: upload, code: 1001}", "expect.order.0"),
        ("ended: complete", "ended: cut", "expect.order.1"),
        ("{on: render.status, after_s: 30}", "{on: render.status, after_s: 31}", "expect.order.2"),
        ("after_s: 0}", "after_s: [1, 2]}", "expect.order.1"),
        ("{on: upload, code: 0}", "{on: upload, fault: cut}", "expect.order.0"),
        ("{on: upload, code: 0}", "{on: upload, body_contains: nothing of it}", "expect.order.0"),
        ("{on: upload, code: 0}", "{on: upload, response_contains: nothing of it}", "expect.order.0"),
        ("{on: upload, code: 0}", "{on: upload, headers: [x-nobody]}", "expect.order.0"),
        ("{on: upload, code: 0}", "{on: upload, without_headers: [authorization]}", "expect.order.0"),
        ("chat: 1,", "chat: 2,", "expect.counts.chat"),
        ("any: [5, 30]", "any: [1, 3]", "expect.counts.any"),
        ("never: [{on: any, code: 1001}", "never: [{on: chat, code: 0}", "expect.never.0"),
        ("user_sees: [Ready.,", "user_sees: [Steady.,", "expect.user_sees"),
        ("user_never_sees: [token,", "user_never_sees: [Connecting,", "expect.user_never_sees"),
        ('"/Top.up/"', '"/Rea.y/"', "expect.user_never_sees"),
        ("available: 50", "available: 51", "expect.credits.available"),
        ("frozen: 0", "frozen: 1", "expect.credits.frozen"),
        ("spent: 50", "spent: 0", "expect.credits.spent"),
        ("tracks: 1", "tracks: [2, 3]", "expect.timeline.tracks"),
        ("duration_s: 2", "duration_s: [2.1, 3]", "expect.timeline.duration_s"),
        ("(0-2s)", "(0-3s)", "expect.timeline.summary"),
        ("seconds: [1.9, 2.1]", "seconds: 3", "expect.files.film.mp4.seconds"),
        ("width: [1, 1080]", "width: 5000", "expect.files.film.mp4.width"),
        (
            "film.mp4: {seconds: [1.9, 2.1], width: [1, 1080]}",
            "film.mp4: {absent: true}",
            "expect.files.film.mp4",
        ),
        ("other.mp4: {absent: true}", "other.mp4: {}", "expect.files.other.mp4"),
        ("[clip.mp4]\n", "[clip.mp4]\n    outcome: RequestRejected\n", "user.1.outcome"),
        ("2 seconds}", "2 seconds, ending: silent}", "user.2.ending"),
        ("2 seconds}", "2 seconds, user_sees: [Nothing.]}", "user.2.user_sees"),
        ("2 seconds}", "2 seconds, user_never_sees: [seconds]}", "user.2.user_never_sees"),
        ("{export: film.mp4}", "{export: film.mp4, disconnect_after: 99}", "user.3.disconnect_after"),
        ("/api/nowhere}}", "/api/nowhere}, code: 0}", "user.4.code"),
        ("/api/nowhere}}", "/api/nowhere}, answers: [Welcome]}", "user.4.answers"),
    ],
)
def test_what_is_not_so_is_seen(run_written: Plays, old: str, new: str, key: str) -> None:
    report = run_written((old, new), more=HELD)
    assert key in broken(report)
    line = next(line for line in report.lines if line.key == key and not line.holds)
    assert line.expected
    assert line.seen
    assert line.at_ms >= 1_767_225_600_000


def test_an_order_is_kept_wherever_some_way_through_it_exists(run_written: Plays) -> None:
    # A search that takes the first `state` it finds stands 20 s before the export.
    more = "expect:\n  order: [state, {on: render.submit, after_s: 0}]\n"
    assert broken(run_written(more=more)) == []
    more = "expect:\n  order: [chat, state, {on: chat, after_s: 0}]\n"
    assert broken(run_written(more=more)) == ["expect.order.2"]


def test_a_client_that_breaks_off_is_reported_with_its_reason(run_written: Plays) -> None:
    happens = "takes_s: 20}]\ntriggers: [{on: upload, do: refuse, code: 4001}]"
    line = next(
        line for line in run_written(("takes_s: 20}]", happens)).lines if line.key == "user.1.outcome"
    )
    assert (line.holds, line.seen) == (False, "UnsupportedFile (4001: Unsupported file)")
