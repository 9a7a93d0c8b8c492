"""Instructions to outcomes: each kind of edit, done on the timeline."""
