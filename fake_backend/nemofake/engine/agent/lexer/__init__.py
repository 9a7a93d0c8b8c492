"""Turns a message into tokens: words with meanings, numbers, times and quotes."""
