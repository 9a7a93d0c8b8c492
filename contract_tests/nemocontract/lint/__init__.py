"""Checks a skill document (SKILL.md) against the clauses: a skill document is its client's source code."""
