"""What a client logs is kept while it is judged, and no longer."""

from __future__ import annotations

import logging

from nemocontract.trials.logbook import Logbook


def test_lines_are_kept_between_open_and_close() -> None:
    logger, book = logging.getLogger("a.client"), Logbook()
    logger.warning("before")
    book.open()
    try:
        logger.warning("signed in with %s", "a token")
        try:
            raise ValueError("nmv_usr_canary")
        except ValueError:
            logger.exception("trouble")
        logger.debug("nobody asked for this")
    finally:
        book.close()
    logger.warning("after")
    assert book.lines[0] == "signed in with a token"
    assert book.lines[1].startswith("trouble\nTraceback")
    assert "nmv_usr_canary" in book.lines[1]
    assert len(book.lines) == 2
