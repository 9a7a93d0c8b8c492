"""Opt-in for the live service: nothing is sent unless NEMO_LIVE=1 is set."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import httpx

LIVE_URL: Final = "https://mega-api-prod.nemovideo.ai"
_WORD: Final = "NEMO_LIVE"


class SuiteError(Exception):
    """The suite cannot run; the message says why in one sentence."""


def is_live(url: str) -> bool:
    """Return whether a target is the live service, by that name or by its address."""
    return url == "live" or httpx.URL(url).host == httpx.URL(LIVE_URL).host


def check_consent(env: Mapping[str, str]) -> None:
    """Raise SuiteError unless the environment has NEMO_LIVE=1."""
    if env.get(_WORD) != "1":
        raise SuiteError(f"refusing to contact the live service: set {_WORD}=1 to allow it")


def address(url: str, env: Mapping[str, str]) -> str:
    """Return a target's base URL: for ``live`` NEMO_API_URL or else the production address."""
    reported = (env.get("NEMO_API_URL") or LIVE_URL) if url == "live" else url
    parts = httpx.URL(reported)
    if parts.scheme not in ("http", "https") or not parts.host:
        raise SuiteError(f"{reported!r} is not an http or https URL")
    return reported.rstrip("/")
