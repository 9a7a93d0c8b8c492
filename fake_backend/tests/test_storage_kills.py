"""`kill -9` at random points under load: what was acknowledged is there, once, and nothing is half.

`make kills` runs 500 of them; NEMOFAKE_KILLS sets another number.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .kill_helpers import CLIENTS, Load, check, register, server

KILLS = int(os.environ.get("NEMOFAKE_KILLS", "5"))
ROUNDS = 25  # kills of one database, before the next begins anew


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("first", range(0, KILLS, ROUNDS))
def test_nothing_acknowledged_is_lost_however_often_the_server_is_killed(tmp_path: Path, first: int) -> None:
    users, kept = [], 0
    with server(tmp_path) as (url, _):
        users = [register(url, nth) for nth in range(CLIENTS)]
    for seed in range(first, min(first + ROUNDS, KILLS)):
        with server(tmp_path) as (url, kill):
            kept = check(url, users)
            load = Load(url, users, seed, kill)
            load.run()
            assert load.errors == []
    with server(tmp_path) as (url, _):
        assert check(url, users) >= kept > 0
    print(f"{kept} acknowledged things are there after {min(ROUNDS, KILLS - first)} kills")
