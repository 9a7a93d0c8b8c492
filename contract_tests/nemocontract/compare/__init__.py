"""Recorded traffic of a server compared with the fake's answers to the same requests."""
