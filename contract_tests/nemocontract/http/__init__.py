"""Requests made by the suite itself, each answer looked at as it comes: how servers are judged."""
