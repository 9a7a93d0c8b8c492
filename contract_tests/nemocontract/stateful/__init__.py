"""Properties with Hypothesis: sequences drawn at random, and laws that hold after every step."""
