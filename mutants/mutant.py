"""What a mutant is: one bug that could have been made, and the clause that it breaks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import pytest

Side = Literal["server", "client"]
Apply: TypeAlias = Callable[[pytest.MonkeyPatch], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """``told`` says in one sentence what is broken; ``apply`` breaks it until the patch is undone.

    ``clause`` is the one that a finding has to name; where it is empty, any will do.
    Names are unique over both sides.
    """

    name: str
    clause: str
    told: str
    apply: Apply = field(repr=False)
