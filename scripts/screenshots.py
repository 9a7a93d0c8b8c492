"""Remakes the pictures of the README: the pages of a small project in Chromium."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from nemofake import running

ROOT = Path(__file__).parents[1]
_SCRIPT = ROOT / "fake_backend/tests/browser_tools/screenshots.mjs"
_PICTURES = ROOT / "docs/pictures"


def main() -> int:
    """Write the pictures; return 2 if Chromium or Node is missing."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    node = shutil.which("node")
    if chromium is None or node is None:
        print("needs Chromium and Node: install them, then run `make screenshots` again", file=sys.stderr)
        return 2
    _PICTURES.mkdir(exist_ok=True)
    with running(port=8787) as server:
        command = [node, str(_SCRIPT), server.base_url, str(_PICTURES)]
        return subprocess.run(command, env={**os.environ, "CHROMIUM": chromium}, check=False).returncode  # noqa: S603  # this script's own file


if __name__ == "__main__":
    sys.exit(main())
