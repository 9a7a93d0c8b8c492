"""Requests that the suite itself makes of a server, each recorded and checked as it ends."""
