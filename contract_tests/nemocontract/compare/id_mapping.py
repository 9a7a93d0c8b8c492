"""Maps the recording's ids and secrets to the fake's, learned from pairs of answers."""

from __future__ import annotations

import re
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import httpx

from nemocontract.compare.fact import label
from nemocontract.masking import STARS
from nemocontract.recording import below_base

_NO_IDS: Final = ("a text", "a time")


class IdMapping:
    """Learns from pairs of answers, and translates requests."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._paths: dict[str, str] = {}

    def learn(self, recorded: Any, fake: Any) -> None:
        """Learn every id that is at the same place in two answers."""
        if isinstance(recorded, dict) and isinstance(fake, dict):
            for key in recorded.keys() & fake.keys():
                self.learn(recorded[key], fake[key])
        elif isinstance(recorded, list) and isinstance(fake, list):
            for one, other in zip(recorded, fake, strict=False):
                self.learn(one, other)
        elif isinstance(recorded, str) and isinstance(fake, str) and not label(recorded).startswith(_NO_IDS):
            self.call(recorded, fake)

    def call(self, recorded: str, fake: str) -> None:
        """Learn one pair of names."""
        self._known.setdefault(recorded, fake)
        if "://" in recorded and "://" in fake:
            for path in (_path(recorded), below_base(_path(recorded))):
                self._paths.setdefault(path, _path(fake))

    def knows(self, recorded: str) -> bool:
        """Return whether this value has a mapping."""
        return recorded in self._known

    def value(self, value: Any) -> Any:
        """Return a JSON value with every known id translated."""
        if isinstance(value, str):
            return self._known.get(value, value)
        if isinstance(value, dict):
            return {key: self.value(item) for key, item in value.items()}
        return [self.value(item) for item in value] if isinstance(value, list) else value

    def path(self, path: str) -> str:
        """Return a path with its segments translated; a known address is translated as a whole."""
        whole = self._paths.get(path)
        return whole or re.sub(r"[^/?&=]+", lambda found: self._known.get(found[0], found[0]), path)

    def credential(self, value: str) -> str:
        """Return an Authorization header with the tokens in it translated."""
        return re.sub(r"\S+", lambda found: self._word(found[0]), value)

    def is_medium(self, path: str) -> bool:
        """Return whether a path belongs to an address from an earlier answer."""
        return path in self._paths

    def _word(self, word: str) -> str:
        for recorded in sorted(self._known, key=len, reverse=True):
            if recorded in word and label(recorded).startswith("a token"):
                return word.replace(recorded, self._known[recorded])
        return word


def client_id(recorded: str) -> str:
    """Return the client id to be used for a recorded one, which may be masked."""
    return str(uuid5(NAMESPACE_URL, recorded)) if STARS in recorded else recorded


def _path(url: str) -> str:
    return httpx.URL(url).raw_path.decode("ascii")
