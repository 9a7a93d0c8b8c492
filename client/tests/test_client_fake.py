"""The client against the fake, over real sockets: every scenario, every profile, both clients."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from nemoclient import Attribution, StreamEnd, Timeouts, errors, summarise
from nemoclient.terminal import run_chat
from nemofake import FakeServer, WorldHandle, running
from nemofake.media.sample import make_sample

NAMES = itertools.count()
PROFILES = [
    ",".join(switches)
    for switches in itertools.product(
        ("typed", "adk"), ("envelope", "http-status"), ("render-flat", "render-nested")
    )
]
EDIT = 'add a title "Urban Dreams" at the start for 3 seconds'


class WorldClock:
    """The world's own time, so that both sides have the same one."""

    def __init__(self, world: WorldHandle) -> None:
        self.world = world

    def now(self) -> float:
        return self.world.clock.now_ms / 1000

    def sleep(self, seconds: float) -> None:
        self.world.clock.advance(seconds)


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeServer]:
    with running(clock="auto", seed=7, same_ids=True) as server:
        yield server


Enter = Callable[..., tuple[Any, WorldHandle]]


@pytest.fixture
def enter(fake: FakeServer, make_side: Any) -> Enter:
    """Return a function that makes a world of its own and a client in it."""

    def make(kind: str = "sync", client: Any = None, **world: Any) -> tuple[Any, WorldHandle]:
        handle = fake.world(f"client-{next(NAMES)}", **{"seed": 7, **world})
        settings = {"base_url": handle.url, "clock": WorldClock(handle), "timeouts": Timeouts(tick_s=5)}
        return make_side(kind, None, **settings, **(client or {})), handle

    return make


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("media") / "clip.mp4"
    make_sample(path)
    return path


def lines(world: WorldHandle) -> list[str]:
    """Return method and path of every request the world got."""
    requests = (entry["request"] for entry in world.journal())
    return [f"{request['method']} {request['path']}" for request in requests]


def count(world: WorldHandle, part: str) -> int:
    return sum(part in line for line in lines(world))


def journey(side: Any, clip: Path, film: Path) -> dict[str, Any]:
    """Walk the whole way; return what a user saw and what it came to."""
    side.call("connect")
    uploaded = side.call("upload", clip)
    chats = [side.chat(text) for text in ("hello", "cut silences and color grade the footage", EDIT)]
    exported = side.call("export", film)
    state = side.call("state")
    return {
        "notices": [re.sub(r"/\S*/", "", text) for text in side.texts()],
        "endings": [chat.ending for chat in chats],
        "changes": [chat.changes for chat in chats],
        "summary": summarise(state.draft, side.client.context.language),
        "file": (uploaded.files[0].filename, uploaded.files[0].duration_s),
        "film": (exported.duration_s or state.draft.duration_ms / 1000, exported.size_bytes),
        "credits": side.call("credits"),
    }


def test_every_profile_and_both_clients_show_a_user_the_same(
    enter: Enter, clip: Path, tmp_path: Path
) -> None:
    """Section 9: client behaviour that a user sees is the same under every combination."""
    walks = {}
    for profile in PROFILES:
        for kind in ("sync", "async"):
            side, _ = enter(kind, profile=profile)
            walks[profile, kind] = journey(side, clip, tmp_path / "film.mp4")
    first = next(iter(walks.values()))
    assert all(walk == first for walk in walks.values())
    assert first["changes"][2] == ('Title added: "Urban Dreams"',)
    assert 'Title: "Urban Dreams" (0-3s)' in first["summary"]
    assert first["credits"].available == 50
    assert not re.search(r"click|panel|button|[{}]|nmv_", " ".join(first["notices"]), re.IGNORECASE)


def test_a_chinese_walk_reads_chinese(enter: Enter, clip: Path, tmp_path: Path) -> None:
    side, _ = enter(client={"language": "zh"})
    walk = journey(side, clip, tmp_path / "film.mp4")
    assert walk["summary"].startswith("时间线（")
    assert not re.search(r"点击|拖拽|面板|按钮", " ".join(walk["notices"]))


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.clause("C-AUTH-2")
@pytest.mark.parametrize("profile", ["envelope", "http-status"])
def test_expired_token(enter: Enter, kind: str, profile: str) -> None:
    side, world = enter(kind, scenario="auth-token-expired", profile=profile)
    assert side.call("credits").available == 100
    assert count(world, "anonymous-token") == 2


@pytest.mark.clause("C-AUTH-2", "C-AUTH-3")
def test_revoked_token(enter: Enter, kind: str) -> None:
    side, world = enter(kind, scenario="auth-token-revoked")
    with pytest.raises(errors.AuthenticationFailed):
        side.call("connect")
    assert count(world, "anonymous-token") == 3


@pytest.mark.clause("C-AUTH-3")
def test_rate_limited_token(enter: Enter, kind: str) -> None:
    side, world = enter(kind, scenario="auth-429-once")
    before = world.clock.now_ms
    side.call("connect")
    assert world.clock.now_ms - before >= 30_000
    assert count(world, "anonymous-token") == 2


@pytest.mark.clause("C-SES-1")
@pytest.mark.parametrize("profile", ["envelope", "http-status"])
def test_session_not_found(enter: Enter, kind: str, profile: str) -> None:
    side, world = enter(kind, scenario="session-lost-once", profile=profile)
    assert side.chat("hello").ending is StreamEnd.COMPLETE
    assert count(world, "with-session") == 2
    assert count(world, "run_sse") == 1


