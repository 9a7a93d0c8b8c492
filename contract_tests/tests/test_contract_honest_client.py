"""The honest client, made without a look at the reference client, does what a client owes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from nemofake import running
from nemofake.testing import FakeServer, WorldHandle

from .honest.words import spoken
from .honest_helpers import talking

PROFILES = ("typed", "adk", "http-status", "render-nested", "adk,http-status,render-nested")
HERE = Path(__file__).parent
CLIP = "upload https://example.com/walk_12s.mp4"


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeServer]:
    with running(clock="auto", seed=7) as running_fake:
        yield running_fake


def operations(world: WorldHandle, *names: str) -> list[tuple[str, int | None]]:
    return [
        (record["operation"], (record["response"] or {}).get("status"))
        for record in world.journal()
        if not names or record["operation"] in names
    ]


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.clause("C-AUTH-1", "C-ATT-1", "C-SES-1", "C-ROU-1", "C-SSE-1", "C-SSE-3", "C-REN-1", "C-UX-1")
def test_the_whole_journey_under_each_profile(fake: FakeServer, tmp_path: Path, profile: str) -> None:
    name = f"journey-{profile.replace(',', '-')}"
    world = fake.world(name, profile=profile, parameters={"silent_share": 0.0})
    with talking(world, tmp_path) as talk:
        assert "Connecting...\nReady.\nUploaded: walk_12s.mp4 (12 s)" in talk.say(CLIP)
        reply = talk.say("trim the video to 4 seconds")
        assert "4 seconds" in reply
        assert not any(word in reply for word in ("Click", "Drag", "panel", "tool_", "edit_multitrack"))
        assert reply.count("4 seconds") == 1  # the adk dialect says it twice
        assert "50 credits available, 0 in use." in talk.say("how many credits do I have?")
        assert "Your film is here: " in talk.say("export")
    (film,) = tmp_path.glob("*.mp4")
    assert film.read_bytes()[4:8] == b"ftyp"
    assert not [*tmp_path.glob("*.part")]
    for record in world.journal():
        sent = record["request"]["headers"]
        assert {"x-skill-source", "x-skill-version"} <= set(sent)
        assert sent["x-skill-platform"] == "cursor"
        assert "authorization" in sent or record["operation"] == "token.issue"


@pytest.mark.parametrize("profile", ["typed", "adk"])
@pytest.mark.clause("C-SSE-3", "C-GUI-1")
def test_a_silent_edit_is_reported_in_words_of_its_own(
    fake: FakeServer, tmp_path: Path, profile: str
) -> None:
    world = fake.world(f"silent-{profile}", profile=profile, parameters={"silent_share": 1.0})
    with talking(world, tmp_path) as talk:
        talk.say(CLIP)
        reply = talk.say('trim the video to 4 seconds, add the title "Click here" and lo-fi music at 35%')
    assert "walk_12s.mp4 (0-4s)" in reply
    assert 'Title: "Click here"' in reply
    assert "35%" in reply
    assert operations(world, "chat", "state")[-2:] == [("chat", 200), ("state", 200)]


@pytest.mark.clause("C-SSE-4", "SSE-11")
def test_a_broken_stream_is_looked_after_and_not_repeated(fake: FakeServer, tmp_path: Path) -> None:
    world = fake.world("broken", parameters={"silent_share": 0.0})
    world.add_fault("cut", on="chat", nth=1, after_events=1)
    with talking(world, tmp_path) as talk:
        talk.say(CLIP)
        reply = talk.say("trim the video to 4 seconds")
    assert "walk_12s.mp4 (0-4s)" in reply
    assert operations(world, "chat") == [("chat", 200)]


@pytest.mark.clause("C-SSE-2")
def test_a_stall_is_waited_out_by_the_clock(fake: FakeServer, tmp_path: Path) -> None:
    world = fake.world("stall", clock="manual", parameters={"silent_share": 0.0})
    world.add_fault("stall", on="chat", nth=1)
    with talking(world, tmp_path) as talk:
        talk.say(CLIP)
        reply = talk.say("trim the video to 4 seconds")
    assert reply.count("Still working") == 2
    assert "walk_12s.mp4 (0-4s)" in reply


@pytest.mark.clause("C-AUTH-2", "C-AUTH-3")
def test_a_token_that_was_set_and_is_refused_makes_a_guest(fake: FakeServer, tmp_path: Path) -> None:
    world = fake.world("refused")
    token = world.create_account()["tokens"][0]["token"]
    world.revoke_token(token)
    world.add_fault("error_code", on="token.issue", nth=1, code=429)
    with talking(world, tmp_path, token=token) as talk:
        reply = talk.say("credits")
    assert "in 30 s" in reply
    assert "100 credits available" in reply
    assert token not in reply
    kinds = [kind for kind, _ in operations(world)]
    assert kinds == ["session.create", "token.issue", "token.issue", "session.create", "credits"]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            "I added the title “Click here” (0–3 s). Click Export in the top right corner.",
            'I added the title “Click here” (0–3 s).\nSay "export" and I save the film.',
        ),
        ("It runs 4 s.\nI encountered a temporary issue. Please try again later.", "It runs 4 s."),
        ("标题“点击”已加入。点击右上角的导出按钮保存。", "标题“点击”已加入。\n说“导出”，我就保存影片。"),
        ("Your clip “Drag. Race” is ready, then drag the clip.",
         "Your clip “Drag. Race” is ready.\nTell me in words what to change and I do it."),
    ],
)  # fmt: skip
@pytest.mark.clause("C-GUI-1", "C-SSE-5")
def test_words_of_a_screen_go_and_words_of_content_stay(text: str, read: str) -> None:
    assert spoken(text) == read


@pytest.mark.clause("C-UX-1")
def test_it_is_a_program_too(fake: FakeServer, tmp_path: Path) -> None:
    world = fake.world("program")
    fields = {"NEMO_API_URL": world.url, "HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    ended = subprocess.run(
        [sys.executable, "-m", "honest", "credits"],
        env=fields,
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ended.stdout == "Connecting...\nReady.\n100 credits available, 0 in use.\n"
    assert ended.stderr == ""
