"""What a client logs is kept while it is judged, and no longer."""

from __future__ import annotations

import logging

from nemocontract.client_tests.driver import LogCapture


def test_lines_are_kept_between_open_and_close() -> None:
    logger, registry = logging.getLogger("a.client"), LogCapture()
    logger.warning("before")
    registry.open()
    try:
        logger.warning("signed in with %s", "a token")
        try:
            raise ValueError("nmv_usr_canary")
        except ValueError:
            logger.exception("trouble")
        logger.debug("nobody asked for this")
    finally:
        registry.close()
    logger.warning("after")
    assert registry.lines[0] == "signed in with a token"
    assert registry.lines[1].startswith("trouble\nTraceback")
    assert "nmv_usr_canary" in registry.lines[1]
    assert len(registry.lines) == 2
