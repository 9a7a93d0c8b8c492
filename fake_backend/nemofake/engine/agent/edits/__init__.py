"""What instructions do to a timeline: one function for each kind."""
