"""Runs any command with the production host answered by a fake."""
