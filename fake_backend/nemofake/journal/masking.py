"""Masks secrets and the server's own address: the only place that decides what a reader sees (C-SEC-1)."""

from __future__ import annotations

import re
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterable

BASE = "http://nemofake"
_NAME = "nemofake"
_PREFIXES = ("nmv_usr_", "clm_")
_SECRET_HEADER = re.compile(r"authorization|cookie|token|secret|api-?key", re.IGNORECASE)
_SCHEMES = frozenset({"bearer", "basic", "digest", "token"})
_SHORTEST_SECRET = 8  # a shorter credential found elsewhere is more likely a word than a leak

# A token may be spelled with percent signs (%5F, %255F) or escapes (\u005f, \\x5f), in any letter.
# Only a whole run of backslashes counts: a body of nothing else must not cost the square of its length.
_ESCAPE = r"%(?:25)*|(?<!\\)\\++(?:u00|x)"
_TAIL_HEX = "2[dD]|5[fF]|3[0-9]|[46][1-9a-fA-F]|[57][0-9aA]"
_DECODE = re.compile(rf"(?:{_ESCAPE})([0-9a-fA-F]{{2}})")
# At least one digit or sign among eight: "bearer authentication" in a sentence is not a secret.
_BEARER = (
    r"(?P<scheme>(?i:bearer)(?:\s|\+|%(?:25)*20|%(?:25)*09)+)"
    r"(?P<credential>(?=[A-Za-z]*[0-9._~+/=-])[A-Za-z0-9._~+/=-]{8,}+(?!\*))"
)


def _either(char: str, *, spelled: bool) -> str:
    """Return a pattern for one character, with its escaped spellings if ``spelled``."""
    if not spelled:
        return re.escape(char)
    digits = "".join(f"[{d}{d.upper()}]" if d.isalpha() else d for d in f"{ord(char):02x}")
    return rf"(?:{re.escape(char)}|(?:{_ESCAPE}){digits})" if ord(char) < 256 else re.escape(char)


def _word(text: str, *, spelled: bool) -> str:
    return "".join(_either(char, spelled=spelled) for char in text)


