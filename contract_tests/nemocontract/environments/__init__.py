"""The suite's hands: the only rooms of it that touch the fake and the reference client."""
