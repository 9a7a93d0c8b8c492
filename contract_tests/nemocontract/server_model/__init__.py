"""The reference model: what the protocol allows a server to answer next, computed without the engine."""
