"""What a run has found, for a terminal, for CI, and as a page."""
