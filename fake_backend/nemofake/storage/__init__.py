"""Worlds that survive: their commands in a log, their uploaded files by content.

The engine is a pure function of its commands, so the commands in order are the state. This package keeps
and returns them; what a command means is known to ``nemofake.http.recording``.
"""
