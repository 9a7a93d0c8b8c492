"""Who the client is: token, client id, attribution, environment; and what it never gives away."""

from __future__ import annotations

import stat
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from nemoclient import Attribution, InstantClock, NemoClient, from_skill_file
from nemoclient.attribution import front_matter, platform_of

HOME_FILE = Path("~/.config/nemovideo/client_id")


@pytest.mark.clause("C-AUTH-1")
def test_a_token_from_the_environment_is_used_and_none_asked_for(
    make_side: Any, service: Any, kit: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEMO_TOKEN", " nmv_usr_mine\n")
    monkeypatch.setenv("NEMO_API_URL", "http://elsewhere.test/w/one/")
    monkeypatch.setenv("NEMO_WEB_URL", "http://web.test/")
    for kind in ("sync", "async"):
        side = make_side(kind, service.handle, base_url=None)
        assert side.call("claim_link") == "http://web.test/workspace/claim?ct=clm_abc"
    assert service.tokens == 0
    assert not HOME_FILE.expanduser().exists()
    assert {r.headers["authorization"] for r in service.requests} == {"Bearer nmv_usr_mine"}
    assert all(str(r.url).startswith("http://elsewhere.test/w/one/api/") for r in service.requests)


@pytest.mark.clause("C-AUTH-1")
def test_the_client_id_is_a_uuid_kept_privately_and_reused(make_side: Any, service: Any) -> None:
    for kind in ("sync", "async"):
        make_side(kind, service.handle).call("connect")
    first, second = (r.headers["x-client-id"] for r in service.sent("/anonymous-token"))
    assert first == second == str(uuid.UUID(first))
    kept = HOME_FILE.expanduser()
    assert kept.read_text() == f"{first}\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert [file.name for file in kept.parent.iterdir()] == ["client_id"]


@pytest.mark.clause("C-AUTH-1")
def test_a_client_id_of_the_environment_goes_first(
    make_side: Any, service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEMO_CLIENT_ID", "mine")
    make_side("sync", service.handle).call("connect")
    assert service.requests[0].headers["x-client-id"] == "mine"
    assert not HOME_FILE.expanduser().exists()


def test_one_token_serves_the_whole_life_of_a_client(side: Any, service: Any) -> None:
    side.call("connect")
    side.call("connect")
    side.call("credits")
    assert (service.tokens, service.sessions) == (1, 1)


@pytest.mark.parametrize("broken", ["", "\n", "caf\xe9", "\x00"])
def test_a_broken_client_id_file_is_replaced(make_side: Any, service: Any, broken: str) -> None:
    kept = HOME_FILE.expanduser()
    kept.parent.mkdir(parents=True)
    kept.write_text(broken)
    make_side("sync", service.handle).call("connect")
    assert kept.read_text().strip() == service.requests[0].headers["x-client-id"]


def test_a_home_that_cannot_be_written_stops_nobody(make_side: Any, service: Any, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    side = make_side("sync", service.handle, client_id_file=tmp_path / "file" / "client_id")
    side.call("connect")
    assert uuid.UUID(service.requests[0].headers["x-client-id"])


KEEP = "import sys, uuid, pathlib; from nemoclient import files as p; sys.stdin.read(1); "
KEEP += "print(p.write_once(pathlib.Path(sys.argv[1]), str(uuid.uuid4())))"


def test_processes_that_start_at_once_agree_on_one_client_id(tmp_path: Path) -> None:
    place, pipe = tmp_path / "deep" / "client_id", subprocess.PIPE
    command = [sys.executable, "-c", KEEP, str(place)]
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(4)]
    for process in processes:  # each is ready and waits for a byte
        assert process.stdin
        process.stdin.write("!")
        process.stdin.flush()
    names = {process.communicate(timeout=60)[0].strip() for process in processes}
    assert names == {place.read_text().strip()}


@pytest.mark.clause("C-SEC-1")
def test_a_token_is_written_to_disk_only_on_request(make_side: Any, service: Any, tmp_path: Path) -> None:
    make_side("sync", service.handle).call("connect")
    assert "nmv_usr" not in "".join(f.read_text() for f in tmp_path.rglob("*") if f.is_file())
    kept = tmp_path / "token"
    for _ in range(2):
        make_side("sync", service.handle, token_file=kept).call("connect")
    assert kept.read_text() == "nmv_usr_2\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert service.tokens == 2


@pytest.mark.clause("C-SEC-1")
def test_no_repr_and_no_address_holds_the_token(
    make_side: Any, service: Any, tmp_path: Path, kit: Any
) -> None:
    service.draft = kit.CANONICAL
    side = make_side("sync", service.handle)
    side.chat()
    side.call("export", tmp_path / "f.mp4")
    side.call("claim_link")
    context = side.client.context
    shown = f"{context!r} {context.request('GET', '/x')!r} {side.notices!r}"
    assert "nmv_usr" not in shown
    assert all("nmv_usr" not in str(r.url) for r in service.requests)


@pytest.mark.clause("C-ATT-1")
def test_every_request_bears_bearer_and_attribution(
    make_side: Any, service: Any, kit: Any, tmp_path: Path
) -> None:
    service.draft = kit.CANONICAL
    skill = Attribution("professional-video", "1.2.3", "clawhub")
    side = make_side("sync", service.handle, attribution=skill)
    clip = tmp_path / "a.mp4"
    clip.write_bytes(b"x")
    side.call("upload", clip)
    side.chat()
    side.call("credits")
    side.call("claim_link")
    side.call("export", tmp_path / "f.mp4")
    token_request, *others = [r for r in service.requests if r.url.host == "service.test"]
    assert "authorization" not in token_request.headers
    for request in others:
        assert request.headers["authorization"] == "Bearer nmv_usr_first"
    for request in (token_request, *others):
        assert request.headers["x-skill-source"] == "professional-video"
        assert request.headers["x-skill-version"] == "1.2.3"
        assert request.headers["x-skill-platform"] == "clawhub"


FRONT_MATTERS = {
    "---\nname: video\nversion: 1.0\n---\nbody": ("video", "1.0"),
    "\ufeff---\r\nname: \"vi: \\\"deo\"\r\nversion: '1''0'\r\n---\r\n": ('vi: "deo', "1'0"),
    "---\rname: a # note\rversion:   2   \r---\r": ("a", "2"),
    "---\nmetadata:\n  name: inner\n  version: 9\nname: outer\n---\n": ("outer", "0.1.0"),
    "no front matter\nname: x\n": ("nemoclient", "0.1.0"),
    "---\nname: never closed\n": ("nemoclient", "0.1.0"),
    "---\nname:\nversion: ''\n---\n": ("nemoclient", "0.1.0"),
    "": ("nemoclient", "0.1.0"),
}


@pytest.mark.clause("C-ATT-1")
@pytest.mark.parametrize("text", FRONT_MATTERS)
def test_name_and_version_come_from_the_front_matter(tmp_path: Path, text: str) -> None:
    skill = tmp_path / "SKILL.md"
    skill.write_bytes(text.encode())
    found = from_skill_file(skill, {})
    assert (found.name, found.version, found.platform) == (*FRONT_MATTERS[text], "unknown")


@pytest.mark.clause("C-ATT-1")
@pytest.mark.parametrize(
    ("path", "environment", "platform"),
    [
        ("~/.clawhub/skills/video/SKILL.md", {}, "clawhub"),
        ("~/.cursor/skills/video/SKILL.md", {}, "cursor"),
        ("~/.cursor/other/SKILL.md", {}, "unknown"),
        ("/opt/SKILL.md", {}, "unknown"),
        (None, {}, "unknown"),
        ("~/.clawhub/SKILL.md", {"SKILL_SOURCE": "mine"}, "mine"),
        (None, {"SKILL_SOURCE": "  "}, "unknown"),
    ],
)
def test_the_platform_is_named_or_reported_by_the_install_path(
    path: str | None, environment: dict[str, str], platform: str
) -> None:
    assert platform_of(path, environment) == platform


def test_attribution_is_safe_for_the_wire_whatever_it_holds(make_side: Any, service: Any) -> None:
    skill = Attribution("视频\r\nX-Evil: 1", "", "\udce9")
    make_side("sync", service.handle, attribution=skill).call("connect")
    headers = service.requests[0].headers
    assert headers["x-skill-source"] == "%E8%A7%86%E9%A2%91%0D%0AX-Evil: 1"
    assert headers["x-skill-version"] == "unknown"
    assert headers["x-skill-platform"] == "%3F"


def test_a_front_matter_of_megabytes_is_not_read(tmp_path: Path) -> None:
    assert front_matter("---\n" + "x" * 100 + "\n---\n") == {}
    with pytest.raises(OSError, match="nowhere"):
        from_skill_file(tmp_path / "nowhere")


@pytest.mark.clause("C-SEC-1", "REN-9")
def test_a_redirect_does_not_carry_the_token_to_another_host(
    side: Any, service: Any, kit: Any, tmp_path: Any
) -> None:
    service.draft = kit.CANONICAL
    own = f"{kit.BASE}/files/film.mp4"
    service.first(
        "GET /api/render/proxy/lambda",
        lambda _: httpx.Response(200, json=kit.finished("r", url=own)),
    )
    service.first(
        "GET /files/", lambda _: httpx.Response(302, headers={"location": "http://other.test/x.mp4"})
    )
    side.call("export", tmp_path / "f.mp4")
    ours, other = service.requests[-2:]
    assert (ours.url.host, other.url.host) == ("service.test", "other.test")
    assert "authorization" in ours.headers
    assert "authorization" not in other.headers


def test_a_call_that_redirects_is_not_followed(make_side: Any, service: Any, kit: Any) -> None:
    service.first(
        "POST /run_sse", lambda _: httpx.Response(307, headers={"location": "http://other.test/run_sse"})
    )
    side = make_side("sync", service.handle)
    with pytest.raises(Exception, match="cannot be understood"):
        side.chat()
    assert all(r.url.host == "service.test" for r in service.requests)


def test_a_language_may_be_left_out(make_side: Any, service: Any, kit: Any) -> None:
    make_side("sync", service.handle, language=None).call("connect")
    assert service.sent("/tasks")[0].content == b'{"task_name":"project"}'


def test_a_token_that_another_call_has_renewed_is_not_renewed_again(
    make_side: Any, service: Any, kit: Any
) -> None:
    side = make_side("sync", service.handle)
    side.call("connect")

    def meanwhile(_: httpx.Request) -> httpx.Response:
        side.client.context.token = "nmv_usr_newer"
        return kit.refusal(1001)  # type: ignore[no-any-return]

    service.first("GET /credits", meanwhile)
    side.call("credits")
    assert service.tokens == 1
    assert service.requests[-1].headers["authorization"] == "Bearer nmv_usr_newer"


def test_an_instant_clock_runs_and_skips_every_wait() -> None:
    clock = InstantClock()
    before = clock.now()
    clock.sleep(600)
    assert 600 <= clock.now() - before < 660


def test_a_clock_of_the_system_is_the_default() -> None:
    with NemoClient("http://x.test") as client:
        before = client._clock.now()
        client._clock.sleep(0)
        assert 1_700_000_000 < before <= client._clock.now()
