"""Reads a render job from an answer, flat or nested (REN-7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from nemocontract.recording import Exchange
from nemocontract.server_checks.expectations import is_number

ORDER: Final = ("pending", "processing", "completed")  # REN-6
ENDED: Final = ("completed", "failed")


@dataclass(frozen=True, slots=True)
class Job:
    """A render job in a successful answer; missing fields are empty, None or -1."""

    fields: dict[str, Any]
    nested: bool

    @property
    def status(self) -> str:
        """Where it stands."""
        return str(self.fields.get("status", ""))

    @property
    def progress(self) -> float:
        """How far it is."""
        response = self.fields.get("progress")
        return float(response) if is_number(response) else -1.0

    @property
    def output(self) -> dict[str, Any]:
        """Its output."""
        fields = self.fields.get("output")
        return fields if isinstance(fields, dict) else {}

    @property
    def url(self) -> str:
        """The address of its video."""
        return str((self.fields.get("outputUrl") if self.nested else self.output.get("url")) or "")


def job_in(exchange: Exchange) -> Job:
    """Return the job in an answer; after an error its status is empty."""
    answer = exchange.answer if isinstance(exchange.answer, dict) and exchange.succeeded else {}
    nested = "success" in answer
    fields = answer.get("data") if nested else answer
    return Job(fields if isinstance(fields, dict) else {}, nested)
