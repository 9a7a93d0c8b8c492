"""Schemathesis, an independent reader of /openapi.json: all its checks, stateful too, on a live server."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from nemofake import running
from nemofake.testing import FakeServer

from .http_helpers import Api, wire

CONFIG = Path(__file__).with_name("schemathesis.toml")
BUDGET = 10  # examples of each operation, drawn from a fixed seed
TOKEN = "nmv_usr_test_happy-path.reader"
OLDER = r"^/api/render/proxy/(draft|\{render_id\})$"  # routes of profile `render-nested` only
RUNS = {
    "data plane": ("http-status", "--exclude-path-regex", f"^/__fake__|{OLDER}"),
    "older routes": ("http-status,render-nested", "--include-path-regex", OLDER),
    "control API": ("http-status", "--include-path-regex", "^/__fake__"),
}


def known(fake: FakeServer) -> str:
    """Return values of path parameters that exist, as a part of the configuration."""
    with wire() as client:
        api = Api(fake, client)
        api.token = TOKEN
        files = api.upload(("a.png", PNG)).json()["data"]["files"]
        api.submit("r1")
        api.finished("r1")
    values = {"user": "me", "session_id": api.session_id, "render_id": "r1"}
    values["path"] = urlsplit(files[0]["cdn_url"]).path.removeprefix("/cdn/media/")
    lines = [f'"path.{name}" = {json.dumps(value)}' for name, value in values.items()]
    return "\n".join(["[parameters]", *lines, ""])


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c636060f8cf000003010100c9fe92ef0000000049454e44ae426082"
)


@pytest.mark.clause("ENV-1", "ENV-2", "ENV-3", "ENV-4")
@pytest.mark.parametrize("run", RUNS)
def test_server_and_document_agree_for_schemathesis(run: str, tmp_path: Path) -> None:
    # In the default profile a refused token is a 200 with code 1001 (ENV-3), which no other tool can know.
    profile, *paths = RUNS[run]
    with running(profile=profile, parameters={"tokens_per_ip": 100_000}) as fake:
        config = tmp_path / "schemathesis.toml"
        values = known(fake) if run != "control API" else ""
        config.write_text(values + CONFIG.read_text(encoding="utf-8"), encoding="utf-8")
        words = [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(config)),
            *("run", f"{fake.url}/openapi.json", *paths, "--header", f"Authorization: Bearer {TOKEN}"),
            *("--mode", "all", "--seed", "1", "--max-examples", str(BUDGET)),
            *("--continue-on-failure", "--request-timeout", "20", "--no-color"),
        ]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    phases = ["Coverage", "Fuzzing", "Stateful"]
    for phase in phases[:2] if run == "older routes" else phases:  # those two have no links to each other
        assert f"✅ {phase}" in done.stdout


def test_each_check_that_is_left_out_has_its_reason() -> None:
    *earlier, _last = blocks = CONFIG.read_text(encoding="utf-8").split("[[operations]]")
    assert len(blocks) > 2
    for before in earlier:
        assert before.strip().splitlines()[-1].startswith("# ")
