"""What each edit request does to a timeline."""
