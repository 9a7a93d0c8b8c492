"""Turns the tokens of a message into edit requests."""
