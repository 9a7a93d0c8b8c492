"""How fast the fake, its engine and the client are, as ratios within one run: ``python -m benchmarks``."""
