"""Judges a server without control API with one stored account: the live service or a stand-in."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import httpx

from nemocontract import suite
from nemocontract.environments.replay_target import remote_target
from nemocontract.http.api_client import ApiAccount
from nemocontract.http.case import Case
from nemocontract.http.recorder import ApiRecorder
from nemocontract.http.run import Budget, run_cases
from nemocontract.http.target import Target
from nemocontract.live.opt_in import address, check_consent, is_live
from nemocontract.live.recording import Recording
from nemocontract.live.throttle import MOST, PAUSE_S, ThrottledTransport, wall_ms
from nemocontract.live.token_store import stored_account
from nemocontract.results import RunResult
from nemocontract.suite import SuiteOptions, chosen_cases

# Case modules, the most informative first: the number of requests is limited.
_ORDER = (
    *("tokens", "streams", "states", "sessions", "uploads", "credits", "envelopes", "exports"),
    *("access", "replies", "edit-instructions", "malformed"),
)
_TIMEOUT = httpx.Timeout(16 * 60.0, connect=10.0)  # SSE-7: a stream may take a quarter of an hour


def judge_live(
    url: str,
    wanted: SuiteOptions,
    *,
    max_credits: int = 0,
    record_to: Path | None = None,
    env: Mapping[str, str],
    max_requests: int = MOST,
    pause_s: float = PAUSE_S,
    sleep: Callable[[float], None] = time.sleep,
    now_ms: Callable[[], int] = wall_ms,
    transport: httpx.BaseTransport | None = None,
) -> RunResult:
    """Judge the live service (``url`` is ``live`` or its address) by the cases that need no control API.

    ``max_credits`` is what cases may spend together; ``record_to`` a file for the masked recording.
    ``env`` has NEMO_LIVE, NEMO_API_URL, NEMO_TOKEN and HOME. Raise SuiteError, before any request
    is sent if the user has not opted in.
    """
    check_consent(env)
    base, run_result = address(url, env), RunResult(url, "the server", wanted.seed)
    polite = ThrottledTransport(
        transport or httpx.HTTPTransport(), pause_s=pause_s, most=max_requests, sleep=sleep, now_ms=now_ms
    )
    began_s = time.perf_counter()
    with (
        Recording(record_to) if record_to else nullcontext() as recording,
        httpx.Client(transport=polite, timeout=_TIMEOUT, trust_env=False) as http,
    ):
        target = Target(url, base, http, now_ms)
        recorder = ApiRecorder(target, run_result, "token")
        recorder.watchers += [recording] if recording else []
        account = stored_account(recorder, env)
        run_cases(
            target,
            _in_order(wanted),
            run_result,
            seed=wanted.seed,
            profile=wanted.profiles[0],
            shared_account=account,
            allowance=Budget(credits=_affordable(account, max_credits)),
            watch=recording,
        )
    run_result.took_s = time.perf_counter() - began_s
    return run_result


def _affordable(account: ApiAccount, max_credits: int) -> int:
    """Return how many credits may be spent: no more than are available, or cases would fail."""
    if not max_credits:
        return 0
    response = account.credits().data.get("available")
    return min(max_credits, int(response)) if isinstance(response, int | float) else 0


def _in_order(wanted: SuiteOptions) -> list[Case]:
    families = {name: place for place, name in enumerate(_ORDER)}
    return sorted(chosen_cases(wanted), key=lambda one: families.get(one.name.partition(".")[0], len(_ORDER)))


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
