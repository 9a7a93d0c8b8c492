"""Render jobs as requests and answers name them (REN-1, REN-7)."""

from __future__ import annotations

from typing import Any

from nemocontract.recording import Exchange


def submit_body(submit: Exchange) -> Any:
    """Return what an export's request says (REN-1)."""
    return submit.body if isinstance(submit.body, dict) else {}


def job_id(submit: Exchange) -> str:
    """Return the id that an export is submitted under."""
    return str(submit_body(submit).get("id", ""))


def may_have_been_taken(request: Exchange) -> bool:
    """Tell whether nobody can know if the service took the request."""
    return request.code is None or (request.status or 0) >= 500 or request.ending != "complete"


def job_status(poll: Exchange) -> str:
    """Return the status that an answer tells (REN-7), in lower case: flat, or nested in ``data``."""
    answer = poll.answer if isinstance(poll.answer, dict) else {}
    matches = answer.get("status") or poll.data.get("status")
    return matches.lower() if isinstance(matches, str) else ""
