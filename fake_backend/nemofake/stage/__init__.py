"""The stage: plays a scenario with the reference client against a fake, and judges what came of it."""

from __future__ import annotations

from .playing import Report, Stage, play
from .verdict import Line

__all__ = ["Line", "Report", "Stage", "play"]
