"""Real downloads for URL uploads, from hosts that a setting names and no others (UPL-6)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ..engine.errors import BackendError
from ..engine.rules import Rules
from ..engine.uploads import check_size, url_filename
from .receiving import Received

if TYPE_CHECKING:
    from httpx import AsyncClient

_TIMEOUT_S = 30.0


async def fetch(url: str, path: Path, rules: Rules) -> Received:
    """Download ``url`` to ``path``; raise 400 where that fails, 4002 where it is too large.

    Redirects are not followed: they could lead to a host that no setting names.
    """
    import httpx  # loaded by the first download: it would cost every start a tenth of a second

    received = Received(url_filename(url), path)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        async with httpx.AsyncClient(timeout=_TIMEOUT_S, trust_env=False) as client:
            await _download(client, url, received, rules)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise BackendError(400, f"field urls: {url[:80]!r} cannot be fetched: {error}") from None
    return received


async def _download(client: AsyncClient, url: str, received: Received, rules: Rules) -> None:
    async with client.stream("GET", url) as answer:
        if answer.status_code != 200:
            raise BackendError(400, f"field urls: {url[:80]!r} answers {answer.status_code}")
        with received.path.open("wb") as out:
            async for chunk in answer.aiter_bytes():
                received.size += len(chunk)
                check_size(received.size, rules.max_upload_bytes, received.filename)
                out.write(chunk)
