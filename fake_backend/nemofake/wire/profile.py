"""A wire profile: which of the documented spellings this world speaks (PROTOCOL section 9)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Literal

Events = Literal["typed", "adk"]
Errors = Literal["envelope", "http-status"]
Render = Literal["render-flat", "render-nested"]

# switch -> its names, the default first
SWITCHES: dict[str, tuple[str, ...]] = {
    "events": ("typed", "adk"),
    "errors": ("envelope", "http-status"),
    "render": ("render-flat", "render-nested"),
}
_SWITCH_OF = {name: switch for switch, names in SWITCHES.items() for name in names}
_VALID = ", ".join(" or ".join(names) for names in SWITCHES.values())


@dataclass(frozen=True, slots=True)
class Profile:
    """One setting of every switch; ``str()`` gives a text that ``parse`` reads back.

    ``events``: the stream's dialect (SSE-3). ``errors``: where error codes travel (ENV-3).
    ``render``: the shape of export answers (REN-7).
    """

    events: Events = "typed"
    errors: Errors = "envelope"
    render: Render = "render-flat"

    def __str__(self) -> str:
        return ",".join((self.events, self.errors, self.render))

    @classmethod
    def parse(cls, text: str) -> Profile:
        """Read names between commas, such as ``adk,http-status``; a switch not named keeps its default.

        Raises ValueError, in one sentence that lists the valid names, for an unknown name and for two
        names of one switch.
        """
        chosen: dict[str, str] = {}
        for name in filter(None, (part.strip().lower() for part in text.split(","))):
            switch = _switch_of(name)
            if chosen.setdefault(switch, name) != name:
                raise ValueError(
                    f"wire profile names {chosen[switch]!r} and {name!r} contradict each other; "
                    f"choose at most one of each: {_VALID}"
                )
        return cls(**chosen)  # type: ignore[arg-type]

    @classmethod
    def every(cls) -> tuple[Profile, ...]:
        """Return all combinations, the default first."""
        return tuple(cls(*names) for names in product(*SWITCHES.values()))  # type: ignore[arg-type]


def _switch_of(name: str) -> str:
    if name not in _SWITCH_OF:
        raise ValueError(f"unknown wire profile name {name!r}; choose at most one of each: {_VALID}")
    return _SWITCH_OF[name]


DEFAULT = Profile()
