"""Seed to named streams: every number the backend seems to invent comes from here.

A stream is named by what it is for (a client id, a session id and a turn's ordinal …), never by when
it is drawn. So ids and plans do not depend on how the requests of different users interleave, and a
read or a refused command draws nothing.
"""

from __future__ import annotations

from hashlib import blake2b

_WORD_BITS = 64
_WORD_DIGITS = 16


class RandomStream:
    """An endless, reproducible row of numbers, one per call, from one name."""

    __slots__ = ("_counter", "_key")

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._counter = 0

    def _next(self) -> int:
        self._counter += 1
        block = blake2b(self._counter.to_bytes(8, "big"), key=self._key, digest_size=8)
        return int.from_bytes(block.digest(), "big")

    def between(self, low: int, high: int) -> int:
        """Return a whole number, low <= n <= high."""
        return low + self._next() % (high - low + 1)

    def chance(self, share: float) -> bool:
        """Return True in ``share`` (0 to 1) of all draws."""
        return self._next() < int(share * (1 << _WORD_BITS))

    def digits(self, count: int) -> str:
        """Return a decimal string of ``count`` digits that does not start with 0."""
        return str(self.between(10 ** (count - 1), 10**count - 1))

    def hex(self, count: int) -> str:
        """Return ``count`` lower-case hexadecimal digits."""
        blocks = -(-count // _WORD_DIGITS)
        return "".join(f"{self._next():016x}" for _ in range(blocks))[:count]

    def uuid(self) -> str:
        """Return a UUID of version 4 in its usual spelling."""
        value = (self._next() << _WORD_BITS) | self._next()
        value = (value & ~(0xF << 76)) | (4 << 76)
        value = (value & ~(0x3 << 62)) | (2 << 62)
        text = f"{value:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def seed_of(seed: int, name: str) -> int:
    """Return the seed of what is called ``name``: another one for each name."""
    return int.from_bytes(blake2b(f"{seed}\x1f{name}".encode(), digest_size=8).digest(), "big")


class SeededRandom:
    """One seed, from which any number of independent named streams come."""

    __slots__ = ("_key", "seed")

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self._key = blake2b(str(seed).encode(), digest_size=32).digest()

    def stream(self, *names: object) -> RandomStream:
        """Return the stream of this name; the same name gives the same numbers, always."""
        label = "\x1f".join(map(str, names)).encode("utf-8", "surrogatepass")
        return RandomStream(blake2b(label, key=self._key, digest_size=32).digest())
