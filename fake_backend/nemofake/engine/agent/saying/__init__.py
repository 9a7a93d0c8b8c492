"""Phrases to words, in the session's language."""
