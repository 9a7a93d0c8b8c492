"""The auditor: what the protocol allows next, worked out without the engine."""
