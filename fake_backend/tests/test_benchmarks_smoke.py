"""The benchmarks run and say what they measured; how fast anything is, no test asserts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MEASURED = {
    "journey, engine alone",
    "steps of journeys",
    "credits, engine alone",
    "client, import",
    "client call, credits",
    "client call, chat",
    "commands",
    "start with 1,000 commands",
}


def test_a_quick_run_prints_a_table_and_writes_what_it_printed(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    flags = ("--quick", "--only", "engine", "client", "storage", "--json", str(file))
    table = subprocess.run(
        [sys.executable, "-m", "benchmarks", *flags],
        cwd=ROOT,
        check=True,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    ).stdout
    record = json.loads(file.read_text(encoding="utf-8"))
    assert {row["measured"] for row in record["rows"]} == MEASURED
    assert all(value > 0 for row in record["rows"] for value in row["median"].values())
    assert all(name in table for name in MEASURED)
    assert record["machine"]["python"] in table
