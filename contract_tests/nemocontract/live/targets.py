"""Resolves ``--target``: the live service with its limits, or any other server."""

from __future__ import annotations

import os
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import httpx

from nemocontract import suite
from nemocontract.environments.replay_target import remote_target
from nemocontract.live.judge import judge_live
from nemocontract.live.opt_in import is_live
from nemocontract.live.recording import Recording
from nemocontract.live.throttle import ThrottledTransport
from nemocontract.results import RunResult
from nemocontract.suite import SuiteOptions


def judge_target(
    url: str,
    wanted: SuiteOptions,
    *,
    max_credits: int,
    max_requests: int,
    record_to: Path | None,
    polite: bool,
) -> RunResult:
    """Judge the server at this address, or ``live``; raise ValueError or SuiteError if that is impossible.

    The live service is always recorded, by default to a new file in the working directory.
    """
    if is_live(url):
        file = record_to or Path(f"nemo-live-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.ndjson")
        return judge_live(
            url,
            wanted,
            max_credits=max_credits,
            max_requests=max_requests,
            record_to=file,
            env=os.environ,
        )
    transport = ThrottledTransport(httpx.HTTPTransport(), most=max_requests) if polite else None
    with (
        Recording(record_to) if record_to else nullcontext() as recording,
        remote_target(url, transport) as target,
    ):
        return suite.judge_server(target, wanted, max_credits=max_credits, watch=recording)
