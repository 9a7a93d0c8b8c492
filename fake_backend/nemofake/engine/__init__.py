"""The backend as a pure function of (seed, commands so far, now): no clock, no chance, no I/O, no HTTP."""
