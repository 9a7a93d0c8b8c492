"""What a client logs while it is judged, as it would stand in a log file (C-SEC-1)."""

from __future__ import annotations

import logging


class Logbook(logging.Handler):
    """Keeps every line that reaches the root logger of this process between ``open`` and ``close``."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def open(self) -> None:
        """Begin to listen."""
        logging.getLogger().addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line, with its traceback where it has one."""
        try:
            self.lines.append(self.format(record))
        except Exception:  # noqa: BLE001  as every handler does: a bad format breaks nobody's run
            self.handleError(record)

    def close(self) -> None:
        """Listen no more."""
        logging.getLogger().removeHandler(self)
        super().close()
