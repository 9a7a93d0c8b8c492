"""Properties with Hypothesis: histories drawn at random, and laws that hold after every step."""
