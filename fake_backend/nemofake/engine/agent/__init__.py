"""The agent: a message to instructions, instructions to outcomes, outcomes to words."""

from .asking.generation import expand
from .asking.understanding import understand
from .instruction import Instruction, Kind

__all__ = ["Instruction", "Kind", "expand", "understand"]
