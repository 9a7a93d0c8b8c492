"""Our ``adk`` dialect against Google ADK itself: ``make parity`` (SSE-3)."""
