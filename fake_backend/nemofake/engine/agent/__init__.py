"""The agent: a message to instructions, instructions to outcomes, outcomes to words."""

from .edits.apply import apply_edit
from .intents.generation import expand
from .intents.parser import parse_message
from .model import Instruction, Kind, Outcome, ReplyFragment
from .replies.reply import reply

__all__ = [
    "Instruction",
    "Kind",
    "Outcome",
    "ReplyFragment",
    "apply_edit",
    "expand",
    "parse_message",
    "reply",
]
