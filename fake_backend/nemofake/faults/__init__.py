"""What the infrastructure does to an answer: one small value per fault, one file each."""

from __future__ import annotations

from .catalogue import FAULTS
from .fault import TARGETS, Fault, Scene
from .reading import as_mapping, strike_from
from .strike import ANY, Strike, Volley

__all__ = ["ANY", "FAULTS", "TARGETS", "Fault", "Scene", "Strike", "Volley", "as_mapping", "strike_from"]