def _hosts(origin: str) -> tuple[str, ...]:
    """Return the spellings under which clients reach one loopback server."""
    netloc = urlsplit(origin).netloc
    _, colon, port = netloc.rpartition(":")
    if not (colon and port.isdigit()):
        return (netloc,) if netloc else ()
    return tuple(dict.fromkeys((netloc, f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}")))


def _pattern(hosts: tuple[str, ...], secrets: tuple[str, ...], *, spelled: bool) -> re.Pattern[str]:
    tail = rf"(?:[A-Za-z0-9_-]|(?:{_ESCAPE})(?:{_TAIL_HEX}))+" if spelled else "[A-Za-z0-9_-]+"
    prefixes = "|".join(_word(prefix, spelled=spelled) for prefix in _PREFIXES)
    parts = [rf"(?P<token>(?:{prefixes}){tail})", _BEARER]
    if secrets:
        longest_first = sorted(secrets, key=len, reverse=True)
        parts.insert(0, f"(?P<secret>{'|'.join(_word(text, spelled=spelled) for text in longest_first)})")
    if hosts:
        parts.append(rf"(?P<host>{'|'.join(_word(host, spelled=spelled) for host in hosts)})(?!\d)")
    return re.compile("|".join(parts))


def _decoded(text: str) -> str:
    return _DECODE.sub(lambda found: chr(int(found[1], 16)), text)


def _masked(secret: str) -> str:
    """Return the secret's stand-in: its known prefix, three stars, four digits that identify it."""
    plain = _decoded(secret)
    digest = blake2b(plain.encode("utf-8", "surrogatepass"), digest_size=2).hexdigest()
    prefix = next((prefix for prefix in _PREFIXES if plain.startswith(prefix)), "")
    return f"{prefix}***{digest}"


def _stand_in(found: re.Match[str]) -> str:
    groups = found.groupdict()
    if groups.get("host"):
        return _NAME
    if groups.get("credential"):
        return f"{groups['scheme']}{_masked(groups['credential'])}"
    return _masked(found[0])


class Mask:
    """Masks texts and JSON values; the same secret always gets the same stand-in, however spelled.

    ``origin`` is the server's own base URL; ``secrets`` are credentials of no known form.
    """

    __slots__ = ("_host", "_plain", "_spelled")

    def __init__(self, origin: str = "", secrets: Iterable[str] = ()) -> None:
        hosts, kept = _hosts(origin), tuple(text for text in secrets if text)
        self._plain = _pattern(hosts, kept, spelled=False)
        self._spelled = _pattern(hosts, kept, spelled=True)
        self._host = re.compile(rf"(?:{'|'.join(map(re.escape, hosts))})(?!\d)") if hosts else None

    def _pattern_for(self, text: str) -> re.Pattern[str]:
        escaped = "%" in text or "\\" in text  # the plain pattern is several times faster
        return self._spelled if escaped else self._plain

    def text(self, text: str) -> str:
        """Return the text without secrets and without the server's address."""
        return self._pattern_for(text).sub(_stand_in, text)

    def data(self, data: bytes) -> bytes:
        """Return bytes of no known encoding without secrets; every byte stands for itself."""
        return self.text(data.decode("latin-1")).encode("latin-1")

    def pieces(self, pieces: list[str]) -> list[str]:
        """Mask the parts of one text, so that a secret cut by their borders is found as well.

        As many parts come back; the one where a secret begins holds its stand-in.
        """
        whole = "".join(pieces)
        matches = self._pattern_for(whole).finditer(whole)
        found = [(m.start(), m.end(), _stand_in(m)) for m in matches]
        if not found:
            return pieces
        masked, start = [], 0
        for piece in pieces:
            masked.append(_cut(piece, start, found))
            start += len(piece)
        return masked

    def value(self, value: Any) -> Any:
        """Return a JSON value with every text in it masked, keys included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        return value

    def shift(self, data: bytes) -> int:
        """Return by how much the data's length changes when the server's address gets its fixed name."""
        if self._host is None:
            return 0
        return sum(len(_NAME) - len(m[0]) for m in self._host.finditer(data.decode("latin-1")))


def _cut(piece: str, start: int, found: list[tuple[int, int, str]]) -> str:
    """Return one part of a text that begins at ``start``, with the spans found in the whole taken out."""
    kept, at, end = [], start, start + len(piece)
    for first, last, stand_in in found:
        if last <= start or first >= end:
            continue
        kept.append(piece[at - start : max(first - start, 0)])
        if first >= start:
            kept.append(stand_in)
        at = min(last, end)
    kept.append(piece[at - start :])
    return "".join(kept)


@lru_cache(maxsize=1024)
def is_secret_header(name: str) -> bool:
    """Tell whether a header's value is a secret whatever it holds: Authorization, cookies, admin tokens."""
    return _SECRET_HEADER.search(name) is not None


def split_credential(value: str) -> tuple[str, str]:
    """Split a secret header's value into what may be shown (``Bearer `` or nothing) and the secret."""
    scheme, space, rest = value.partition(" ")
    return (scheme + space, rest) if rest and scheme.lower() in _SCHEMES else ("", value)


def mask_credential(value: str) -> str:
    """Return a secret header's value with the secret masked, and the scheme left readable."""
    shown, secret = split_credential(value)
    return shown + _masked(secret) if secret else shown


def literal_secrets(values: Iterable[str]) -> tuple[str, ...]:
    """Return the credentials among secret header values that only a literal search can find again."""
    secrets = (split_credential(value)[1] for value in values)
    found = {text for text in secrets if len(text) >= _SHORTEST_SECRET and not text.startswith(_PREFIXES)}
    return tuple(sorted(found))


@lru_cache(maxsize=256)
def mask_for(origin: str, secrets: tuple[str, ...]) -> Mask:
    """Return the mask for these arguments, made once."""
    return Mask(origin, secrets)
