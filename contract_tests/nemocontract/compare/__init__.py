"""Recorded traffic of a server beside what the fake answers to the same requests."""
