"""The agent: a message to instructions, instructions to outcomes, outcomes to words."""

from .asking.generation import expand
from .asking.understanding import understand
from .doing.performing import perform
from .instruction import Instruction, Kind
from .outcome import Outcome
from .phrases import Phrase
from .saying.reply import reply

__all__ = ["Instruction", "Kind", "Outcome", "Phrase", "expand", "perform", "reply", "understand"]
