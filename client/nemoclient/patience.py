"""How long to wait for a stream, and when to say that it still works (C-SSE-2)."""

from __future__ import annotations

from nemoclient import facts


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
    def timed_out(self) -> bool:
        """Whether it has lasted too long, or brought heartbeats only for too long."""
        return self.now_s >= min(self._started_s + facts.GIVE_UP_S, self._worked_s + facts.HEARTBEATS_ONLY_S)

    @property
    def stalled(self) -> bool:
        """Whether nothing has come for too long; only to be asked when nothing is there to be read."""
        return self.now_s >= self._heard_s + facts.STALL_S

    @property
    def must_speak(self) -> bool:
        """Whether the user has heard nothing for two minutes."""
        return self.now_s >= self._spoken_s + facts.STILL_WORKING_S

    @property
    def wait_s(self) -> float:
        """How long nothing will be due."""
        due_s = (
            self._started_s + facts.GIVE_UP_S,
            self._worked_s + facts.HEARTBEATS_ONLY_S,
            self._heard_s + facts.STALL_S,
            self._spoken_s + facts.STILL_WORKING_S,
        )
        return max(0.0, min(due_s) - self.now_s)
