"""How long to wait for a stream, and when to say that it still works (C-SSE-2)."""

from __future__ import annotations

from nemoclient import facts
from nemoclient.results import Ending


class Patience:
    """Counts from the moment the message is sent; every time is in seconds of the client's clock."""

    def __init__(self, now_s: float) -> None:
        self.now_s = now_s
        self._started_s = self._spoken_s = self._worked_s = self._heard_s = now_s

    def heard(self) -> None:
        """Note that bytes came, whatever they mean."""
        self._heard_s = self.now_s

    def worked(self) -> None:
        """Note that something came that is more than a heartbeat."""
        self._worked_s = self.now_s

    def spoke(self) -> None:
        """Note that the user was told something."""
        self._spoken_s = self.now_s

    @property
    def _ends(self) -> tuple[tuple[float, Ending], ...]:
        return (
            (self._started_s + facts.GIVE_UP_S, Ending.TIMED_OUT),
            (self._worked_s + facts.HEARTBEATS_ONLY_S, Ending.TIMED_OUT),
            (self._heard_s + facts.STALL_S, Ending.STALLED),
        )

    @property
    def ending(self) -> Ending | None:
        """How to give up, once it is time to."""
        return next((ending for at_s, ending in self._ends if self.now_s >= at_s), None)

    @property
    def must_speak(self) -> bool:
        """Whether the user has heard nothing for two minutes."""
        return self.now_s >= self._spoken_s + facts.STILL_WORKING_S

    @property
    def wait_s(self) -> float:
        """How long nothing will be due."""
        due_s = min(self._spoken_s + facts.STILL_WORKING_S, *(at_s for at_s, _ in self._ends))
        return max(0.0, due_s - self.now_s)
