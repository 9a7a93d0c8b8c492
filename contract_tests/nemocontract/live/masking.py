"""Masks secrets in journal records: the same secret always gets the same placeholder."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any, Final

from nemocontract.masking import STARS, digest, mask_secrets

_SCHEMES: Final = frozenset({"bearer", "basic", "digest", "token"})
_SECRET_HEADER: Final = re.compile(r"authorization|cookie|client-id|secret|api-?key|token", re.IGNORECASE)
_SHORTEST: Final = 8  # a shorter text elsewhere is more likely an ordinary word


class Mask:
    """Masks records one after the other and remembers every secret it has seen."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def record(self, record: dict[str, Any]) -> dict[str, Any]:
        """Return a journal record without its secrets."""
        for side in (record["request"], record["response"] or {}):
            self._learn(side.get("headers", {}))
        payload = {name: value for name, value in record.items() if name not in ("request", "response")}
        return {
            **self.value(payload),
            "request": self._side(record["request"]),
            "response": None if record["response"] is None else self._side(record["response"]),
        }

    def value(self, value: Any) -> Any:
        """Return a JSON value with every text in it masked, keys included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return value

    def text(self, text: str) -> str:
        """Return a text without secrets."""
        for secret in sorted(self._known, key=len, reverse=True):
            text = text.replace(secret, placeholder(secret))
        return mask_secrets(text, digest)

    def _side(self, side: dict[str, Any]) -> dict[str, Any]:
        rest = {name: value for name, value in side.items() if name not in ("headers", "body_base64")}
        headers = {
            name: _header(value) if _SECRET_HEADER.search(name) else self.text(value)
            for name, value in side["headers"].items()
        }
        return {**self.value(rest), "headers": headers, **self._bytes(side.get("body_base64"))}

    def _bytes(self, text: str | None) -> dict[str, str]:
        """Return a body decoded byte by byte (latin-1)."""
        if not text:
            return {}
        clean = self.text(b64decode(text).decode("latin-1"))
        return {"body_base64": b64encode(clean.encode("latin-1")).decode("ascii")}

    def _learn(self, headers: Mapping[str, str]) -> None:
        for name, value in headers.items():
            if _SECRET_HEADER.search(name):
                self._known |= {word for word in _words(name, value) if _worth_knowing(word)}


def placeholder(secret: str) -> str:
    """Return a secret's placeholder: its known prefix, three stars, four hexadecimal digits of its hash."""
    shown = mask_secrets(secret, digest)
    return shown if STARS in shown else STARS + digest(secret)


def _worth_knowing(word: str) -> bool:
    return len(word) >= _SHORTEST and STARS not in word and STARS not in mask_secrets(word)


def _words(name: str, value: str) -> list[str]:
    """Return the secret parts of a header: credentials, values of cookies, or the whole."""
    if "cookie" in name:
        return [pair.partition("=")[2].strip() for pair in value.split(";")[: 1 if "set" in name else None]]
    return [word for word in value.split() if word.lower() not in _SCHEMES]


def _header(value: str) -> str:
    """Return a secret header's masked value; its scheme and spaces stay visible."""
    return re.sub(r"\S+", lambda found: _word(found[0]), value)


def _word(word: str) -> str:
    return word if word.lower() in _SCHEMES or word.startswith(STARS) else placeholder(word)
