"""One reading of what travels: events, drafts, render jobs, and the ids and texts of requests."""
