"""Videos: a client's draft drawn as coloured tracks and titles, written as a real MP4 (REN-8)."""
