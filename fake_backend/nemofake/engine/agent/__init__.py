"""The agent: a message to instructions, instructions to outcomes, outcomes to a reply.

``parse_message`` reads, ``expand`` lists the steps of an instruction, ``apply_edit`` does a step on a
timeline, ``reply`` puts what came of it into words. To add an instruction: a row in ``intents``, its
effect in ``edits``, its sentences in ``replies``.
"""

from .edits.apply import apply_edit
from .edits.footage import initial_timeline
from .generation import expand
from .model import FAILED, History, Instruction, Kind, Outcome, ReplyFragment
from .parser import parse_message
from .replies.render import reply

__all__ = [
    "FAILED",
    "History",
    "Instruction",
    "Kind",
    "Outcome",
    "ReplyFragment",
    "apply_edit",
    "expand",
    "initial_timeline",
    "parse_message",
    "reply",
]
