"""Recorded traffic as the suite reads it, from a journal or a HAR file."""

from nemocontract.recording.exchange import Ending, Event, Exchange, code_of
from nemocontract.recording.operations import below_base, id_in, operation_of

__all__ = ["Ending", "Event", "Exchange", "below_base", "code_of", "id_in", "operation_of"]