@pytest.mark.parametrize("profile", ["envelope", "http-status"])
def test_no_credits_anonymous(enter: Enter, kind: str, profile: str) -> None:
    side, _ = enter(kind, scenario="credits-none-anonymous", profile=profile)
    with pytest.raises(errors.OutOfCredits) as caught:
        side.chat("generate a 5 second clip of the sea")
    assert re.fullmatch(r"https://nemovideo\.com/register\?bind=anon_\w+", str(caught.value.registration_url))


def test_no_credits_registered(enter: Enter, kind: str) -> None:
    side, _ = enter(kind, client={"token": "nmv_usr_test_credits-none-registered"})
    with pytest.raises(errors.OutOfCredits, match=r"^Top up credits in your account$"):
        side.chat("generate a 5 second clip of the sea")


def test_export_402_free_plan(enter: Enter, kind: str, clip: Path, tmp_path: Path) -> None:
    side, _ = enter(kind, scenario="export-402-free-plan")
    side.call("upload", clip)
    side.chat(EDIT)
    with pytest.raises(errors.ExportBlocked):
        side.call("export", tmp_path / "film.mp4")
    assert not (tmp_path / "film.mp4").exists()


@pytest.mark.clause("C-ATT-1")
def test_export_402_missing_attribution(enter: Enter, kind: str, clip: Path, tmp_path: Path) -> None:
    skill = Attribution("professional-video-local-ai", "1.0", "clawhub")
    side, _ = enter(kind, scenario="export-402-missing-attribution", client={"attribution": skill})
    side.call("upload", clip)
    side.chat(EDIT)
    assert side.call("export", tmp_path / "film.mp4").size_bytes


@pytest.mark.clause("C-SSE-3")
@pytest.mark.parametrize("profile", ["typed", "adk"])
def test_silent_edit(enter: Enter, kind: str, clip: Path, profile: str) -> None:
    side, world = enter(kind, scenario="chat-silent-edit", profile=profile)
    side.call("upload", clip)
    result = side.chat(EDIT)
    assert (result.ending, result.ok) == (StreamEnd.SILENT, True)
    assert 'Title added: "Urban Dreams"' in side.texts("change")
    assert count(world, "run_sse") == 1


@pytest.mark.clause("C-SSE-2", "SSE-8")
@pytest.mark.parametrize("profile", ["typed", "adk"])
def test_slow_generation(enter: Enter, kind: str, profile: str) -> None:
    side, _ = enter(kind, scenario="chat-generation-slowest", profile=profile)
    result = side.chat("generate a 5 second clip of the sea")
    assert (result.ending, result.ok) == (StreamEnd.COMPLETE, True)
    assert "generate_video_with_seedance" in result.tools
    assert len(result.changes) >= 2


@pytest.mark.clause("C-REN-1")
@pytest.mark.parametrize("profile", ["render-flat", "render-nested"])
def test_render_fails_once(enter: Enter, kind: str, clip: Path, tmp_path: Path, profile: str) -> None:
    side, world = enter(kind, scenario="export-fails-once", profile=profile)
    side.call("upload", clip)
    side.chat(EDIT)
    side.call("export", tmp_path / "film.mp4")
    assert lines(world).count("POST /api/render/proxy/lambda") == 2
    assert "The export did not work; trying once more." in side.texts()


@pytest.mark.clause("REN-10", "C-AUTH-2")
@pytest.mark.parametrize("profile", PROFILES[::3])
def test_orphaned_render(enter: Enter, kind: str, clip: Path, tmp_path: Path, profile: str) -> None:
    side, world = enter(kind, scenario="export-orphaned-by-token", profile=profile)
    side.call("upload", clip)
    side.chat(EDIT)
    side.call("export", tmp_path / "film.mp4")
    assert (tmp_path / "film.mp4").stat().st_size
    assert count(world, "anonymous-token") == 2
    assert lines(world).count("POST /api/render/proxy/lambda") <= 3


@pytest.mark.parametrize("profile", ["envelope", "http-status"])
@pytest.mark.parametrize(
    ("scenario", "kind_of_error"),
    [("upload-unsupported", errors.UnsupportedFile), ("upload-too-large", errors.FileTooLarge)],
)
def test_refused_files(
    enter: Enter, kind: str, clip: Path, scenario: str, kind_of_error: Any, profile: str
) -> None:
    side, _ = enter(kind, scenario=scenario, profile=profile)
    with pytest.raises(kind_of_error):
        side.call("upload", clip)


@pytest.mark.clause("C-ROU-1")
def test_a_conversation_over_the_wire(enter: Enter, clip: Path, tmp_path: Path) -> None:
    side, world = enter()
    typed = io.StringIO(f"{clip}\nhello\n{EDIT}\nstatus\ncredits\nexport\n")
    out = io.StringIO()
    code = run_chat(side.client, typed, out, interactive=False, save_as=tmp_path / "film.mp4")
    assert code == 0, out.getvalue()
    assert "Uploaded: clip.mp4" in out.getvalue()
    assert (tmp_path / "film.mp4").stat().st_size
    assert count(world, "run_sse") == 2


@pytest.mark.clause("AUTH-8")
def test_a_claim_link_holds_a_claim_token_only(enter: Enter, kind: str) -> None:
    side, _ = enter(kind)
    assert re.fullmatch(r"https://nemovideo\.com/workspace/claim\?ct=clm_\w+", side.call("claim_link"))


@pytest.mark.clause("UPL-6")
def test_an_address_is_uploaded(enter: Enter, kind: str) -> None:
    side, _ = enter(kind)
    uploaded = side.call("upload", "https://example.com/beach.mp4")
    assert uploaded.files[0].filename == "beach.mp4"
