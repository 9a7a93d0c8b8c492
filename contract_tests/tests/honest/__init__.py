"""The honest client, for the judge to find innocent."""

from .honest_client import Honest

__all__ = ["Honest"]
