"""What the suite asks of a client in Python, shown with the reference client as the one under test.

Put your own client in its place, and run `nemofake verify --client my_subject:MySubject` beside this file.
"""

from collections.abc import Iterator

from nemoclient import Attribution, NemoClient
from nemocontract.client_adapter import ClientConfig


class MySubject:
    """Made once for each client test, without arguments; afterwards it is closed, whatever has happened."""

    def open(self, setting: ClientConfig) -> None:
        """Get ready: where the service is, who the user is, whose time it is, where files are."""
        self.home = setting.home
        self.client = NemoClient(
            setting.api_url,
            setting.token or None,  # empty: the client has to ask for a token itself
            clock=setting.clock,  # every wait goes by it, so that no client test takes real minutes
            attribution=Attribution(platform=setting.environment["SKILL_SOURCE"]),
            language=setting.language,
            client_id_file=setting.home / ".config/nemovideo/client_id",
        )

    def say(self, line: str) -> Iterator[str]:
        """Do what the line asks for, and yield what the user reads as soon as it is there."""
        words = [str(self.home / word) if (self.home / word).is_file() else word for word in line.split(" ")]
        for notice in self.client.ask(" ".join(words), self.home / "film.mp4"):
            yield notice.text if notice.kind == "text" else f"\n{notice.text}\n"

    def close(self) -> None:
        """Let go of every connection."""
        self.client.close()
