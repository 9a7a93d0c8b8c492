"""Films: a client's draft drawn as coloured lanes and titles, written as a real MP4 (REN-8)."""
