"""One token, asked for once and used for as long as it is good (AUTH-3): kept in a private file."""

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
    """A token as the file has it; ``expires_at`` as the server told it."""

    base_url: str
    client_id: str
    token: str
    user_id: str
    expires_at: str

    def good_at(self, now_ms: int) -> bool:
        """Tell whether it will last for a while from now."""
        try:
            ends = datetime.fromisoformat(self.expires_at)
        except ValueError:
            return False
        ends = ends if ends.tzinfo else ends.replace(tzinfo=UTC)
        return ends.timestamp() * 1000 - now_ms > _SPARE_MS


def file_in(env: Mapping[str, str]) -> Path:
    """Return where the token is kept."""
    home = env.get("HOME")
    return (Path(home) if home else Path.home()) / ".config/nemovideo/contract_token.json"


def stored_account(recorder: ApiRecorder, env: Mapping[str, str]) -> ApiAccount:
    """Return the account to work with: NEMO_TOKEN's where it is set, else the kept one, else a new one.

    Raise CouldNotRunError where no token is to be had.
    """
    if response := env.get("NEMO_TOKEN"):
        return ApiAccount(recorder, response)
    path = file_in(env)
    kept = _read(path)
    mine = kept.get(recorder.target.url)
    if mine is None or not mine.good_at(recorder.target.now_ms()):
        mine = _new(recorder, mine.client_id if mine else str(uuid4()))
        _write(path, {**kept, mine.base_url: mine})
    return ApiAccount(recorder, mine.token, mine.user_id)


def _new(recorder: ApiRecorder, client_id: str) -> StoredToken:
    try:
        exchange = request_token(recorder, client_id)
    except httpx.TransportError as error:
        raise SuiteError(f"nobody answers at {recorder.target.url}: {type(error).__name__}") from None
    payload = {name: exchange.data.get(name) for name in ("token", "user_id", "expires_at")}
    if not exchange.succeeded or not all(isinstance(value, str) and value for value in payload.values()):
        raise SuiteError(_why(exchange))
    return StoredToken(
        recorder.target.url, client_id, **{name: str(value) for name, value in payload.items()}
    )


def _why(exchange: Exchange) -> str:
    if exchange.code == httpx.codes.TOO_MANY_REQUESTS:
        return (
            f"no token was to be had (429); {retry_after_text(httpx.Headers(dict(exchange.answer_headers)))}"
        )
    return f"no token was to be had: status {exchange.status}, code {exchange.code}"


# -- the file --------------------------------------------------------------------------------------


def _read(path: Path) -> dict[str, StoredToken]:
    """Return what is kept, by the servers' addresses."""
    try:
        payload = json.loads(path.read_text(encoding="utf-8"))
        return {one.base_url: one for one in map(_kept, payload["tokens"])}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SuiteError(f"{path} cannot be read ({type(error).__name__}); remove it") from None


def _kept(value: Any) -> StoredToken:
    return StoredToken(**{field.name: str(value[field.name]) for field in fields(StoredToken)})


def _write(path: Path, kept: Mapping[str, StoredToken]) -> None:
    """Write the file in one go, for nobody else to read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    passing = path.with_name(f"{path.name}.{uuid4().hex}")
    text = json.dumps({"tokens": [asdict(one) for one in kept.values()]}, indent=1)
    with os.fdopen(os.open(passing, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    passing.replace(path)
