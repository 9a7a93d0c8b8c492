"""Stores one anonymous token in a private file and reuses it while it is valid (AUTH-3)."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx

from nemocontract.http.api_client import ApiAccount, request_token
from nemocontract.http.recorder import ApiRecorder
from nemocontract.live.opt_in import SuiteError
from nemocontract.live.throttle import retry_after_text
from nemocontract.recording import Exchange

_SPARE_MS: Final = 3_600_000  # a token that ends within the hour might end within the run


@dataclass(frozen=True, slots=True)
class StoredToken:
    """A token in the file; ``expires_at`` is the server's text."""

    base_url: str
    client_id: str
    token: str
    user_id: str
    expires_at: str

    def good_at(self, now_ms: int) -> bool:
        """Return whether the token stays valid for at least an hour."""
        try:
            ends = datetime.fromisoformat(self.expires_at)
        except ValueError:
            return False
        ends = ends if ends.tzinfo else ends.replace(tzinfo=UTC)
        return ends.timestamp() * 1000 - now_ms > _SPARE_MS


def file_in(env: Mapping[str, str]) -> Path:
    """Return the path of the token file."""
    home = env.get("HOME")
    return (Path(home) if home else Path.home()) / ".config/nemovideo/contract_token.json"


def stored_account(recorder: ApiRecorder, env: Mapping[str, str]) -> ApiAccount:
    """Return the account to use: NEMO_TOKEN's if set, else the stored one, else a new one.

    Raise SuiteError if there is no token.
    """
    if response := env.get("NEMO_TOKEN"):
        return ApiAccount(recorder, response)
    path = file_in(env)
    stored = _read(path)
    known = stored.get(recorder.target.url)
    if known is None or not known.good_at(recorder.target.now_ms()):
        known = _new(recorder, known.client_id if known else str(uuid4()))
        _write(path, {**stored, known.base_url: known})
    return ApiAccount(recorder, known.token, known.user_id)


def _new(recorder: ApiRecorder, client_id: str) -> StoredToken:
    try:
        exchange = request_token(recorder, client_id)
    except httpx.TransportError as error:
        raise SuiteError(f"no answer from {recorder.target.url}: {type(error).__name__}") from None
    payload = {name: exchange.data.get(name) for name in ("token", "user_id", "expires_at")}
    if not exchange.succeeded or not all(isinstance(value, str) and value for value in payload.values()):
        raise SuiteError(_why(exchange))
    return StoredToken(
        recorder.target.url, client_id, **{name: str(value) for name, value in payload.items()}
    )


def _why(exchange: Exchange) -> str:
    if exchange.code == httpx.codes.TOO_MANY_REQUESTS:
        return f"cannot get a token (429); {retry_after_text(httpx.Headers(dict(exchange.answer_headers)))}"
    return f"cannot get a token: status {exchange.status}, code {exchange.code}"


# -- the file --------------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, StoredToken]:
    """Return the stored tokens by server URL."""
    try:
        payload = json.loads(path.read_text(encoding="utf-8"))
        return {one.base_url: one for one in map(_stored, payload["tokens"])}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SuiteError(
            f"{path} cannot be read ({type(error).__name__}): delete the file and try again"
        ) from None


def _stored(value: Any) -> StoredToken:
    return StoredToken(**{field.name: str(value[field.name]) for field in fields(StoredToken)})


def _write(path: Path, stored: Mapping[str, StoredToken]) -> None:
    """Write the file atomically, readable by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    passing = path.with_name(f"{path.name}.{uuid4().hex}")
    text = json.dumps({"tokens": [asdict(one) for one in stored.values()]}, indent=1)
    with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    passing.replace(path)
