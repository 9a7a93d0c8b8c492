"""Runs cases on a target, each in a new world if there is a control API."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass

import httpx

from nemocontract.http.api_client import ApiAccount
from nemocontract.http.case import (
    Case,
    CaseAbortedError,
    CaseContext,
    RequestBudgetExceededError,
    TokenLimitReachedError,
)
from nemocontract.http.recorder import ApiRecorder, Watch
from nemocontract.http.target import NoControlError, Target
from nemocontract.results import RunResult

_OUR_RULES = {"clock": "auto"}


@dataclass(frozen=True, slots=True)
class Budget:
    """How many new tokens and credits cases may use on a target without control API."""

    tokens: int = 0
    credits: int = 0


def run_cases(
    target: Target,
    cases: Iterable[Case],
    run_result: RunResult,
    *,
    seed: int = 42,
    profile: str = "",
    shared_account: ApiAccount | None = None,
    allowance: Budget = Budget(),
    watch: Watch | None = None,
    start: Watch | None = None,
) -> None:
    """Run cases; record in ``tally`` what they found, and which were skipped and why.

    ``shared_account`` is used by all cases on a target without control API. Without one, the first account
    that a case makes is shared: an address gets few tokens (AUTH-4). ``watch`` receives every exchange at
    its end, ``start`` a stream's exchange when it starts.
    """
    left = allowance
    for one in cases:
        if (reason := _obstacle(one, target, left)) is not None:
            run_result.skip(one.name, one.clauses, reason)
            continue
        left = Budget(left.tokens - one.tokens, left.credits - one.cost)
        settings = {**_OUR_RULES, "seed": seed, "profile": profile, **one.world}
        try:
            world = target.fresh(f"case-{one.name}"[:64], **settings) if target.has_control else target
        except NoControlError as error:
            run_result.add_harness_error(one.name, str(error))
            continue
        recorder = ApiRecorder(world, run_result, one.name, _replay(one, target, seed, profile))
        recorder.watchers += [watch] if watch else []
        recorder.starters += [start] if start else []
        ctx = CaseContext(
            recorder,
            None
            if shared_account is None
            else ApiAccount(recorder, shared_account.token, shared_account.user_id),
        )
        _run(one, ctx, run_result)
        shared_account = shared_account or (None if target.has_control else ctx.account_in_use)


def _replay(one: Case, target: Target, seed: int, profile: str) -> str:
    at = "" if target.name == "fake" else f" --target {target.name}"
    wearing = f" --profile {profile}" if profile else ""
    return f"nemofake verify --server{at} --only {one.name} --seed {seed}{wearing}"


def _obstacle(one: Case, target: Target, left: Budget) -> str | None:
    if target.has_control:
        return None
    if one.control:
        return "needs the control API, which this server does not have"
    if one.tokens > max(left.tokens, 0):
        return f"needs {one.tokens} new anonymous tokens, and this server issues ten a week"
    if one.cost > max(left.credits, 0):
        return f"may cost {one.cost} credits; of --max-credits {max(left.credits, 0)} are left"
    return None


def _run(one: Case, ctx: CaseContext, run_result: RunResult) -> None:
    run_result.played.append(one.name)
    try:
        one.run(ctx)
    except CaseAbortedError:
        return  # already recorded
    except TokenLimitReachedError:
        run_result.played.remove(one.name)
        run_result.skip(one.name, one.clauses, "this server gives no more anonymous tokens this week")
    except RequestBudgetExceededError as stopped:
        run_result.played.remove(one.name)
        run_result.skip(one.name, one.clauses, str(stopped))
    except httpx.TransportError as error:
        clause = one.clauses[0]
        ctx.check(clause, False, "an answer to every request", f"{type(error).__name__}: {error}")
    except NoControlError as error:
        run_result.add_harness_error(one.name, str(error))
    except Exception:  # noqa: BLE001  a fault of the suite, not one of the server
        run_result.add_harness_error(one.name, traceback.format_exc(limit=-6))
