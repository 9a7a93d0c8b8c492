"""A finding: one place where a clause was not kept, with all that is needed to see it again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from nemocontract.secrecy import hidden

Whose = Literal["client", "server"]


def masked(text: str) -> str:
    """Return the text with every token in it starred out (C-SEC-1); what is masked already stays as it is."""
    return hidden(text)


@dataclass(frozen=True, slots=True)
class Finding:
    """``clause`` was broken by ``whose`` side: what was ``expected``, what was ``seen``, where and when.

    ``rule`` names the judge's rule or the case; ``seq`` the request (None where it is about none), ``at_ms``
    the time by the backend's clock; ``trial`` what was being played, ``replay`` a command that shows it
    again, ``story`` the steps that led there, one a line.
    """

    clause: str
    rule: str
    expected: str
    seen: str
    whose: Whose = "client"
    seq: int | None = None
    where: str = ""
    at_ms: int | None = None
    trial: str = ""
    replay: str = ""
    story: tuple[str, ...] = ()
