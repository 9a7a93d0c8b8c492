"""What a client knows: its settings, and the account and session it has at the moment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from nemoclient import constants, files
from nemoclient.attribution import Attribution, platform_of
from nemoclient.effects import Part, Request


@dataclass(slots=True)
class Context:
    """One client's knowledge; flows read and change it, nothing else does. A repr shows no token."""

    base_url: str
    web_url: str
    attribution: Attribution
    token: str = field(default="", repr=False)
    client_id: str = field(default="", repr=False)
    client_id_file: Path = Path(files.CLIENT_ID_FILE)
    token_file: Path | None = None  # a token is written to disk only where the caller names a file
    language: str | None = "en"
    task_name: str = "project"
    user_id: str = ""
    session_id: str = ""
    task_id: str = ""
    max_download_bytes: int = 4 * 1024**3
    last_render_ms: int = 0  # render ids are made of the time and must differ (REN-4)

    @property
    def anonymous(self) -> bool:
        """Whether this is an anonymous account."""
        return self.user_id.startswith(constants.ANONYMOUS_PREFIX)

    @property
    def registration_url(self) -> str:
        """Where an anonymous user registers and keeps this account's work (section 1, 2001)."""
        return self.web_url + constants.REGISTER_PATH.format(user=quote(self.user_id, safe=""))

    def ours(self, url: str) -> bool:
        """Say whether an address belongs to the service itself, so that the token may go there."""
        return url.startswith(f"{self.base_url}/")

    def headers(self) -> dict[str, str]:
        """Return the headers that every request but the first bears (C-ATT-1)."""
        return {"Authorization": f"Bearer {self.token}", **self.attribution.headers}

    def request(
        self, method: str, path: str, *, json: object = None, parts: tuple[Part, ...] = ()
    ) -> Request:
        """Return a request with bearer and attribution; ``{session}`` in the path is filled in."""
        url = self.base_url + path.format(session=quote(self.session_id, safe=""))
        return Request(method, url, self.headers(), json, parts)


def _credential(name: str, value: str) -> str:
    """Return a value that can stand in a header; the message never shows it (C-SEC-1)."""
    if value.isascii() and value.isprintable() and " " not in value:
        return value
    kind = "a line break" if {"\n", "\r"} & set(value) else "a space or a control character"
    kind = kind if value.isascii() else "a character that is not ASCII"
    raise ValueError(f"the {name} contains {kind}, which no {name} does: copy it again")


def _address(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"not a web address: {url!r}")
    return url.rstrip("/")


def from_environment(
    base_url: str | None = None,
    token: str | None = None,
    attribution: Attribution | None = None,
    environment: Mapping[str, str] | None = None,
) -> Context:
    """Return the settings: arguments first, then the environment, then defaults.

    Raises ``ValueError`` for an address, a token or a client id that cannot be one.
    """
    variables = os.environ if environment is None else environment

    def variable(name: str, default: str = "") -> str:
        return variables.get(name, "").strip() or default

    return Context(
        base_url=_address(base_url or variable("NEMO_API_URL", constants.API_URL)),
        web_url=_address(variable("NEMO_WEB_URL", constants.WEB_URL)),
        attribution=attribution or Attribution(platform=platform_of(None, variables)),
        token=_credential("access token", token or variable("NEMO_TOKEN")),
        client_id=_credential("client id", variable("NEMO_CLIENT_ID")),
    )
