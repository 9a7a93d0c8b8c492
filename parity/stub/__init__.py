"""A stub agent on the real google-adk API server; runs in a virtual environment of its own."""
