"""The reference client as a subject, over sockets or stepped; its texts are what its terminal would show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nemoclient import Attribution, NemoClient, Notice, Notices, Timeouts
from nemocontract.subject import Setting

_QUICK = Timeouts(connect_s=5.0, answer_s=120.0, tick_s=0.25)


class Reference:
    """The reference client; ``client`` may be replaced by one with another driver."""

    def __init__(self) -> None:
        self._client: NemoClient | None = None

    def make(self, setting: Setting, **told: Any) -> NemoClient:
        """Return the client; subclasses give it another transport."""
        return NemoClient(setting.api_url, **told)

    def open(self, setting: Setting) -> None:
        """Make a client for this setting; nothing of this machine's environment is in it."""
        self._home = setting.home
        told = {
            "token": setting.token,
            "attribution": Attribution(platform=setting.environment["SKILL_SOURCE"]),
            "clock": setting.clock,
            "timeouts": _QUICK,
            "language": setting.language,
            "client_id_file": setting.home / ".config/nemovideo/client_id",
        }
        client = self._client = self.make(setting, **told)
        client.context.token, client.context.client_id = setting.token, ""
        client.context.web_url = setting.web_url

    def say(self, line: str) -> Iterator[str]:
        """Say a line, and yield what the client shows."""
        assert self._client is not None, "opened first"
        notices: Notices[Any] = self._client.ask(self._placed(line), self._home / "export.mp4")
        try:
            for notice in notices:
                yield shown(notice)
        finally:
            notices.close()

    def close(self) -> None:
        """Close every connection."""
        if self._client is not None:
            self._client.close()

    def _placed(self, line: str) -> str:
        """Return a line in which files of the home are named in full."""

        def full(word: re.Match[str]) -> str:
            path = self._home / word[0]
            return str(path) if path.is_file() else word[0]

        return re.sub(r"[^\s/\"“”]+\.\w+", full, line)


def shown(notice: Notice) -> str:
    """Return a notice as it stands on a screen: pieces of a reply run on, all else has its own line."""
    return notice.text if notice.kind == "text" else f"\n{notice.text}\n"
