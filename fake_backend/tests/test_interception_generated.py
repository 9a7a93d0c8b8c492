"""A client whose types are generated from /openapi.json reaches the fake under the production host's name."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from nemofake import running

TOOLS = Path(__file__).parent / "openapi_tools" / "node_modules" / ".bin"
CLIENT = """
import type { components, paths } from './api';

type Body<P extends keyof paths, M extends keyof paths[P]> = paths[P][M] extends
  { responses: { 200: { content: { 'application/json': infer B } } } } ? B : never;
const HOST = 'https://mega-api-prod.nemovideo.ai';
const issue = '/api/auth/anonymous-token' satisfies keyof paths;
const balance = '/api/credits/balance/simple' satisfies keyof paths;

async function main(): Promise<void> {
  const issued = await fetch(HOST + issue, { method: 'POST', headers: { 'X-Client-Id': 'generated' } });
  const token: components['schemas']['Token'] = ((await issued.json()) as Body<typeof issue, 'post'>).data;
  const answer = await fetch(HOST + balance, { headers: { Authorization: `Bearer ${token.token}` } });
  const credits = ((await answer.json()) as Body<typeof balance, 'get'>).data;
  console.log(`${credits?.available} of ${credits?.total}`);
}
main();
"""


def run(*words: str | Path, folder: Path) -> str:
    done = subprocess.run(words, cwd=folder, env={**os.environ}, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_client_generated_from_openapi_reaches_the_fake(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None or not (TOOLS / "tsc").exists():
        pytest.skip("needs node, and npm at set-up time (make installs these tools)")
    with running(intercept=True) as fake:
        document = httpx.get(f"{fake.url}/openapi.json").content
        (tmp_path / "openapi.json").write_bytes(document)
        (tmp_path / "client.ts").write_text(CLIENT, encoding="utf-8")
        run(TOOLS / "openapi-typescript", "openapi.json", "-o", "api.ts", folder=tmp_path)
        options = ("--strict", "--target", "es2022", "--module", "commonjs", "--lib", "es2022,dom")
        run(TOOLS / "tsc", *options, "client.ts", folder=tmp_path)
        assert run(node, "client.js", folder=tmp_path) == "100 of 100\n"
        assert [fake.count(name, code=0) for name in ("token.issue", "credits")] == [1, 1]
